/* SPDX-License-Identifier: MIT */
/** The file by which a run says that a folder is its own: who it is, and that it still lives. */
#ifndef NNI_TRAIN_RUN_FOLDER_LOCK_FILE_H
#define NNI_TRAIN_RUN_FOLDER_LOCK_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "nntrain/status.h"

/** What a lock file holds. */
typedef struct nni_lock_owner {
    char host[65];
    char boot[40];          /**< of that host's kernel */
    uint64_t pid_namespace; /**< that the process number is of */
    long pid;               /**< 0: a file that says nothing, such as one that is being written */
    uint64_t started;       /**< when the process began, in ticks since the boot: numbers are used again */
    char since[32];         /**< when it took the folder, to be read by people */
    char token[33];         /**< of this one lock, random */
    uint64_t beat;          /**< goes up as long as the process runs */
} nni_lock_owner;

/** Whether an owner lives, as far as it is known without waiting. */
typedef enum nni_lock_standing {
    NNI_LOCK_ALIVE,     /**< its process is on this host */
    NNI_LOCK_DEAD,      /**< it was, and has ended */
    NNI_LOCK_ELSEWHERE, /**< on another host, or in a container that shows no processes of it: its heartbeats decide */
} nni_lock_standing;

/** This process, with a new token. */
nni_lock_owner nni_lock_own(void);

nni_lock_standing nni_lock_look_up(const nni_lock_owner *owner);

/** "process 1234 on node7, there since ..." */
typedef struct nni_lock_words {
    char text[192];
} nni_lock_words;
nni_lock_words nni_lock_describe(const nni_lock_owner *owner);

/** Makes a lock file where there is none, whole from its first moment. @return 0; EEXIST: there is one; or errno */
int nni_lock_place(const char *path, const nni_lock_owner *owner);

/** Makes a lock file, or puts it in the place of the one there. @return 0, or errno */
int nni_lock_replace(const char *path, const nni_lock_owner *owner);

/**
 * @param owner  receives who it is; of a file that says nothing a token that goes for this file alone, and a beat that
 * follows its changes
 * @return 0, or errno
 */
int nni_lock_read(const char *path, nni_lock_owner *owner);

/** Counts the owner's beat up in its file, if that is still its own. @param found  receives who has it @return as read
 */
int nni_lock_beat(const char *path, nni_lock_owner *owner, nni_lock_owner *found);

#endif
