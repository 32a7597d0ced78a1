/* SPDX-License-Identifier: MIT */
/* What is found in features that a user should know. */
#include <math.h>

#include "data/scaling/choice.h"
#include "data/scaling/notes.h"
#include "support/extremes.h"
#include "support/memory.h"

static const char what[] = "what is told of the features";

/* --- what lies far off --- */

/* A note may tell of less than there is, but must not have much data read again and again. */
enum { NOTE_PASSES_MOST = 3 };
static const double clipped_deviations = 3;

static void set_bounds(const nni_statistics *found, size_t features, double *low, double *high)
{
    for (size_t i = 0; i < features; i++) {
        const double reach = clipped_deviations * nni_statistics_deviation(found, i);
        low[i] = found->mean[i] - reach;
        high[i] = found->mean[i] + reach;
    }
}

/* Features of one value but for a few, such as most that are counted, keep what they had. @return whether any feature
 * lost values */
static bool take_clipped(size_t features, const nni_statistics *clipped, nni_statistics *found)
{
    bool changed = false;
    for (size_t i = 0; i < features; i++) {
        if (!(clipped->square[i] > 0) || clipped->count[i] == found->count[i])
            continue;
        changed = true;
        found->count[i] = clipped->count[i];
        found->mean[i] = clipped->mean[i];
        found->square[i] = clipped->square[i];
    }
    return changed;
}

/* @param bounds  [2 * features] */
static nn_status clip(const nni_dataset *dataset, size_t passes, nn_comm *comm, double *bounds, nni_statistics *clipped,
                      nni_statistics *found, nn_error *error)
{
    const size_t features = dataset->row.features;
    bool changed = true;
    for (size_t pass = 0; pass < passes && changed; pass++) {
        set_bounds(found, features, bounds, bounds + features);
        NN_TRY(nni_statistics_measure_within(dataset, bounds, bounds + features, comm, clipped, error));
        changed = take_clipped(features, clipped, found);
    }
    return NN_OK;
}

nn_status nni_statistics_clip(const nni_dataset *dataset, size_t passes, nn_comm *comm, nni_statistics *found,
                              nn_error *error)
{
    double *buffer = NULL;
    const size_t features = dataset->row.features;
    NN_TRY(nn_comm_agree(comm, nni_allocate(5 * features, sizeof *buffer, what, &buffer, error), error));
    nni_statistics clipped = {
        .count = buffer + 2 * features, .mean = buffer + 3 * features, .square = buffer + 4 * features};
    const nn_status status = clip(dataset, passes, comm, buffer, &clipped, found, error);
    nni_release(buffer);
    return status;
}

/* @return deviations from the mean to the value that is farthest off */
static double farthest(const nni_statistics *found, size_t i, double *value)
{
    const double below = found->mean[i] - found->least[i], above = found->most[i] - found->mean[i];
    *value = above > below ? found->most[i] : found->least[i];
    return fmax(below, above) / nni_statistics_deviation(found, i);
}

static bool may_have_outliers(const nni_statistics *found, size_t i, double deviations, double *value, double *off)
{
    if (nni_feature_is_constant(found, i) || nni_feature_is_two_valued(found, i))
        return false;
    *off = farthest(found, i, value);
    return *off > deviations;
}

/* Where nothing lies six deviations off, which of a million normal values none does, nothing is looked for. */
static nn_status note_outliers(const nni_dataset *dataset, nn_comm *comm, nni_statistics *found, nni_feature_note *note,
                               nn_error *error)
{
    const double suspicious = 6, told = 30;
    double value, off;
    bool any = false;
    double *before = NULL;
    const size_t features = dataset->row.features;
    for (size_t i = 0; i < features && !any; i++)
        any = may_have_outliers(found, i, suspicious, &value, &off);
    if (!any)
        return NN_OK;
    NN_TRY(nn_comm_agree(comm, nni_allocate(features, sizeof *before, what, &before, error), error));
    for (size_t i = 0; i < features; i++) /* of two values the rarer one is no outlier */
        before[i] = may_have_outliers(found, i, suspicious, &value, &off) ? found->count[i] : -1;
    const nn_status status = nni_statistics_clip(dataset, NOTE_PASSES_MOST, comm, found, error);
    for (size_t i = 0; status == NN_OK && i < features; i++) {
        if (before[i] < 0 || found->count[i] == before[i] || !((off = farthest(found, i, &value)) > told))
            continue;
        if (note->features++ == 0 || off > note->measure) {
            note->feature = i;
            note->value = value;
            note->measure = off;
        }
    }
    nni_release(before);
    return status;
}

/* --- whole numbers that may be codes --- */

/* Numbers of a column that are few enough for codes, and many enough that frequencies tell; columns that are looked at.
 */
enum { CODES_LEAST = 5, CODES_MOST = 20, LOOKED_AT_MOST = 256 };

static bool is_clearly_less(double a, double b)
{
    return 2 * a < b && b - a > 3 * sqrt(b);
}

/* Frequencies of amounts and of grades rise to a peak or two and fall; those of codes go up and down. Numbers that do
 * not occur count, but for those between multiples. @return valleys between clear peaks */
static size_t valleys_of(const double *counts, size_t step)
{
    double peak = 0, low = 0;
    size_t valleys = 0;
    bool falling = false;
    for (size_t k = 0; k < NNI_COUNTED_VALUES; k += step) {
        const double count = counts[k];
        if (!falling && is_clearly_less(count, peak)) {
            falling = true;
            low = count;
        } else if (falling && is_clearly_less(low, count)) {
            falling = false;
            valleys++;
            peak = count;
        }
        peak = !falling && count > peak ? count : peak;
        low = count < low ? count : low;
    }
    return valleys;
}

/* @param counts  [NNI_COUNTED_VALUES + 1]. @return how many codes there are; 0: they look like amounts */
static size_t codes_of(const double *counts)
{
    size_t different = 0, step = 0;
    for (size_t k = 0; k < NNI_COUNTED_VALUES; k++)
        if (counts[k] > 0) {
            different++;
            step = nni_common_divisor(step, k); /* the first counter is of the least value */
        }
    if (counts[NNI_COUNTED_VALUES] > 0 || different < CODES_LEAST || different > CODES_MOST)
        return 0;
    return valleys_of(counts, step) >= 2 ? different : 0;
}

static bool may_be_codes(const nni_statistics *found, size_t i)
{
    const double range = found->most[i] - found->least[i];
    return range >= CODES_LEAST - 1 && range < NNI_COUNTED_VALUES && found->least[i] == floor(found->least[i]) &&
           found->most[i] == floor(found->most[i]);
}

static nn_status note_codes(const nni_dataset *dataset, nn_comm *comm, const nni_statistics *found,
                            nni_feature_note *note, nn_error *error)
{
    size_t looked_at[LOOKED_AT_MOST], count = 0;
    double first[LOOKED_AT_MOST], *counts = NULL;
    for (size_t i = 0; i < dataset->row.features && count < LOOKED_AT_MOST; i++)
        if (may_be_codes(found, i)) {
            looked_at[count] = i;
            first[count++] = found->least[i];
        }
    if (count == 0)
        return NN_OK;
    NN_TRY(nn_comm_agree(comm, nni_allocate(count, (NNI_COUNTED_VALUES + 1) * sizeof *counts, what, &counts, error),
                         error));
    const nn_status status = nni_statistics_count(dataset, looked_at, first, count, comm, counts, error);
    for (size_t k = 0; status == NN_OK && k < count; k++) {
        const size_t codes = codes_of(counts + k * (NNI_COUNTED_VALUES + 1));
        if (codes > 0 && note->features++ == 0) {
            note->feature = looked_at[k];
            note->value = (double)codes;
        }
    }
    nni_release(counts);
    return status;
}

nn_status nni_feature_scaler_note(const nni_dataset *dataset, nn_comm *comm, nni_statistics *found,
                                  nni_feature_scaler_notes *notes, nn_error *error)
{
    for (size_t i = 0; i < dataset->row.features; i++)
        notes->two_valued += nni_feature_is_two_valued(found, i);
    NN_TRY(note_codes(dataset, comm, found, &notes->codes, error));
    return note_outliers(dataset, comm, found, &notes->outliers, error);
}
