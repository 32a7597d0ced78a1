/** What would make a dataset quicker to read, smaller, or easier to learn from: one line each, with the mend. */
#ifndef NN_DATA_INSPECT_ADVICE_H
#define NN_DATA_INSPECT_ADVICE_H

#include <stdio.h>

#include "data/inspect_values.h"

/** Prints a line "advice" for each thing about the storage that a user could better; nothing where it is sound. */
void nn_inspect_advise(FILE *out, const nn_inspected *seen, const nn_inspect_values *values);

#endif
