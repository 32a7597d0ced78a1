/* SPDX-License-Identifier: MIT */
#include "import/csv/facts.h"

#include <math.h>

#include "support/memory.h"

nn_status nni_csv_facts_create(const nni_csv_table *table, nni_csv_facts *facts, nn_error *error)
{
    *facts = (nni_csv_facts){.features = NULL};
    NN_TRY(nni_allocate(table->features + 1, sizeof *facts->features, "the facts of columns", &facts->features, error));
    for (size_t f = 0; f < table->features; f++)
        facts->features[f].class = NNI_CSV_NO_CLASS;
    return nni_allocate(table->labels + 1, sizeof *facts->labels, "the facts of columns", &facts->labels, error);
}

void nni_csv_facts_free(nni_csv_facts *facts)
{
    nni_release(facts->features);
    nni_release(facts->labels);
}

static bool has_classes(const nni_csv_table *table)
{
    return table->label != SIZE_MAX && table->columns[table->label].kind != NNI_CSV_TARGET;
}

static double label_of(const nni_csv_table *table, const nni_csv_target *y, size_t row, size_t label)
{
    if (table->label == SIZE_MAX)
        return 0;
    const nni_csv_target *of = y + row * table->labels + label;
    return has_classes(table) ? (double)of->class : (double)of->value;
}

static void add_labels(nni_csv_facts *facts, const nni_csv_table *table, const nni_csv_target *y, size_t row)
{
    for (size_t label = 0; label < table->labels; label++) {
        nni_csv_label_facts *of = &facts->labels[label];
        const double value = label_of(table, y, row, label);
        if (facts->training_rows == 0)
            of->first = of->least = of->most = value;
        of->least = fmin(of->least, value);
        of->most = fmax(of->most, value);
    }
    facts->training_rows++;
}

static void add_value(nni_csv_feature_facts *of, bool training, double x, double y, int class)
{
    if (isnan(x)) {
        of->missing++;
        return;
    }
    of->ones += x == 1;
    if (!training)
        return;
    if (of->rows == 0)
        of->x0 = of->least = of->most = x;
    if (x == 1 && of->class != class)
        of->class = of->class == NNI_CSV_NO_CLASS ? class : NNI_CSV_CLASSES;
    of->least = x < of->least ? x : of->least;
    of->most = x > of->most ? x : of->most;
    of->rows++;
    x -= of->x0;
    of->x += x;
    of->xx += x * x;
    of->xy += x * y;
    of->y += y;
    of->yy += y * y;
}

/* Threads take features, so that each of these sees its rows in their order. */
void nni_csv_facts_add(nni_csv_facts *facts, const nni_csv_table *table, bool training, const void *x,
                       const nni_csv_target *y, size_t rows)
{
    enum { TOGETHER = 16 }; /* features of a cache line of rows */
    const float *floats = x;
    const double *doubles = x;
    const bool wide = nni_csv_table_value_bytes(table) == sizeof(double);
    facts->rows += (double)rows;
    for (size_t row = 0; training && row < rows; row++)
        add_labels(facts, table, y, row);
#pragma omp parallel for schedule(static)
    for (size_t begin = 0; begin < table->features; begin += TOGETHER) {
        const size_t end = begin + TOGETHER < table->features ? begin + TOGETHER : table->features;
        for (size_t row = 0; row < rows; row++) {
            const double label = label_of(table, y, row, 0);
            const int class = has_classes(table) ? (int)label : 0;
            for (size_t f = begin; f < end; f++) {
                const size_t at = row * table->features + f;
                add_value(&facts->features[f], training, wide ? doubles[at] : (double)floats[at],
                          label - facts->labels[0].first, class);
            }
        }
    }
}
