/* SPDX-License-Identifier: MIT */
/** Classes that a file spells out as texts. */
#ifndef NNI_INSPECT_LABELS_H
#define NNI_INSPECT_LABELS_H

#include "inspect/values.h"

/**
 * Prints how many rows of a column of texts say what.
 *
 * @param all    look at every row, however many there are
 * @param empty  receives how many of them are empty
 * @return whether they could be read
 */
bool nni_inspect_labels_print(FILE *out, const nni_inspected *seen, bool all, uint64_t *empty);

#endif
