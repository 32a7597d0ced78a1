/** How many rows of a column hold which whole number. */
#ifndef NNI_INSPECT_COUNTS_H
#define NNI_INSPECT_COUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "data/dataset/label_set.h"

/** Labels that are counted one by one. */
enum { NN_INSPECT_CLASSES_MOST = 1024 };

/** A label and the rows that hold it. */
typedef struct nn_inspect_count {
    int64_t label;
    uint64_t rows;
} nn_inspect_count;

/** The distinct labels of a column, ascending. Zeroed, it is empty. */
typedef struct nn_inspect_counts {
    nn_inspect_count each[NN_INSPECT_CLASSES_MOST];
    size_t count;
} nn_inspect_counts;

/** @return false where a value is no whole number below 2^53, or one label too many: these are no labels then */
bool nn_inspect_counts_take(nn_inspect_counts *counts, double value);

/** Writes the labels as nn_label_list does, or with all set as nn_label_list_tell does. @return text */
const char *nn_inspect_counts_list(const nn_inspect_counts *counts, bool all, char text[NN_LABEL_LIST]);

/** @return whether they are 0 to count - 1 */
bool nn_inspect_counts_are_classes(const nn_inspect_counts *counts);

#endif
