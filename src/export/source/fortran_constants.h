/* SPDX-License-Identifier: MIT */
/** Declarations of constants in Fortran. */
#ifndef NNI_EXPORT_SOURCE_FORTRAN_CONSTANTS_H
#define NNI_EXPORT_SOURCE_FORTRAN_CONSTANTS_H

#include <stddef.h>
#include <stdio.h>

#include "support/real.h"

/** Declares an array of kind real32 and gives it values by DATA statements, within the limit of 255 continued lines. */
void nni_fortran_put_reals(const char *name, const nni_real *values, size_t count, FILE *out);

/** The same of doubles, rounded. */
void nni_fortran_put_rounded(const char *name, const double *values, size_t count, FILE *out);

/** The same of doubles as they are, of kind real64. */
void nni_fortran_put_doubles(const char *name, const double *values, size_t count, FILE *out);

/** Writes statements that append a text, of any bytes, to the variable `text`. */
void nni_fortran_put_text(const char *text, const char *indent, FILE *out);

#endif
