/* SPDX-License-Identifier: MIT */
/* A library to be preloaded: while a file FAULTY_DISK is there, what is written to files whose names hold FAULTY_NAME
 * fails with the number of an error that is in it, such as 28 for a full disk: all but the first 4096 bytes of a file,
 * as on a disk that fills up. A 0 in front of the number fails fsync instead.
 *
 * FAULTY_FILES=3-4:28 does so without such a file, to the 3rd and 4th file of those names that this process writes: no
 * test need be quick enough then. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Which file of this process it is, from 1 on, of those whose names matter; those follow each other. */
static int number_of(const char *path)
{
    static char last[4096];
    static int files;
    if (strcmp(path, last) != 0) {
        snprintf(last, sizeof last, "%s", path);
        files++;
    }
    return files;
}

/* The error to fail with; 0: none. */
static int fault(int file, bool synchronising)
{
    const char *control = getenv("FAULTY_DISK"), *name = getenv("FAULTY_NAME"), *files = getenv("FAULTY_FILES");
    char link[64], path[4096] = "", text[16] = "";
    if (!control || !name)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    if (readlink(link, path, sizeof path - 1) < 0 || !strstr(path, name))
        return 0;
    int first = 0, last = 0;
    if (files && sscanf(files, "%d-%d:%15s", &first, &last, text) == 3) {
        const int number = number_of(path);
        return number >= first && number <= last && (text[0] == '0') == synchronising ? atoi(text) : 0;
    }
    FILE *fault = fopen(control, "r");
    if (!fault)
        return 0;
    if (!fgets(text, sizeof text, fault))
        text[0] = '\0';
    fclose(fault);
    return (text[0] == '0') == synchronising ? atoi(text) : 0;
}

ssize_t write(int file, const void *bytes, size_t count)
{
    static ssize_t (*next)(int, const void *, size_t);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "write");
    enum { ROOM = 4096 };
    const int reason = fault(file, false);
    if (reason == 0)
        return next(file, bytes, count);
    if (lseek(file, 0, SEEK_CUR) < ROOM)
        return next(file, bytes, count < ROOM ? count : ROOM);
    errno = reason;
    return -1;
}

/* As MPI-IO writes. */
ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset)
{
    static ssize_t (*next)(int, const void *, size_t, off_t);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "pwrite");
    const int reason = fault(file, false);
    if (reason == 0)
        return next(file, bytes, count, offset);
    errno = reason;
    return -1;
}

/* The C library's streams write past the function above. */
int fflush(FILE *stream)
{
    static int (*next)(FILE *);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "fflush");
    const int reason = stream ? fault(fileno(stream), false) : 0;
    if (reason == 0)
        return next(stream);
    errno = reason;
    return EOF;
}

int fsync(int file)
{
    static int (*next)(int);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "fsync");
    const int reason = fault(file, true);
    if (reason == 0)
        return next(file);
    errno = reason;
    return -1;
}
