/* SPDX-License-Identifier: MIT */
/* A table of all runs: how each ended, its settings that differ and all figures. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "draw/html.h"
#include "report/compare/comparison.h"
#include "report/page/section.h"
#include "support/memory.h"

/* The table of 1,000 runs stays about a megabyte: a cell of a figure takes some 40 bytes. */
enum {
    SETTINGS_MOST = 20,
    VALUE_CHARACTERS = 40,
    LIST_CHARACTERS = 160,
    DIGITS = 5,
    FIGURE_CELLS_MOST = 20000,
    FIGURE_COLUMNS_LEAST = 4
};

/* Columns of numbers stand to the right, the others are of class text. */
static void put_heading(FILE *out, const char *text, bool number)
{
    fputs(number ? "<th scope=\"col\">" : "<th scope=\"col\" class=\"text\">", out);
    for (const char *at = text; *at;) { /* which may be broken after a point */
        char part[NNI_COMPARE_TITLE];
        const size_t length = strcspn(at, "."), end = length + (at[length] == '.');
        snprintf(part, sizeof part, "%.*s", (int)end, at);
        nni_html_put(out, part);
        at += end;
        fputs(*at ? "<wbr>" : "", out);
    }
    fputs("</th>", out);
}

/* The script sorts by the text of a cell where it has no data-value. */
static void put_number(FILE *out, double value, int digits)
{
    char text[NNI_HTML_NUMBER];
    fprintf(out, "<td>%s</td>", isnan(value) ? "" : nni_html_number(value, digits, text));
}

static void put_text(FILE *out, const char *text, size_t most)
{
    fputs("<td class=\"text\">", out);
    nni_html_put_short(out, text, most);
    fputs("</td>", out);
}

/* What the table has as columns. */
typedef struct columns {
    const nni_comparison *c;
    nni_string_set figures;         /* the main one first */
    size_t figure_count;            /* that have a column */
    bool all_last;                  /* the last value of all of them, not just of the main one */
    size_t settings[SETTINGS_MOST]; /* indices of those that differ */
    size_t setting_count;
    bool parameters; /* networks differ in size */
} columns;

static void put_figure_headings(const columns *of, size_t figure)
{
    char title[NNI_COMPARE_TITLE];
    put_heading(of->c->out, nni_compare_title(of->figures.text[figure], title), true);
    if (figure == 0 || of->all_last)
        put_heading(of->c->out, "last", true);
}

static void put_head(const columns *of)
{
    FILE *out = of->c->out;
    fputs("<thead><tr>", out);
    put_heading(out, "run", false);
    put_heading(out, "ended", false);
    if (of->figure_count > 0)
        put_figure_headings(of, 0);
    for (size_t i = 0; i < of->setting_count; i++)
        put_heading(out, of->c->settings.paths.text[of->settings[i]],
                    nni_run_setting_numbers(&of->c->settings.each[of->settings[i]], of->c->count, NULL));
    put_heading(out, "epochs", true);
    put_heading(out, "seconds", true);
    if (of->c->measured_count > 1)
        put_heading(out, "measured on", false);
    if (of->c->trained_count > 1)
        put_heading(out, "trained on", false);
    if (of->parameters)
        put_heading(out, "parameters", true);
    for (size_t i = 1; i < of->figure_count; i++)
        put_figure_headings(of, i);
    fputs("</tr></thead>\n", out);
}

static void put_figure(const columns *of, const nni_history *run, size_t figure)
{
    FILE *out = of->c->out;
    const nni_curve *curve = nni_history_curve(run, of->figures.text[figure]);
    const size_t line = curve ? nni_history_best(run, curve) : SIZE_MAX;
    char text[NNI_HTML_NUMBER];
    if (line == SIZE_MAX)
        fputs("<td></td>", out);
    else
        fprintf(out, "<td data-value=\"%.7g\">%s <i>at %.0f</i></td>", curve->values[line],
                nni_html_number(curve->values[line], DIGITS, text), run->epoch[line]);
    if (figure == 0 || of->all_last)
        put_number(out, nni_history_last(run, of->figures.text[figure]), DIGITS);
}

static void put_group(FILE *out, const char *what, size_t group)
{
    fprintf(out, "<td class=\"text\">%s %zu</td>", what, group + 1);
}

static void put_setting(const columns *of, size_t setting, size_t run)
{
    const nni_run_setting *shown = &of->c->settings.each[setting];
    const char *value = nni_run_setting_value(shown, run);
    if (!value)
        fputs("<td></td>", of->c->out);
    else if (nni_run_setting_numbers(shown, 0, NULL))
        fprintf(of->c->out, "<td>%s</td>", value);
    else
        put_text(of->c->out, value, VALUE_CHARACTERS);
}

static void put_row(const columns *of, size_t run)
{
    const nni_comparison *c = of->c;
    const nni_history *history = c->runs[run];
    const size_t colour = nni_compare_colour(c, run);
    fputs("<tr><th scope=\"row\"><div>", c->out);
    if (colour != SIZE_MAX)
        fprintf(c->out, "<span class=\"swatch s%zu\"></span>", colour);
    nni_html_put(c->out, c->labels.text[run]);
    fputs("</div></th>", c->out);
    put_text(c->out, nni_history_state(history), VALUE_CHARACTERS);
    if (of->figure_count > 0)
        put_figure(of, history, 0);
    for (size_t i = 0; i < of->setting_count; i++)
        put_setting(of, of->settings[i], run);
    put_number(c->out, history->epochs > 0 ? history->epoch[history->epochs - 1] : 0, 15);
    put_number(c->out, nni_history_last(history, "seconds"), 3);
    if (c->measured_count > 1)
        put_group(c->out, "rows", c->measured[run]);
    if (c->trained_count > 1)
        put_group(c->out, "data", c->trained[run]);
    if (of->parameters)
        put_number(c->out, history->layer_count > 0 ? (double)nni_history_parameters(history) : NAN, 15);
    for (size_t i = 1; i < of->figure_count; i++)
        put_figure(of, history, i);
    fputs("</tr>\n", c->out);
}

/* Figures that have no column, or no second one. */
static void put_other_figures(const columns *of)
{
    FILE *out = of->c->out;
    char title[NNI_COMPARE_TITLE];
    if (!of->all_last)
        fputs("<p class=\"note\">Last values are those of the first figure alone: the table would be too large.", out);
    for (size_t i = of->figure_count; i < of->figures.count; i++) {
        fputs(i == of->figure_count ? " Left out for the same reason: " : ", ", out);
        nni_html_put(out, nni_compare_title(of->figures.text[i], title));
    }
    if (!of->all_last)
        fputs(of->figure_count < of->figures.count ? ".</p>\n" : "</p>\n", out);
}

/* What differs and has no column, and what does not differ. */
static void put_other_settings(const columns *of, size_t differing)
{
    const nni_comparison *c = of->c;
    const nni_run_settings *settings = &c->settings;
    size_t equal = 0, seen = 0;
    for (size_t i = 0; i < settings->paths.count; i++)
        equal += settings->each[i].values.count == 1 && settings->each[i].present == settings->recipes;
    if (settings->recipes < c->count)
        fprintf(c->out, "<p>%zu of the runs have no recipe.yaml that can be read.</p>\n", c->count - settings->recipes);
    if (differing > of->setting_count) {
        fputs("<p>Other settings differ, too: ", c->out);
        for (size_t i = 0; i < settings->paths.count; i++) {
            const size_t at = settings->order[i];
            if (!settings->each[at].differs || seen++ < of->setting_count)
                continue;
            fputs(seen > of->setting_count + 1 ? ", " : "", c->out);
            nni_html_put_short(c->out, settings->paths.text[at], VALUE_CHARACTERS);
        }
        fputs(".</p>\n", c->out);
    }
    if (equal == 0 || c->count < 2)
        return;
    fprintf(c->out, "<details><summary>%zu settings are the same in all runs</summary><p>", equal);
    seen = 0;
    for (size_t i = 0; i < settings->paths.count; i++) {
        const nni_run_setting *setting = &settings->each[settings->order[i]];
        if (setting->values.count != 1 || setting->present != settings->recipes)
            continue;
        fputs(seen++ > 0 ? "; " : "", c->out);
        nni_html_put(c->out, settings->paths.text[settings->order[i]]);
        fputs(" ", c->out);
        nni_html_put_short(c->out, setting->values.text[0], LIST_CHARACTERS);
    }
    fputs("</p></details>\n", c->out);
}

static nn_status choose_columns(columns *of, size_t *differing, nn_error *error)
{
    const nni_run_settings *settings = &of->c->settings;
    NN_TRY(nni_compare_figures(of->c, &of->figures, error));
    const size_t room = FIGURE_CELLS_MOST / of->c->count,
                 most = room > FIGURE_COLUMNS_LEAST ? room : FIGURE_COLUMNS_LEAST;
    of->all_last = 2 * of->figures.count <= most;
    of->figure_count = of->all_last || of->figures.count < most ? of->figures.count : most - 1;
    for (size_t i = 0; i < settings->paths.count; i++)
        if (settings->each[settings->order[i]].differs && ++*differing <= SETTINGS_MOST)
            of->settings[of->setting_count++] = settings->order[i];
    for (size_t i = 1; i < of->c->count; i++)
        of->parameters |= nni_history_parameters(of->c->runs[i]) != nni_history_parameters(of->c->runs[0]);
    return NN_OK;
}

nn_status nni_compare_table(const nni_comparison *c, nn_error *error)
{
    columns of = {.c = c};
    size_t differing = 0;
    nn_status status = choose_columns(&of, &differing, error);
    if (status == NN_OK) {
        nni_section_begin(c->out, "runs", "Runs");
        fputs("<div class=\"scroll\" tabindex=\"0\"><table class=\"sortable runs\">\n<caption>Best values with their "
              "epochs",
              c->out);
        char title[NNI_COMPARE_TITLE];
        if (c->figure)
            fprintf(c->out, ", sorted by %s", nni_compare_title(c->figure, title));
        fputs("</caption>\n", c->out);
        put_head(&of);
        fputs("<tbody>\n", c->out);
        for (size_t i = 0; i < c->count; i++)
            put_row(&of, c->order[i]);
        fputs("</tbody></table></div>\n", c->out);
        put_other_figures(&of);
        put_other_settings(&of, differing);
        nni_section_end(c->out);
    }
    nni_string_set_free(&of.figures);
    return status;
}
