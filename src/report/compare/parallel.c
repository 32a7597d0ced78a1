/* SPDX-License-Identifier: MIT */
/* Settings that differ and what came of them: a line a run through an axis a setting, the last axis the figure. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "draw/html.h"
#include "draw/pictures.h"
#include "report/compare/comparison.h"
#include "report/page/section.h"
#include "support/memory.h"

enum {
    SETTINGS_MOST = 8,
    CATEGORIES_MOST = 12,
    NUMBERS_AS_CATEGORIES = 8, /* a few numbers are read more easily where they stand themselves than between ticks */
    LINES_MOST = 1000,
    TITLE_CHARACTERS = 30,
    PATH_CHARACTERS = 60,
    CATEGORY_CHARACTERS = 24,
};

static const double decade = 10;

/* The picture while it is put together. Owns what it points to. */
typedef struct bundle {
    const nni_comparison *c;
    size_t *runs; /* [lines] best first */
    size_t lines;
    nni_parallel_axis axes[SETTINGS_MOST + 1];
    size_t count;
    double *values[SETTINGS_MOST + 1];
    char *titles[SETTINGS_MOST + 1];
    char *categories[SETTINGS_MOST][CATEGORIES_MOST + 1];
    const char **names; /* [lines] */
} bundle;

static void free_bundle(bundle *of)
{
    for (size_t i = 0; i <= SETTINGS_MOST; i++) {
        nni_release(of->values[i]);
        nni_release(of->titles[i]);
        for (size_t j = 0; i < SETTINGS_MOST && j <= CATEGORIES_MOST; j++)
            nni_release(of->categories[i][j]);
    }
    nni_release(of->runs);
    nni_release(of->names);
}

static nn_status no_memory(nn_error *error)
{
    return nn_fail(error, NN_SYSTEM, "out of memory: cannot draw the settings of the runs");
}

/* Logarithmic axes serve values that are all positive and lie far apart. */
static bool spans(const double *values, size_t count, double ratio)
{
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(values[i]))
            continue;
        if (!isfinite(values[i]) || values[i] <= 0)
            return false;
        least = fmin(least, values[i]);
        most = fmax(most, values[i]);
    }
    return most >= ratio * least;
}

static nn_status begin_axis(bundle *to, const char *title, nn_error *error)
{
    to->titles[to->count] = nni_compare_shorten(title, TITLE_CHARACTERS);
    if (!to->titles[to->count])
        return no_memory(error);
    NN_TRY(nni_allocate(to->lines, sizeof(double), "the settings of the runs", &to->values[to->count], error));
    to->axes[to->count].title = to->titles[to->count];
    to->axes[to->count].values = to->values[to->count];
    return NN_OK;
}

/* Place of a value among the others, each its own: of numbers by size, of equal ones (1 and 01) and of names by
 * appearance. */
static size_t place_of(const nni_run_setting *setting, size_t value, bool numbers)
{
    size_t place = 0;
    const double own = numbers ? strtod(setting->values.text[value], NULL) : 0;
    for (size_t i = 0; i < setting->values.count; i++) {
        const double other = numbers ? strtod(setting->values.text[i], NULL) : 0;
        place += other < own || (other == own && i < value);
    }
    return place;
}

/* Values side by side at equal distances, and a last place for runs without the setting. */
static nn_status add_categories(bundle *to, const nni_run_setting *setting, bool numbers, nn_error *error)
{
    char **names = to->categories[to->count];
    size_t count = setting->values.count;
    for (size_t i = 0; i < count; i++) {
        char **name = &names[place_of(setting, i, numbers)];
        *name = nni_compare_shorten(setting->values.text[i], CATEGORY_CHARACTERS);
        if (!*name)
            return no_memory(error);
    }
    for (size_t i = 0; i < to->lines; i++) {
        const size_t value = setting->value_of[to->runs[i]];
        to->values[to->count][i] =
            (double)(value == SIZE_MAX ? setting->values.count : place_of(setting, value, numbers));
        if (value == SIZE_MAX && count == setting->values.count) {
            names[count] = nni_compare_shorten("not set", CATEGORY_CHARACTERS);
            if (!names[count++])
                return no_memory(error);
        }
    }
    to->axes[to->count].categories = (const char *const *)names;
    to->axes[to->count].category_count = count;
    return NN_OK;
}

/* The end of a setting's path that no other setting with an axis has: "learning_rate". */
static const char *short_path(const nni_run_settings *settings, size_t index)
{
    const char *path = settings->paths.text[index];
    for (const char *end = path + strlen(path); end > path; end--) {
        bool shared = end[-1] != '.';
        for (size_t i = 0; i < settings->paths.count && !shared; i++) {
            const char *other = settings->paths.text[i];
            const size_t length = strlen(other), tail = strlen(end);
            shared = i != index && settings->each[i].differs && length >= tail &&
                     strcmp(other + length - tail, end) == 0 && (length == tail || other[length - tail - 1] == '.');
        }
        if (!shared)
            return end;
    }
    return path;
}

static nn_status add_setting(bundle *to, size_t index, nn_error *error)
{
    const nni_run_settings *settings = &to->c->settings;
    const nni_run_setting *setting = &settings->each[index];
    double *all = NULL;
    NN_TRY(begin_axis(to, short_path(settings, index), error));
    NN_TRY(nni_allocate(to->c->count, sizeof *all, "the settings of the runs", &all, error));
    nn_status status = NN_OK;
    const bool numbers = nni_run_setting_numbers(setting, to->c->count, all);
    if (numbers && setting->values.count > NUMBERS_AS_CATEGORIES) {
        for (size_t i = 0; i < to->lines; i++)
            to->values[to->count][i] = all[to->runs[i]];
        to->axes[to->count].log = spans(to->values[to->count], to->lines, decade);
    } else
        status = add_categories(to, setting, numbers, error);
    nni_release(all);
    to->count++;
    return status;
}

static nn_status add_figure(bundle *to, nn_error *error)
{
    char title[NNI_COMPARE_TITLE];
    NN_TRY(begin_axis(to, nni_compare_title(to->c->figure, title), error));
    for (size_t i = 0; i < to->lines; i++)
        to->values[to->count][i] = to->c->best[to->runs[i]];
    to->axes[to->count].log = to->c->lower_is_better && spans(to->values[to->count], to->lines, decade * decade);
    to->count++;
    return NN_OK;
}

static bool can_be_drawn(const nni_comparison *c, size_t setting)
{
    return nni_run_setting_numbers(&c->settings.each[setting], c->count, NULL) ||
           c->settings.each[setting].values.count <= CATEGORIES_MOST;
}

static nn_status add_lines(bundle *to, nn_error *error)
{
    const nni_comparison *c = to->c;
    NN_TRY(nni_allocate(c->count, sizeof *to->runs, "the runs that are drawn", &to->runs, error));
    NN_TRY(nni_allocate(c->count, sizeof *to->names, "the runs that are drawn", &to->names, error));
    for (size_t i = 0; i < c->count && to->lines < LINES_MOST; i++) {
        const size_t run = c->order[i];
        if (isnan(c->best[run]) || (c->measured_count < c->count && c->measured[run] != 0))
            continue;
        to->runs[to->lines] = run;
        to->names[to->lines++] = c->labels.text[run];
    }
    return NN_OK;
}

/* Settings that differ and have no axis, and why. */
static void put_left_out(const bundle *of)
{
    const nni_comparison *c = of->c;
    size_t drawn = 0, many = 0, further = 0;
    for (size_t i = 0; i < c->settings.paths.count; i++) {
        const size_t at = c->settings.order[i];
        if (!c->settings.each[at].differs)
            continue;
        if (can_be_drawn(c, at)) {
            further += ++drawn > SETTINGS_MOST;
            continue;
        }
        fputs(many++ == 0 ? "<p class=\"note\">No axis, because of too many different values: " : ", ", c->out);
        nni_html_put_short(c->out, c->settings.paths.text[at], PATH_CHARACTERS);
    }
    if (many > 0)
        fputs(".</p>\n", c->out);
    if (further > 0)
        fprintf(c->out, "<p class=\"note\">The first %d settings that differ have an axis; %zu more do not.</p>\n",
                (int)SETTINGS_MOST, further);
    if (of->lines < c->count)
        fprintf(c->out, "<p class=\"note\">%zu of %zu runs are drawn: %sthose that have the figure%s.</p>\n", of->lines,
                c->count, of->lines == LINES_MOST ? "the best of " : "",
                c->measured_count > 1 && c->measured_count < c->count ? ", measured on the same rows" : "");
    if (c->measured_count == c->count && c->count > 1)
        fputs("<p class=\"note\">Each run is measured on rows of its own: where a line ends does not tell which "
              "settings are better.</p>\n",
              c->out);
}

static nn_status draw(bundle *of, nn_error *error)
{
    const nni_comparison *c = of->c;
    NN_TRY(add_lines(of, error));
    for (size_t i = 0; i < c->settings.paths.count && of->count < SETTINGS_MOST; i++)
        if (c->settings.each[c->settings.order[i]].differs && can_be_drawn(c, c->settings.order[i]))
            NN_TRY(add_setting(of, c->settings.order[i], error));
    if (of->count == 0 || of->lines < 2)
        return NN_OK;
    NN_TRY(add_figure(of, error));
    char title[NNI_COMPARE_TITLE], description[256];
    snprintf(description, sizeof description,
             "Parallel coordinates: a line for each of %zu runs through its values of %zu settings, ending at its best "
             "%s.",
             of->lines, of->count - 1, nni_compare_title(c->figure, title));
    nni_section_begin(c->out, "settings", "Settings that differ");
    fprintf(c->out, "<p>One line for each run, from its settings to its best %s at the right.</p>\n", title);
    fputs(of->lines > NNI_COMPARE_CROWD ? "<div class=\"crowd\">\n" : "<div>\n", c->out);
    const bool drawn = nni_draw_parallel(c->out, "Settings and what came of them", description, of->axes, of->count,
                                         of->names, of->lines);
    fputs("</div>\n", c->out);
    put_left_out(of);
    nni_section_end(c->out);
    return drawn ? NN_OK : no_memory(error);
}

nn_status nni_compare_parallel(const nni_comparison *c, nn_error *error)
{
    bundle of = {.c = c};
    if (!c->figure)
        return NN_OK;
    const nn_status status = draw(&of, error);
    free_bundle(&of);
    return status;
}
