/* SPDX-License-Identifier: MIT */
/**
 * A file of lines about a training, each an object of JSON that begins with `{"epoch": N`: appended as it goes on, cut
 * back where it goes back. A full disk costs a line and not the training. All local: rank 0 alone has the file.
 */
#ifndef NNI_TRAIN_RUN_FOLDER_EPOCH_LINES_H
#define NNI_TRAIN_RUN_FOLDER_EPOCH_LINES_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "nntrain/status.h"

/** An open file of lines. All zero, there is none. */
typedef struct nni_epoch_lines {
    FILE *file; /**< NULL: could not be opened again after a failed write */
    char path[PATH_MAX];
    off_t bytes; /**< of it that are whole lines */
} nni_epoch_lines;

/**
 * Opens the file of a run's folder at its end, which is made where there is none.
 *
 * @param name  in the folder
 * @param epoch, step  complete ones of the run: lines of later epochs, or with "step": S of later steps, are about to
 * be written again and go, and all that follow them
 */
nn_status nni_epoch_lines_open(const char *folder, const char *name, uint64_t epoch, uint64_t step,
                               nni_epoch_lines *lines, nn_error *error);

/** The same of an open file, after the run has gone back. */
nn_status nni_epoch_lines_go_back(nni_epoch_lines *lines, uint64_t epoch, uint64_t step, nn_error *error);

/** Closes the file where somebody else has removed it, or all of its folder, which the run's lock makes again. @return
 * whether that is so */
bool nni_epoch_lines_removed(nni_epoch_lines *lines);

/** @return the file for lines to be written to; NULL: it cannot be opened, for the reason in errno */
FILE *nni_epoch_lines_begin(nni_epoch_lines *lines);

/**
 * Ends what was written since the begin: it goes to the disk's cache, or where that fails, away, so that later lines
 * are whole.
 *
 * @return whether it is there; else errno has the reason
 */
bool nni_epoch_lines_end(nni_epoch_lines *lines);

/** Closes it; all zero is fine. */
void nni_epoch_lines_close(nni_epoch_lines *lines);

#endif
