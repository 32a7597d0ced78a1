#include "cli/model.h"

#include <string.h>

/* Rows that go through the network at once. */
enum { PIECE_ROWS = 1024 };

static const struct argp_option options[] = {
    {"model", 'm', "CKPT.h5", 0, "The model: model.h5 of a run or any checkpoint", 0},
    {"data", 'd', "FILE.h5", 0, "The data, or a quoted pattern such as 'part-*.h5' (default: what the recipe names)",
     0},
    {"split", 's', "SPLIT", 0, "train or test: whose dataset names of the recipe are used (default: test)", 0},
    {"x", 'x', "DATASET", 0, "Dataset of the features, where it is not the recipe's", 0},
    {"y", 'y', "DATASET", 0, "Dataset of the targets, where it is not the recipe's", 0},
    {"w", 'w', "DATASET", 0, "Dataset of sample weights, which count in every figure (default: the recipe's)", 0},
    NN_CLI_EXTERNAL,
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    nn_model_arguments *given = state->input;
    switch (key) {
    case 'm':
        given->model = value;
        return 0;
    case 'd':
        given->data = value;
        return 0;
    case 's':
        if (strcmp(value, "train") != 0 && strcmp(value, "test") != 0) {
            argp_error(state, "--split: '%s' is neither train nor test", value);
            return EINVAL;
        }
        given->split = value;
        return 0;
    case 'x':
        given->x = value;
        return 0;
    case 'y':
        given->y = value;
        return 0;
    case 'w':
        given->w = value;
        return 0;
    case NN_CLI_KEY_EXTERNAL:
        return nn_cli_take_external(&given->external, value, state);
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

const struct argp nn_model_argp = {.options = options, .parser = parse_option};

/* Which file and which datasets: what is said, else the split of the recipe, else its training split's names. */
static nn_status choose_data(const nn_model_arguments *given, bool with_targets, nn_model_session *session,
                             nn_error *error)
{
    const nn_recipe_data *data = &session->recipe->data;
    const bool train = given->split && strcmp(given->split, "train") == 0;
    const nn_recipe_split *split = train ? &data->train : &data->test;
    session->data = given->data ? NULL : split;
    if (!given->data && !nn_recipe_has_split(split))
        return nn_fail(error, NN_USAGE, "the model's recipe holds nothing out; name the data with --data FILE.h5");
    session->x = given->x ? given->x : split->x ? split->x : data->train.x;
    session->y = session->w = NULL;
    if (with_targets) {
        session->y = given->y ? given->y : split->y ? split->y : data->train.y;
        session->w = given->w ? given->w : given->data ? NULL : split->w;
    }
    return NN_OK;
}

static nn_status open_data(const nn_model_arguments *given, nn_model_session *session, nn_error *error)
{
    nn_comm *comm = session->comm;
    /* The slices of the training, so that sums over the rows are its very sums, on any number of ranks. */
    const size_t slices = session->recipe->parallel.slices, ranks = (size_t)comm->size;
    const nn_network *network = session->model->network;
    const nn_recipe_split *train = &session->recipe->data.train;
    nn_dataset_spec spec = nn_dataset_spec_of(session->data ? session->data : train, train);
    if (!session->data)
        spec.file = given->data, spec.files = NULL, spec.file_count = 0;
    spec.x = session->x, spec.y = session->y, spec.w = session->w;
    spec.external =
        session->data && session->recipe->data.external == NN_EXTERNAL_ALLOW ? NN_EXTERNAL_ALLOW : given->external;
    spec.class_names = &session->model->class_names;
    spec.names_are_labels = session->model->names_are_labels;
    spec.head = nn_head_of(session->recipe);
    spec.missing = session->model->normalization->missing != NULL;
    spec.log1p = session->model->target_scaling->kind == NN_TARGETS_LOG1P;
    spec.memory = nn_dataset_room(session->recipe->data.memory_bytes, comm);
    NN_TRY(nn_dataset_open(&spec, slices > ranks ? slices : ranks, false, comm, &session->dataset, error));
    session->data_file = session->dataset->file;
    if (session->dataset->features != network->inputs)
        return nn_fail(error, NN_DATA, "%s: %s has %zu features a row, the model takes %zu", session->data_file,
                       session->x, session->dataset->features, network->inputs);
    if (session->y)
        NN_TRY(nn_dataset_fit_targets(session->dataset, network->outputs,
                                      network->layers[network->layer_count - 1].activation, comm, error));
    nn_dataset_scale_targets(session->dataset, session->model->target_scaling);
    return nn_dataset_normalize(session->dataset, session->model->normalization, error);
}

static nn_status open_all(const nn_model_arguments *given, bool with_targets, nn_model_session *session,
                          nn_error *error)
{
    nn_comm *comm = session->comm;
    NN_TRY(nn_checkpoint_read(given->model, comm, &session->model, error));
    NN_TRY(nn_comm_agree(
        comm, nn_recipe_parse(session->model->recipe, given->model, NULL, NULL, 0, &session->recipe, error), error));
    NN_TRY(choose_data(given, with_targets, session, error));
    NN_TRY(open_data(given, session, error));
    session->model->network->precision = session->recipe->training.precision;
    session->threads = nn_threads_configure(0, comm);
    nn_threads_warn(&session->threads, comm->rank == 0 ? stderr : NULL);
    return nn_comm_agree(
        comm,
        nn_workspace_create(session->model->network, PIECE_ROWS, session->threads.count, 0, &session->work, error),
        error);
}

nn_status nn_model_session_open(const nn_model_arguments *given, bool with_targets, nn_comm *comm,
                                nn_model_session *session, nn_error *error)
{
    *session = (nn_model_session){.comm = comm};
    nn_status status = open_all(given, with_targets, session, error);
    if (status != NN_OK)
        nn_model_session_close(session);
    return status;
}

void nn_model_session_close(nn_model_session *session)
{
    nn_workspace_free(session->work);
    nn_dataset_free(session->dataset);
    nn_recipe_free(session->recipe);
    nn_checkpoint_free(session->model);
    nn_threads_release(&session->threads);
    *session = (nn_model_session){.comm = session->comm};
}
