/* SPDX-License-Identifier: MIT */
#include "train/run/auto_settings.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "data/dataset/dataset.h"
#include "data/dataset/split.h"
#include "support/extremes.h"
#include "train/run/format.h"

/* What the rules below are made of. They were found by trying some two hundred on data sets of 15 to 60,000 rows, see
 * tests/benchmarks/README.md. */
enum {
    LEAST_BATCH = 8,
    FEW_ROWS = 16384, /* below, an epoch has at least 16 batches of up to 64 rows; from there on, 256 of up to 256 */
    STEPS = 4000,     /* of few rows; of more, each is seen so often that all are seen */
    ROWS_SEEN = 3000000,
    MOST_EPOCHS = 200,
};
static const double warmup_share = 0.05;

static bool is_auto(const char *text)
{
    return strcmp(text, "auto") == 0;
}

bool nni_has_auto_settings(const nn_recipe *recipe)
{
    return is_auto(recipe->training.batch) || recipe->training.epochs == 0 || recipe->parallel.slices == 0 ||
           is_auto(recipe->schedule.warmup) || recipe->optimizer.decays_by_rows;
}

static size_t between(size_t least, size_t value, size_t most)
{
    return nni_larger(least, nni_smaller(value, most));
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

/* What takes the place of auto. */
typedef struct choices {
    size_t batch, epochs, slices;
    size_t warmup; /* steps */
    double decay;
} choices;

static size_t choose_batch(size_t rows)
{
    const size_t batches = rows < FEW_ROWS ? 16 : 256, most = rows < FEW_ROWS ? 64 : 256;
    return power_up_to(nni_smaller(between(LEAST_BATCH, rows / batches, most), rows));
}

static size_t choose_epochs(size_t rows, size_t batch)
{
    const size_t steps = nni_larger(rows / batch, 1), least = between(5, ROWS_SEEN / rows, 100);
    return nni_smaller(nni_larger((STEPS + steps - 1) / steps, least), MOST_EPOCHS);
}

/* The moments of the first few steps are noisy: at the full rate they would throw the weights off. */
static size_t choose_warmup(const nn_recipe *recipe, const choices *chosen, size_t rows)
{
    const size_t step = chosen->batch * recipe->training.accumulate, steps = (rows + step - 1) / step;
    return nni_larger((size_t)(warmup_share * (double)steps * (double)chosen->epochs), 1);
}

/* Few rows are learnt by heart: at 300, a decay of 0.5 is right, which keeps 50,000 from being learnt at all. */
static double choose_decay(size_t rows)
{
    return fmin(10 / sqrt((double)rows), 1);
}

/* As many as ranks may want, but that each has a row, and one of every batch. */
static size_t choose_slices(size_t batch, size_t rows, size_t ranks)
{
    const size_t usual = power_up_to(nni_smaller(nni_smaller(batch, rows), NNI_USUAL_SLICES));
    return ranks <= usual ? usual : nni_smaller(power_from(ranks), rows);
}

/* Rows to train on: test rows are held out of those of the file, then validation rows. */
static size_t training_rows(const nn_recipe *recipe, size_t rows)
{
    const nni_holdout test = nni_holdout_of_test(&recipe->data, recipe->seed);
    const nni_holdout validation = nni_holdout_of_validation(&recipe->data, recipe->seed);
    rows -= nni_holdout_count(&test, rows);
    return nni_larger(rows - nni_holdout_count(&validation, rows), 1);
}

static nn_status check_counts(const nn_recipe *recipe, size_t rows, size_t ranks, size_t slices, nn_error *error)
{
    if (ranks > rows)
        return nn_fail(error, NN_USAGE, "%zu ranks are more than the %s to train on; start at most %s", ranks,
                       nni_figure_plural(rows, "row").text, nni_figure_plural(rows, "rank").text);
    if (is_auto(recipe->training.batch) && recipe->parallel.slices > rows)
        return nn_fail(error, NN_USAGE,
                       "parallel.slices: %zu slices take a row each of every batch, but there are %zu rows to train "
                       "on; lower it, or leave it out",
                       recipe->parallel.slices, rows);
    if (recipe->training.batch_rows > 0 && slices > recipe->training.batch_rows)
        return nn_fail(error, NN_USAGE,
                       "training.batch: %zu rows are too few for %zu ranks, which take %zu slices with a row of each "
                       "batch; make it %zu or more, or start at most %zu ranks",
                       recipe->training.batch_rows, ranks, slices, slices, power_up_to(recipe->training.batch_rows));
    return NN_OK;
}

/* @param rows  of the file */
static nn_status choose(const nn_recipe *recipe, size_t rows, size_t ranks, choices *chosen, nn_error *error)
{
    const nni_training_settings *training = &recipe->training;
    rows = training_rows(recipe, rows);
    chosen->batch = is_auto(training->batch)
                        ? nni_larger(choose_batch(rows), nni_smaller(recipe->parallel.slices, rows))
                    : training->batch_rows > 0 ? training->batch_rows
                                               : rows;
    chosen->slices = recipe->parallel.slices ? recipe->parallel.slices : choose_slices(chosen->batch, rows, ranks);
    NN_TRY(check_counts(recipe, rows, ranks, chosen->slices, error));
    if (is_auto(training->batch))
        chosen->batch = nni_larger(chosen->batch, nni_smaller(chosen->slices, rows));
    chosen->epochs = training->epochs ? training->epochs : choose_epochs(rows, chosen->batch);
    chosen->warmup = choose_warmup(recipe, chosen, rows);
    chosen->decay = choose_decay(rows);
    return NN_OK;
}

/* --- the recipe that results --- */

/* Assignments that replace what is auto; each at most once. */
typedef struct assignments {
    char text[5][64]; /* "training.epochs=30" */
    const char *each[5];
    size_t count;
} assignments;

static void assign(assignments *all, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void assign(assignments *all, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(all->text[all->count], sizeof *all->text, format, arguments);
    va_end(arguments);
    all->each[all->count] = all->text[all->count];
    all->count++;
}

static void assign_chosen(const nn_recipe *recipe, const choices *chosen, assignments *all)
{
    if (recipe->parallel.slices == 0)
        assign(all, "parallel.slices=%zu", chosen->slices);
    if (recipe->training.epochs == 0)
        assign(all, "training.epochs=%zu", chosen->epochs);
    if (is_auto(recipe->training.batch))
        assign(all, "training.batch=%zu", chosen->batch);
    if (is_auto(recipe->schedule.warmup))
        assign(all, "schedule.warmup=%zu step%s", chosen->warmup, chosen->warmup == 1 ? "" : "s");
    if (recipe->optimizer.decays_by_rows)
        assign(all, "optimizer.weight_decay=%.2g", chosen->decay);
}

/* As it was. A run with another optimizer or schedule has nothing to take, and is refused later on, by its name. */
static void assign_as_before(const nn_recipe *recipe, const nn_recipe *before, assignments *all)
{
    if (recipe->parallel.slices == 0)
        assign(all, "parallel.slices=%zu", before->parallel.slices);
    if (recipe->training.epochs == 0)
        assign(all, "training.epochs=%zu", before->training.epochs);
    if (is_auto(recipe->training.batch))
        assign(all, "training.batch=%s", before->training.batch);
    if (is_auto(recipe->schedule.warmup))
        assign(all, "schedule.warmup=%s", before->schedule.warmup);
    if (recipe->optimizer.decays_by_rows)
        assign(all, "optimizer.weight_decay=%.17g", before->optimizer.weight_decay);
}

nn_status nni_resolve_auto_settings(const nn_recipe *recipe, const nn_recipe *before, size_t rows, size_t ranks,
                                    nn_recipe **resolved, nn_error *error)
{
    choices chosen = {.batch = 0};
    assignments all = {.count = 0};
    if (!before)
        NN_TRY(choose(recipe, rows, ranks, &chosen, error));
    if (before)
        assign_as_before(recipe, before, &all);
    else
        assign_chosen(recipe, &chosen, &all);
    return nn_recipe_parse(recipe->text, "the recipe", NULL, all.each, all.count, resolved, error);
}
