/* SPDX-License-Identifier: MIT */
/** A model applied to data, for eval and predict: the options they share and what these stand for. */
#ifndef NNI_CLI_MODEL_H
#define NNI_CLI_MODEL_H

#include "cli/cli.h"
#include "cli/session.h"

/** The argp parser of these options, for a command to have as its child; its input is an nni_model_arguments. */
extern const struct argp nni_model_argp;

/** Loads model and data; with_targets asks for y and w. Collective. */
nn_status nni_model_session_open(const nni_model_arguments *given, bool with_targets, nn_comm *comm,
                                 nni_model_session *session, nn_error *error);
void nni_model_session_close(nni_model_session *session);

/** Prints which rows of which datasets of which file are in use: "data     FILE: /test/x, /test/y; the test rows". */
void nni_model_session_print(const nni_model_session *session, FILE *out);

#endif
