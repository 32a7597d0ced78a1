/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* getrandom, nanoseconds of struct stat */
#include "train/run_folder/lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/files.h"
#include "support/timeline.h"

/* The beat comes last and is as wide as any number, so that it is written over in place. */
static const char layout[] = "nntrain-lock 1\nhost %s\nboot %s\nnamespace %" PRIu64 "\nprocess %ld\nstarted %" PRIu64
                             "\nsince %s\ntoken %s\nbeat %020" PRIu64 "\n";
static const char layout_read[] = "nntrain-lock 1 host %64s boot %39s namespace %" SCNu64
                                  " process %ld started %" SCNu64 " since %31[^\n] token %32s beat %" SCNu64;
enum { FIELDS = 8, BEAT_WIDTH = 20, MOST_BYTES = 1024 };

/* --- processes --- */

/* State and start of a process, fields 3 and 22 of its line: what is in front may hold blanks and brackets. */
static bool read_process(long pid, char *state, uint64_t *started)
{
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    const size_t count = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[count] = '\0';
    const char *rest = strrchr(line, ')');
    return rest &&
           sscanf(rest + 1, " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64,
                  state, started) == 2;
}

static uint64_t own_namespace(void)
{
    struct stat facts;
    return stat("/proc/self/ns/pid", &facts) == 0 ? (uint64_t)facts.st_ino : 0;
}

static void read_boot(char boot[40])
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    if (!file || fscanf(file, "%39s", boot) != 1)
        snprintf(boot, 40, "unknown");
    if (file)
        fclose(file);
}

static void read_host(char host[65])
{
    if (gethostname(host, 65) != 0 || host[0] == '\0')
        snprintf(host, 65, "unknown");
    host[64] = '\0';
}

static void make_token(char token[33])
{
    uint64_t bits[2];
    /* Without random numbers: two processes at the same nanosecond are of different numbers. */
    if (getrandom(bits, sizeof bits, 0) != (ssize_t)sizeof bits) {
        bits[0] = (uint64_t)getpid();
        bits[1] = (uint64_t)(nni_clock() * 1e9);
    }
    snprintf(token, 33, "%016" PRIx64 "%016" PRIx64, bits[0], bits[1]);
}

nni_lock_owner nni_lock_own(void)
{
    nni_lock_owner own = {.pid_namespace = own_namespace(), .pid = (long)getpid()};
    char state;
    if (!read_process(own.pid, &state, &own.started))
        own.started = 0;
    read_boot(own.boot);
    read_host(own.host);
    make_token(own.token);
    const time_t now = time(NULL);
    struct tm parts;
    if (!localtime_r(&now, &parts) || strftime(own.since, sizeof own.since, "%Y-%m-%d %H:%M:%S %z", &parts) == 0)
        snprintf(own.since, sizeof own.since, "unknown");
    return own;
}

/* Containers may have host name and kernel in common, but not the numbers of processes. */
static bool is_here(const nni_lock_owner *owner)
{
    char host[65], boot[40];
    read_host(host);
    read_boot(boot);
    return owner->pid > 0 && owner->started > 0 && owner->pid_namespace > 0 &&
           owner->pid_namespace == own_namespace() && strcmp(owner->boot, boot) == 0 && strcmp(owner->host, host) == 0;
}

nni_lock_standing nni_lock_look_up(const nni_lock_owner *owner)
{
    char state = '?';
    uint64_t started = 0;
    if (!is_here(owner))
        return NNI_LOCK_ELSEWHERE;
    if (read_process(owner->pid, &state, &started))
        return started == owner->started && state != 'Z' && state != 'X' ? NNI_LOCK_ALIVE : NNI_LOCK_DEAD;
    /* A system may hide the processes of other users. */
    return kill((pid_t)owner->pid, 0) != 0 && errno == ESRCH ? NNI_LOCK_DEAD : NNI_LOCK_ALIVE;
}

nni_lock_words nni_lock_describe(const nni_lock_owner *owner)
{
    nni_lock_words words;
    if (owner->pid == 0)
        snprintf(words.text, sizeof words.text, "a run whose lock file does not tell who it is");
    else
        snprintf(words.text, sizeof words.text, "process %ld on %s since %s", owner->pid, owner->host, owner->since);
    return words;
}

/* --- files --- */

static size_t format_owner(const nni_lock_owner *owner, char text[MOST_BYTES])
{
    return (size_t)snprintf(text, MOST_BYTES, layout, owner->host, owner->boot, owner->pid_namespace, owner->pid,
                            owner->started, owner->since, owner->token, owner->beat);
}

/* @return 0, or errno */
static int write_new(const char *path, const nni_lock_owner *owner)
{
    char text[MOST_BYTES];
    const size_t count = format_owner(owner, text);
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file < 0)
        return errno;
    int code = nni_write_at(file, text, count, 0) ? 0 : errno;
    if (close(file) != 0 && code == 0)
        code = errno;
    if (code != 0)
        unlink(path);
    return code;
}

/* @param draft  receives the name of a file of this owner's alone @return 0, or errno */
static int write_draft(const char *path, const nni_lock_owner *owner, char draft[PATH_MAX])
{
    if (snprintf(draft, PATH_MAX, "%s.%s.new", path, owner->token) >= PATH_MAX)
        return ENAMETOOLONG;
    unlink(draft);
    return write_new(draft, owner);
}

int nni_lock_place(const char *path, const nni_lock_owner *owner)
{
    char draft[PATH_MAX];
    struct stat facts;
    int code = write_draft(path, owner, draft);
    if (code != 0)
        return code;
    /* On NFS the reply that the link was made may be lost, and the request repeated: the count of links decides. */
    code = link(draft, path) == 0 ? 0 : errno;
    if (code != 0 && stat(draft, &facts) == 0 && facts.st_nlink == 2)
        code = 0;
    unlink(draft);
    /* File systems without links: whoever reads the file before it is whole knows nobody, and waits. */
    if (code == EPERM || code == EOPNOTSUPP || code == ENOSYS)
        code = write_new(path, owner);
    return code;
}

int nni_lock_replace(const char *path, const nni_lock_owner *owner)
{
    char draft[PATH_MAX];
    int code = write_draft(path, owner, draft);
    if (code == 0 && rename(draft, path) != 0) {
        code = errno;
        unlink(draft);
    }
    return code;
}

/* @param bytes  receives the length of the file */
static int read_open(int file, nni_lock_owner *owner, off_t *bytes)
{
    char text[MOST_BYTES];
    struct stat facts;
    const ssize_t count = pread(file, text, sizeof text - 1, 0);
    if (count < 0 || fstat(file, &facts) != 0)
        return errno;
    text[count] = '\0';
    *bytes = facts.st_size;
    *owner = (nni_lock_owner){.pid = 0};
    if (sscanf(text, layout_read, owner->host, owner->boot, &owner->pid_namespace, &owner->pid, &owner->started,
               owner->since, owner->token, &owner->beat) == FIELDS)
        return 0;
    *owner = (nni_lock_owner){.beat = (uint64_t)facts.st_mtim.tv_sec * 1000000000 + (uint64_t)facts.st_mtim.tv_nsec};
    snprintf(owner->token, sizeof owner->token, "file%" PRIu64, (uint64_t)facts.st_ino);
    return 0;
}

int nni_lock_read(const char *path, nni_lock_owner *owner)
{
    off_t bytes;
    const int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return errno;
    const int code = read_open(file, owner, &bytes);
    close(file);
    return code;
}

int nni_lock_beat(const char *path, nni_lock_owner *owner, nni_lock_owner *found)
{
    char text[BEAT_WIDTH + 2];
    off_t bytes = 0;
    const int file = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return errno;
    int code = read_open(file, found, &bytes);
    if (code == 0 && strcmp(found->token, owner->token) == 0) {
        snprintf(text, sizeof text, "%020" PRIu64 "\n", ++owner->beat);
        if (!nni_write_at(file, text, BEAT_WIDTH + 1, bytes - (BEAT_WIDTH + 1)))
            code = errno;
    }
    if (close(file) != 0 && code == 0)
        code = errno;
    return code;
}
