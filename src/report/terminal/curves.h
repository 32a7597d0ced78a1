/* SPDX-License-Identifier: MIT */
/** Curves of a run as text, on terminals. */
#ifndef NNI_REPORT_TERMINAL_CURVES_H
#define NNI_REPORT_TERMINAL_CURVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "nntrain/status.h"
#include "report/history/history.h"

/** What a terminal shows. */
typedef struct nni_terminal_text {
    bool utf8;   /**< by LC_ALL, LC_CTYPE or LANG, and not on the Linux console, whose font has few characters */
    bool colour; /**< by TERM and NO_COLOR */
} nni_terminal_text;

/** @return what the environment says of the terminal */
nni_terminal_text nni_terminal_ask(void);

/** @return whether some figure that is drawn has values of two epochs, without which there is no curve */
bool nni_terminal_has_curves(const nni_history *run);

/**
 * Draws the loss of every split, and to the right of it, where there are 60 columns, the metric that the run is judged
 * by: `rows` lines of at most `columns` characters.
 */
nn_status nni_terminal_curves(FILE *out, const nni_history *run, nni_terminal_text text, size_t columns, size_t rows,
                              nn_error *error);

#endif
