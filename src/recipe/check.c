#include "recipe/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

nn_status nn_check_fail(const nn_check *in, const char *key, const char *format, ...)
{
    char sentence[400], quoted[NN_YAML_QUOTED];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    const nn_yaml_node *node = nn_yaml_find(in->root, key);
    if (node && node->place.source->kind != NN_YAML_DEFAULTS)
        return nn_yaml_fail(in->error, node->place, "%s: %s", key, sentence);
    return nn_fail(in->error, NN_USAGE, "%s: %s (by default %s): %s", in->origin, key,
                   nn_yaml_quote(node ? node->text : "", quoted), sentence);
}

const char *nn_check_later(const nn_check *in, const char *key, const char *other)
{
    nn_yaml_source_kind mine = nn_yaml_find(in->root, key)->place.source->kind;
    return nn_yaml_find(in->root, other)->place.source->kind > mine ? other : key;
}

bool nn_check_has(const nn_check *in, const char *key)
{
    return nn_yaml_find(in->root, key) != NULL;
}

nn_status nn_check_float(const nn_check *in, const char *key, double value, nn_check_range range, const char *usual)
{
    const char *const musts[] = {"more than 0", "at least 0", "at least 0 and less than 1"};
    bool above = range == NN_CHECK_ABOVE_0 ? value > 0 : value >= 0, below = range != NN_CHECK_FROM_0_TO_1 || value < 1;
    if ((above && below) || !nn_check_has(in, key))
        return NN_OK;
    return nn_check_fail(in, key, "must be %s, not %g%s%s", musts[range], value, usual ? "; " : "", usual ? usual : "");
}

bool nn_check_is_auto(const nn_check *in, const char *key)
{
    return strcmp(nn_yaml_find(in->root, key)->text, "auto") == 0;
}

nn_status nn_check_count(const nn_check *in, const char *key, size_t value, size_t most)
{
    if ((value >= 1 && value <= most) || nn_check_is_auto(in, key))
        return NN_OK;
    return nn_check_fail(in, key, "must be from 1 to %zu, or auto, not %zu", most, value);
}

const char *nn_check_read_count(const char *text, size_t *count)
{
    bool number = *text >= '0' && *text <= '9', leading_zero = *text == '0' && text[1] >= '0' && text[1] <= '9';
    if (!number || leading_zero)
        return NULL;
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    *count = (size_t)value;
    return errno == 0 && value <= SIZE_MAX ? end : NULL;
}

nn_status nn_check_interval(const nn_check *in, const char *key, const char *text, size_t least, size_t *epochs,
                            size_t *steps)
{
    char quoted[NN_YAML_QUOTED];
    size_t count = 0;
    const char *unit = nn_check_read_count(text, &count);
    bool of_epochs = unit && (strcmp(unit, " epoch") == 0 || strcmp(unit, " epochs") == 0);
    bool of_steps = unit && (strcmp(unit, " step") == 0 || strcmp(unit, " steps") == 0);
    if (count < least || (!of_epochs && !of_steps))
        return nn_check_fail(in, key, "%s is no interval; write one such as 1 epoch or 500 steps",
                             nn_yaml_quote(text, quoted));
    *epochs = of_epochs ? count : 0;
    *steps = of_steps ? count : 0;
    return NN_OK;
}

nn_status nn_recipe_check(nn_recipe *recipe, nn_yaml_node *root, const char *origin, nn_error *error)
{
    const nn_check in = {.recipe = recipe, .root = root, .origin = origin, .error = error};
    NN_TRY(nn_check_data(&in));
    NN_TRY(nn_check_augment(&in));
    NN_TRY(nn_check_network(&in));
    NN_TRY(nn_check_loss(&in));
    NN_TRY(nn_check_optimizer(&in));
    NN_TRY(nn_check_schedule(&in));
    NN_TRY(nn_check_regularization(&in));
    NN_TRY(nn_check_parallel(&in));
    NN_TRY(nn_check_training(&in));
    NN_TRY(nn_check_stop(&in));
    return nn_check_checkpoint(&in);
}
