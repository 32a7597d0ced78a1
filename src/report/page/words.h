/* SPDX-License-Identifier: MIT */
/** Names of figures as people read them. */
#ifndef NNI_REPORT_PAGE_WORDS_H
#define NNI_REPORT_PAGE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/history/history.h"

/** @return whether a curve is the first of its metric, of any split. @param metric  receives the metric */
bool nni_metric_begins(const nni_history *run, size_t curve, const char **metric);

/** A few words: "AUROC", "balanced accuracy". */
typedef struct nni_words {
    char text[64];
} nni_words;

/** @param metric  "auroc", "balanced_accuracy" */
nni_words nni_metric_in_words(const char *metric);

/** @return a time as records have it, "2026-11-30T18:24:42Z", as "2026-11-30 18:24:42 UTC"; another text as it is */
nni_words nni_time_in_words(const char *time);

/** @return the words with a capital at their beginning */
nni_words nni_metric_title(const char *metric);

#endif
