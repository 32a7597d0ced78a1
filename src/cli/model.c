/* SPDX-License-Identifier: MIT */
#include "cli/model.h"

#include <stdio.h>
#include <string.h>

#include "cli/choose.h"
#include "data/dataset/digest.h"
#include "data/dataset/open.h"
#include "data/dataset/split.h"
#include "data/dataset/targets.h"
#include "data/names/feature_name.h"
#include "data/scaling/feature_scaling.h"
#include "data/scaling/target_scaling.h"
#include "export/registry/registry.h"
#include "support/memory.h"
#include "support/printable.h"
#include "support/suggest.h"
#include "train/run/format.h"

/* Rows that go through the network at once. */
enum { PIECE_ROWS = 1024 };

static const struct argp_option options[] = {
    {"model", 'm', "CKPT.h5", 0, "The model: model.h5 of a run, any checkpoint, or a file of safetensors or ONNX", 0},
    {"data", 'd', "FILE.h5", 0, "The data, or a quoted pattern such as 'part-*.h5' (default: what the recipe names)",
     0},
    {"split", 's', "SPLIT", 0,
     "train (the rows that were trained on), validation, test or all, as the recipe has them (default: test, else "
     "validation; with --data all rows of the file)",
     0},
    {"x", 'x', "DATASET", 0, "Dataset of the features, where it is not the recipe's", 0},
    {"y", 'y', "DATASET", 0, "Dataset of the targets, where it is not the recipe's", 0},
    {"w", 'w', "DATASET", 0, "Dataset of sample weights, which count in every figure (default: the recipe's)", 0},
    NNI_CLI_EXTERNAL,
    {0},
};

static error_t take_split(nni_split *split, const char *value, struct argp_state *state)
{
    static const char *const names[] = {[NNI_SPLIT_TRAIN] = "train",
                                        [NNI_SPLIT_VALIDATION] = "validation",
                                        [NNI_SPLIT_TEST] = "test",
                                        [NNI_SPLIT_ALL] = "all"};
    for (int i = NNI_SPLIT_TRAIN; i <= NNI_SPLIT_ALL; i++)
        if (strcmp(value, names[i]) == 0) {
            *split = (nni_split)i;
            return 0;
        }
    argp_error(state, "--split: '%s' is none of train, validation, test, all%s", value,
               nni_suggest_among(value, names + NNI_SPLIT_TRAIN, NNI_SPLIT_ALL - NNI_SPLIT_TRAIN + 1).text);
    return EINVAL;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    nni_model_arguments *given = state->input;
    switch (key) {
    case 'm':
        given->model = value;
        return 0;
    case 'd':
        given->data = value;
        return 0;
    case 's':
        return take_split(&given->split, value, state);
    case 'x':
        given->x = value;
        return 0;
    case 'y':
        given->y = value;
        return 0;
    case 'w':
        given->w = value;
        return 0;
    case NNI_CLI_KEY_EXTERNAL:
        return nni_cli_take_external(&given->external, value, state);
    case ARGP_KEY_ARG:
        argp_error(state, "'%s' stands alone; the model is named by --model CKPT.h5, rows by --data FILE.h5", value);
        return EINVAL;
    case ARGP_KEY_END:
        if (!given->model) {
            argp_error(state, "name the model with --model CKPT.h5");
            return EINVAL;
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp nni_model_argp = {.options = options, .parser = parse_option};

/* Datasets are read as the training read them, of which rows were held out. */
static nni_dataset_spec spec_of(const nni_model_arguments *given, const nni_model_session *session)
{
    const nni_data_settings *data = &session->recipe->data;
    nni_dataset_spec spec = nni_dataset_spec_of(session->base, &data->train);
    if (given->data)
        spec.file = given->data, spec.files = NULL, spec.file_count = 0;
    if (session->held_out)
        spec.window = data->window_bytes; /* of which the digest knows */
    else
        spec.x = session->x, spec.y = session->y, spec.w = session->w;
    if (session->label_count > 0)
        spec.y_columns = session->label, spec.y_column_count = session->label_count;
    spec.external = !given->data && data->external == NN_EXTERNAL_ALLOW ? NN_EXTERNAL_ALLOW : given->external;
    spec.class_names = &session->model->class_names;
    spec.names_are_labels = session->model->names_are_labels;
    spec.head = nni_head_of(&session->recipe->network, &session->recipe->loss);
    spec.features = session->model->network->inputs;
    spec.missing = session->model->normalization->missing != NULL;
    spec.log1p = session->model->target_scaling->kind == NN_TARGETS_LOG1P;
    spec.memory = nni_dataset_memory(data->memory_bytes, session->comm);
    return spec;
}

/* Rows are held out by their place, which tells nothing in another file. */
static nn_status check_digest(const nni_model_arguments *given, const nni_model_session *session, nn_error *error)
{
    const nni_provenance *from = &session->model->provenance;
    uint64_t digest = 0;
    NN_TRY(nni_dataset_digest(session->dataset, session->comm, &digest, error));
    if (digest == from->data_digest)
        return NN_OK;
    return nn_fail(error, NN_DATA,
                   "%s holds other rows than %s was trained on (%s), so its training, validation and test rows cannot "
                   "be told; %s --split all",
                   session->dataset->origin.file, given->model, from->data_file,
                   given->data ? "leave --split out, or take" : "take all of them with");
}

/* Holds rows of the session's dataset out. @param wanted  they are what the session is to have */
static nn_status hold_out(nni_model_session *session, nni_holdout holdout, bool wanted, nn_error *error)
{
    nni_dataset *held_out = NULL;
    if (!nni_holdout_takes(&holdout))
        return NN_OK;
    NN_TRY(nni_dataset_split(session->dataset, &holdout, session->comm, &held_out, error));
    nni_dataset_free(wanted ? session->dataset : held_out);
    if (wanted)
        session->dataset = held_out;
    return NN_OK;
}

/* As the training did, in the same order. */
static nn_status hold_out_splits(const nni_model_arguments *given, nni_model_session *session, nn_error *error)
{
    const nni_split split = session->split;
    NN_TRY(check_digest(given, session, error));
    NN_TRY(hold_out(session, nni_holdout_of_test(&session->recipe->data, session->recipe->seed),
                    split == NNI_SPLIT_TEST, error));
    if (split == NNI_SPLIT_TEST)
        return NN_OK;
    return hold_out(session, nni_holdout_of_validation(&session->recipe->data, session->recipe->seed),
                    split == NNI_SPLIT_VALIDATION, error);
}

/* Another file's columns may be as many, but others. Columns that the recipe chooses are found by their names. */
static nn_status compare_names(const nni_model_arguments *given, const nni_model_session *session,
                               const nni_dataset_spec *spec, nn_error *error)
{
    const nni_split_settings *train = &session->recipe->data.train;
    const nni_feature_file file = {given->data, spec->x}, trained = {session->model->provenance.data_file, train->x};
    nn_status status = NN_OK;
    char remedy[PATH_MAX];
    snprintf(remedy, sizeof remedy, "--x %s takes these as they are", spec->x);
    if (given->data && !given->x && train->x_columns_count == 0 && session->comm->rank == 0)
        status =
            nni_feature_names_compare(file, trained, &session->model->feature_names, spec->features, remedy, error);
    return nni_comm_broadcast_status(session->comm, status, error);
}

static nn_status open_data(const nni_model_arguments *given, nni_model_session *session, nn_error *error)
{
    nn_comm *comm = session->comm;
    /* The slices of the training, so that sums over the rows are its very sums, on any number of ranks. */
    const size_t slices = session->recipe->parallel.slices, ranks = (size_t)comm->size;
    const nn_network *network = session->model->network;
    const nni_dataset_spec spec = spec_of(given, session);
    if (session->held_out && ranks > slices)
        return nn_fail(error, NN_USAGE,
                       "%zu ranks cannot share the %zu slices that the training carved rows off; start at most %zu, or "
                       "take --split all",
                       ranks, slices, slices);
    NN_TRY(compare_names(given, session, &spec, error));
    NN_TRY(nni_dataset_open(&spec, slices > ranks ? slices : ranks, false, comm, &session->dataset, error));
    session->whole_rows = session->dataset->slicing.slices.rows;
    if (session->held_out)
        NN_TRY(hold_out_splits(given, session, error));
    session->data_file = session->dataset->origin.file;
    if (session->y)
        NN_TRY(nni_dataset_fit_targets(session->dataset, network->outputs,
                                       network->layers[network->layer_count - 1].activation, comm, error));
    nni_dataset_scale_targets(session->dataset, session->model->target_scaling);
    return nni_dataset_normalize(session->dataset, session->model->normalization, error);
}

static nn_status open_all(const nni_model_arguments *given, bool with_targets, nni_model_session *session,
                          nn_error *error)
{
    nn_comm *comm = session->comm;
    NN_TRY(nni_model_file_share(given->model, comm, &session->model, error));
    NN_TRY(nn_comm_agree(
        comm, nn_recipe_parse(session->model->recipe, given->model, NULL, NULL, 0, &session->recipe, error), error));
    NN_TRY(nni_model_choose(given, with_targets, session, error));
    NN_TRY(open_data(given, session, error));
    session->model->network->precision = session->recipe->training.precision;
    session->threads = nni_threads_configure(0, comm);
    nni_threads_warn(&session->threads, comm->rank == 0 ? stderr : NULL);
    return nn_comm_agree(
        comm,
        nni_workspace_create(session->model->network, PIECE_ROWS, session->threads.count, 0, &session->work, error),
        error);
}

nn_status nni_model_session_open(const nni_model_arguments *given, bool with_targets, nn_comm *comm,
                                 nni_model_session *session, nn_error *error)
{
    *session = (nni_model_session){.comm = comm};
    nn_status status = open_all(given, with_targets, session, error);
    if (status != NN_OK)
        nni_model_session_close(session);
    return status;
}

void nni_model_session_close(nni_model_session *session)
{
    nni_workspace_free(session->work);
    nni_dataset_free(session->dataset);
    nni_candidates_free(&session->found);
    nni_release(session->beside);
    nni_release(session->label);
    nn_recipe_free(session->recipe);
    nni_checkpoint_free(session->model);
    nni_threads_release(&session->threads);
    *session = (nni_model_session){.comm = session->comm};
}

/* Whether all rows are those of the training file, of which the model knows some. */
static bool has_trained_rows(const nni_model_session *session)
{
    return strcmp(session->x, session->recipe->data.train.x) == 0 &&
           nni_dataset_is_of(session->dataset, session->model->provenance.data_file);
}

/* "; the 300 test rows of its 1,500" */
static void print_rows(const nni_model_session *session, FILE *out)
{
    static const char *const what[] = {[NNI_SPLIT_TRAIN] = "rows trained on",
                                       [NNI_SPLIT_VALIDATION] = "validation rows",
                                       [NNI_SPLIT_TEST] = "test rows"};
    const bool all = session->split == NNI_SPLIT_UNSAID || session->split == NNI_SPLIT_ALL;
    fprintf(out, "; %s", all ? "all rows" : "the ");
    if (all && has_trained_rows(session))
        fprintf(out, ", those trained on among them");
    if (session->held_out)
        fprintf(out, "%s ", nni_figure_count(session->dataset->slicing.slices.rows).text);
    fprintf(out, "%s", all ? "" : what[session->split]);
    if (session->held_out)
        fprintf(out, " of its %s", nni_figure_count(session->whole_rows).text);
}

void nni_model_session_print(const nni_model_session *session, FILE *out)
{
    char others[300];
    fprintf(out, "data     ");
    nni_print_text(out, session->data_file);
    fprintf(out, ": %s", session->x);
    if (session->y)
        fprintf(out, ", %s", session->y);
    if (session->w)
        fprintf(out, ", weighted by %s", session->w);
    print_rows(session, out);
    if (nni_model_list_fitting(session, session->x, others, sizeof others) > 0)
        fprintf(out, " (there is also %s: choose with --split or --x)", others);
    fprintf(out, "\n");
}
