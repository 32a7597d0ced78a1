/* SPDX-License-Identifier: MIT */
/** A run as one screen of text. */
#ifndef NNI_WATCH_SCREEN_H
#define NNI_WATCH_SCREEN_H

#include <stddef.h>
#include <stdio.h>

#include "nntrain/status.h"
#include "report/history/history.h"
#include "report/terminal/curves.h"

/** What the screen can hold, and what is known of the run beside its history. */
typedef struct nni_view {
    size_t columns, rows; /**< as small as 1 by 1: what matters least is left out first */
    nni_terminal_text text;
    const char *who;  /**< trains in its folder, "process 12 on node7 since ..."; NULL: nobody does */
    double idle;      /**< seconds since its newest epoch ended; NAN: not known */
    const char *hint; /**< the last line; NULL: none */
} nni_view;

/**
 * Writes at most `rows` lines of at most `columns` characters: state, progress and time left, newest and best figures,
 * curves, ranks, and of a run that went wrong what it said.
 */
nn_status nni_draw_screen(FILE *out, const nni_history *run, const nni_view *view, nn_error *error);

/** The same where there is no run to show. @param why  in one sentence */
void nni_draw_waiting(FILE *out, const char *why, const nni_view *view);

#endif
