/* SPDX-License-Identifier: MIT */
/** nntrain watch: a run on a screen that follows its files. */
#ifndef NNI_WATCH_WATCH_H
#define NNI_WATCH_WATCH_H

#include <stddef.h>
#include <stdio.h>

#include "nntrain/status.h"

/**
 * Prints one screen of a run as text.
 *
 * @param folder  of the run, or a file in it
 * @return NN_DATA where there is no run
 */
nn_status nni_watch_once(const char *folder, size_t columns, size_t rows, FILE *out, nn_error *error);

/**
 * Takes the terminal that standard output is and shows the run until q, Ctrl-C or a signal to end, by which the process
 * then ends. Reads the files of the run when they have changed, at most twice a second, and for a tenth of the time at
 * most. A folder that is not there yet is waited for.
 *
 * @return NN_SYSTEM where memory runs out or the terminal cannot be taken; it is given back in any case
 */
nn_status nni_watch(const char *folder, nn_error *error);

#endif
