/* SPDX-License-Identifier: MIT */
#include "train/run_folder/run_lock.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/memory.h"
#include "support/threads/ticker.h"
#include "train/run/signals.h"
#include "train/run_folder/lock_file.h"

/* A host that is short of everything still finds time for one of ten beats. */
static const double beat_seconds = 2, look_seconds = 0.1;
enum { ELSEWHERE_SECONDS = 20, HERE_SECONDS = 5, LOOK_SECONDS = 60 };

struct nni_run_lock {
    char folder[PATH_MAX];
    char path[PATH_MAX];
    nni_lock_owner self;
    FILE *out; /* while it is being taken */
    bool patient;
    pthread_mutex_t mutex; /* over what follows: the training and the thread both look */
    bool held;
    atomic_bool lost;
    nni_lock_words successor; /* who has it instead */
    nni_ticker *ticker;
};

static nn_status fail_lock_file(const nni_run_lock *lock, int code, nn_error *error)
{
    return nn_fail(error, NN_SYSTEM,
                   "cannot write %s, the lock of the run's folder: %s; name another folder with --output", lock->path,
                   strerror(code));
}

static bool is(const nni_lock_owner *a, const nni_lock_owner *b)
{
    return strcmp(a->token, b->token) == 0;
}

/* --- waiting for an owner to end --- */

static nn_status in_use(const nni_run_lock *lock, const nni_lock_owner *owner, nn_error *error)
{
    return nn_fail(error, NN_SYSTEM, "%s is in use by %s; wait for it, end it, or name another --output", lock->folder,
                   nni_lock_describe(owner).text);
}

static void say_wait(const nni_run_lock *lock, const nni_lock_owner *owner, int seconds)
{
    if (!lock->out)
        return;
    fprintf(lock->out, "waiting  %d s to see whether %s, which has %s, still runs\n", seconds,
            nni_lock_describe(owner).text, lock->folder);
    fflush(lock->out);
}

/* Looks are counted, not seconds: this process may itself be suspended meanwhile.
 * @return NN_OK where the owner has ended, or its file is there no more */
static nn_status await_end(const nni_run_lock *lock, const char *path, const nni_lock_owner *owner, nn_error *error)
{
    const struct timespec pause = {.tv_nsec = (long)(1e9 * look_seconds)};
    nni_lock_standing standing = nni_lock_look_up(owner);
    const int seconds = standing == NNI_LOCK_ELSEWHERE ? ELSEWHERE_SECONDS : lock->patient ? HERE_SECONDS : 0;
    if (standing == NNI_LOCK_DEAD)
        return NN_OK;
    if (seconds > 0)
        say_wait(lock, owner, seconds);
    for (int look = 0; look < (int)(seconds / look_seconds); look++) {
        nni_lock_owner now;
        nanosleep(&pause, NULL);
        if (nni_signals_stop_requested())
            return nn_fail(error, NN_STOPPED,
                           "stopped by a signal while waiting for %s, which has %s; nothing was written",
                           nni_lock_describe(owner).text, lock->folder);
        const int code = nni_lock_read(path, &now);
        if (code == ENOENT || (code == 0 && !is(&now, owner)))
            return NN_OK;
        standing = nni_lock_look_up(owner);
        if (standing == NNI_LOCK_DEAD)
            return NN_OK;
        if (standing == NNI_LOCK_ELSEWHERE && code == 0 && now.beat != owner->beat)
            break;
        if (standing == NNI_LOCK_ELSEWHERE && code == 0 && look + 1 == (int)(seconds / look_seconds))
            return NN_OK;
    }
    return in_use(lock, owner, error);
}

/* --- taking --- */

static bool name_claim(const nni_run_lock *lock, const nni_lock_owner *owner, char claim[PATH_MAX])
{
    return snprintf(claim, PATH_MAX, "%s.%s", lock->path, owner->token) < PATH_MAX;
}

/*
 * Takes the place of an owner that has ended. Of several that try one makes the claim, and it alone may replace the
 * lock: only what it finds there is still that owner's, for it may have been late. Where one has made the claim and
 * ended before it replaced the lock, its successor is looked for in the same way.
 *
 * @param first  owner that the lock names  @param ended  that owner, or the last of those who claimed its place
 * @param taken  receives whether the folder is ours; if not, all is to be looked at again
 */
static nn_status inherit(nni_run_lock *lock, const nni_lock_owner *first, const nni_lock_owner *ended, bool *taken,
                         nn_error *error)
{
    char claim[PATH_MAX];
    nni_lock_owner found;
    *taken = false;
    /* A claim on one that has taken over meanwhile would make it end. */
    if (nni_lock_read(lock->path, &found) != 0 || !is(&found, first))
        return NN_OK;
    int code = name_claim(lock, ended, claim) ? nni_lock_place(claim, &lock->self) : ENAMETOOLONG;
    if (code == EEXIST) {
        code = nni_lock_read(claim, &found);
        if (code != 0)
            return code == ENOENT ? NN_OK : fail_lock_file(lock, code, error);
        NN_TRY(await_end(lock, claim, &found, error));
        NN_TRY(inherit(lock, first, &found, taken, error));
        if (*taken && nni_lock_look_up(ended) == NNI_LOCK_DEAD)
            unlink(claim);
        return NN_OK;
    }
    if (code == 0 && nni_lock_read(lock->path, &found) == 0 && is(&found, first)) {
        code = nni_lock_replace(lock->path, &lock->self);
        *taken = code == 0;
    }
    if (!*taken || nni_lock_look_up(ended) == NNI_LOCK_DEAD)
        unlink(claim);
    return code == 0 ? NN_OK : fail_lock_file(lock, code, error);
}

static nn_status take(nni_run_lock *lock, nn_error *error)
{
    while (!lock->held) {
        nni_lock_owner owner;
        int code = nni_lock_place(lock->path, &lock->self);
        lock->held = code == 0;
        if (code == EEXIST) {
            code = nni_lock_read(lock->path, &owner);
            if (code == ENOENT)
                continue;
        }
        if (code != 0)
            return fail_lock_file(lock, code, error);
        if (lock->held)
            break;
        NN_TRY(await_end(lock, lock->path, &owner, error));
        NN_TRY(inherit(lock, &owner, &owner, &lock->held, error));
    }
    return NN_OK;
}

/* --- keeping --- */

/* @return whether somebody has claimed the place of this run */
static bool is_claimed(nni_run_lock *lock)
{
    char claim[PATH_MAX];
    nni_lock_owner successor;
    if (!name_claim(lock, &lock->self, claim) || nni_lock_read(claim, &successor) != 0)
        return false;
    lock->successor = nni_lock_describe(&successor);
    unlink(claim); /* read now, it has served its purpose */
    return true;
}

/* Somebody has removed the file, and perhaps the whole folder. */
static void put_back(nni_run_lock *lock)
{
    nni_lock_owner found;
    if ((mkdir(lock->folder, 0777) != 0 && errno != EEXIST) || nni_lock_place(lock->path, &lock->self) != EEXIST)
        return; /* what could not be made is made with the next beat */
    /* Another run was quicker. */
    lock->lost = nni_lock_read(lock->path, &found) == 0 && found.pid != 0 && !is(&found, &lock->self);
    if (lock->lost)
        lock->successor = nni_lock_describe(&found);
}

/* Whether the lock is still this run's. What cannot be read now is looked at again. */
static void look(void *context)
{
    nni_run_lock *lock = context;
    nni_lock_owner found;
    pthread_mutex_lock(&lock->mutex);
    if (!lock->lost) {
        const int code = nni_lock_beat(lock->path, &lock->self, &found);
        if (code == 0 && found.pid != 0 && !is(&found, &lock->self)) {
            lock->successor = nni_lock_describe(&found);
            is_claimed(lock);
            lock->lost = true;
        } else if (is_claimed(lock)) {
            lock->lost = true;
        } else if (code == ENOENT) {
            put_back(lock);
        }
    }
    pthread_mutex_unlock(&lock->mutex);
}

nn_status nni_run_lock_take(const char *folder, bool patient, FILE *out, nni_run_lock **result, nn_error *error)
{
    nni_run_lock *lock = NULL;
    NN_TRY(nni_allocate(1, sizeof *lock, "the lock of the run's folder", &lock, error));
    lock->self = nni_lock_own();
    lock->out = out;
    lock->patient = patient;
    pthread_mutex_init(&lock->mutex, NULL);
    nn_status status = NN_OK;
    if (snprintf(lock->folder, sizeof lock->folder, "%s", folder) >= (int)sizeof lock->folder ||
        snprintf(lock->path, sizeof lock->path, "%s/.lock", folder) >= (int)sizeof lock->path)
        status = nn_fail(error, NN_SYSTEM, "%s: the name is too long", folder);
    if (status == NN_OK)
        status = take(lock, error);
    if (status == NN_OK)
        status = nni_ticker_start(beat_seconds, look, lock, &lock->ticker, error);
    if (status != NN_OK) {
        nni_run_lock_release(lock);
        return status;
    }
    *result = lock;
    return NN_OK;
}

nn_status nni_run_lock_check(nni_run_lock *lock, nn_error *error)
{
    look(lock);
    if (!lock->lost)
        return NN_OK;
    return nn_fail(
        error, NN_SYSTEM,
        "%s was taken over while this run (process %ld on %s) stood still for %d s or more: it is now that of "
        "%s, and this run ends without writing into it",
        lock->folder, lock->self.pid, lock->self.host, ELSEWHERE_SECONDS, lock->successor.text);
}

nn_status nni_run_lock_agree(nni_run_lock *lock, nn_comm *comm, nn_error *error)
{
    return nni_comm_broadcast_status(comm, comm->rank == 0 ? nni_run_lock_check(lock, error) : NN_OK, error);
}

bool nni_run_lock_lost(const nni_run_lock *lock)
{
    return lock && lock->lost;
}

bool nni_run_lock_is_held(const char *folder)
{
    char path[PATH_MAX];
    nni_lock_owner owner;
    struct stat facts;
    if (snprintf(path, sizeof path, "%s/.lock", folder) >= (int)sizeof path || nni_lock_read(path, &owner) != 0 ||
        stat(path, &facts) != 0)
        return false;
    const nni_lock_standing standing = nni_lock_look_up(&owner);
    /* Some beats, and clocks that are not quite alike. */
    return standing == NNI_LOCK_ALIVE ||
           (standing == NNI_LOCK_ELSEWHERE && difftime(time(NULL), facts.st_mtime) < LOOK_SECONDS);
}

/* The own place is claimed first, so that nobody takes it over in between: by a token that is not its own, for the
 * claim of a process that is killed meanwhile has a successor, too. */
static void give_back(const nni_run_lock *lock)
{
    char claim[PATH_MAX];
    nni_lock_owner found;
    const nni_lock_owner leaving = nni_lock_own();
    if (!name_claim(lock, &lock->self, claim))
        return;
    const int code = nni_lock_place(claim, &leaving);
    if (code == EEXIST)
        return; /* a successor has it */
    /* On a full disk there is no claim, and the lock is to go all the same. */
    if (nni_lock_read(lock->path, &found) == 0 && is(&found, &lock->self))
        unlink(lock->path);
    if (code == 0)
        unlink(claim);
}

void nni_run_lock_release(nni_run_lock *lock)
{
    if (!lock)
        return;
    nni_ticker_stop(lock->ticker);
    if (lock->held && !lock->lost)
        give_back(lock);
    pthread_mutex_destroy(&lock->mutex);
    nni_release(lock);
}
