/* SPDX-License-Identifier: MIT */
/** Importers of other formats; all of it is public. */
#ifndef NNI_IMPORT_IMPORT_H
#define NNI_IMPORT_IMPORT_H

#include "nntrain/import.h"

#endif
