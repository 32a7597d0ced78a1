/* SPDX-License-Identifier: MIT */
/** A model as a C99 file and its header. */
#ifndef NNI_EXPORT_SOURCE_C_H
#define NNI_EXPORT_SOURCE_C_H

#include "export/exporter.h"

extern const nni_model_format nni_model_format_c;

#endif
