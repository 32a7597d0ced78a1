/* SPDX-License-Identifier: MIT */
/** The formats that nntrain import knows. */
#ifndef NNI_IMPORT_REGISTRY_REGISTRY_H
#define NNI_IMPORT_REGISTRY_REGISTRY_H

#include "import/importer.h"

/** @return importer i, in the order of the help; NULL behind the last */
const nni_importer *nni_importer_at(size_t i);

/** @return the importer of a name; NULL with NN_USAGE, which suggests one, where there is none */
const nni_importer *nni_importer_find(const char *name, nn_error *error);

#endif
