/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "hdf5/storage/outside.h"
#include "inspect/advice.h"
#include "support/printable.h"

/* Classes that a line lists, and those whose weights it gives. */
enum { LISTED_MOST = 5, WEIGHED_MOST = 10 };
/* Rows of a class that are too few to learn and to test it; and of a dataset in which classes can have so many. */
enum { CLASS_LEAST = 10, ROWS_LEAST = 100 };

static const char *last_part(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

static bool is_one_of(const char *name, const char *const names[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool is_targets(const nni_inspected *seen)
{
    static const char *const names[] = {"y", "label", "labels", "target", "targets"};
    return is_one_of(last_part(seen->name), names, sizeof names / sizeof *names);
}

/* Rows of features, as far as a name tells: no targets, weights or predictions. */
static bool is_features(const nni_inspected *seen)
{
    static const char *const others[] = {"w", "weights", "values", "probabilities"};
    const char *name = last_part(seen->name);
    if (is_targets(seen) || is_one_of(name, others, sizeof others / sizeof *others))
        return false;
    return seen->rank > 1 || strcmp(name, "x") == 0;
}

static void advise_unfit(FILE *out, const nni_inspect_values *values)
{
    if (values->nans > 0)
        fprintf(out, "advice   training takes no NaN; where it stands for a missing value: data.impute: mean\n");
    if (values->infinities > 0)
        fprintf(out, "advice   training takes no infinite values; write them as NaN if they are missing, and impute\n");
}

static void advise_empty(FILE *out, const nni_inspect_features *features, const nni_hdf5_names *names)
{
    const size_t empty = nni_inspect_features_count(features, nni_inspect_is_empty);
    if (empty == 0)
        return;
    fprintf(out, "advice   %zu feature%s no value in any row, so data.impute has no mean to put there; leave out ",
            empty, empty == 1 ? " has" : "s have");
    nni_inspect_features_list(out, features, names, nni_inspect_is_empty);
    fputc('\n', out);
}

static void advise_constant(FILE *out, const nni_inspect_features *features, const nni_hdf5_names *names)
{
    const size_t constant = nni_inspect_features_count(features, nni_inspect_is_constant);
    if (constant == 0)
        return;
    fprintf(out, "advice   %zu feature%s the same in all rows and tell%s nothing; leave out ", constant,
            constant == 1 ? " is" : "s are", constant == 1 ? "s" : "");
    nni_inspect_features_list(out, features, names, nni_inspect_is_constant);
    fputc('\n', out);
}

static void advise_scale(FILE *out, const nni_inspect_features *features, const nni_hdf5_names *names)
{
    const double ratio_most = 1000;
    size_t widest = 0, narrowest = 0;
    double most = 0, least = INFINITY;
    for (size_t at = 0; at < features->count; at++) {
        const double deviation = nni_inspect_deviation(&features->each[at]);
        if (deviation > most) {
            most = deviation;
            widest = at;
        }
        if (deviation > 0 && deviation < least) {
            least = deviation;
            narrowest = at;
        }
    }
    if (!(most > ratio_most * least))
        return;
    fprintf(out, "advice   feature ");
    nni_inspect_print_feature(out, names, widest);
    fprintf(out, " deviates %.2g times as much as feature ", most / least);
    nni_inspect_print_feature(out, names, narrowest);
    fprintf(out, " and would drown it with data.normalize: none\n");
}

static void advise_rare(FILE *out, const nni_inspect_values *values)
{
    const nni_inspect_counts *labels = values->labels;
    size_t rare = 0, listed = 0;
    for (size_t i = 0; i < labels->count; i++)
        rare += labels->each[i].rows < CLASS_LEAST;
    if (rare == 0 || values->rows < ROWS_LEAST)
        return;
    fprintf(out, "advice   %zu class%s fewer than %d rows, too few to learn: ", rare, rare == 1 ? " has" : "es have",
            CLASS_LEAST);
    for (size_t i = 0; i < labels->count && listed < LISTED_MOST; i++)
        if (labels->each[i].rows < CLASS_LEAST)
            fprintf(out, "%s%" PRId64 " has %" PRIu64, listed++ > 0 ? ", " : "", labels->each[i].label,
                    labels->each[i].rows);
    fprintf(out, "%s; gather more\n", rare > listed ? ", ..." : "");
}

/* Weights that give all classes the same say: rows / (classes * rows of the class). */
static void print_weights(FILE *out, const nni_inspect_values *values)
{
    const nni_inspect_counts *labels = values->labels;
    if (labels->count > WEIGHED_MOST)
        return;
    fprintf(out, ": [");
    for (size_t i = 0; i < labels->count; i++)
        fprintf(out, "%s%.3g", i > 0 ? ", " : "",
                (double)values->rows / ((double)labels->count * (double)labels->each[i].rows));
    fprintf(out, "]");
}

static void advise_dominant(FILE *out, const nni_inspect_values *values)
{
    const double share_most = 0.95;
    const nni_inspect_counts *labels = values->labels;
    for (size_t i = 0; labels->count > 1 && i < labels->count; i++) {
        const double share = (double)labels->each[i].rows / (double)values->rows;
        if (share <= share_most)
            continue;
        fprintf(out,
                "advice   class %" PRId64 " has %.1f %% of the rows, so accuracy will flatter; loss with class_weights",
                labels->each[i].label, 100 * share);
        print_weights(out, values);
        fputc('\n', out);
    }
}

/* What a training makes of whole numbers that are not simply those of classes. */
static void advise_labels(FILE *out, const nni_inspected *seen, const nni_inspect_counts *labels)
{
    const bool floats = !nni_inspected_is_integer(seen);
    char list[NNI_LABEL_LIST];
    if (labels->count < 2 || labels->count > NNI_LABELS_FEW || (!floats && nni_inspect_counts_are_classes(labels)))
        return;
    fprintf(out,
            "advice   %s are classes where the last layer is softmax over %zu units%s, values where it is 1 linear "
            "unit\n",
            nni_inspect_counts_list(labels, true, list), labels->count,
            labels->count == 2 ? ", or a single sigmoid" : "");
}

static void advise_one_hot(FILE *out, const nni_inspected *seen, const nni_inspect_features *features)
{
    if (H5Tget_class(seen->type) == H5T_FLOAT && features->one_hot)
        fprintf(out, "advice   each row is a single 1 among zeros; integer classes take 1/%zu of the room, or less\n",
                features->count);
}

void nni_inspect_advise_learning(FILE *out, const nni_inspected *seen, const nni_inspect_values *values,
                                 const nni_hdf5_names *names)
{
    if (is_features(seen))
        advise_unfit(out, values);
    if (values->rows == 0 || values->rows < values->of_rows)
        return; /* the rest may be otherwise */
    if (is_features(seen) && values->features.count > 0)
        advise_empty(out, &values->features, names);
    /* Of a table of columns alone: the corners of pictures are constant, or nearly, and no harm. */
    if (is_features(seen) && seen->rank == 2 && values->rows > 1 && values->features.count > 0) {
        advise_constant(out, &values->features, names);
        if (H5Tget_size(seen->type) > 1) /* bytes are of one scale by their nature */
            advise_scale(out, &values->features, names);
    }
    if (!is_targets(seen) || values->least > values->most)
        return;
    if (values->labels && nni_inspected_is_integer(seen)) {
        advise_rare(out, values);
        advise_dominant(out, values);
    }
    if (values->labels)
        advise_labels(out, seen, values->labels);
    else if (values->features.count > 0)
        advise_one_hot(out, seen, &values->features);
}

void nni_inspect_advise_text(FILE *out, const nni_inspected *seen, uint64_t empty)
{
    if (is_targets(seen) && empty > 0)
        fprintf(out, "advice   %" PRIu64 " row%s an empty text, which training takes for no class; leave %s out\n",
                empty, empty == 1 ? " is" : "s are", empty == 1 ? "it" : "them");
}

/* UINT64_MAX where there is no such dataset, or it has no rows. */
static hsize_t rows_of(hid_t root, const char *name)
{
    hid_t dataset = nni_hdf5_open_inside(root, name);
    if (dataset < 0)
        return UINT64_MAX;
    hid_t space = H5Dget_space(dataset);
    hsize_t dims[H5S_MAX_RANK] = {UINT64_MAX};
    H5Sget_simple_extent_dims(space, dims, NULL);
    H5Sclose(space);
    H5Dclose(dataset);
    return dims[0];
}

void nni_inspect_advise_rows(FILE *out, const nni_inspected *seen)
{
    static const char *const beside[] = {"y", "w"};
    const char *last = last_part(seen->name);
    char features[1024];
    if (seen->rank < 1 || !is_one_of(last, beside, sizeof beside / sizeof *beside) ||
        (size_t)snprintf(features, sizeof features, "%.*sx", (int)(last - seen->name), seen->name) >= sizeof features)
        return;
    const hsize_t rows = rows_of(seen->root, features);
    if (rows == UINT64_MAX || rows == seen->dims[0])
        return;
    fprintf(out, "advice   /");
    nni_print_text(out, seen->name);
    fprintf(out, " has %" PRIu64 " rows but /", (uint64_t)seen->dims[0]);
    nni_print_text(out, features);
    fprintf(out, " has %" PRIu64 "; each needs one of the other\n", (uint64_t)rows);
}
