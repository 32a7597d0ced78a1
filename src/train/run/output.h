/* SPDX-License-Identifier: MIT */
/** Output of a training for people: lines, wrapped to the width of their terminal, beside a progress bar. */
#ifndef NNI_TRAIN_RUN_OUTPUT_H
#define NNI_TRAIN_RUN_OUTPUT_H

#include <stddef.h>
#include <stdio.h>

#include "nntrain/train.h"

/** Output of rank 0. Borrows all of it. */
typedef struct nni_output {
    FILE *file;           /* NULL: this rank prints nothing */
    int (*columns)(void); /* of the terminal that the file is; NULL: it is none */
    nn_progress_style style;
    size_t
        *bar_width; /* characters of the bar on the screen, which a line must not be glued to; NULL: there is no bar */
} nni_output;

/** @return whether this rank prints more than warnings, which nni_output_say prints wherever there is a file */
static inline bool nni_output_reports(const nni_output *output)
{
    return output->file && output->style != NN_PROGRESS_QUIET;
}

/** Prints a line, which is wrapped between words where the terminal is narrow; nothing on ranks without output. */
void nni_output_say(const nni_output *output, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** The same in one piece, for what is to be copied into a shell. */
void nni_output_say_command(const nni_output *output, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Takes the bar off the screen. */
void nni_output_clear_bar(const nni_output *output);

/** @return columns of the terminal; 0: not known, or the output is none */
size_t nni_output_columns(const nni_output *output);

#endif
