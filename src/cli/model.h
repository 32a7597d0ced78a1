/** A model applied to data, for eval and predict: the options they share and what these stand for. */
#ifndef NN_CLI_MODEL_H
#define NN_CLI_MODEL_H

#include "cli/cli.h"
#include "nntrain/checkpoint.h"
#include "nntrain/dataset.h"
#include "nntrain/train.h"

/** What a user says about model and data; strings belong to argv. */
typedef struct nn_model_arguments {
    const char *model;
    const char *data;  /* NULL: the file the recipe names */
    const char *split; /* "train" or "test" */
    const char *x, *y; /* NULL: as in the recipe */
    const char *w;     /* NULL: as in the recipe where its file is used, else none */
    nn_external external;
} nn_model_arguments;

/** The argp parser of these options, for a command to have as its child; its input is an nn_model_arguments. */
extern const struct argp nn_model_argp;

/** A model and the data it is applied to. Owns all but comm. */
typedef struct nn_model_session {
    nn_comm *comm;
    nn_checkpoint *model;
    nn_recipe *recipe; /* of the model */
    nn_dataset *dataset;
    nn_workspace *work;
    nn_threads threads;
    const nn_recipe_split *data; /* of the recipe, whose files are in use; NULL: those of --data are */
    const char *data_file;       /* the file in use, or what stands for several */
    const char *x, *y, *w;       /* datasets in use; NULL: not read */
} nn_model_session;

/** Loads model and data; with_targets asks for y and w. Collective. */
nn_status nn_model_session_open(const nn_model_arguments *given, bool with_targets, nn_comm *comm,
                                nn_model_session *session, nn_error *error);
void nn_model_session_close(nn_model_session *session);

#endif
