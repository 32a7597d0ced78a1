/* SPDX-License-Identifier: MIT */
#include "inspect/values.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>

#include "support/memory.h"

/* Values that are read at a time; that are read of a dataset unless all are asked for (about a second); and features
 * that have figures of their own. */
enum { PIECE = 1 << 16, MOST_VALUES = 1 << 26, FEATURES_MOST = 4096 };

/* Where the reading stands: in a row, at a position of it. */
typedef struct position {
    hsize_t row, at;
} position;

static void look_at_value(nni_inspect_values *values, double value, hsize_t row)
{
    if (!isfinite(value)) {
        if (values->nans + values->infinities == 0)
            values->unfit_row = row;
        if (isnan(value))
            values->nans++;
        else
            values->infinities++;
        return;
    }
    if (value < values->least)
        values->least = value;
    if (value > values->most)
        values->most = value;
    if (fabs(value) > FLT_MAX || (double)(float)value != value)
        values->beyond_float32 = true;
    if (!values->labels || nni_inspect_counts_take(values->labels, value))
        return;
    nni_release(values->labels);
    values->labels = NULL;
}

static void look_at(nni_inspect_values *values, const double *piece, size_t count, hsize_t row_values, position *place)
{
    for (size_t i = 0; i < count; i++) {
        look_at_value(values, piece[i], place->row);
        if (values->features.count > 0)
            nni_inspect_features_take(&values->features, place->at, piece[i]);
        if (++place->at == row_values)
            *place = (position){place->row + 1, 0};
    }
}

/* A piece of the file: everything of the dimensions after `cut`, a run of that one, an index of those before. */
typedef struct section {
    int cut;
    hsize_t longest; /* run of dimension `cut` whose values fit memory */
    hsize_t start[H5S_MAX_RANK], count[H5S_MAX_RANK];
    hsize_t values;
} section;

static section first_piece(const nni_inspected *seen)
{
    section piece = {.cut = seen->rank - 1};
    hsize_t inner = 1;
    while (piece.cut > 0 && seen->dims[piece.cut] <= PIECE / inner)
        inner *= seen->dims[piece.cut--];
    piece.longest = PIECE / inner;
    for (int d = 0; d < seen->rank; d++)
        piece.count[d] = d > piece.cut ? seen->dims[d] : 1;
    return piece;
}

/* Dimension `cut` runs as far as memory and its end allow. */
static void size_piece(section *piece, const nni_inspected *seen, hsize_t rows)
{
    const hsize_t end = piece->cut == 0 ? rows : seen->dims[piece->cut], left = end - piece->start[piece->cut];
    piece->count[piece->cut] = left < piece->longest ? left : piece->longest;
    piece->values = 1;
    for (int d = piece->cut; d < seen->rank; d++)
        piece->values *= piece->count[d];
}

static void next_piece(section *piece, const nni_inspected *seen)
{
    int d = piece->cut;
    piece->start[d] += piece->count[d];
    while (d > 0 && piece->start[d] == seen->dims[d]) {
        piece->start[d] = 0;
        piece->start[--d]++;
    }
}

static bool read_piece(const nni_inspected *seen, const section *piece, double *values)
{
    /* In the file's own shape: HDF5 walks chunks value by value where memory has another. */
    hid_t memory = H5Screate_simple(seen->rank, piece->count, NULL);
    const bool good = memory >= 0 &&
                      H5Sselect_hyperslab(seen->space, H5S_SELECT_SET, piece->start, NULL, piece->count, NULL) >= 0 &&
                      H5Dread(seen->dataset, H5T_NATIVE_DOUBLE, memory, seen->space, H5P_DEFAULT, values) >= 0;
    if (memory >= 0)
        H5Sclose(memory);
    return good;
}

static bool read_rows(const nni_inspected *seen, nni_inspect_values *values)
{
    double *size = NULL;
    if (nni_allocate(PIECE, sizeof *size, "the values", &size, NULL) != NN_OK)
        return false;
    bool good = true;
    position place = {0, 0};
    section piece = first_piece(seen);
    while (good && piece.start[0] < values->rows) {
        size_piece(&piece, seen, values->rows);
        good = read_piece(seen, &piece, size);
        if (good)
            look_at(values, size, piece.values, seen->row_values, &place);
        next_piece(&piece, seen);
    }
    nni_release(size);
    return good;
}

bool nni_inspect_values_read(const nni_inspected *seen, bool all, bool features, nni_inspect_values *values)
{
    *values = (nni_inspect_values){.least = INFINITY, .most = -INFINITY};
    if (seen->row_values == 0 || seen->dims[0] == 0)
        return true;
    values->rows = values->of_rows = seen->dims[0];
    if (!all && MOST_VALUES / seen->row_values < values->rows)
        values->rows = MOST_VALUES / seen->row_values;
    if (seen->row_values == 1 && nni_allocate(1, sizeof *values->labels, "the labels", &values->labels, NULL) != NN_OK)
        return false;
    if (seen->rank > 1 && values->rows > 0 && (features || seen->row_values <= FEATURES_MOST) &&
        !nni_inspect_features_create(seen->row_values, &values->features))
        return false;
    return read_rows(seen, values);
}

void nni_inspect_values_free(nni_inspect_values *values)
{
    nni_release(values->labels);
    nni_inspect_features_free(&values->features);
}

static void print_unfit(FILE *out, const nni_inspect_values *values)
{
    if (values->nans)
        fprintf(out, ", %" PRIu64 " NaN", values->nans);
    if (values->infinities)
        fprintf(out, ", %" PRIu64 " infinite", values->infinities);
    if (values->nans + values->infinities > 0)
        fprintf(out, ", the first in row %" PRIu64, values->unfit_row);
}

static void print_classes(FILE *out, const nni_inspect_counts *labels)
{
    if (labels->count > NNI_LABELS_FEW && !nni_inspect_counts_are_classes(labels)) {
        fprintf(out, "           %zu different numbers\n", labels->count);
        return;
    }
    fprintf(out, "           rows of each class:");
    for (size_t i = 0; i < labels->count; i++)
        fprintf(out, "%s %" PRId64 ": %" PRIu64, i > 0 ? "," : "", labels->each[i].label, labels->each[i].rows);
    fputc('\n', out);
}

void nni_inspect_values_print(FILE *out, const nni_inspected *seen, const nni_inspect_values *values)
{
    if (values->rows < values->of_rows && values->rows == 0) {
        fprintf(out, "           a row takes more than %d values, so none were looked at; --all looks at them\n",
                MOST_VALUES);
        return;
    }
    if (values->least <= values->most)
        fprintf(out, "           values from %g to %g", values->least, values->most);
    else
        fprintf(out, "           no values");
    print_unfit(out, values);
    if (values->rows < values->of_rows)
        fprintf(out, " (of the first %" PRIu64 " rows; --all looks at all)", (uint64_t)values->rows);
    fputc('\n', out);
    if (seen->rank > 1 && values->features.count == 0 && values->rows > 0)
        fprintf(out, "           %" PRIu64 " features, more than the %d told apart; --features tells of each\n",
                (uint64_t)seen->row_values, FEATURES_MOST);
    if (!values->labels || !nni_inspected_is_integer(seen) || seen->rank > 1 || values->least > values->most)
        return;
    print_classes(out, values->labels);
}
