#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/printable.h"
#include "cli/model.h"
#include "nntrain/evaluate.h"

/* What eval is told beside model and data. */
struct eval_arguments {
    nn_model_arguments model;
    size_t top_k;
};

enum {
    KEY_TOP = 0x100,
    KEY_LABEL,
    MATRIX_CLASSES = 20, /* a matrix of more fits no terminal */
};

static const struct argp_option options[] = {
    {"top", KEY_TOP, "K", 0, "Count rows whose class is among the K largest outputs (default: training.top_k)", 0},
    {"label", KEY_LABEL, "COLUMNS", 0,
     "Columns of y that are the targets, with commas in between: fields by their names, else numbers from 0", 0},
    NN_CLI_HELP,
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

static void print_value(const char *label, const char *format, double value, const char *remark)
{
    if (isnan(value))
        return;
    printf("%-8s ", label);
    printf(format, value);
    printf("%s\n", remark);
}

static void print_classes(const nn_metrics *metrics, size_t top_k)
{
    const double *value = metrics->value;
    char label[32];
    printf("accuracy %.4f: %zu of %zu\n", value[NN_METRIC_ACCURACY], metrics->correct, metrics->rows);
    snprintf(label, sizeof label, "top-%zu", top_k);
    print_value(label, "%.4f", value[NN_METRIC_TOP_K], "");
    printf("macro    precision %.4f, recall %.4f, F1 %.4f\n", value[NN_METRIC_PRECISION], value[NN_METRIC_RECALL],
           value[NN_METRIC_F1]);
    print_value("AUROC", "%.4f", value[NN_METRIC_AUROC],
                metrics->class_count == 2 ? " (class 1)" : " (mean of one class against the rest)");
}

/* Columns as wide as the largest count. */
static void print_confusion(const nn_metrics *metrics, const nn_texts *names)
{
    const size_t classes = metrics->class_count;
    const int width = snprintf(NULL, 0, "%zu", metrics->rows);
    printf("\nconfusion: a row is a class, a column what it was taken for\n%*s |", width, "");
    for (size_t j = 0; j < classes; j++)
        printf(" %*zu", width, j);
    printf("\n");
    for (size_t i = 0; i < classes; i++) {
        printf("%*zu |", width, i);
        for (size_t j = 0; j < classes; j++)
            printf(" %*.0f", width, metrics->confusion[i * classes + j]);
        if (i < names->count) {
            printf("  ");
            nn_print_text(stdout, names->text[i]);
        }
        printf("\n");
    }
}

static void print_report(const nn_model_session *session, const nn_metrics *metrics, size_t top_k)
{
    nn_model_session_print(session);
    printf("rows     %zu\n", metrics->rows);
    printf("loss     %.6g (%s)\n", metrics->value[NN_METRIC_LOSS], nn_loss_name(session->recipe->loss.name));
    if (metrics->classes)
        print_classes(metrics, top_k);
    print_value("MAE", "%.6g", metrics->value[NN_METRIC_MAE], "");
    print_value("RMSE", "%.6g", metrics->value[NN_METRIC_RMSE], "");
    print_value("R2", "%.6g", metrics->value[NN_METRIC_R2], "");
    print_value("IoU", "%.4f", metrics->value[NN_METRIC_IOU], "");
    if (metrics->confusion && metrics->class_count <= MATRIX_CLASSES)
        print_confusion(metrics, &session->model->class_names);
}

/* The k that was asked for, else the recipe's where it leaves anything out. */
static size_t choose_top(const struct eval_arguments *given, const nn_model_session *session)
{
    const size_t usual = session->recipe->training.top_k;
    if (given->top_k > 0)
        return given->top_k;
    return usual < session->model->network->outputs ? usual : 0;
}

static nn_status evaluate(const void *parsed, nn_comm *comm, nn_error *error)
{
    const struct eval_arguments *given = parsed;
    nn_model_session session;
    NN_TRY(nn_model_session_open(&given->model, true, comm, &session, error));
    const nn_metrics_wanted wanted = {.top_k = choose_top(given, &session), .auroc = true};
    nn_evaluator *evaluator = NULL;
    nn_metrics metrics;
    const nn_network *network = session.model->network;
    nn_status status =
        nn_evaluator_create(network, session.work->capacity, session.dataset, wanted, comm, &evaluator, error);
    if (status == NN_OK)
        status = nn_evaluate(evaluator, &session.recipe->loss, network, session.work, &metrics, error);
    if (status == NN_OK && comm->rank == 0)
        print_report(&session, &metrics, wanted.top_k);
    nn_evaluator_free(evaluator);
    nn_model_session_close(&session);
    return status;
}

nn_status nn_cli_eval(int argc, char **argv)
{
    struct eval_arguments given = {.top_k = 0};
    const nn_parsed parsed = nn_cli_parse(&parser, "nntrain eval", argc, argv, &given);
    if (parsed != NN_PARSED_GO)
        return parsed == NN_PARSED_HELP ? NN_OK : NN_USAGE;
    return nn_cli_with_ranks("eval", evaluate, &given);
}
