#include "train/report_scaling.h"

#include <stdio.h>

#include "data/dataset/feature_name.h"
#include "recipe/kinds.h"
#include "train/format.h"

const char *nn_normalization_text(const nn_run *run, char *text, size_t room)
{
    const nn_normalization_notes *notes = &run->normalization_notes;
    const nn_normalization_kind kind = run->normalization->kind;
    char constant[64] = "", two_valued[64] = "";
    if (run->recipe->data.normalize != NN_NORMALIZE_AUTO) {
        snprintf(text, room, "%s", nn_normalization_name(kind));
        return text;
    }
    if (run->resumed_from[0]) {
        snprintf(text, room, "auto (%s, as in the checkpoint)", nn_normalization_name(kind));
        return text;
    }
    const char *words = kind == NN_NORMALIZE_NONE           ? "none: scaled already"
                        : kind == NN_NORMALIZE_STANDARD_ALL ? "all features alike, to mean 0 and deviation 1"
                                                            : "each feature to mean 0, deviation 1";
    if (notes->two_valued > 0)
        snprintf(two_valued, sizeof two_valued, "; %s of two values", nn_figure_count(notes->two_valued).text);
    if (notes->constant > 0)
        snprintf(constant, sizeof constant, "; %s constant", nn_figure_count(notes->constant).text);
    snprintf(text, room, "auto (%s%s%s)", words, two_valued, constant);
    return text;
}

/* "feature 3 income" or "4 features, most of all feature 3 income". */
static void name_of(const nn_run *run, const nn_feature_note *note, char *text, size_t room)
{
    const nn_recipe_split *train = &run->recipe->data.train;
    char name[192];
    nn_feature_name(run->train, (const char *const *)train->x_columns, train->x_columns_count, note->feature, name,
                    sizeof name);
    if (note->features == 1)
        snprintf(text, room, "%s", name);
    else
        snprintf(text, room, "%s and %s more", name, nn_figure_count(note->features - 1).text);
}

void nn_normalization_say_notes(const nn_run *run)
{
    const nn_feature_note *outliers = &run->normalization_notes.outliers, *codes = &run->normalization_notes.codes;
    char name[256];
    if (!run->out)
        return;
    if (outliers->features > 0) {
        name_of(run, outliers, name, sizeof name);
        nn_run_say(run,
                   "note     %s: a value of %g lies %.3g deviations off the others; if it is no mistake, "
                   "data.normalize: robust scales by the others",
                   name, outliers->value, outliers->measure);
    }
    if (codes->features > 0) {
        name_of(run, codes, name, sizeof name);
        nn_run_say(run,
                   "note     %s: %g whole numbers that come unevenly, as codes do; if they are, give each its own "
                   "column of 0 and 1",
                   name, codes->value);
    }
}
