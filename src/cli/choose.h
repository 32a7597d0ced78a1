/* SPDX-License-Identifier: MIT */
/** Which split and which datasets of which file: what is said, else what the model's recipe or the file tells. */
#ifndef NNI_CLI_CHOOSE_H
#define NNI_CLI_CHOOSE_H

#include "cli/session.h"

/**
 * Chooses split, held_out, base, x, y and w of a session whose model and recipe are there. Collective and agreed.
 *
 * @return NN_USAGE or NN_DATA, saying what to name, where there are no such rows or several datasets could be meant
 */
nn_status nni_model_choose(const nni_model_arguments *given, bool with_targets, nni_model_session *session,
                           nn_error *error);

/**
 * Lists what could be the features, of a session that found them in a file.
 *
 * @param but   name to be left out, or NULL
 * @param text  [room] receives "/a, /b"
 * @return how many there are
 */
size_t nni_model_list_fitting(const nni_model_session *session, const char *but, char *text, size_t room);

#endif
