/* SPDX-License-Identifier: MIT */
#include "yaml/message.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "support/suggest.h"
#include "yaml/schema.h"

void nni_say(nni_sentence *to, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int added = vsnprintf(to->text + to->length, sizeof to->text - to->length, format, arguments);
    va_end(arguments);
    to->length += added > 0 ? (size_t)added : 0;
    if (to->length >= sizeof to->text)
        to->length = sizeof to->text - 1;
}

void nni_say_path(nni_sentence *to, const nni_yaml_path *at)
{
    if (!at)
        return;
    nni_say_path(to, at->parent);
    if (at->key)
        nni_say(to, "%s%s", at->parent ? "." : "", at->key);
    else
        nni_say(to, "[%zu]", at->index);
}

nni_sentence nni_start_sentence(const nni_yaml_path *at)
{
    nni_sentence started = {.length = 0};
    nni_say_path(&started, at);
    if (at)
        nni_say(&started, ": ");
    return started;
}

nn_status nni_fail_with(nn_error *error, nni_yaml_place place, const nni_sentence *what)
{
    return nni_yaml_fail(error, place, "%s", what->text);
}

/* --- kinds --- */

void nni_say_kinds(nni_sentence *to, const nni_domain *domain)
{
    const char *comma = "";
    for (size_t value = 0; value < domain->count; value++) {
        const nni_kind *kind = nni_domain_kind(domain, value);
        if (!kind)
            continue;
        nni_say(to, "%s%s", comma, kind->name);
        comma = ", ";
    }
}

void nni_say_kinds_with(nni_sentence *to, const nni_domain *domain, const char *key)
{
    const char *last = NULL, *comma = "";
    for (size_t value = 0; value < domain->count; value++) {
        const nni_kind *kind = nni_domain_kind(domain, value);
        if (!kind || !nni_kind_has(kind, key, NULL))
            continue;
        if (last) {
            nni_say(to, "%s%s", comma, last);
            comma = ", ";
        }
        last = kind->name;
    }
    nni_say(to, "%s%s", *comma ? " or " : "", last);
}

void nni_say_nearest_kind(nni_sentence *to, const nni_domain *domain, const char *written)
{
    nni_suggestion search = {.written = written};
    for (size_t value = 0; value < domain->count; value++)
        if (nni_domain_kind(domain, value))
            nni_suggest(&search, nni_domain_name(domain, value));
    if (search.word)
        nni_say(to, " (did you mean %s?)", search.word);
}

/* --- ranges --- */

void nni_say_range(nni_sentence *to, const nni_setting *setting)
{
    const char *const least = setting->above ? "more than" : "at least", *const most =
                                                                             setting->below ? "less than" : "at most";
    if (isinf(setting->most))
        nni_say(to, "%s %.15g", least, setting->least);
    else if (!setting->above && !setting->below)
        nni_say(to, "from %.15g to %.15g", setting->least, setting->most);
    else
        nni_say(to, "%s %.15g and %s %.15g", least, setting->least, most, setting->most);
}

/* --- keys, which may belong elsewhere: `epochs` at the root is training.epochs --- */

void nni_say_keys(nni_sentence *to, const nni_setting *section)
{
    for (const nni_setting *setting = section; setting->key; setting++)
        nni_say(to, "%s%s", setting > section ? ", " : "", setting->key);
}

static void suggest_anywhere(nni_suggestion *search, const nni_setting *section)
{
    for (const nni_setting *setting = section; setting && setting->key; setting++) {
        nni_suggest(search, setting->key);
        suggest_anywhere(search, nni_setting_section(setting));
    }
}

/* The first places that have such a key; of more than two any would be a guess. */
static void say_places(nni_sentence *to, const nni_setting *section, const char *key, const nni_yaml_path *at,
                       size_t *said)
{
    for (const nni_setting *setting = section; setting && setting->key && *said < 2; setting++) {
        const nni_yaml_path here = {.parent = at, .key = setting->key}, element = {.parent = &here};
        if (strcmp(setting->key, key) == 0) {
            nni_say(to, "%s", *said == 0 ? "" : " or ");
            nni_say_path(to, &here);
            ++*said;
        }
        say_places(to, nni_setting_section(setting), key, setting->type == NNI_SETTING_SECTIONS ? &element : &here,
                   said);
    }
}

bool nni_yaml_find_key(const nni_setting *section, const char *written, char *places, size_t size)
{
    nni_suggestion search = {.written = written};
    nni_sentence found = {.length = 0};
    size_t said = 0;
    suggest_anywhere(&search, section);
    if (search.likeness != NNI_SYNONYM)
        return false;
    say_places(&found, section, search.word, NULL, &said);
    snprintf(places, size, "%s", found.text);
    return true;
}

/* Surely meant elsewhere is more than a typing error here. */
void nni_say_nearest_key(nni_sentence *to, const nni_setting *section, const nni_setting *root, const char *written)
{
    nni_suggestion near = {.written = written}, far = near;
    for (const nni_setting *setting = section; setting->key; setting++)
        nni_suggest(&near, setting->key);
    suggest_anywhere(&far, root);
    if (near.likeness >= far.likeness) {
        if (near.word)
            nni_say(to, " (did you mean %s?)", near.word);
        return;
    }
    size_t said = 0;
    nni_say(to, " (did you mean ");
    say_places(to, root, far.word, NULL, &said);
    nni_say(to, "?)");
}
