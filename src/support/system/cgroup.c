/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* getline */
#include "support/system/cgroup.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

/* A hierarchy of control groups, as it is mounted. */
typedef struct hierarchy {
    char controller[16]; /* "cpu" or "memory"; "" for version 2, which has all in one */
    char point[PATH_MAX];
    char within[PATH_MAX]; /* the group that is mounted there: "/", or a container's own */
    bool fits;             /* the process's group lies within it */
} hierarchy;

/* --- files of a group --- */

static FILE *open_in(const char *folder, const char *name)
{
    char path[PATH_MAX];
    return snprintf(path, sizeof path, "%s/%s", folder, name) < PATH_MAX ? fopen(path, "r") : NULL;
}

/* A number that a file holds, or that follows a key in it. @return false where there is none, as for "max" */
static bool read_number(const char *folder, const char *name, const char *format, unsigned long long *number)
{
    FILE *file = open_in(folder, name);
    char line[128];
    bool found = false;
    while (file && !found && fgets(line, sizeof line, file))
        found = line[0] != '-' && sscanf(line, format, number) == 1;
    if (file)
        fclose(file);
    return found;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Pages of files that nobody has used for a while are given up before a limit is felt. */
static void add_memory_limit(const char *folder, const char *limit_name, const char *used_name, const char *file_key,
                             nni_cgroup_limits *limits)
{
    unsigned long long limit = 0, used = 0, file = 0;
    if (!read_number(folder, limit_name, "%llu", &limit) || limit >= (uint64_t)1 << 62) /* version 1: no limit */
        return;
    read_number(folder, used_name, "%llu", &used);
    read_number(folder, "memory.stat", file_key, &file);
    used -= least(used, file);
    limits->memory = least(limits->memory, limit);
    limits->memory_left = least(limits->memory_left, limit - least(limit, used));
}

static void add_cpu_limit(unsigned long long quota, unsigned long long period, nni_cgroup_limits *limits)
{
    if (quota > 0 && period > 0)
        limits->cpus = fmin(limits->cpus, (double)quota / (double)period);
}

static void add_version_1(const hierarchy *in, const char *folder, nni_cgroup_limits *limits)
{
    unsigned long long quota = 0, period = 0;
    if (strcmp(in->controller, "memory") == 0) {
        add_memory_limit(folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file %llu", limits);
    } else if (read_number(folder, "cpu.cfs_quota_us", "%llu", &quota)) {
        read_number(folder, "cpu.cfs_period_us", "%llu", &period);
        add_cpu_limit(quota, period, limits);
    }
}

/* memory.high kills nobody, but a process beyond it is slowed down until it hardly moves. */
static void add_version_2(const char *folder, nni_cgroup_limits *limits)
{
    unsigned long long quota = 0, period = 0;
    add_memory_limit(folder, "memory.max", "memory.current", "inactive_file %llu", limits);
    add_memory_limit(folder, "memory.high", "memory.current", "inactive_file %llu", limits);
    if (read_number(folder, "cpu.max", "%llu", &quota) && read_number(folder, "cpu.max", "%*u %llu", &period))
        add_cpu_limit(quota, period, limits);
}

/* --- where the groups are --- */

/* @return what is behind a folder in a path, "" or "/..."; NULL where the path is not within it */
static const char *behind(const char *path, const char *folder)
{
    const size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0') ? path + length : NULL;
}

static bool is_listed(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = strstr(list, word); at; at = strstr(at + 1, word))
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

/* The process's group in a hierarchy, from /proc/self/cgroup: lines "number:controllers:path". */
static bool find_group(const char *root, const char *controller, char path[PATH_MAX])
{
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    FILE *file = open_in(root, "proc/self/cgroup");
    while (file && !found && getline(&line, &size, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *list = strchr(line, ':'), *group = list ? strchr(list + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        found = *controller ? is_listed(list + 1, controller) : strncmp(line, "0:", 2) == 0 && list[1] == '\0';
        found = found && snprintf(path, PATH_MAX, "%s", group) < PATH_MAX;
    }
    free(line);
    if (file)
        fclose(file);
    return found;
}

/* mountinfo writes blanks and backslashes as \040 and \134. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *at = text; *at; to++) {
        unsigned code;
        if (*at == '\\' && isdigit((unsigned char)at[1]) && sscanf(at + 1, "%3o", &code) == 1) {
            *to = (char)code;
            at += 4;
        } else {
            *to = *at++;
        }
    }
    *to = '\0';
}

/* A line of mountinfo: "id parent device within point options ... - type source options". */
static bool parse_mount(char *line, const char *controller, const char **within, const char **point)
{
    char *fields[5], *rest = strstr(line, " - "), *save = NULL;
    if (!rest)
        return false;
    *rest = '\0';
    char type[16], options[512];
    if (sscanf(rest + 3, "%15s %*s %511s", type, options) != 2 ||
        strcmp(type, *controller ? "cgroup" : "cgroup2") != 0 || (*controller && !is_listed(options, controller)))
        return false;
    for (int i = 0; i < 5; i++)
        if (!(fields[i] = strtok_r(i == 0 ? line : NULL, " ", &save)))
            return false;
    unescape(fields[3]);
    unescape(fields[4]);
    *within = fields[3];
    *point = fields[4];
    return true;
}

/* The first mount that shows the process's group, or else the first. A namespace of groups can hide where the mounted
 * one lies in the hierarchy; then it is the container's. */
static bool find_mount(const char *root, const char *group, hierarchy *found)
{
    char *line = NULL;
    size_t size = 0;
    bool any = false;
    FILE *file = open_in(root, "proc/self/mountinfo");
    while (file && !found->fits && getline(&line, &size, file) > 0) {
        const char *within, *point;
        line[strcspn(line, "\n")] = '\0';
        if (!parse_mount(line, found->controller, &within, &point))
            continue;
        const bool fits = behind(group, within) && !strstr(group, "/..");
        if (any && !fits)
            continue;
        any = snprintf(found->point, PATH_MAX, "%s%s", root, point) < PATH_MAX &&
              snprintf(found->within, PATH_MAX, "%s", within) < PATH_MAX;
        found->fits = any && fits;
    }
    free(line);
    if (file)
        fclose(file);
    return any;
}

/* From the process's own group up to the outermost that is visible: each can have a limit. */
static void add_hierarchy(const char *root, const char *controller, nni_cgroup_limits *limits)
{
    char group[PATH_MAX], folder[PATH_MAX];
    hierarchy in = {.fits = false};
    snprintf(in.controller, sizeof in.controller, "%s", controller);
    if (!find_group(root, controller, group) || !find_mount(root, group, &in))
        return;
    const size_t point = strlen(in.point);
    const char *below = in.fits ? behind(group, in.within) : "";
    if (snprintf(folder, PATH_MAX, "%s%s", in.point, strcmp(below, "/") == 0 ? "" : below) >= PATH_MAX)
        return;
    for (;;) {
        if (*controller)
            add_version_1(&in, folder, limits);
        else
            add_version_2(folder, limits);
        char *slash = strrchr(folder, '/');
        if (!slash || (size_t)(slash - folder) < point)
            return;
        *slash = '\0';
    }
}

nni_cgroup_limits nni_cgroup_read(const char *root)
{
    nni_cgroup_limits limits = {.memory = UINT64_MAX, .memory_left = UINT64_MAX, .cpus = INFINITY};
    add_hierarchy(root, "memory", &limits);
    add_hierarchy(root, "cpu", &limits);
    add_hierarchy(root, "", &limits);
    return limits;
}
