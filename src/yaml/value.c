/* SPDX-License-Identifier: MIT */
/* The types of single values: each check says what is wrong, or nothing. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "yaml/message.h"

enum { MOST_BYTES = 4096 }; /* of any text: PATH_MAX of Linux */

static bool is_digits(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

/* A leading zero would be octal for some and decimal for others. */
static bool is_whole(const char *text)
{
    return is_digits(text) && (text[0] != '0' || text[1] == '\0');
}

static bool is_number(const char *text)
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

static void check_count(const nni_yaml_node *node, size_t size, nni_sentence *wrong)
{
    const uint64_t largest = size >= 8 ? UINT64_MAX : UINT32_MAX;
    errno = 0;
    if (node->plain && is_digits(node->text) && !is_whole(node->text))
        nni_say(wrong, "starts with a 0, which some read as octal; leave it out");
    else if (!node->plain || !is_whole(node->text))
        nni_say(wrong, "is no whole number of 0 or more");
    else if (strtoull(node->text, NULL, 10) > largest || errno != 0)
        nni_say(wrong, "is more than %" PRIu64 ", the most there can be", largest);
}

static void check_count_or_word(const nni_yaml_node *node, const nni_setting *setting, nni_sentence *wrong)
{
    nni_sentence no_count = {.length = 0};
    check_count(node, setting->size, &no_count);
    if (no_count.length > 0 && strcmp(node->text, setting->word) != 0)
        nni_say(wrong, "is no whole number and not %s", setting->word);
}

/* @param word  that will do, too; or NULL */
static void check_number(const nni_yaml_node *node, const char *word, nni_sentence *wrong)
{
    if (word && strcmp(node->text, word) == 0)
        return;
    if (!node->plain || !is_number(node->text)) {
        nni_say(wrong, "is no number such as 0.1 or 1e-3");
        if (word)
            nni_say(wrong, ", and not %s", word);
        return;
    }
    errno = 0;
    double value = strtod(node->text, NULL);
    if (errno != 0)
        nni_say(wrong, "is too %s for a floating-point number", isfinite(value) ? "close to 0" : "large");
}

static void check_kind(const nni_yaml_node *node, const nni_domain *domain, nni_sentence *wrong)
{
    if (nni_domain_find(domain, node->text) < domain->count)
        return;
    nni_say(wrong, "is none of ");
    nni_say_kinds(wrong, domain);
    nni_say_nearest_kind(wrong, domain, node->text);
}

/* Both words as the core schema of YAML 1.2 has them, of which the first is what resolved recipes have. */
static void check_bool(nni_yaml_node *node, nni_sentence *wrong)
{
    static const char *const words[][3] = {{"true", "True", "TRUE"}, {"false", "False", "FALSE"}};
    for (size_t i = 0; node->plain && i < 6; i++)
        if (strcmp(node->text, words[i / 3][i % 3]) == 0) {
            node->text = words[i / 3][0];
            return;
        }
    nni_say(wrong, "is neither true nor false");
}

static void check_text(const nni_yaml_node *node, nni_sentence *wrong)
{
    size_t length = strlen(node->text);
    if (length == 0)
        nni_say(wrong, "is empty, and must not be");
    else if (length > MOST_BYTES)
        nni_say(wrong, "is too long: it can have at most %d bytes", (int)MOST_BYTES);
}

void nni_yaml_check_value(nni_yaml_node *node, const nni_setting *setting, nni_sentence *wrong)
{
    switch (setting->type) {
    case NNI_SETTING_COUNT:
    case NNI_SETTING_COUNTS:
        if (setting->word)
            check_count_or_word(node, setting, wrong);
        else
            check_count(node, setting->size, wrong);
        break;
    case NNI_SETTING_NUMBER:
    case NNI_SETTING_NUMBERS:
        check_number(node, setting->word, wrong);
        break;
    case NNI_SETTING_KIND:
        check_kind(node, setting->domain, wrong);
        break;
    case NNI_SETTING_BOOL:
        check_bool(node, wrong);
        break;
    case NNI_SETTING_TEXT:
    case NNI_SETTING_TEXTS:
        check_text(node, wrong);
        break;
    default: /* quantities are read with their ranges, sections have no value */
        break;
    }
}
