#include <stdio.h>

#include "cli/model.h"

static const struct argp_option options[] = {NN_CLI_HELP, {0}};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    (void)value;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = state->input;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&nn_model_argp, 0, NULL, 0}, {0}};
static const struct argp parser = {
    .options = options,
    .parser = parse_option,
    .doc = "Measures a model on labelled data; rows are shared out over the ranks.",
    .children = children,
};

static nn_status evaluate(const void *parsed, nn_comm *comm, nn_error *error)
{
    const nn_model_arguments *given = parsed;
    nn_model_session session;
    NN_TRY(nn_model_session_open(given, true, comm, &session, error));
    nn_metrics metrics;
    nn_status status =
        nn_evaluate(session.recipe->loss, session.model->network, session.dataset, session.work, comm, &metrics, error);
    if (status == NN_OK && comm->rank == 0) {
        printf("data     %s: %s, %s\n", session.data_file, session.x, session.y);
        printf("rows     %zu\n", metrics.rows);
        printf("loss     %.6g (%s)\n", metrics.loss, nn_loss_name(session.recipe->loss));
        if (metrics.classes)
            printf("accuracy %.4f: %zu of %zu\n", metrics.accuracy, metrics.correct, metrics.rows);
        else
            printf("RMSE     %.6g\n", metrics.rmse);
    }
    nn_model_session_close(&session);
    return status;
}

nn_status nn_cli_eval(int argc, char **argv)
{
    nn_model_arguments given = {.model = NULL};
    const nn_parsed parsed = nn_cli_parse(&parser, "nntrain eval", argc, argv, &given);
    if (parsed != NN_PARSED_GO)
        return parsed == NN_PARSED_HELP ? NN_OK : NN_USAGE;
    return nn_cli_with_ranks(evaluate, &given);
}
