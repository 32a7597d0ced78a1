/* SPDX-License-Identifier: MIT */
#include "export/source/excerpt.h"

#include <ctype.h>
#include <string.h>

#include "support/memory.h"

/* A definition, or an #if of them at the top: lines `first` ... `end` - 1, the comment before it included. */
typedef struct item {
    size_t first, code, end; /* code: the line after the comment */
    bool follows;            /* without an empty line on the item before it */
    bool taken;
} item;

/* A name that an item defines. */
typedef struct definition {
    const char *name; /* in the lines */
    size_t length, item;
} definition;

struct nni_excerpt {
    size_t line_count;
    const char **lines; /* [line_count] without includes and the branches not taken */
    char **code;        /* [line_count] copies with spaces for comments and texts */
    size_t item_count;
    item *items; /* [item_count], of line_count at most */
    size_t definition_count;
    definition *definitions; /* of 8 * line_count at most */
};

static bool begins(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

/* --- lines --- */

/* Takes the branches of #ifdef NNTRAIN_DOUBLE; other conditions stay. */
static void take_lines(nni_excerpt *excerpt, const char *const *lines, bool wide)
{
    enum { MOST = 16 };
    bool resolved[MOST] = {false}, active[MOST] = {true}; /* by depth of nesting */
    size_t depth = 0;
    for (; *lines; lines++) {
        const char *line = *lines;
        if (begins(line, "#if") && depth + 1 < MOST) {
            depth++;
            resolved[depth] = begins(line, "#ifdef NNTRAIN_DOUBLE");
            active[depth] = active[depth - 1] && (!resolved[depth] || wide);
            if (resolved[depth])
                continue;
        } else if (begins(line, "#else") && resolved[depth]) {
            active[depth] = active[depth - 1] && !wide;
            continue;
        } else if (begins(line, "#endif")) {
            const bool shown = active[depth] && !resolved[depth];
            depth -= depth > 0;
            if (!shown)
                continue;
        }
        const bool pragma = begins(line, "#pragma") && !begins(line, "#pragma GCC unroll");
        if (active[depth] && !pragma && !begins(line, "#include"))
            excerpt->lines[excerpt->line_count++] = line;
    }
}

/* Puts spaces in the place of comments and texts. @param comment  whether a comment is open, before and after */
static void blank(char *line, bool *comment)
{
    for (char *at = line; *at; at++) {
        if (*comment || (at[0] == '/' && at[1] == '*')) {
            const bool ends = *comment && at[0] == '*' && at[1] == '/';
            if (ends || !*comment) {
                *comment = !ends;
                *at++ = ' ';
            }
            *at = ' ';
        } else if (*at == '"') {
            for (at++; *at && *at != '"'; at++) {
                if (at[0] == '\\' && at[1])
                    *at++ = ' ';
                *at = ' ';
            }
            if (!*at)
                return;
        }
    }
}

static nn_status copy_code(nni_excerpt *excerpt, nn_error *error)
{
    bool comment = false;
    for (size_t i = 0; i < excerpt->line_count; i++) {
        NN_TRY(nni_copy_text(excerpt->lines[i], &excerpt->code[i], error));
        blank(excerpt->code[i], &comment);
    }
    return NN_OK;
}

static bool is_empty(const char *line)
{
    return line[strspn(line, " ")] == '\0';
}

/* --- definitions --- */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* @return the next identifier at or after `at`, NULL at the end of the line. @param length  receives its length */
static const char *next_word(const char *at, size_t *length)
{
    while (*at && (isdigit((unsigned char)*at) || !is_word(*at)))
        for (at++; is_word(at[-1]) && is_word(*at);)
            at++;
    for (*length = 0; is_word(at[*length]);)
        ++*length;
    return *length ? at : NULL;
}

static void define(nni_excerpt *excerpt, const char *name, size_t length)
{
    excerpt->definitions[excerpt->definition_count++] = (definition){name, length, excerpt->item_count - 1};
}

/* Of a #define, a typedef, an enum, constants, or a function; from the lines of the newest item. */
static void find_names(nni_excerpt *excerpt)
{
    const item *it = &excerpt->items[excerpt->item_count - 1];
    const char *head = excerpt->code[it->code];
    const bool directive = *head == '#', type = begins(head, "typedef"), enumerators = begins(head, "enum");
    const char *last = NULL, *function = NULL;
    size_t last_length = 0, function_length = 0, found = 0;
    int depth = 0;
    for (size_t i = it->code; i < it->end; i++) {
        const char *at = excerpt->code[i];
        if (directive) {
            size_t length;
            const char *name = begins(at, "#define ") ? next_word(at + strlen("#define "), &length) : NULL;
            if (name)
                define(excerpt, name, length);
            continue;
        }
        while (*at) {
            if (!is_word(*at)) {
                depth += (*at == '{' || *at == '(') - (*at == '}' || *at == ')');
                at++;
                continue;
            }
            const char *name = at;
            while (is_word(*at))
                at++;
            const size_t length = (size_t)(at - name);
            const char *dimension = *at == '[' ? strchr(at, ']') : NULL, *after = dimension ? dimension + 1 : at;
            after += strspn(after, " ");
            if (!type && depth == (enumerators ? 1 : 0) && after[0] == '=' && after[1] != '=')
                define(excerpt, name, length), found++;
            else if (!function && depth == 0 && *after == '(')
                function = name, function_length = length;
            last = name, last_length = length;
        }
    }
    if (type && last)
        define(excerpt, last, last_length);
    else if (!directive && !found && function)
        define(excerpt, function, function_length);
}

/* @return the line after the definition that begins at a line: where brackets are closed and a ; or } ends the line, or
 * an empty one follows; of a directive at its last continued line, or at the #endif */
static size_t end_of(const nni_excerpt *excerpt, size_t first)
{
    int depth = 0, conditions = 0;
    const bool directive = *excerpt->code[first] == '#';
    for (size_t i = first; i < excerpt->line_count; i++) {
        const char *line = excerpt->code[i];
        size_t length = strlen(line);
        conditions += begins(line, "#if") - begins(line, "#endif");
        for (const char *at = line; *at; at++)
            depth += (*at == '{' || *at == '(') - (*at == '}' || *at == ')');
        while (length > 0 && line[length - 1] == ' ')
            length--;
        const char last = length > 0 ? line[length - 1] : '\0';
        if (directive ? conditions == 0 && last != '\\' : depth == 0 && (last == ';' || last == '}' || last == '\0'))
            return i + 1;
    }
    return excerpt->line_count;
}

static void find_items(nni_excerpt *excerpt)
{
    size_t begun = 0; /* with the comment before it */
    bool gap = true;
    for (size_t i = 0; i < excerpt->line_count;) {
        if (is_empty(excerpt->lines[i])) {
            begun = ++i;
            gap = true;
        } else if (is_empty(excerpt->code[i])) {
            i++;
        } else {
            const size_t end = end_of(excerpt, i);
            excerpt->items[excerpt->item_count++] = (item){.first = begun, .code = i, .end = end, .follows = !gap};
            find_names(excerpt);
            begun = i = end;
            gap = is_empty(excerpt->lines[end - 1]);
        }
    }
}

/* --- the excerpt --- */

static nn_status cut(nni_excerpt *excerpt, const char *const *lines, bool wide, nn_error *error)
{
    const char what[] = "the kernels' sources";
    size_t count = 0;
    while (lines[count])
        count++;
    NN_TRY(nni_allocate(count, sizeof *excerpt->lines, what, &excerpt->lines, error));
    NN_TRY(nni_allocate(count, sizeof *excerpt->code, what, &excerpt->code, error));
    NN_TRY(nni_allocate(count, sizeof *excerpt->items, what, &excerpt->items, error));
    NN_TRY(nni_allocate(8 * count, sizeof *excerpt->definitions, what, &excerpt->definitions, error));
    take_lines(excerpt, lines, wide);
    NN_TRY(copy_code(excerpt, error));
    find_items(excerpt);
    return NN_OK;
}

nn_status nni_excerpt_create(const char *const *lines, bool wide, nni_excerpt **result, nn_error *error)
{
    nni_excerpt *excerpt = NULL;
    NN_TRY(nni_allocate(1, sizeof *excerpt, "the kernels' sources", &excerpt, error));
    const nn_status status = cut(excerpt, lines, wide, error);
    if (status == NN_OK)
        *result = excerpt;
    else
        nni_excerpt_free(excerpt);
    return status;
}

void nni_excerpt_free(nni_excerpt *excerpt)
{
    if (!excerpt)
        return;
    for (size_t i = 0; excerpt->code && i < excerpt->line_count; i++)
        nni_release(excerpt->code[i]);
    nni_release(excerpt->lines);
    nni_release(excerpt->code);
    nni_release(excerpt->items);
    nni_release(excerpt->definitions);
    nni_release(excerpt);
}

static bool take(nni_excerpt *excerpt, const char *name, size_t length)
{
    for (size_t d = 0; d < excerpt->definition_count; d++) {
        const definition *found = &excerpt->definitions[d];
        item *it = &excerpt->items[found->item];
        if (found->length != length || memcmp(found->name, name, length) != 0)
            continue;
        if (it->taken)
            return true;
        it->taken = true;
        for (size_t i = it->code; i < it->end; i++) {
            size_t used;
            for (const char *word = next_word(excerpt->code[i], &used); word; word = next_word(word + used, &used))
                take(excerpt, word, used);
        }
        return true;
    }
    return false;
}

bool nni_excerpt_take(nni_excerpt *excerpt, const char *name)
{
    return take(excerpt, name, strlen(name));
}

/* A word that exported code has another for. */
static void write_line(const char *line, FILE *out)
{
    const char *word = "nni_real", *found;
    if (begins(line, "#pragma GCC unroll")) {
        fputs("    UNROLL\n", out);
        return;
    }
    while ((found = strstr(line, word))) {
        fprintf(out, "%.*sreal", (int)(found - line), line);
        line = found + strlen(word);
    }
    fprintf(out, "%s\n", line);
}

void nni_excerpt_write(const nni_excerpt *excerpt, FILE *out)
{
    bool before = false;
    for (size_t i = 0; i < excerpt->item_count; i++) {
        const item *it = &excerpt->items[i];
        if (it->taken) {
            if (!(before && it->follows))
                fputc('\n', out);
            for (size_t line = it->first; line < it->end; line++)
                write_line(excerpt->lines[line], out);
        }
        before = it->taken || (before && it->follows);
    }
}
