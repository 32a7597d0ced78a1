/* SPDX-License-Identifier: MIT */
#include "cli/eval_report.h"

#include <math.h>

#include "support/json.h"
#include "support/printable.h"

enum {
    COLUMNS = 80,
    MOST_LINES = 20, /* of a table; more go into JSON alone */
};

/* A figure in a table, of classes, labels or outputs. */
typedef struct column {
    const char *title;
    nn_metric metric;
    const char *format; /* of width 9 */
} column;

static const column part_columns[] = {{"precision", NN_METRIC_PRECISION, "  %9.4f"},
                                      {"recall", NN_METRIC_RECALL, "  %9.4f"},
                                      {"F1", NN_METRIC_F1, "  %9.4f"},
                                      {"AUROC", NN_METRIC_AUROC, "  %9.4f"},
                                      {"AP", NN_METRIC_AVERAGE_PRECISION, "  %9.4f"}};
static const column output_columns[] = {
    {"MAE", NN_METRIC_MAE, "  %11.5g"}, {"RMSE", NN_METRIC_RMSE, "  %11.5g"}, {"R2", NN_METRIC_R2, "  %11.5g"}};
enum {
    PART_COLUMNS = sizeof part_columns / sizeof *part_columns,
    OUTPUT_COLUMNS = sizeof output_columns / sizeof *output_columns,
};

/* --- the figures of all --- */

static void print_value(FILE *out, const char *label, const char *format, double value, const char *remark)
{
    if (isnan(value))
        return;
    fprintf(out, "%-8s ", label);
    fprintf(out, format, value);
    fprintf(out, remark[0] ? " (%s)\n" : "\n", remark);
}

static void print_averages(FILE *out, const char *label, const nni_metrics *metrics, nn_metric precision)
{
    fprintf(out, "%-8s precision %.4f, recall %.4f, F1 %.4f", label, metrics->value[precision],
            metrics->value[precision + 1], metrics->value[precision + 2]);
}

static void print_classes(FILE *out, const nni_metrics *metrics, const nni_string_set *names, size_t top_k,
                          bool weighted)
{
    const double *value = metrics->value;
    char label[32], name[40];
    fprintf(out, weighted ? "accuracy %.4f (weighted; %zu of %zu rows)\n" : "accuracy %.4f: %zu of %zu\n",
            value[NN_METRIC_ACCURACY], metrics->correct, metrics->rows);
    print_value(out, "balanced", "%.4f", value[NN_METRIC_BALANCED_ACCURACY], "accuracy: mean recall of the classes");
    snprintf(label, sizeof label, "top-%zu", top_k);
    print_value(out, label, "%.4f", value[NN_METRIC_TOP_K], "");
    print_averages(out, metrics->class_count == 2 ? "class 1" : "macro", metrics, NN_METRIC_PRECISION);
    if (metrics->class_count == 2 && names->count == 2)
        fprintf(out, " (%s)", nni_printable(names->text[1], name, 24));
    fprintf(out, "\n");
}

static void print_labels(FILE *out, const nni_metrics *metrics, bool weighted)
{
    const double *value = metrics->value;
    fprintf(out, "subset   %.4f (accuracy%s: all %zu labels right in %zu of %zu rows)\n",
            value[NN_METRIC_SUBSET_ACCURACY], weighted ? ", weighted" : "", metrics->label_count, metrics->correct,
            metrics->rows);
    print_value(out, "Hamming", "%.4f", value[NN_METRIC_HAMMING_LOSS], "loss: share of labels that are wrong");
    print_averages(out, "micro", metrics, NN_METRIC_PRECISION_MICRO);
    fprintf(out, "\n");
    print_averages(out, "macro", metrics, NN_METRIC_PRECISION);
    fprintf(out, "\n");
}

static void print_figures(const nni_eval_report *report, FILE *out)
{
    const nni_model_session *session = report->session;
    const nni_metrics *metrics = report->metrics;
    const double *value = metrics->value;
    const char *of = metrics->label_count > 0    ? "mean over labels"
                     : metrics->class_count == 2 ? "class 1"
                                                 : "mean of one class against the rest";
    char precision_of[64];
    snprintf(precision_of, sizeof precision_of, "average precision, %s", of);
    const char *over = metrics->output_count > 1 ? "mean over outputs" : "";
    fprintf(out, "rows     %zu", metrics->rows);
    if (session->w)
        fprintf(out, ", whose weights add up to %.6g", metrics->weight);
    fprintf(out, "\nloss     %.6g (%s%s)\n", value[NN_METRIC_LOSS], nn_loss_name(session->recipe->loss.name),
            session->model->target_scaling->kind == NN_TARGETS_NONE ? "" : " of scaled targets");
    if (metrics->classes)
        print_classes(out, metrics, &session->model->class_names, report->top_k, session->w != NULL);
    if (metrics->label_count > 0)
        print_labels(out, metrics, session->w != NULL);
    print_value(out, "AUROC", "%.4f", value[NN_METRIC_AUROC], of);
    print_value(out, "AP", "%.4f", value[NN_METRIC_AVERAGE_PRECISION], precision_of);
    print_value(out, "log loss", "%.6g", value[NN_METRIC_LOG_LOSS], "");
    print_value(out, "MAE", "%.6g", value[NN_METRIC_MAE], over);
    print_value(out, "RMSE", "%.6g", value[NN_METRIC_RMSE], over);
    print_value(out, "R2", "%.6g", value[NN_METRIC_R2], over);
    print_value(out, "IoU", "%.4f", value[NN_METRIC_IOU], "");
}

/* --- tables --- */

static void print_row(FILE *out, const nni_metrics *metrics, const column *columns, size_t count, size_t index)
{
    for (size_t c = 0; c < count; c++) {
        const double *each = metrics->each[columns[c].metric];
        const int width = snprintf(NULL, 0, columns[c].format, 0.0);
        if (each && isnan(each[index]))
            fprintf(out, "%*s", width, "-");
        else if (each)
            fprintf(out, columns[c].format, each[index]);
    }
}

/* A line for each class, label or output, told apart by their number and, where they have one, their name. */
static void print_table(FILE *out, const nni_metrics *metrics, const char *what, const column *columns,
                        size_t column_count, size_t lines, const nni_string_set *names)
{
    const double *support = metrics->each[columns[0].metric] && columns == part_columns ? metrics->support : NULL;
    char name[COLUMNS];
    if (lines > MOST_LINES) {
        fprintf(out, "\n%zu %ss: the figures of each with --json\n", lines, what);
        return;
    }
    int width = fprintf(out, "\n%6s", what) - 1;
    width += support ? fprintf(out, "  %8s", "support") : 0;
    for (size_t c = 0; c < column_count; c++)
        if (metrics->each[columns[c].metric])
            width += fprintf(out, "%*s", snprintf(NULL, 0, columns[c].format, 0.0), columns[c].title);
    fprintf(out, "\n");
    for (size_t i = 0; i < lines; i++) {
        fprintf(out, "%6zu", i);
        if (support)
            fprintf(out, "  %8.6g", support[i]);
        print_row(out, metrics, columns, column_count, i);
        if (names && i < names->count && width + 3 < COLUMNS)
            fprintf(out, "  %s", nni_printable(names->text[i], name, (size_t)(COLUMNS - width - 1)));
        fprintf(out, "\n");
    }
}

/* Columns as wide as the largest entry, where they have room. */
static void print_confusion(const nni_eval_report *report, FILE *out)
{
    const nni_metrics *metrics = report->metrics;
    const size_t classes = metrics->class_count;
    const nni_string_set *names = &report->session->model->class_names;
    const char *format = report->session->w ? "%.4g" : "%.0f";
    char entry[40], name[COLUMNS];
    int width = snprintf(NULL, 0, "%zu", classes - 1);
    for (size_t i = 0; i < classes * classes; i++) {
        const int needed = snprintf(NULL, 0, format, metrics->confusion[i]);
        width = needed > width ? needed : width;
    }
    const size_t used = (size_t)(width + 1) * (classes + 1) + 1;
    if (used > COLUMNS) {
        fprintf(out, "\nconfusion: a matrix of %zu classes is too wide for this screen; --json has it\n", classes);
        return;
    }
    fprintf(out, "\nconfusion: a row is a class, a column what it was taken for\n%*s |", width, "");
    for (size_t j = 0; j < classes; j++)
        fprintf(out, " %*zu", width, j);
    fprintf(out, "\n");
    for (size_t i = 0; i < classes; i++) {
        fprintf(out, "%*zu |", width, i);
        for (size_t j = 0; j < classes; j++) {
            snprintf(entry, sizeof entry, format, metrics->confusion[i * classes + j]);
            fprintf(out, " %*s", width, entry);
        }
        if (i < names->count && used + 3 < COLUMNS)
            fprintf(out, "  %s", nni_printable(names->text[i], name, COLUMNS - used - 1));
        fprintf(out, "\n");
    }
}

void nni_eval_print(const nni_eval_report *report, FILE *out)
{
    const nni_model_session *session = report->session;
    const nni_metrics *metrics = report->metrics;
    nni_model_session_print(session, out);
    print_figures(report, out);
    if (metrics->classes)
        print_table(out, metrics, "class", part_columns, PART_COLUMNS, metrics->class_count,
                    &session->model->class_names);
    if (metrics->label_count > 0)
        print_table(out, metrics, "label", part_columns, PART_COLUMNS, metrics->label_count, NULL);
    else if (!metrics->classes && metrics->output_count > 1)
        print_table(out, metrics, "output", output_columns, OUTPUT_COLUMNS, metrics->output_count, NULL);
    if (metrics->confusion)
        print_confusion(report, out);
}

/* --- JSON --- */

static void put_each(nni_json *json, const nni_metrics *metrics, const char *name, const column *columns,
                     size_t column_count, size_t count)
{
    nni_json_begin(json, name, '{');
    if (columns == part_columns)
        nni_json_numbers(json, "support", metrics->support, count);
    for (size_t c = 0; c < column_count; c++)
        if (metrics->each[columns[c].metric])
            nni_json_numbers(json, nn_metric_name(columns[c].metric), metrics->each[columns[c].metric], count);
    nni_json_end(json, '}');
}

static void put_classes(nni_json *json, const nni_metrics *metrics, const nni_string_set *names)
{
    if (names->count > 0) {
        nni_json_begin(json, "class_names", '[');
        for (size_t i = 0; i < names->count; i++)
            nni_json_text(json, NULL, names->text[i]);
        nni_json_end(json, ']');
    }
    if (metrics->class_count == 2)
        nni_json_count(json, "positive_class", 1);
    put_each(json, metrics, "classes", part_columns, PART_COLUMNS, metrics->class_count);
    if (!metrics->confusion)
        return;
    nni_json_begin(json, "confusion", '[');
    for (size_t i = 0; i < metrics->class_count; i++)
        nni_json_numbers(json, NULL, metrics->confusion + i * metrics->class_count, metrics->class_count);
    nni_json_end(json, ']');
}

void nni_eval_print_json(const nni_eval_report *report, FILE *out)
{
    const nni_model_session *session = report->session;
    const nni_metrics *metrics = report->metrics;
    nni_json json = {.out = out, .digits = 9};
    nni_json_begin(&json, NULL, '{');
    nni_json_text(&json, "data", session->data_file);
    nni_json_text(&json, "x", session->x);
    nni_json_text(&json, "y", session->y);
    if (session->w)
        nni_json_text(&json, "w", session->w);
    nni_json_count(&json, "rows", metrics->rows);
    nni_json_number(&json, "weight", metrics->weight);
    if (metrics->classes || metrics->label_count > 0)
        nni_json_count(&json, "correct", metrics->correct);
    if (!isnan(metrics->value[NN_METRIC_TOP_K]))
        nni_json_count(&json, "k", report->top_k);
    nni_json_text(&json, "loss_name", nn_loss_name(session->recipe->loss.name));
    for (nn_metric metric = NN_METRIC_LOSS; metric < NN_METRIC_COUNT; metric++)
        if (metric == NN_METRIC_LOSS || !isnan(metrics->value[metric]))
            nni_json_number(&json, nn_metric_name(metric), metrics->value[metric]);
    if (metrics->classes)
        put_classes(&json, metrics, &session->model->class_names);
    if (metrics->label_count > 0)
        put_each(&json, metrics, "labels", part_columns, PART_COLUMNS, metrics->label_count);
    if (metrics->each[NN_METRIC_MAE] && metrics->output_count > 1)
        put_each(&json, metrics, "outputs", output_columns, OUTPUT_COLUMNS, metrics->output_count);
    nni_json_end(&json, '}');
}
