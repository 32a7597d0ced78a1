/* SPDX-License-Identifier: MIT */
/** A model as a Fortran 2018 module. */
#ifndef NNI_EXPORT_SOURCE_FORTRAN_H
#define NNI_EXPORT_SOURCE_FORTRAN_H

#include "export/exporter.h"

extern const nni_model_format nni_model_format_fortran;

#endif
