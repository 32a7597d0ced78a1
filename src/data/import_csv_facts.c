#include "data/import_csv_facts.h"

#include <math.h>

#include "nntrain/memory.h"

nn_status nn_csv_facts_create(const nn_csv_table *table, nn_csv_facts *facts, nn_error *error)
{
    *facts = (nn_csv_facts){.features = NULL};
    NN_TRY(nn_allocate(table->features + 1, sizeof *facts->features, "the facts of columns", &facts->features, error));
    for (size_t f = 0; f < table->features; f++)
        facts->features[f].class = NN_CSV_NO_CLASS;
    return NN_OK;
}

void nn_csv_facts_free(nn_csv_facts *facts)
{
    nn_release(facts->features);
}

static bool has_classes(const nn_csv_table *table)
{
    return table->label != SIZE_MAX && table->columns[table->label].kind != NN_CSV_TARGET;
}

static double label_of(const nn_csv_table *table, const nn_csv_target *y, size_t row)
{
    if (table->label == SIZE_MAX)
        return 0;
    return has_classes(table) ? (double)y[row].class : (double)y[row].value;
}

static void add_label(nn_csv_facts *facts, double y)
{
    if (facts->training_rows == 0)
        facts->y0 = facts->least = facts->most = y;
    facts->least = fmin(facts->least, y);
    facts->most = fmax(facts->most, y);
    facts->training_rows++;
}

static void add_value(nn_csv_feature_facts *of, bool training, double x, double y, int class)
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
        of->class = of->class == NN_CSV_NO_CLASS ? class : NN_CSV_CLASSES;
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
void nn_csv_facts_add(nn_csv_facts *facts, const nn_csv_table *table, bool training, const void *x,
                      const nn_csv_target *y, size_t rows)
{
    enum { TOGETHER = 16 }; /* features of a cache line of rows */
    const float *floats = x;
    const double *doubles = x;
    const bool wide = nn_csv_table_value_bytes(table) == sizeof(double);
    facts->rows += (double)rows;
    for (size_t row = 0; training && row < rows; row++)
        add_label(facts, label_of(table, y, row));
#pragma omp parallel for schedule(static)
    for (size_t begin = 0; begin < table->features; begin += TOGETHER) {
        const size_t end = begin + TOGETHER < table->features ? begin + TOGETHER : table->features;
        for (size_t row = 0; row < rows; row++) {
            const double label = label_of(table, y, row);
            const int class = has_classes(table) ? (int)label : 0;
            for (size_t f = begin; f < end; f++) {
                const size_t at = row * table->features + f;
                add_value(&facts->features[f], training, wide ? doubles[at] : (double)floats[at], label - facts->y0,
                          class);
            }
        }
    }
}
