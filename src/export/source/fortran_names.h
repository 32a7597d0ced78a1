/* SPDX-License-Identifier: MIT */
/** Names that an exported Fortran module, and the file that it is in, may have. */
#ifndef NNI_EXPORT_SOURCE_FORTRAN_NAMES_H
#define NNI_EXPORT_SOURCE_FORTRAN_NAMES_H

#include <stdbool.h>

#include "nntrain/status.h"

/** @return whether exported modules have or use a name themselves, so that none can be called by it; such are of at
 * most 30 characters */
bool nni_fortran_has_name(const char *name);

/** @return NN_USAGE, with a list of such names, where `name` is one of them */
nn_status nni_fortran_check_name(const char *name, nn_error *error);

/** @return whether compilers take a file for one of free form by its name */
bool nni_fortran_is_free_form(const char *path);

#endif
