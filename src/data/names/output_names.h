/* SPDX-License-Identifier: MIT */
/** What the outputs of a network are called that are no classes. */
#ifndef NNI_DATA_NAMES_OUTPUT_NAMES_H
#define NNI_DATA_NAMES_OUTPUT_NAMES_H

#include "data/settings.h"
#include "nntrain/status.h"
#include "support/string_set.h"

/**
 * Names of the outputs: the columns of y that the training split chooses by name. Local.
 *
 * @param names  empty; stays so where not every output has a name of its own
 */
nn_status nni_output_names_of(const nni_split_settings *train, size_t outputs, nni_string_set *names, nn_error *error);

#endif
