/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "checkpoint/trained.h"
#include "cli/model.h"
#include "data/names/output_names.h"
#include "data/predictions/predictions.h"
#include "data/predictions/split_outputs.h"
#include "metrics/subject.h"
#include "support/files.h"
#include "support/memory.h"
#include "support/printable.h"

typedef struct arguments {
    nni_model_arguments what;
    const char *output;
} arguments;

static const struct argp_option options[] = {
    {"output", 'o', "OUT.h5", 0, "File to write, OUT.csv for a table of text; an existing one is replaced", 0},
    NNI_CLI_HELP,
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    arguments *given = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &given->what;
        return 0;
    case 'o':
        if (*value == '\0') {
            argp_error(state, "--output: name a file");
            return EINVAL;
        }
        given->output = value;
        return 0;
    case ARGP_KEY_END:
        if (!given->output) {
            argp_error(state, "name the file to write with --output OUT.h5 or OUT.csv");
            return EINVAL;
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&nni_model_argp, 0, NULL, 0}, {0}};
static const struct argp parser = {
    .options = options,
    .parser = parse_option,
    .doc =
        "Writes a model's predictions to a file of HDF5 or, where its name ends in .csv, a table of text: /class "
        "[rows] "
        "and /probabilities [rows, outputs] of a classifier (softmax, or one sigmoid), with /class_name [rows] where "
        "its classes have names; /labels [rows, outputs] of 0 and 1 and /probabilities of several sigmoid outputs; "
        "/values [rows, outputs] of any other network.",
    .children = children,
};

/* Where the outputs of this rank's rows go. */
typedef struct output_rows {
    nni_real *values; /* [rows, width] */
    size_t width;
} output_rows;

static void keep_output(void *context, const nni_split_row *row)
{
    const output_rows *to = context;
    memcpy(to->values + row->index * to->width, row->output, to->width * sizeof *to->values);
}

static nni_row_choice all_rows(const nni_dataset *dataset)
{
    return (nni_row_choice){dataset->slicing.slices.rows, dataset->slicing.slices.rows};
}

/* All of this rank's rows through the network: output [rows, outputs]. */
static nn_status run_rows(const nni_model_session *session, nni_real *output, nn_error *error)
{
    output_rows to = {output, session->model->network->outputs};
    return nni_split_run(session->model->network, session->work, session->dataset, all_rows(session->dataset),
                         keep_output, &to, error);
}

static size_t rows_of_rank(const nni_dataset *dataset, const nn_comm *comm, int rank)
{
    return nni_split_rows_of(dataset, all_rows(dataset), comm, rank);
}

/* What a piece of the outputs decides: classes, or labels from 0.5 on. */
static void decide(nn_prediction kind, const nni_real *output, size_t rows, size_t outputs, int *decided)
{
    for (size_t i = 0; i < rows && kind == NN_PREDICTS_CLASSES; i++)
        decided[i] = (int)nni_predicted_class(output + i * outputs, outputs);
    for (size_t i = 0; i < rows * outputs && kind == NN_PREDICTS_LABELS; i++)
        decided[i] = output[i] >= (nni_real)0.5;
}

/* Rows in pieces, so that neither what is decided nor what is written needs a second large array. */
static nn_status append(nni_predictions *file, const nni_checkpoint *model, const nni_real *output, size_t rows,
                        nn_error *error)
{
    enum { PIECE = 4096 };
    const nn_prediction kind = nni_checkpoint_predicts(model);
    const size_t outputs = model->network->outputs;
    int *decided = NULL;
    double *written = NULL;
    nn_status status = nni_allocate(PIECE, outputs * sizeof *decided, "the predictions", &decided, error);
    if (status == NN_OK)
        status = nni_allocate(PIECE, outputs * sizeof *written, "the predictions", &written, error);
    for (size_t first = 0; status == NN_OK && first < rows; first += PIECE) {
        const size_t count = rows - first < PIECE ? rows - first : PIECE;
        const nni_real *piece = output + first * outputs;
        decide(kind, piece, count, outputs, decided);
        nni_target_scaler_restore(model->target_scaling, piece, count, written);
        status = nni_predictions_append(file, written, decided, count, error);
    }
    nni_release(decided);
    nni_release(written);
    return status;
}

/* Rank by rank, in the order of the rows; after a failed write the rest is still taken in, so that nobody waits. */
static nn_status collect(const nni_model_session *session, nni_predictions *file, nni_real *output, nn_error *error)
{
    nn_comm *comm = session->comm;
    const size_t outputs = session->model->network->outputs;
    nn_status status = NN_OK;
    for (int rank = 0; rank < comm->size; rank++) {
        if (comm->rank != 0 && comm->rank != rank)
            continue;
        const size_t rows = rows_of_rank(session->dataset, comm, rank);
        NN_TRY(nni_comm_send_to_root(comm, rank, output, rows * outputs, error));
        if (comm->rank == 0 && status == NN_OK)
            status = append(file, session->model, output, rows, error);
    }
    return status;
}

static nn_status refuse_overwriting(const arguments *given, const nni_model_session *session, nn_error *error)
{
    if (nni_dataset_is_of(session->dataset, given->output) || nni_same_file(given->output, given->what.model))
        return nn_fail(error, NN_USAGE, "--output %s would overwrite the model or the data; name another file",
                       given->output);
    return NN_OK;
}

static void print_written(const arguments *given, const nni_model_session *session, size_t rows)
{
    static const char *const what[] = {[NN_PREDICTS_CLASSES] = "class and probabilities",
                                       [NN_PREDICTS_LABELS] = "labels and probabilities",
                                       [NN_PREDICTS_VALUES] = "values"};
    printf("wrote    ");
    nni_print_text(stdout, given->output);
    printf(": %s of %zu rows of ", what[nni_checkpoint_predicts(session->model)], rows);
    nni_print_text(stdout, session->data_file);
    printf("\n");
    nni_model_session_print(session, stdout);
}

/* What outputs are called: as classes are, or as the columns that the recipe names. @param names  [outputs], empty */
static nn_status name_outputs(const nni_model_session *session, nn_prediction kind, nni_string_set *names,
                              nn_error *error)
{
    if (kind == NN_PREDICTS_CLASSES)
        return nni_string_set_copy(&session->model->class_names, names, error);
    return nni_output_names_of(&session->recipe->data.train, session->model->network->outputs, names, error);
}

/* @param names  receives what the file borrows until it is finished */
static nn_status create_file(const arguments *given, const nni_model_session *session, nni_string_set *names,
                             nni_predictions **file, nn_error *error)
{
    const nni_predictions_form form = {
        .kind = nni_checkpoint_predicts(session->model),
        .rows = session->dataset->slicing.slices.rows,
        .outputs = session->model->network->outputs,
        .names = names,
    };
    NN_TRY(name_outputs(session, form.kind, names, error));
    return nni_predictions_create(given->output, &form, file, error);
}

static nn_status write_predictions(const arguments *given, const nni_model_session *session, nn_error *error)
{
    nn_comm *comm = session->comm;
    const nn_network *network = session->model->network;
    const size_t rows = session->dataset->slicing.slices.rows;
    nni_predictions *file = NULL;
    nni_string_set names = {.count = 0};
    nni_real *output = NULL;
    size_t most = session->dataset->slicing.rows;
    for (int rank = 0; comm->rank == 0 && rank < comm->size; rank++)
        if (rows_of_rank(session->dataset, comm, rank) > most)
            most = rows_of_rank(session->dataset, comm, rank);
    NN_TRY(nn_comm_agree(comm, nni_allocate(most * network->outputs, sizeof *output, "the predictions", &output, error),
                         error));
    nn_status status = NN_OK;
    if (comm->rank == 0) {
        status = refuse_overwriting(given, session, error);
        if (status == NN_OK)
            status = create_file(given, session, &names, &file, error);
    }
    status = nni_comm_broadcast_status(comm, status, error);
    if (status == NN_OK)
        status = nn_comm_agree(comm, run_rows(session, output, error), error);
    if (status == NN_OK)
        status = nn_comm_agree(comm, collect(session, file, output, error), error);
    if (status == NN_OK && comm->rank == 0) {
        status = nni_predictions_finish(file, error);
        file = NULL;
    }
    nni_predictions_abandon(file);
    nni_string_set_free(&names);
    nni_release(output);
    NN_TRY(nni_comm_broadcast_status(comm, status, error));
    if (comm->rank == 0)
        print_written(given, session, rows);
    return NN_OK;
}

static nn_status predict(const void *parsed, nn_comm *comm, nn_error *error)
{
    const arguments *given = parsed;
    nni_model_session session;
    NN_TRY(nni_model_session_open(&given->what, false, comm, &session, error));
    nn_status status = write_predictions(given, &session, error);
    nni_model_session_close(&session);
    return status;
}

nn_status nni_cli_predict(int argc, char **argv)
{
    arguments given = {.output = NULL};
    const nni_parsed parsed = nni_cli_parse(&parser, "nntrain predict", argc, argv, &given);
    if (parsed != NNI_PARSED_GO)
        return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    return nni_cli_with_ranks("predict", predict, &given);
}
