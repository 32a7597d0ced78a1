/* SPDX-License-Identifier: MIT */
#include "inspect/features.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "support/memory.h"
#include "support/printable.h"

/* Features that a table shows unasked; and those that a line lists. */
enum { TABLE_MOST = 24, LISTED_MOST = 5 };

bool nni_inspect_features_create(size_t count, nni_inspect_features *features)
{
    *features = (nni_inspect_features){.count = count, .one_hot = count > 1};
    if (nni_allocate(count, sizeof *features->each, "the features", &features->each, NULL) != NN_OK)
        return false;
    for (size_t at = 0; at < count; at++)
        features->each[at] = (nni_inspect_feature){.least = INFINITY, .most = -INFINITY};
    return true;
}

void nni_inspect_features_free(nni_inspect_features *features)
{
    nni_release(features->each);
}

static void follow_one_hot(nni_inspect_features *features, size_t at, double value)
{
    features->ones += value == 1;
    if (value != 0 && value != 1)
        features->one_hot = false;
    if (at + 1 < features->count)
        return;
    features->one_hot = features->one_hot && features->ones == 1;
    features->ones = 0;
}

void nni_inspect_features_take(nni_inspect_features *features, size_t at, double value)
{
    nni_inspect_feature *feature = &features->each[at];
    if (features->one_hot)
        follow_one_hot(features, at, value);
    feature->nans += isnan(value) != 0;
    if (!isfinite(value))
        return;
    if (value < feature->least)
        feature->least = value;
    if (value > feature->most)
        feature->most = value;
    /* Welford's way: a sum of squares would lose the deviation of years, or of prices, to rounding. */
    const double before = value - feature->mean;
    feature->values++;
    feature->mean += before / (double)feature->values;
    feature->squares += before * (value - feature->mean);
}

double nni_inspect_deviation(const nni_inspect_feature *feature)
{
    return feature->values > 0 ? sqrt(feature->squares / (double)feature->values) : 0;
}

bool nni_inspect_is_constant(const nni_inspect_feature *feature)
{
    return feature->least == feature->most;
}

bool nni_inspect_is_empty(const nni_inspect_feature *feature)
{
    return feature->values == 0;
}

void nni_inspect_print_feature(FILE *out, const nni_hdf5_names *names, size_t at)
{
    fprintf(out, "%zu", at);
    if (!names->texts)
        return;
    fputc(' ', out);
    nni_print_text(out, nni_hdf5_name(names, at));
}

size_t nni_inspect_features_count(const nni_inspect_features *features, bool (*is)(const nni_inspect_feature *))
{
    size_t count = 0;
    for (size_t at = 0; at < features->count; at++)
        count += is(&features->each[at]);
    return count;
}

void nni_inspect_features_list(FILE *out, const nni_inspect_features *features, const nni_hdf5_names *names,
                               bool (*is)(const nni_inspect_feature *))
{
    size_t listed = 0;
    for (size_t at = 0; at < features->count; at++) {
        if (!is(&features->each[at]))
            continue;
        fprintf(out, "%s", listed > 0 ? ", " : "");
        if (listed++ == LISTED_MOST) {
            fprintf(out, "...");
            return;
        }
        nni_inspect_print_feature(out, names, at);
    }
}

static size_t widest_name(const nni_hdf5_names *names)
{
    size_t widest = 0;
    for (size_t i = 0; names->texts && i < names->count; i++) {
        const size_t length = nni_print_text(NULL, nni_hdf5_name(names, i));
        if (length > widest)
            widest = length;
    }
    return widest;
}

static void print_table(FILE *out, const nni_inspect_features *features, const nni_hdf5_names *names)
{
    const size_t width = widest_name(names) + (names->texts ? 1 : 0);
    fprintf(out, "           feature%*s %11s %11s %11s %11s %9s\n", (int)width, "", "least", "most", "mean",
            "deviation", "NaN");
    for (size_t at = 0; at < features->count; at++) {
        const nni_inspect_feature *feature = &features->each[at];
        fprintf(out, "           %7zu", at);
        if (names->texts) {
            fputc(' ', out);
            const size_t used = nni_print_text(out, nni_hdf5_name(names, at));
            fprintf(out, "%*s", (int)(width - 1 - used), "");
        }
        if (feature->values > 0)
            fprintf(out, " %11.5g %11.5g %11.5g %11.5g", feature->least, feature->most, feature->mean,
                    nni_inspect_deviation(feature));
        else
            fprintf(out, " %11s %11s %11s %11s", "none", "none", "none", "none");
        fprintf(out, " %9" PRIu64 "\n", feature->nans);
    }
}

static void print_constant(FILE *out, const nni_inspect_features *features, const nni_hdf5_names *names)
{
    const size_t constant = nni_inspect_features_count(features, nni_inspect_is_constant);
    fprintf(out, "%zu constant%s", constant, constant > 0 ? " (" : "");
    nni_inspect_features_list(out, features, names, nni_inspect_is_constant);
    fprintf(out, "%s", constant > 0 ? ")" : "");
}

static void print_range(FILE *out, const char *what, const nni_inspect_features *features, const nni_hdf5_names *names,
                        size_t at)
{
    fprintf(out, ", %s ", what);
    nni_inspect_print_feature(out, names, at);
    fprintf(out, " (%g to %g)", features->each[at].least, features->each[at].most);
}

/* Not above 0 where it is constant or has no values. */
static double range_of(const nni_inspect_feature *feature)
{
    return feature->most - feature->least;
}

static void print_digest(FILE *out, const nni_inspect_features *features, const nni_hdf5_names *names)
{
    const nni_inspect_feature *each = features->each;
    const size_t none = features->count;
    size_t holed = 0, widest = none, narrowest = none;
    for (size_t at = 0; at < features->count; at++) {
        const double range = range_of(&each[at]);
        holed += each[at].nans > 0;
        if (range <= 0)
            continue;
        if (widest == none || range > range_of(&each[widest]))
            widest = at;
        if (narrowest == none || range < range_of(&each[narrowest]))
            narrowest = at;
    }
    fprintf(out, "           %zu features: ", features->count);
    print_constant(out, features, names);
    fprintf(out, ", %zu with NaN", holed);
    if (widest < none && range_of(&each[widest]) == range_of(&each[narrowest]))
        print_range(out, "all others as wide as", features, names, widest);
    else if (widest < none) {
        print_range(out, "widest", features, names, widest);
        print_range(out, "narrowest", features, names, narrowest);
    }
    fprintf(out, "; --features tells of each\n");
}

void nni_inspect_features_print(FILE *out, const nni_inspect_features *features, const nni_hdf5_names *names,
                                bool every)
{
    if (every || features->count <= TABLE_MOST)
        print_table(out, features, names);
    else
        print_digest(out, features, names);
}
