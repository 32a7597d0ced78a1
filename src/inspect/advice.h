/* SPDX-License-Identifier: MIT */
/** What would make a dataset quicker to read, smaller, or easier to learn from: one line each, with what to do. */
#ifndef NNI_INSPECT_ADVICE_H
#define NNI_INSPECT_ADVICE_H

#include <stdio.h>

#include "inspect/values.h"

/** Prints a line "advice" for each thing about chunks and types that a user could better; nothing where all is sound.
 */
void nni_inspect_advise_storage(FILE *out, const nni_inspected *seen, const nni_inspect_values *values);

/** The same about what the values of features, classes and targets do to a training. */
void nni_inspect_advise_learning(FILE *out, const nni_inspected *seen, const nni_inspect_values *values,
                                 const nni_hdf5_names *names);

/** The same about targets that are texts. @param empty  rows that are said to be empty */
void nni_inspect_advise_text(FILE *out, const nni_inspected *seen, uint64_t empty);

/** The same about targets or weights, of whatever type, that are more or fewer than the rows beside them. */
void nni_inspect_advise_rows(FILE *out, const nni_inspected *seen);

#endif
