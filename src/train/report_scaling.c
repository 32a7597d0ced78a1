#include "train/report_scaling.h"

#include <stdio.h>

#include "data/names/feature_name.h"
#include "recipe/kinds.h"
#include "train/format.h"

const char *nni_feature_scaler_text(const nni_run *run, char *text, size_t room)
{
    const nni_feature_scaler_notes *notes = &run->normalization_notes;
    const nn_feature_scaling kind = run->normalization->kind;
    char constant[64] = "", two_valued[64] = "";
    if (run->recipe->data.normalize != NN_NORMALIZE_AUTO) {
        snprintf(text, room, "%s", nn_feature_scaling_name(kind));
        return text;
    }
    if (run->resumed_from[0]) {
        snprintf(text, room, "auto (%s, as in the checkpoint)", nn_feature_scaling_name(kind));
        return text;
    }
    const char *words = kind == NN_NORMALIZE_NONE           ? "none: scaled already"
                        : kind == NN_NORMALIZE_STANDARD_ALL ? "all features alike, to mean 0 and deviation 1"
                                                            : "each feature to mean 0, deviation 1";
    if (notes->two_valued > 0)
        snprintf(two_valued, sizeof two_valued, "; %s of two values", nni_figure_count(notes->two_valued).text);
    if (notes->constant > 0)
        snprintf(constant, sizeof constant, "; %s constant", nni_figure_count(notes->constant).text);
    snprintf(text, room, "auto (%s%s%s)", words, two_valued, constant);
    return text;
}

/* "feature 3 income" or "4 features, most of all feature 3 income". */
static void name_of(const nni_run *run, const nni_feature_note *note, char *text, size_t room)
{
    const nni_split_settings *train = &run->recipe->data.train;
    char name[192];
    nni_feature_name(run->train, (const char *const *)train->x_columns, train->x_columns_count, note->feature, name,
                     sizeof name);
    if (note->features == 1)
        snprintf(text, room, "%s", name);
    else
        snprintf(text, room, "%s and %s more", name, nni_figure_count(note->features - 1).text);
}

void nni_feature_scaler_say_notes(const nni_run *run)
{
    const nni_feature_note *outliers = &run->normalization_notes.outliers, *codes = &run->normalization_notes.codes;
    char name[256];
    if (!run->out)
        return;
    if (outliers->features > 0) {
        name_of(run, outliers, name, sizeof name);
        nni_run_say(run,
                    "note     %s: a value of %g lies %.3g deviations off the others; if it is no mistake, "
                    "data.normalize: robust scales by the others",
                    name, outliers->value, outliers->measure);
    }
    if (codes->features > 0) {
        name_of(run, codes, name, sizeof name);
        nni_run_say(run,
                    "note     %s: %g whole numbers that come unevenly, as codes do; if they are, give each its own "
                    "column of 0 and 1",
                    name, codes->value);
    }
}
