/* SPDX-License-Identifier: MIT */
/** Files: replaced as a whole or not at all, opened with care, compared. */
#ifndef NNI_SUPPORT_FILES_H
#define NNI_SUPPORT_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "nntrain/status.h"

/** The folder a path is in: "." for a bare name. @return whether it fits into PATH_MAX bytes */
bool nni_folder_of(const char *path, char folder[PATH_MAX]);

/**
 * Makes a folder and those it is in, as far as they are not there: mkdir -p.
 *
 * @param created  receives whether the last of them is new
 * @return 0, or errno
 */
int nni_make_folders(const char *path, bool *created);

/** @return whether two paths lead to the same file, which is there */
bool nni_same_file(const char *a, const char *b);

/** Raises the number of files that this process may have open, as far as it can. @return the number */
uint64_t nni_allow_open_files(void);

/** @return what a path leads to, in words: "a folder", "a pipe", "a device", "a socket", "a file" */
const char *nni_kind_of_file(mode_t mode);

/**
 * Opens a regular file for reading; anything else is refused, and never waited for, as a pipe would be.
 *
 * @param facts  receives what fstat(2) says
 * @return NN_DATA naming file and reason, which errno has too where open(2) failed
 */
nn_status nni_open_to_read(const char *path, int *descriptor, struct stat *facts, nn_error *error);

/**
 * Replaces a file by one of the given bytes.
 *
 * They go to "<path>.partial" in the same folder, which is synchronised to the disk and then renamed, and the folder
 * is synchronised: after a crash at any moment the name holds either the old file or the whole new one. 2 MiB
 * and more in memory of nni_reserve are not copied on their way to the disk, where the file system can do without.
 *
 * @return NN_SYSTEM naming file and reason, with the old file in place
 */
nn_status nni_file_replace(const char *path, const void *bytes, size_t count, nn_error *error);

/** The same without waiting for the disk, which takes tens of milliseconds: after a crash of the system, and not of
 * this process, the file may be incomplete. For what can be made again. */
nn_status nni_file_replace_unsynced(const char *path, const void *bytes, size_t count, nn_error *error);

/** The temporary name of a file until it is complete, for code that writes it by other means. */
nn_status nni_file_partial(const char *path, char partial[PATH_MAX], nn_error *error);

/** Replaces a file by what has its partial name, as nni_file_replace does. */
nn_status nni_file_commit(const char *path, nn_error *error);

/** Writes all of some bytes to a place of an open file. @return false where it cannot, for the reason in errno */
bool nni_write_at(int file, const void *bytes, size_t count, off_t place);

/** @return bytes that the file system of an open file can take yet, of one in memory no more than memory; or INFINITY
 */
double nni_free_bytes(int file);

/** A file that is written piece by piece and replaces another once it is complete. All zero: there is none. */
typedef struct nni_draft {
    FILE *file; /**< to be written to */
    char path[PATH_MAX];
    char partial[PATH_MAX];
} nni_draft;

/**
 * Opens "<path>.partial". A path that is there and is no file, such as a folder or a device, is refused.
 *
 * @return NN_SYSTEM naming file and reason
 */
nn_status nni_draft_open(const char *path, nni_draft *draft, nn_error *error);

/** Replaces the file by the draft, as nni_file_replace does. @return NN_SYSTEM also where a write before failed */
nn_status nni_draft_commit(nni_draft *draft, nn_error *error);

/** The same without waiting for the disk, as nni_file_replace_unsynced. */
nn_status nni_draft_commit_unsynced(nni_draft *draft, nn_error *error);

/** Leaves everything as it was before the draft was opened. Nothing to do for one that is committed, or all zero. */
void nni_draft_drop(nni_draft *draft);

#endif
