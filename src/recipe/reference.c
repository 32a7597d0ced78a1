/* SPDX-License-Identifier: MIT */
#include "recipe/reference.h"

#include <math.h>
#include <string.h>

#include "recipe/sections.h"
#include "yaml/message.h"
#include "yaml/schema.h"

enum { WIDTH = 79, INDENT = 18 }; /* columns of a terminal; where text stands beside a key of up to 15 letters */

static const char required[] = "must be written";

/* What a row of a table says. */
typedef struct reference_row {
    const char *key;
    nni_sentence value, fallback; /* what may be written; what holds where nothing is */
    const char *help;
} reference_row;

/* --- what may be written --- */

static void say_quantity(nni_sentence *to, const nni_setting *setting, const char *what, const char *unlimited)
{
    const bool ranged = setting->least != 0 || setting->most != 0;
    nni_say(to, "%s", what);
    if (ranged)
        nni_say(to, " ");
    if (ranged)
        nni_say_range(to, setting);
    else
        nni_say(to, "%s", unlimited);
}

static nni_sentence value_of(const nni_setting *setting)
{
    nni_sentence value = {.length = 0};
    switch (setting->type) {
    case NNI_SETTING_TEXT:
        nni_say(&value, "text");
        break;
    case NNI_SETTING_BOOL:
        nni_say(&value, "true or false");
        break;
    case NNI_SETTING_COUNT:
        say_quantity(&value, setting, "whole number", "");
        break;
    case NNI_SETTING_NUMBER:
        say_quantity(&value, setting, "number", "");
        break;
    case NNI_SETTING_BYTES:
        nni_say(&value, "size such as 4M (K, M, G)");
        break;
    case NNI_SETTING_SECONDS:
        nni_say(&value, "time such as 30 minutes (seconds, minutes, hours)");
        break;
    case NNI_SETTING_INTERVAL:
        nni_say(&value, "N epochs or N steps");
        break;
    case NNI_SETTING_KIND:
        nni_say(&value, "one of the names below");
        break;
    case NNI_SETTING_SECTION:
        nni_say(&value, nni_yaml_short_form(setting->settings) ? "section, see below, or its name alone"
                                                               : "section, see below");
        break;
    case NNI_SETTING_TEXTS:
        nni_say(&value, "list of texts");
        break;
    case NNI_SETTING_COUNTS:
        say_quantity(&value, setting, "list of whole numbers", "");
        break;
    case NNI_SETTING_NUMBERS:
        say_quantity(&value, setting, "list of numbers", "");
        break;
    case NNI_SETTING_SECTIONS:
        nni_say(&value, "list of sections, see below");
        break;
    }
    if (setting->word)
        nni_say(&value, ", or %s", setting->word);
    return value;
}

/* --- what holds where nothing is written --- */

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Whether an earlier kind has a setting with the same default. */
static bool is_said(const nni_domain *domain, size_t value, const char *key, const char *fallback)
{
    for (size_t earlier = 0; earlier < value; earlier++) {
        const nni_kind *kind = nni_domain_kind(domain, earlier);
        const char *its = NULL;
        if (kind && nni_kind_has(kind, key, &its) && same(its, fallback))
            return true;
    }
    return false;
}

/* "0.1 (sgd, lars), 0.01 (adagrad)"; what the section has already, all other kinds have. */
static void say_defaults_of_kinds(nni_sentence *to, const nni_domain *domain, const nni_setting *setting)
{
    const char *key = setting->key;
    for (size_t value = 0; value < domain->count; value++) {
        const nni_kind *kind = nni_domain_kind(domain, value);
        const char *fallback = NULL;
        if (!kind || !nni_kind_has(kind, key, &fallback) || is_said(domain, value, key, fallback) ||
            (setting->value && same(setting->value, fallback)))
            continue;
        nni_say(to, "%s%s (%s", to->length > 0 ? ", " : "", fallback ? fallback : "absent", kind->name);
        for (size_t other = value + 1; other < domain->count; other++) {
            const nni_kind *like = nni_domain_kind(domain, other);
            const char *its = NULL;
            if (like && nni_kind_has(like, key, &its) && same(its, fallback))
                nni_say(to, ", %s", like->name);
        }
        nni_say(to, ")");
    }
}

static nni_sentence fallback_of(const nni_setting *section, const nni_setting *setting)
{
    nni_sentence fallback = {.length = 0};
    const nni_setting *decides = nni_section_kind(section);
    if (setting->value)
        nni_say(&fallback, "%s", setting->value);
    if (decides)
        say_defaults_of_kinds(&fallback, decides->domain, setting);
    if (fallback.length == 0 && setting->type != NNI_SETTING_SECTION)
        nni_say(&fallback, "%s", setting->required ? required : "absent");
    return fallback;
}

/* "momentum: 0, nesterov: false" */
static nni_sentence settings_of(const nni_kind *kind)
{
    nni_sentence settings = {.length = 0};
    for (const nni_kind_setting *setting = kind->settings; setting && setting->key; setting++)
        nni_say(&settings, "%s%s%s%s", settings.length > 0 ? ", " : "", setting->key, setting->value ? ": " : "",
                setting->value ? setting->value : "");
    return settings;
}

/* --- how it is written --- */

/* Words from column `at` of a line to its end, and on in lines that begin at `indent`. */
static void print_words(FILE *out, const char *text, size_t at, size_t indent)
{
    while (*text) {
        const size_t length = strcspn(text, " ");
        if (at > indent && at + 1 + length > WIDTH) {
            fprintf(out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (at > indent) {
            fputc(' ', out);
            at++;
        }
        fwrite(text, 1, length, out);
        at += length;
        text += length + (text[length] == ' ');
    }
    fputc('\n', out);
}

void nni_reference_roff(FILE *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if ((c == text || c[-1] == '\n') && (*c == '.' || *c == '\''))
            fputs("\\&", out);
        fputs(*c == '\\' ? "\\e" : *c == '-' ? "\\-" : (const char[]){*c, '\0'}, out);
    }
}

static void print_cell(FILE *out, const char *text)
{
    fputs(" ", out);
    for (; *text; text++)
        fputs(*text == '|' ? "\\|" : *text == '*' ? "\\*" : (const char[]){*text, '\0'}, out);
    fputs(" |", out);
}

static void print_heading(FILE *out, nni_reference_style style, const char *path, const char *help)
{
    if (style == NNI_REFERENCE_MARKDOWN) {
        fprintf(out, "\n### %s\n\n%c%s.\n", path, help[0] >= 'a' && help[0] <= 'z' ? help[0] - 'a' + 'A' : help[0],
                help + 1);
    } else if (style == NNI_REFERENCE_MAN) {
        fputs(".SS ", out);
        nni_reference_roff(out, path);
        fputc('\n', out);
        nni_reference_roff(out, help);
        fputc('\n', out);
    } else {
        fprintf(out, "\n%s:", path);
        print_words(out, help, strlen(path) + 1, 0);
    }
}

/* @param columns  of a table of Markdown, with commas in between */
static void start_table(FILE *out, nni_reference_style style, const char *const *columns)
{
    if (style != NNI_REFERENCE_MARKDOWN)
        return;
    fputs("\n|", out);
    for (size_t i = 0; columns[i]; i++)
        print_cell(out, columns[i]);
    fputs("\n|", out);
    for (size_t i = 0; columns[i]; i++)
        fputs("---|", out);
    fputc('\n', out);
}

/* Starts the entry of a key or a kind; text follows from column INDENT. */
static void start_entry(FILE *out, nni_reference_style style, const char *key)
{
    if (style == NNI_REFERENCE_MAN) {
        fputs(".TP\n.B ", out);
        nni_reference_roff(out, key);
        fputc('\n', out);
    } else if (strlen(key) + 4 > INDENT) {
        fprintf(out, "  %s\n%*s", key, INDENT, "");
    } else {
        fprintf(out, "  %-*s", INDENT - 2, key);
    }
}

static void print_text(FILE *out, nni_reference_style style, const char *text)
{
    if (style == NNI_REFERENCE_TEXT) {
        print_words(out, text, INDENT, INDENT);
        return;
    }
    nni_reference_roff(out, text);
    fputc('\n', out);
}

static void print_row(FILE *out, nni_reference_style style, const reference_row *row)
{
    if (style == NNI_REFERENCE_MARKDOWN) {
        fprintf(out, "| `%s` |", row->key);
        print_cell(out, row->value.text);
        print_cell(out, row->fallback.text);
        print_cell(out, row->help);
        fputc('\n', out);
        return;
    }
    start_entry(out, style, row->key);
    print_text(out, style, row->help);
    nni_sentence facts = row->value;
    if (row->fallback.length > 0)
        nni_say(&facts, "; %s%s", strcmp(row->fallback.text, required) == 0 ? "" : "default: ", row->fallback.text);
    if (style == NNI_REFERENCE_TEXT)
        fprintf(out, "%*s", INDENT, "");
    else
        fputs(".br\n", out);
    print_text(out, style, facts.text);
}

static void print_kinds(FILE *out, nni_reference_style style, const nni_setting *setting)
{
    const nni_domain *domain = setting->domain;
    const char *const what = strcmp(setting->key, "name") == 0 ? domain->noun : setting->key;
    const bool keys = nni_domain_has_settings(domain);
    const char *const columns[] = {what, "what it is", keys ? "its own keys" : NULL, NULL};
    start_table(out, style, columns);
    if (style == NNI_REFERENCE_MAN)
        fprintf(out, ".PP\nNames of %s:\n", what);
    else if (style == NNI_REFERENCE_TEXT)
        fprintf(out, "\n  names of %s:\n", what);
    for (size_t value = 0; value < domain->count; value++) {
        const nni_kind *kind = nni_domain_kind(domain, value);
        if (!kind)
            continue;
        const nni_sentence settings = settings_of(kind);
        if (style == NNI_REFERENCE_MARKDOWN) {
            fprintf(out, "| `%s` |", kind->name);
            print_cell(out, kind->help);
            if (keys)
                print_cell(out, settings.text);
            fputc('\n', out);
            continue;
        }
        start_entry(out, style, kind->name);
        nni_sentence text = {.length = 0};
        nni_say(&text, "%s%s%s%s", kind->help, settings.length > 0 ? " (" : "", settings.text,
                settings.length > 0 ? ")" : "");
        print_text(out, style, text.text);
    }
}

static void print_setting(FILE *out, nni_reference_style style, const nni_setting *section, const nni_setting *setting)
{
    const reference_row row = {.key = setting->key,
                               .value = value_of(setting),
                               .fallback = fallback_of(section, setting),
                               .help = setting->help};
    print_row(out, style, &row);
}

/* A section, its kinds, and the sections in it. */
static void print_section(FILE *out, nni_reference_style style, const nni_setting *section, const char *help,
                          const nni_yaml_path *at)
{
    static const char *const columns[] = {"key", "value", "default", "what it is", NULL};
    nni_sentence path = {.length = 0};
    nni_say_path(&path, at);
    print_heading(out, style, at ? path.text : "recipe", help);
    start_table(out, style, columns);
    for (const nni_setting *setting = section; setting->key; setting++)
        print_setting(out, style, section, setting);
    for (const nni_setting *setting = section; setting->key; setting++)
        if (setting->type == NNI_SETTING_KIND)
            print_kinds(out, style, setting);
    for (const nni_setting *setting = section; setting->key; setting++)
        if (nni_setting_section(setting))
            print_section(out, style, setting->settings, setting->help,
                          &(nni_yaml_path){.parent = at, .key = setting->key});
}

/* --- which part of it --- */

static nn_status fail_path(const char *path, const nni_setting *section, const char *word, nn_error *error)
{
    nni_sentence what = {.length = 0};
    char quoted[NNI_YAML_QUOTED];
    nni_say(&what, "recipes have no %s", nni_yaml_quote(path, quoted));
    nni_say_nearest_key(&what, section, nni_recipe_section, word);
    nni_say(&what, "; the keys %s are ", section == nni_recipe_section ? "of a recipe" : "there");
    nni_say_keys(&what, section);
    return nn_fail(error, NN_USAGE, "%s", what.text);
}

static nn_status print_path(FILE *out, nni_reference_style style, const nni_setting *section, const char *path,
                            const char *rest, const nni_yaml_path *at, nn_error *error)
{
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(rest, ".["), rest);
    const nni_setting *setting = nni_section_find(section, word);
    if (!setting)
        return fail_path(path, section, word, error);
    rest += strlen(word);
    if (*rest == '[') /* network.layers[0] is as good as network.layers */
        rest += strcspn(rest, ".");
    const nni_yaml_path here = {.parent = at, .key = setting->key};
    const nni_setting *inner = nni_setting_section(setting);
    if (*rest && inner)
        return print_path(out, style, inner, path, rest + 1, &here, error);
    if (*rest)
        return fail_path(path, section, rest + 1, error);
    if (inner) {
        print_section(out, style, inner, setting->help, &here);
        return NN_OK;
    }
    print_setting(out, style, section, setting);
    if (setting->type == NNI_SETTING_KIND)
        print_kinds(out, style, setting);
    return NN_OK;
}

nn_status nni_recipe_reference(FILE *out, nni_reference_style style, const char *path, nn_error *error)
{
    if (path)
        return print_path(out, style, nni_recipe_section, path, path, NULL, error);
    print_section(out, style, nni_recipe_section, "what to train, on what, and how", NULL);
    return NN_OK;
}
