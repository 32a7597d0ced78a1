/* SPDX-License-Identifier: MIT */
/** The functions of an exported C file beside its prediction. */
#ifndef NNI_EXPORT_SOURCE_C_FUNCTIONS_H
#define NNI_EXPORT_SOURCE_C_FUNCTIONS_H

#include <stdio.h>

#include "export/source/plan.h"

/** Writes NAME_class and NAME_class_name, as far as the model has classes and names. */
void nni_c_put_classes(const nni_source_plan *plan, FILE *out);

/** Writes NAME_self_test with its rows. */
void nni_c_put_self_test(const nni_source_plan *plan, FILE *out);

#endif
