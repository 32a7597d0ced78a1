/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>

#include "cli/eval_report.h"
#include "metrics/evaluate.h"

/* What eval is told beside model and data. */
struct eval_arguments {
    nni_model_arguments model;
    size_t top_k;
    bool json;
};

enum { KEY_TOP = 0x100, KEY_JSON, KEY_LABEL };

static const struct argp_option options[] = {
    {"top", KEY_TOP, "K", 0, "Count rows whose class is among the K largest outputs (default: training.top_k)", 0},
    {"json", KEY_JSON, 0, 0, "Tell every figure as JSON, those of each class, label or output too", 0},
    {"label", KEY_LABEL, "COLUMNS", 0,
     "Columns of y that are the targets, with commas in between: fields by their names, else numbers from 0", 0},
    NNI_CLI_HELP,
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct eval_arguments *given = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &given->model;
        return 0;
    case KEY_LABEL:
        given->model.label = value;
        return 0;
    case KEY_TOP: {
        char *end = NULL;
        const unsigned long long count = strtoull(value, &end, 10);
        if (value[0] < '0' || value[0] > '9' || *end != '\0' || count == 0 || count > INT32_MAX) {
            argp_error(state, "--top: '%s' is no number of outputs", value);
            return EINVAL;
        }
        given->top_k = (size_t)count;
        return 0;
    }
    case KEY_JSON:
        given->json = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&nni_model_argp, 0, NULL, 0}, {0}};
static const struct argp parser = {
    .options = options,
    .parser = parse_option,
    .doc = "Measures a model on labelled data; rows are shared out over the ranks.",
    .children = children,
};

/* The k that was asked for, else the recipe's where it leaves anything out. */
static size_t choose_top(const struct eval_arguments *given, const nni_model_session *session)
{
    const size_t usual = session->recipe->training.top_k;
    if (given->top_k > 0)
        return given->top_k;
    return usual < session->model->network->outputs ? usual : 0;
}

static nn_status evaluate(const void *parsed, nn_comm *comm, nn_error *error)
{
    const struct eval_arguments *given = parsed;
    nni_model_session session;
    NN_TRY(nni_model_session_open(&given->model, true, comm, &session, error));
    const nni_metrics_wanted wanted = {.top_k = choose_top(given, &session), .ranking = true, .confusion = true};
    nni_evaluator *evaluator = NULL;
    nni_metrics metrics;
    const nn_network *network = session.model->network;
    nn_status status =
        nni_evaluator_create(network, session.work->capacity, session.dataset, wanted, comm, &evaluator, error);
    if (status == NN_OK)
        status = nni_evaluate(evaluator, &session.recipe->loss, network, session.work, &metrics, error);
    const nni_eval_report report = {.session = &session, .metrics = &metrics, .top_k = wanted.top_k};
    if (status == NN_OK && comm->rank == 0)
        given->json ? nni_eval_print_json(&report, stdout) : nni_eval_print(&report, stdout);
    nni_evaluator_free(evaluator);
    nni_model_session_close(&session);
    return status;
}

nn_status nni_cli_eval(int argc, char **argv)
{
    struct eval_arguments given = {.top_k = 0};
    const nni_parsed parsed = nni_cli_parse(&parser, "nntrain eval", argc, argv, &given);
    if (parsed != NNI_PARSED_GO)
        return parsed == NNI_PARSED_HELP ? NN_OK : NN_USAGE;
    return nni_cli_with_ranks("eval", evaluate, &given);
}
