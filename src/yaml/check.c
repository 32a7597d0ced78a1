#include "yaml/check.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/suggest.h"

/* The way from the root to a value, kept on the stack of the walk. */
typedef struct path {
    const struct path *parent;
    const char *key; /* NULL: an element of a list */
    size_t index;
} path;

/* A sentence in the making; what does not fit is cut. */
typedef struct sentence {
    char text[600];
    size_t length;
} sentence;

__attribute__((format(printf, 2, 3))) static void say(sentence *to, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int added = vsnprintf(to->text + to->length, sizeof to->text - to->length, format, arguments);
    va_end(arguments);
    to->length += added > 0 ? (size_t)added : 0;
    if (to->length >= sizeof to->text)
        to->length = sizeof to->text - 1;
}

static void say_path(sentence *to, const path *at)
{
    if (!at)
        return;
    say_path(to, at->parent);
    if (at->key)
        say(to, "%s%s", at->parent ? "." : "", at->key);
    else
        say(to, "[%zu]", at->index);
}

/* "network.layers[0]: ", or nothing at the root. */
static sentence start_sentence(const path *at)
{
    sentence started = {.length = 0};
    say_path(&started, at);
    if (at)
        say(&started, ": ");
    return started;
}

static nn_status fail_with(nn_error *error, nni_yaml_place place, const sentence *what)
{
    return nni_yaml_fail(error, place, "%s", what->text);
}

/* --- what would have been right ----------------------------------------------------------------------------------- */

/* The words that may stand at a place: keys of a mapping or values of an enumeration. */
typedef struct choice {
    const cyaml_schema_field_t *fields; /* ends with a NULL key */
    const cyaml_strval_t *values;
    size_t count; /* of values */
} choice;

static const char *choice_word(choice of, size_t i)
{
    if (of.fields)
        return of.fields[i].key;
    return i < of.count ? of.values[i].str : NULL;
}

static void say_choice(sentence *to, choice of)
{
    for (size_t i = 0; choice_word(of, i); i++)
        say(to, "%s%s", i > 0 ? ", " : "", choice_word(of, i));
}

static nni_suggestion nearest(choice of, const char *written)
{
    nni_suggestion search = {.written = written};
    for (size_t i = 0; choice_word(of, i); i++)
        nni_suggest(&search, choice_word(of, i));
    return search;
}

static void say_nearest(sentence *to, choice of, const char *written)
{
    const nni_suggestion found = nearest(of, written);
    if (found.word)
        say(to, " (did you mean %s?)", found.word);
}

/* --- keys that belong elsewhere: `epochs` at the root is training.epochs -------------------------------------------
 */

static const cyaml_schema_value_t *below(const cyaml_schema_value_t *schema)
{
    while (schema->type == CYAML_SEQUENCE || schema->type == CYAML_SEQUENCE_FIXED)
        schema = schema->sequence.entry;
    return schema;
}

static void suggest_anywhere(nni_suggestion *search, const cyaml_schema_value_t *schema)
{
    if (schema->type != CYAML_MAPPING)
        return;
    for (const cyaml_schema_field_t *field = schema->mapping.fields; field->key; field++) {
        nni_suggest(search, field->key);
        suggest_anywhere(search, below(&field->value));
    }
}

/* The first places that have such a key; of more than two any would be a guess. */
static void say_places(sentence *to, const cyaml_schema_value_t *schema, const char *key, const path *at, size_t *said)
{
    if (schema->type != CYAML_MAPPING)
        return;
    for (const cyaml_schema_field_t *field = schema->mapping.fields; field->key && *said < 2; field++) {
        const path here = {.parent = at, .key = field->key}, element = {.parent = &here};
        const cyaml_schema_value_t *inner = below(&field->value);
        if (strcmp(field->key, key) == 0) {
            say(to, "%s", *said == 0 ? "" : " or ");
            say_path(to, &here);
            ++*said;
        }
        say_places(to, inner, key, inner == &field->value ? &here : &element, said);
    }
}

bool nni_yaml_find_key(const cyaml_schema_value_t *schema, const char *written, char *places, size_t size)
{
    nni_suggestion search = {.written = written};
    sentence found = {.length = 0};
    size_t said = 0;
    suggest_anywhere(&search, schema);
    if (search.likeness != NNI_SYNONYM)
        return false;
    say_places(&found, schema, search.word, NULL, &said);
    snprintf(places, size, "%s", found.text);
    return true;
}

/* Surely meant elsewhere is more than a typing error here. */
static void say_nearest_key(sentence *to, choice here, const cyaml_schema_value_t *root, const char *written)
{
    const nni_suggestion near = nearest(here, written);
    nni_suggestion far = {.written = written};
    suggest_anywhere(&far, root);
    if (near.likeness >= far.likeness) {
        say_nearest(to, here, written);
        return;
    }
    size_t said = 0;
    say(to, " (did you mean ");
    say_places(to, root, far.word, NULL, &said);
    say(to, "?)");
}

/* --- single values: each check says what is wrong, or nothing ----------------------------------------------------- */

static bool is_digits(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

/* A leading zero would make the number octal for libcyaml and decimal for people. */
static bool is_whole(const char *text)
{
    return is_digits(text) && (text[0] != '0' || text[1] == '\0');
}

static bool is_float(const char *text)
{
    text += *text == '-' || *text == '+';
    size_t before = strspn(text, "0123456789"), after = 0;
    text += before;
    if (*text == '.') {
        after = strspn(++text, "0123456789");
        text += after;
    }
    if (before + after == 0)
        return false;
    if (*text != 'e' && *text != 'E')
        return *text == '\0';
    text++;
    text += *text == '-' || *text == '+';
    return is_digits(text);
}

static uint64_t largest_unsigned(const cyaml_schema_value_t *schema)
{
    return schema->data_size >= 8 ? UINT64_MAX : ((uint64_t)1 << (8 * schema->data_size)) - 1;
}

static void check_unsigned(const nni_yaml_node *node, uint64_t largest, sentence *wrong)
{
    errno = 0;
    if (node->plain && is_digits(node->text) && !is_whole(node->text))
        say(wrong, "starts with a 0, which some read as octal; leave it out");
    else if (!node->plain || !is_whole(node->text))
        say(wrong, "is no whole number of 0 or more");
    else if (strtoull(node->text, NULL, 10) > largest || errno != 0)
        say(wrong, "is more than %" PRIu64 ", the most there can be", largest);
}

static void check_signed(const nni_yaml_node *node, const cyaml_schema_value_t *schema, sentence *wrong)
{
    if (!node->plain || !is_whole(node->text + (node->text[0] == '-'))) {
        say(wrong, "is no whole number");
        return;
    }
    int64_t largest = (int64_t)(largest_unsigned(schema) >> 1);
    errno = 0;
    int64_t value = strtoll(node->text, NULL, 10);
    if (errno != 0 || value > largest || value < -largest - 1)
        say(wrong, "is outside the possible %" PRId64 " to %" PRId64, -largest - 1, largest);
}

static void check_float(const nni_yaml_node *node, const cyaml_schema_value_t *schema, sentence *wrong)
{
    if (!node->plain || !is_float(node->text)) {
        say(wrong, "is no number such as 0.1 or 1e-3");
        return;
    }
    errno = 0;
    double value = schema->data_size == sizeof(float) ? strtof(node->text, NULL) : strtod(node->text, NULL);
    if (errno != 0)
        say(wrong, "is too %s for a floating-point number", isfinite(value) ? "close to 0" : "large");
}

static void check_enum(const nni_yaml_node *node, const cyaml_schema_value_t *schema, sentence *wrong)
{
    choice names = {.values = schema->enumeration.strings, .count = schema->enumeration.count};
    for (size_t i = 0; i < names.count; i++)
        if (strcmp(node->text, names.values[i].str) == 0)
            return;
    sentence no_number = {.length = 0};
    check_unsigned(node, INT64_MAX, &no_number);
    bool numbers = !(schema->flags & CYAML_FLAG_STRICT);
    if (numbers && no_number.length == 0)
        return;
    say(wrong, numbers ? "is no whole number and not " : names.count > 1 ? "is none of " : "is not ");
    say_choice(wrong, names);
    say_nearest(wrong, names, node->text);
}

/* Both words as the core schema of YAML 1.2 has them, of which the first is what resolved recipes have. */
static void check_bool(nni_yaml_node *node, sentence *wrong)
{
    static const char *const words[][3] = {{"true", "True", "TRUE"}, {"false", "False", "FALSE"}};
    for (size_t i = 0; node->plain && i < 6; i++)
        if (strcmp(node->text, words[i / 3][i % 3]) == 0) {
            node->text = words[i / 3][0];
            return;
        }
    say(wrong, "is neither true nor false");
}

static void check_string(const nni_yaml_node *node, const cyaml_schema_value_t *schema, sentence *wrong)
{
    size_t length = strlen(node->text);
    if (length == 0 && schema->string.min > 0)
        say(wrong, "is empty, and must not be");
    else if (length < schema->string.min)
        say(wrong, "is too short: it needs at least %" PRIu32 " bytes", schema->string.min);
    else if (length > schema->string.max)
        say(wrong, "is too long: it can have at most %" PRIu32 " bytes", schema->string.max);
}

static const char *expected_kind(const cyaml_schema_value_t *schema)
{
    switch (schema->type) {
    case CYAML_MAPPING:
        return nni_yaml_short_form(schema) ? "a name or a mapping {key: value, ...}" : "a mapping {key: value, ...}";
    case CYAML_SEQUENCE:
    case CYAML_SEQUENCE_FIXED:
        return "a list [...]";
    case CYAML_FLOAT:
        return "a number";
    case CYAML_INT:
    case CYAML_UINT:
        return "a whole number";
    case CYAML_BOOL:
        return "true or false";
    default:
        return "a single value";
    }
}

static nn_status fail_kind(const nni_yaml_node *node, const cyaml_schema_value_t *schema, const path *at,
                           nn_error *error)
{
    const char *const kinds[] = {"a single value", "a list", "a mapping"};
    sentence what = start_sentence(at);
    say(&what, "expected %s, not %s", expected_kind(schema), nni_yaml_is_null(node) ? "nothing" : kinds[node->kind]);
    if (schema->type == CYAML_MAPPING) {
        say(&what, "; its keys are ");
        say_choice(&what, (choice){.fields = schema->mapping.fields});
    }
    return fail_with(error, node->place, &what);
}

static nn_status check_scalar(nni_yaml_node *node, const cyaml_schema_value_t *schema, const path *at, nn_error *error)
{
    if (node->kind != NNI_YAML_SCALAR || nni_yaml_is_null(node))
        return fail_kind(node, schema, at, error);
    sentence wrong = {.length = 0};
    if (schema->type == CYAML_UINT)
        check_unsigned(node, largest_unsigned(schema), &wrong);
    else if (schema->type == CYAML_INT)
        check_signed(node, schema, &wrong);
    else if (schema->type == CYAML_FLOAT)
        check_float(node, schema, &wrong);
    else if (schema->type == CYAML_ENUM)
        check_enum(node, schema, &wrong);
    else if (schema->type == CYAML_BOOL)
        check_bool(node, &wrong);
    else if (schema->type == CYAML_STRING)
        check_string(node, schema, &wrong);
    else if (schema->type != CYAML_IGNORE)
        say(&wrong, "has a type that is not checked yet");
    if (wrong.length == 0)
        return NN_OK;
    char quoted[NNI_YAML_QUOTED];
    sentence what = start_sentence(at);
    say(&what, "%s %s", nni_yaml_quote(node->text, quoted), wrong.text);
    return fail_with(error, node->place, &what);
}

/* --- the walk ----------------------------------------------------------------------------------------------------- */

static const cyaml_schema_field_t *field_of(const cyaml_schema_value_t *schema, const char *key)
{
    for (const cyaml_schema_field_t *field = schema->mapping.fields; field->key; field++)
        if (strcmp(field->key, key) == 0)
            return field;
    return NULL;
}

static nn_status fail_unknown_key(const nni_yaml_entry *entry, const cyaml_schema_value_t *schema, const path *at,
                                  const cyaml_schema_value_t *root, nn_error *error)
{
    choice known = {.fields = schema->mapping.fields};
    char quoted[NNI_YAML_QUOTED];
    sentence what = start_sentence(at);
    say(&what, "unknown key %s", nni_yaml_quote(entry->key, quoted));
    say_nearest_key(&what, known, root, entry->key);
    say(&what, "; the keys here are ");
    say_choice(&what, known);
    return fail_with(error, entry->place, &what);
}

static nn_status check_value(nni_yaml_node *node, const cyaml_schema_value_t *schema, const path *at,
                             const cyaml_schema_value_t *root, nn_error *error);

static nn_status check_mapping(nni_yaml_node *node, const cyaml_schema_value_t *schema, const path *at,
                               const cyaml_schema_value_t *root, nn_error *error)
{
    nni_yaml_null_to_mapping(node);
    const cyaml_schema_value_t *name = nni_yaml_short_form(schema);
    if (node->kind == NNI_YAML_SCALAR && name)
        return check_scalar(node, name, at, error);
    if (node->kind != NNI_YAML_MAPPING)
        return fail_kind(node, schema, at, error);
    for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next) {
        const cyaml_schema_field_t *field = field_of(schema, entry->key);
        if (!field)
            return fail_unknown_key(entry, schema, at, root, error);
        NN_TRY(check_value(entry->value, &field->value, &(path){.parent = at, .key = field->key}, root, error));
    }
    return NN_OK;
}

static nn_status check_sequence(nni_yaml_node *node, const cyaml_schema_value_t *schema, const path *at,
                                const cyaml_schema_value_t *root, nn_error *error)
{
    if (node->kind != NNI_YAML_SEQUENCE)
        return fail_kind(node, schema, at, error);
    if (node->count < schema->sequence.min || node->count > schema->sequence.max) {
        bool few = node->count < schema->sequence.min;
        uint32_t limit = few ? schema->sequence.min : schema->sequence.max;
        sentence what = start_sentence(at);
        say(&what, "must have at %s %" PRIu32 " element%s, but has %zu", few ? "least" : "most", limit,
            limit == 1 ? "" : "s", node->count);
        return fail_with(error, node->place, &what);
    }
    size_t index = 0;
    for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next, index++)
        NN_TRY(check_value(entry->value, schema->sequence.entry, &(path){.parent = at, .index = index}, root, error));
    return NN_OK;
}

static nn_status check_value(nni_yaml_node *node, const cyaml_schema_value_t *schema, const path *at,
                             const cyaml_schema_value_t *root, nn_error *error)
{
    switch (schema->type) {
    case CYAML_MAPPING:
        return check_mapping(node, schema, at, root, error);
    case CYAML_SEQUENCE:
    case CYAML_SEQUENCE_FIXED:
        return check_sequence(node, schema, at, root, error);
    default:
        return check_scalar(node, schema, at, error);
    }
}

nn_status nni_yaml_check(nni_yaml_node *root, const cyaml_schema_value_t *schema, nn_error *error)
{
    return check_value(root, schema, NULL, schema, error);
}

static nn_status fail_missing(nni_yaml_place place, const cyaml_schema_field_t *field, const path *at, nn_error *error)
{
    sentence what = {.length = 0};
    say_path(&what, &(path){.parent = at, .key = field->key});
    say(&what, " is missing");
    const cyaml_schema_value_t *name = nni_yaml_short_form(&field->value);
    const cyaml_schema_value_t *names = name ? name : &field->value;
    if (names->type == CYAML_ENUM) {
        say(&what, "; write one of ");
        say_choice(&what, (choice){.values = names->enumeration.strings, .count = names->enumeration.count});
    }
    return fail_with(error, place, &what);
}

/* `place` is the innermost mapping around that somebody wrote: the defaults have no lines to point at. */
static nn_status complete(const nni_yaml_node *node, const cyaml_schema_value_t *schema, const path *at,
                          nni_yaml_place place, nn_error *error)
{
    if (node->place.source->kind != NNI_YAML_DEFAULTS)
        place = node->place;
    if (node->kind == NNI_YAML_SEQUENCE) {
        size_t index = 0;
        for (const nni_yaml_entry *entry = node->first; entry; entry = entry->next, index++)
            NN_TRY(complete(entry->value, schema->sequence.entry, &(path){.parent = at, .index = index}, place, error));
    }
    if (node->kind != NNI_YAML_MAPPING)
        return NN_OK;
    for (const cyaml_schema_field_t *field = schema->mapping.fields; field->key; field++) {
        const nni_yaml_entry *entry = nni_yaml_get(node, field->key, strlen(field->key));
        path below = {.parent = at, .key = field->key};
        if (entry)
            NN_TRY(complete(entry->value, &field->value, &below, place, error));
        else if (!(field->value.flags & CYAML_FLAG_OPTIONAL))
            return fail_missing(place, field, at, error);
    }
    return NN_OK;
}

nn_status nni_yaml_check_complete(const nni_yaml_node *root, const cyaml_schema_value_t *schema, nn_error *error)
{
    return complete(root, schema, NULL, root->place, error);
}
