/* SPDX-License-Identifier: MIT */
/* Limits of control groups. Hosts are made up: folders with the files that Linux would show a process there. */
#define _GNU_SOURCE /* nftw, mkdtemp */
#include <ftw.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/suite.h"
#include "support/system/cgroup.h"

static char root[64];

static void put(const char *name, const char *text)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", root, name);
    for (char *slash = strchr(path + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

/* @param groups,mounts  /proc/self/cgroup and /proc/self/mountinfo */
static void make_root(const char *groups, const char *mounts)
{
    strcpy(root, "/tmp/nntrain-cgroup-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(root));
    put("proc/self/cgroup", groups);
    put("proc/self/mountinfo", mounts);
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about, (void)kind, (void)place;
    return remove(path);
}

static void expect(uint64_t memory, uint64_t left, double cpus)
{
    const nni_cgroup_limits limits = nni_cgroup_read(root);
    CU_ASSERT_EQUAL(limits.memory, memory);
    CU_ASSERT_EQUAL(limits.memory_left, left);
    CU_ASSERT(limits.cpus == cpus);
    CU_ASSERT_EQUAL(nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static const char v2_mount[] = "24 30 0:22 / /proc rw - proc proc rw\n"
                               "31 24 0:27 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

static void a_host_without_limits_has_none(void)
{
    make_root("0::/user.slice/session.scope\n", v2_mount);
    put("sys/fs/cgroup/user.slice/session.scope/memory.max", "max\n");
    put("sys/fs/cgroup/user.slice/session.scope/memory.high", "max\n");
    put("sys/fs/cgroup/user.slice/session.scope/cpu.max", "max 100000\n");
    expect(UINT64_MAX, UINT64_MAX, INFINITY);
    make_root("", "");
    expect(UINT64_MAX, UINT64_MAX, INFINITY);
}

/* 1000 of 5000 used bytes are pages of files. */
static void the_own_group_of_version_2_limits(void)
{
    make_root("0::/job/step\n", v2_mount);
    put("sys/fs/cgroup/job/step/memory.max", "20000\n");
    put("sys/fs/cgroup/job/step/memory.current", "5000\n");
    put("sys/fs/cgroup/job/step/memory.stat", "anon 4000\nactive_file 7\ninactive_file 1000\nslab 1\n");
    put("sys/fs/cgroup/job/step/cpu.max", "150000 100000\n");
    expect(20000, 16000, 1.5);
}

static void the_least_limit_on_the_way_up_counts(void)
{
    make_root("0::/a/b/c\n", v2_mount);
    put("sys/fs/cgroup/a/b/c/memory.max", "9000\n");
    put("sys/fs/cgroup/a/b/c/memory.current", "1000\n");
    put("sys/fs/cgroup/a/b/c/cpu.max", "400000 100000\n");
    put("sys/fs/cgroup/a/b/memory.max", "max\n");
    put("sys/fs/cgroup/a/b/memory.high", "8500\n");
    put("sys/fs/cgroup/a/b/memory.current", "8000\n");
    put("sys/fs/cgroup/a/cpu.max", "50000 25000\n");
    put("sys/fs/cgroup/ab/memory.max", "1\n"); /* not on the way */
    expect(8500, 500, 2);
}

static void a_group_beyond_its_limit_has_nothing_left(void)
{
    make_root("0::/a\n", v2_mount);
    put("sys/fs/cgroup/a/memory.max", "1000\n");
    put("sys/fs/cgroup/a/memory.current", "1200\n");
    expect(1000, 0, INFINITY);
}

static const char v1_mounts[] = "40 31 0:35 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
                                "41 31 0:36 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
                                "42 31 0:37 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                                "43 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

static void groups_of_version_1_limit_each_their_own(void)
{
    make_root("12:cpuset:/x\n4:cpu,cpuacct:/box\n3:memory:/box/in\n0::/box\n", v1_mounts);
    put("sys/fs/cgroup/memory/box/in/memory.limit_in_bytes", "9223372036854771712\n");
    put("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "3000\n");
    put("sys/fs/cgroup/memory/box/memory.usage_in_bytes", "2500\n");
    put("sys/fs/cgroup/memory/box/memory.stat", "inactive_file 1\ntotal_inactive_file 500\n");
    put("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us", "250000\n");
    put("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    expect(3000, 1000, 2.5);
}

/* Controllers of version 1 here, others of version 2 there: the least of both. */
static void a_hybrid_host_is_asked_twice(void)
{
    make_root("4:cpu,cpuacct:/box\n3:memory:/box\n0::/slice\n", v1_mounts);
    put("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "3000\n");
    put("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us", "-1\n");
    put("sys/fs/cgroup/unified/slice/memory.max", "2000\n");
    put("sys/fs/cgroup/unified/slice/cpu.max", "300000 100000\n");
    expect(2000, 2000, 3);
}

/* Docker on version 1: the container's group is mounted, and named by its place on the host. */
static void a_mounted_part_is_cut_off_the_path(void)
{
    make_root("3:memory:/docker/c0ffee/sub\n", "42 31 0:37 /docker/c0ffee /mnt/a\\040b rw - cgroup cgroup rw,memory\n");
    put("mnt/a b/sub/memory.limit_in_bytes", "700\n");
    put("mnt/a b/memory.limit_in_bytes", "600\n");
    expect(600, 600, INFINITY);
}

/* Namespaces of groups: where the path is not within the mount, what is mounted is the container's. */
static void what_is_mounted_counts_where_the_path_leads_out(void)
{
    static const char *const paths[] = {"0::/../../other\n", "0::/\n", "0::/docker/elsewhere\n"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        make_root(paths[i], i == 2 ? "31 24 0:27 /docker/c0ffee /sys/fs/cgroup ro - cgroup2 cgroup rw\n" : v2_mount);
        put("sys/fs/cgroup/memory.max", "500\n");
        put("sys/fs/cgroup/cpu.max", "200000 100000\n");
        expect(500, 500, 2);
    }
}

/* A container's manager sees parts of the hierarchy in other places, too. */
static void the_mount_with_the_own_group_is_taken(void)
{
    make_root("0::/here\n", "30 24 0:27 /there /var/part rw - cgroup2 cgroup2 rw\n"
                            "31 24 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    put("var/part/memory.max", "1\n");
    put("sys/fs/cgroup/here/memory.max", "800\n");
    expect(800, 800, INFINITY);
}

/* What a kernel does not write is no limit, and no crash. */
static void nonsense_is_no_limit(void)
{
    make_root("\n:\n::\n0\n0:\n0::\n3:memory\n",
              "\n - \n1 2 3 4 5 6 - cgroup2\n1 2 - cgroup2 a rw\n31 24 0:27 / /g rw - cgroup2 cgroup2 rw\n");
    put("g/memory.max", "many\n");
    put("g/cpu.max", "100000\n");
    expect(UINT64_MAX, UINT64_MAX, INFINITY);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(a_host_without_limits_has_none),           NN_TEST(the_own_group_of_version_2_limits),
        NN_TEST(the_least_limit_on_the_way_up_counts),     NN_TEST(a_group_beyond_its_limit_has_nothing_left),
        NN_TEST(groups_of_version_1_limit_each_their_own), NN_TEST(a_hybrid_host_is_asked_twice),
        NN_TEST(a_mounted_part_is_cut_off_the_path),       NN_TEST(what_is_mounted_counts_where_the_path_leads_out),
        NN_TEST(the_mount_with_the_own_group_is_taken),    NN_TEST(nonsense_is_no_limit),
    };
    return nni_run_suite("cgroup", tests, sizeof tests / sizeof *tests);
}
