/* SPDX-License-Identifier: MIT */
/** The activations in Fortran. */
#ifndef NNI_EXPORT_SOURCE_FORTRAN_FORMULAS_H
#define NNI_EXPORT_SOURCE_FORTRAN_FORMULAS_H

#include "nntrain/kinds.h"

/** An activation: expressions of kind `wide`, real64, whose result is rounded once. */
typedef struct nni_fortran_formula {
    const char *value; /**< of x, a number; of an activation over rows: of the array x */
    const char *inner; /**< of x, assigned to z before; NULL: `value` has no z */
} nni_fortran_formula;

/** @return the formula; NULL: there is none yet */
const nni_fortran_formula *nni_fortran_formula_of(nn_activation activation);

#endif
