/** What would make a dataset quicker to read or smaller: one line each, with the mend. */
#ifndef NN_DATA_INSPECT_ADVICE_H
#define NN_DATA_INSPECT_ADVICE_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdio.h>

/** What advice is drawn from. */
typedef struct nn_inspected {
    const char *name; /**< without the leading slash */
    hid_t dataset, type;
    int rank;
    const hsize_t *dims;  /**< [rank] */
    bool whole;           /**< every value was looked at, and there is a finite one */
    double least, most;   /**< of the finite values; only where `whole` */
    bool float32_exactly; /**< every value is a float32 too; only where `whole` */
} nn_inspected;

/** Prints a line "advice" for each thing that a user could better before a training; nothing for a sound dataset. */
void nn_inspect_advise(FILE *out, const nn_inspected *seen);

#endif
