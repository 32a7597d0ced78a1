/* SPDX-License-Identifier: MIT */
/** Limits that Linux's control groups set to this process: those of a container, a batch job or a systemd unit. */
#ifndef NNI_SUPPORT_SYSTEM_CGROUP_H
#define NNI_SUPPORT_SYSTEM_CGROUP_H

#include <stdint.h>

/** The least limit of the process's own control group and of all groups around it that are visible from here. */
typedef struct nni_cgroup_limits {
    uint64_t memory;      /**< bytes; UINT64_MAX: no limit */
    uint64_t memory_left; /**< bytes until a limit is reached, clean file pages counted as free; UINT64_MAX: no limit */
    double cpus;          /**< CPU seconds a second; INFINITY: no limit */
} nni_cgroup_limits;

/**
 * Reads the limits of version 1 and version 2 control groups, or of both where a host has both.
 *
 * @param root  "" for this machine; or a folder with proc/self/cgroup, proc/self/mountinfo and the groups' files
 */
nni_cgroup_limits nni_cgroup_read(const char *root);

#endif
