/* SPDX-License-Identifier: MIT */
#include "train/callbacks/class_balance.h"

#include "data/dataset/cursor.h"
#include "metrics/tally.h"
#include "model/losses/loss.h"
#include "support/memory.h"

/* Above this share of the rows in one class, accuracy misleads: always predicting that class reaches it. */
static const double large_share = 0.9;

/* Rows of each class on this rank. */
static nn_status count_rows(const nni_dataset *train, double *rows_of, size_t classes, nn_error *error)
{
    enum { PIECE = 4096 };
    nni_cursor *cursor = NULL;
    nni_rows rows = {.count = 1};
    nn_status status = nni_cursor_create(train, PIECE, &cursor, error);
    while (status == NN_OK && rows.count > 0) {
        status = nni_cursor_next(cursor, &rows, error);
        for (size_t i = 0; status == NN_OK && i < rows.count; i++) {
            const size_t class = rows.classes ? (size_t)rows.classes[i] : (size_t)rows.values[i];
            rows_of[class < classes ? class : classes - 1]++;
        }
    }
    nni_cursor_free(cursor);
    return status;
}

static void say_imbalance(const nni_run *run, const double *rows_of, size_t classes)
{
    const nni_string_set *names = nni_dataset_class_names(run->data.train);
    const bool may_weigh = nni_kind_has(&nni_loss_of(run->recipe->loss.name)->kind, "class_weights", NULL);
    const double rows = (double)run->data.train->slicing.slices.rows;
    for (size_t c = 0; c < classes; c++)
        if (rows_of[c] > large_share * rows && rows_of[c] < rows)
            nni_output_say(
                &run->output,
                "advice   class %zu%s%s%s has %.1f %% of the rows: so often is right who always names it; look "
                "at balanced accuracy and F1 (nntrain eval)%s",
                c, names ? " (" : "", names ? names->text[c] : "", names ? ")" : "", 100 * rows_of[c] / rows,
                may_weigh && run->recipe->loss.class_weights_count == 0 ? ", or weigh classes by loss.class_weights"
                                                                        : "");
}

/* Rows that stay in the file are not read once more for it. */
nn_status nni_warn_of_class_balance(const nni_run *run, nn_error *error)
{
    const nni_dataset *train = run->data.train;
    const size_t classes = train->row.binary ? 2 : train->row.target == NNI_TARGET_CLASSES ? train->row.outputs : 0;
    double *rows_of = NULL;
    if (classes < 2 || classes > NNI_CONFUSION_CLASSES_MAX || train->source)
        return NN_OK;
    nn_status status = nni_allocate(classes, sizeof *rows_of, "the rows of each class", &rows_of, error);
    if (status == NN_OK)
        status = count_rows(train, rows_of, classes, error);
    status = nn_comm_agree(run->comm, status, error);
    if (status == NN_OK)
        status = nn_comm_sum_double(run->comm, rows_of, classes, error);
    if (status == NN_OK && run->output.style != NN_PROGRESS_QUIET)
        say_imbalance(run, rows_of, classes);
    nni_release(rows_of);
    return status;
}
