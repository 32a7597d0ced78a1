/* SPDX-License-Identifier: MIT */
/** How many rows of a column hold which whole number. */
#ifndef NNI_INSPECT_COUNTS_H
#define NNI_INSPECT_COUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "data/dataset/label_set.h"

/** Labels that are counted one by one. */
enum { NNI_INSPECT_CLASSES_MOST = 1024 };

/** A label and the rows that hold it. */
typedef struct nni_inspect_count {
    int64_t label;
    uint64_t rows;
} nni_inspect_count;

/** The distinct labels of a column, ascending. Zeroed, it is empty. */
typedef struct nni_inspect_counts {
    nni_inspect_count each[NNI_INSPECT_CLASSES_MOST];
    size_t count;
} nni_inspect_counts;

/** @return false where a value is no whole number below 2^53, or one label too many: these are no labels then */
bool nni_inspect_counts_take(nni_inspect_counts *counts, double value);

/** Writes the labels as nni_label_list does, or with all set as nni_label_list_describe does. @return text */
const char *nni_inspect_counts_list(const nni_inspect_counts *counts, bool all, char text[NNI_LABEL_LIST]);

/** @return whether they are 0 to count - 1 */
bool nni_inspect_counts_are_classes(const nni_inspect_counts *counts);

#endif
