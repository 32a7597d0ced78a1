#include "train/settle.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Found by trying them on many data sets, see tests/benchmarks/README.md. */
enum {
    MOST_BATCH = 64,
    LEAST_BATCH = 8,
    BATCHES = 16, /* of an epoch of few rows, at least */
    STEPS = 4000,
    LEAST_EPOCHS = 20,
    MOST_EPOCHS = 500,
};

static bool is_auto(const char *text)
{
    return strcmp(text, "auto") == 0;
}

bool nn_settle_is_due(const nn_recipe *recipe)
{
    return is_auto(recipe->training.batch) || recipe->training.epochs == 0 || recipe->parallel.slices == 0;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The smallest power of two that is not below a count, or the largest that is not above it. */
static size_t power_from(size_t count)
{
    size_t power = 1;
    while (power < count)
        power *= 2;
    return power;
}

static size_t power_up_to(size_t count)
{
    const size_t power = power_from(count);
    return power > count ? power / 2 : power;
}

/* --- the choices --- */

static size_t choose_batch(size_t rows)
{
    return smaller(larger(smaller(rows / BATCHES, MOST_BATCH), LEAST_BATCH), rows);
}

static size_t choose_epochs(size_t rows, size_t batch)
{
    const size_t steps = (rows + batch - 1) / batch;
    return smaller(larger((STEPS + steps - 1) / steps, LEAST_EPOCHS), MOST_EPOCHS);
}

/* As many as ranks may want, but that each has a row of every batch. */
static size_t choose_slices(size_t batch, size_t rows, size_t ranks)
{
    const size_t usual = power_up_to(smaller(batch, NN_USUAL_SLICES));
    return ranks <= usual ? usual : smaller(power_from(ranks), rows);
}

/* Rows that training sees, about: others are carved off them. */
static size_t rows_left(const nn_recipe *recipe, size_t rows)
{
    const nn_recipe_data *data = &recipe->data;
    const size_t folds = data->validation_folds;
    const double share = folds > 0 ? 1 / (double)folds : data->validation_fraction;
    return larger(rows - (size_t)ceil(share * (double)rows), 1);
}

static nn_status check_ranks(const nn_recipe *recipe, size_t rows, size_t ranks, size_t slices, nn_error *error)
{
    if (ranks > rows)
        return nn_fail(error, NN_USAGE,
                       "%zu ranks are more than the %zu rows that there are to train on; start at most %zu ranks",
                       ranks, rows, rows);
    if (recipe->training.batch_rows > 0 && slices > recipe->training.batch_rows)
        return nn_fail(error, NN_USAGE,
                       "training.batch: %zu rows are too few for %zu ranks, which take %zu slices with a row of each "
                       "batch; make it %zu or more, or start at most %zu ranks",
                       recipe->training.batch_rows, ranks, slices, slices, power_up_to(recipe->training.batch_rows));
    return NN_OK;
}

static nn_status choose(const nn_recipe *recipe, size_t rows, size_t ranks, size_t *batch, size_t *epochs,
                        size_t *slices, nn_error *error)
{
    const nn_recipe_training *training = &recipe->training;
    rows = rows_left(recipe, rows);
    *batch = is_auto(training->batch)   ? larger(choose_batch(rows), smaller(recipe->parallel.slices, rows))
             : training->batch_rows > 0 ? training->batch_rows
                                        : rows;
    *slices = recipe->parallel.slices ? recipe->parallel.slices : choose_slices(*batch, rows, ranks);
    NN_TRY(check_ranks(recipe, rows, ranks, *slices, error));
    if (is_auto(training->batch))
        *batch = larger(*batch, smaller(*slices, rows));
    *epochs = training->epochs ? training->epochs : choose_epochs(rows, *batch);
    return NN_OK;
}

/* --- the recipe that results --- */

nn_status nn_settle(const nn_recipe *recipe, const nn_recipe *before, size_t rows, size_t ranks, nn_recipe **settled,
                    nn_error *error)
{
    enum { KEYS = 3 };
    char assignments[KEYS][64]; /* "training.epochs=30" */
    const char *overrides[KEYS];
    size_t count = 0, batch = 0, epochs = 0, slices = 0;
    if (!before)
        NN_TRY(choose(recipe, rows, ranks, &batch, &epochs, &slices, error));
    if (recipe->parallel.slices == 0)
        snprintf(assignments[count++], sizeof *assignments, "parallel.slices=%zu",
                 before ? before->parallel.slices : slices);
    if (recipe->training.epochs == 0)
        snprintf(assignments[count++], sizeof *assignments, "training.epochs=%zu",
                 before ? before->training.epochs : epochs);
    if (is_auto(recipe->training.batch) && before)
        snprintf(assignments[count++], sizeof *assignments, "training.batch=%s", before->training.batch);
    else if (is_auto(recipe->training.batch))
        snprintf(assignments[count++], sizeof *assignments, "training.batch=%zu", batch);
    for (size_t i = 0; i < count; i++)
        overrides[i] = assignments[i];
    return nn_recipe_parse(recipe->text, "the recipe", NULL, overrides, count, settled, error);
}
