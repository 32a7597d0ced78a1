/* SPDX-License-Identifier: MIT */
/** What a file that a model is written to must not replace. */
#ifndef NNI_CLI_MODEL_OUTPUT_H
#define NNI_CLI_MODEL_OUTPUT_H

#include "export/registry/registry.h"

/**
 * Refuses a name that would replace the model that is read, its training data, or a file of another kind than is
 * written, and one with the extension of another format. Local.
 *
 * @param format     what is written; NULL: a checkpoint
 * @param model      the file that is read
 * @param data_file  what the model was trained on; empty: not known
 * @return NN_USAGE with the reason and the mend
 */
nn_status nni_model_output_check(const nni_model_format *format, const char *model, const char *data_file,
                                 const char *output, nn_error *error);

#endif
