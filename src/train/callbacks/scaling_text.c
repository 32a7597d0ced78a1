/* SPDX-License-Identifier: MIT */
#include "train/callbacks/scaling_text.h"

#include <stdio.h>

#include "data/names/feature_name.h"
#include "train/run/format.h"

const char *nni_feature_scaler_text(const nni_run *run, char *text, size_t size)
{
    const nni_feature_scaler_notes *notes = &run->data.feature_notes;
    const nn_feature_scaling kind = run->data.feature_scaler->kind;
    char constant[64] = "", two_valued[64] = "";
    if (run->recipe->data.normalize != NN_NORMALIZE_AUTO) {
        snprintf(text, size, "%s", nn_feature_scaling_name(kind));
        return text;
    }
    if (run->files.resumed_from[0]) {
        snprintf(text, size, "auto (%s, as in the checkpoint)", nn_feature_scaling_name(kind));
        return text;
    }
    if (run->start.taken > 0) {
        snprintf(text, size, "auto (%s, as in the model)", nn_feature_scaling_name(kind));
        return text;
    }
    const char *words = kind == NN_NORMALIZE_NONE           ? "none: scaled already"
                        : kind == NN_NORMALIZE_STANDARD_ALL ? "all features alike, to mean 0 and deviation 1"
                                                            : "each feature to mean 0, deviation 1";
    if (notes->two_valued > 0)
        snprintf(two_valued, sizeof two_valued, "; %s of two values", nni_figure_count(notes->two_valued).text);
    if (notes->constant > 0)
        snprintf(constant, sizeof constant, "; %s constant", nni_figure_count(notes->constant).text);
    snprintf(text, size, "auto (%s%s%s)", words, two_valued, constant);
    return text;
}

/* "feature 3 income" or "4 features, most of all feature 3 income". */
static void name_of(const nni_run *run, const nni_feature_note *note, char *text, size_t size)
{
    const nni_split_settings *train = &run->recipe->data.train;
    char name[192];
    nni_feature_name(run->data.train, (const char *const *)train->x_columns, train->x_columns_count, note->feature,
                     name, sizeof name);
    if (note->features == 1)
        snprintf(text, size, "%s", name);
    else
        snprintf(text, size, "%s and %s more", name, nni_figure_count(note->features - 1).text);
}

void nni_feature_scaler_say_notes(const nni_run *run)
{
    const nni_feature_note *outliers = &run->data.feature_notes.outliers, *codes = &run->data.feature_notes.codes;
    char name[256];
    if (!run->output.file)
        return;
    if (outliers->features > 0) {
        name_of(run, outliers, name, sizeof name);
        nni_output_say(&run->output,
                       "note     %s: a value of %g lies %.3g deviations off the others; if it is no mistake, "
                       "data.normalize: robust scales by the others",
                       name, outliers->value, outliers->measure);
    }
    if (codes->features > 0) {
        name_of(run, codes, name, sizeof name);
        nni_output_say(&run->output,
                       "note     %s: %g whole numbers that come unevenly, as codes do; if they are, give each its own "
                       "column of 0 and 1",
                       name, codes->value);
    }
}
