/* SPDX-License-Identifier: MIT */
/* The recipe: what it says beyond the defaults as a table, and all of it as YAML, each value by where it comes from. */
#include <stdlib.h>
#include <string.h>

#include "draw/html.h"
#include "recipe/sections.h"
#include "report/page/section.h"
#include "report/page/share.h"
#include "report/sections/recipe_values.h"
#include "yaml/schema.h"

/* By nni_value_source: classes of the style sheet, and words. */
static const char *const classes[] = {"written", "auto", "default", "written"};
static const char *const words[] = {"your recipe", "chosen by nntrain", "default", ""};

enum { ROWS = 200 }; /* of the table; the text has all settings */

typedef struct listing {
    const nni_page *page;
    const char *at; /* of recipe.yaml, what is not yet written */
    const char *line;
    size_t line_number; /* of `line`, from 1 */
    size_t count[4];
    size_t listed; /* settings that are no defaults */
} listing;

/* Paths are absolute in a resolved recipe; names of datasets look the same. */
static bool is_path(const char *key, const char *text)
{
    const char *last = strrchr(key, '.');
    last = last ? last + 1 : key;
    return *text == '/' && !(strlen(last) == 1 && strchr("xyw", *last));
}

/* @return a value as it may be shown */
static const char *shown(const nni_page *page, const char *key, const char *text)
{
    return page->share && is_path(key, text) ? strrchr(text, '/') + 1 : text;
}

/* --- the table --- */

static void put_node(const nni_page *page, const char *key, const nni_yaml_node *node)
{
    if (node->kind == NNI_YAML_SCALAR) {
        nni_html_put(page->out, shown(page, key, node->text));
        return;
    }
    fputc('[', page->out);
    for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next) {
        put_node(page, key, entry->value);
        fputs(entry->next ? ", " : "", page->out);
    }
    fputc(']', page->out);
}

static nn_status put_row(void *self, const nni_recipe_value *value, nn_error *error)
{
    listing *list = self;
    FILE *out = list->page->out;
    (void)error;
    list->count[value->source]++;
    if (value->source == NNI_VALUE_DEFAULT || ++list->listed > ROWS)
        return NN_OK;
    fputs("<tr><th scope=\"row\"><code>", out);
    nni_html_put(out, value->path);
    fprintf(out, "</code></th><td class=\"text %s\">", classes[value->source]);
    put_node(list->page, value->path, value->node);
    fputs("</td><td class=\"default\">", out);
    nni_html_put(out, value->usual ? value->usual : "");
    fprintf(out, "</td><td>%s</td></tr>\n", words[value->source]);
    return NN_OK;
}

static void put_key(FILE *out)
{
    fputs("<ul class=\"key\">", out);
    for (size_t i = 0; i < NNI_VALUE_OTHER; i++)
        fprintf(out, "<li class=\"%s\">%s</li>", classes[i], words[i]);
    fputs("</ul>\n", out);
}

/* --- the text --- */

/* Writes the text up to a place that ends it. */
static void put_until(listing *list, const char *end)
{
    char *text = end > list->at ? strndup(list->at, (size_t)(end - list->at)) : NULL;
    if (text)
        nni_html_put_lines(list->page->out, text);
    free(text);
    list->at = end > list->at ? end : list->at;
}

/* @return where a value begins, by the line and the character that YAML's parser told; NULL: behind that already */
static const char *find(listing *list, nni_yaml_place place)
{
    while (list->line_number < place.line && strchr(list->line, '\n')) {
        list->line = strchr(list->line, '\n') + 1;
        list->line_number++;
    }
    const char *at = list->line;
    for (size_t column = 1; column < place.column && *at; column++)
        for (at++; ((unsigned char)*at & 0xC0) == 0x80; at++)
            ;
    return at >= list->at ? at : NULL;
}

/* @return what is behind a value in the text */
static const char *end_of(const char *at, const nni_yaml_node *node)
{
    if (*at != '\'' && *at != '"')
        return strncmp(at, node->text, strlen(node->text)) == 0 ? at + strlen(node->text) : at;
    const char quote = *at++;
    for (; *at; at++)
        if ((*at == '\\' && quote == '"' && at[1]) || (*at == quote && quote == '\'' && at[1] == quote))
            at++;
        else if (*at == quote)
            return at + 1;
    return at;
}

static void put_marked(listing *list, const nni_recipe_value *value, const nni_yaml_node *node)
{
    for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next)
        put_marked(list, value, entry->value);
    const char *at = node->kind == NNI_YAML_SCALAR ? find(list, node->place) : NULL;
    if (!at)
        return;
    const char *end = end_of(at, node);
    put_until(list, at);
    fprintf(list->page->out, "<span class=\"%s\">", classes[value->source]);
    if (list->page->share && is_path(value->path, node->text)) {
        nni_html_put(list->page->out, shown(list->page, value->path, node->text));
        list->at = end;
    } else
        put_until(list, end);
    fputs("</span>", list->page->out);
}

static nn_status put_value(void *self, const nni_recipe_value *value, nn_error *error)
{
    (void)error;
    put_marked(self, value, value->node);
    return NN_OK;
}

/* --- both --- */

/* The recipe as it was written, short forms written out. @return NULL: not known */
static nni_yaml_node *parse_asked(const char *text, nni_yaml_pool *pool)
{
    nni_yaml_node *asked = NULL;
    nn_error ignored;
    if (!text || nni_yaml_parse(pool, text, NNI_YAML_FILE, "the recipe", &asked, &ignored) != NN_OK ||
        nni_yaml_check(asked, nni_recipe_section, &ignored) != NN_OK ||
        nni_yaml_expand(pool, asked, nni_recipe_section, &ignored) != NN_OK)
        return NULL;
    return asked;
}

static nn_status put_recipe(const nni_page *page, nni_yaml_pool *pool, const nni_yaml_node *root, nn_error *error)
{
    const char *text = page->run->recipe;
    const nni_history *run = page->run;
    const nni_run_origin *newest = run->origin_count > 0 ? &run->origins[run->origin_count - 1] : NULL;
    const nni_yaml_node *first = newest ? parse_asked(run->origins[0].asked, pool) : NULL;
    const nni_yaml_node *last = newest ? parse_asked(newest->asked, pool) : NULL;
    listing list = {.page = page, .at = text, .line = text, .line_number = 1};
    if (last)
        put_key(page->out);
    else
        fputs("<p class=\"note\">This run has no record of the recipe as you wrote it: what is not a default may be "
              "yours, or chosen by nntrain.</p>\n",
              page->out);
    fputs("<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">setting</th><th "
          "scope=\"col\">value</th>"
          "<th scope=\"col\">default</th><th scope=\"col\">from</th></tr></thead>\n<tbody>\n",
          page->out);
    NN_TRY(nni_recipe_values(pool, root, first, last, put_row, &list, error));
    fputs("</tbody>\n</table></div>\n", page->out);
    if (list.listed > ROWS)
        fprintf(page->out, "<p class=\"note\">%zu more settings are in the whole recipe below.</p>\n",
                list.listed - ROWS);
    fprintf(page->out,
            "<details><summary>The whole recipe, with the %zu settings that have their default</summary>\n<pre>",
            list.count[NNI_VALUE_DEFAULT]);
    NN_TRY(nni_recipe_values(pool, root, first, last, put_value, &list, error));
    put_until(&list, text + strlen(text));
    fputs("</pre></details>\n", page->out);
    return NN_OK;
}

nn_status nni_section_recipe(const nni_page *page, nn_error *error)
{
    nni_yaml_pool *pool = NULL;
    nni_yaml_node *root = NULL;
    nn_error wrong;
    if (!page->run->recipe)
        return NN_OK;
    NN_TRY(nni_yaml_pool_create(&pool, error));
    nni_section_begin(page->out, "recipe", "Recipe");
    nn_status status = nni_yaml_parse(pool, page->run->recipe, NNI_YAML_FILE, "recipe.yaml", &root, &wrong);
    if (status == NN_OK)
        status = put_recipe(page, pool, root, error);
    else {
        fputs("<p class=\"warn\">recipe.yaml cannot be read: ", page->out);
        nni_share_put(page, wrong.message);
        fputs(".</p>\n", page->out);
        status = NN_OK;
    }
    nni_section_end(page->out);
    nni_yaml_pool_free(pool);
    return status;
}
