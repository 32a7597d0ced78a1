#include "recipe/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

nn_status nni_check_fail(const nni_check *in, const char *key, const char *format, ...)
{
    char sentence[400], quoted[NNI_YAML_QUOTED];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    const nni_yaml_node *node = nni_yaml_find(in->root, key);
    if (node && node->place.source->kind != NNI_YAML_DEFAULTS)
        return nni_yaml_fail(in->error, node->place, "%s: %s", key, sentence);
    return nn_fail(in->error, NN_USAGE, "%s: %s (by default %s): %s", in->origin, key,
                   nni_yaml_quote(node ? node->text : "", quoted), sentence);
}

const char *nni_check_later(const nni_check *in, const char *key, const char *other)
{
    nni_yaml_source_kind mine = nni_yaml_find(in->root, key)->place.source->kind;
    return nni_yaml_find(in->root, other)->place.source->kind > mine ? other : key;
}

bool nni_check_has(const nni_check *in, const char *key)
{
    return nni_yaml_find(in->root, key) != NULL;
}

nn_status nni_check_float(const nni_check *in, const char *key, double value, nni_check_range range, const char *usual)
{
    const char *const musts[] = {"more than 0", "at least 0", "at least 0 and less than 1"};
    bool above = range == NNI_CHECK_ABOVE_0 ? value > 0 : value >= 0,
         below = range != NNI_CHECK_FROM_0_TO_1 || value < 1;
    if ((above && below) || !nni_check_has(in, key))
        return NN_OK;
    return nni_check_fail(in, key, "must be %s, not %g%s%s", musts[range], value, usual ? "; " : "",
                          usual ? usual : "");
}

bool nni_check_is_auto(const nni_check *in, const char *key)
{
    return strcmp(nni_yaml_find(in->root, key)->text, "auto") == 0;
}

nn_status nni_check_count(const nni_check *in, const char *key, size_t value, size_t most)
{
    if ((value >= 1 && value <= most) || nni_check_is_auto(in, key))
        return NN_OK;
    return nni_check_fail(in, key, "must be from 1 to %zu, or auto, not %zu", most, value);
}

const char *nni_check_read_count(const char *text, size_t *count)
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

nn_status nni_check_interval(const nni_check *in, const char *key, const char *text, size_t least,
                             nni_interval *interval)
{
    char quoted[NNI_YAML_QUOTED];
    size_t count = 0;
    const char *unit = nni_check_read_count(text, &count);
    bool of_epochs = unit && (strcmp(unit, " epoch") == 0 || strcmp(unit, " epochs") == 0);
    bool of_steps = unit && (strcmp(unit, " step") == 0 || strcmp(unit, " steps") == 0);
    if (count < least || (!of_epochs && !of_steps))
        return nni_check_fail(in, key, "%s is no interval; write one such as 1 epoch or 500 steps",
                              nni_yaml_quote(text, quoted));
    *interval = (nni_interval){.epochs = of_epochs ? count : 0, .steps = of_steps ? count : 0};
    return NN_OK;
}

nn_status nni_recipe_check(nn_recipe *recipe, nni_yaml_node *root, const char *origin, nn_error *error)
{
    const nni_check in = {.recipe = recipe, .root = root, .origin = origin, .error = error};
    NN_TRY(nni_check_data(&in));
    NN_TRY(nni_check_augment(&in));
    NN_TRY(nni_check_network(&in));
    NN_TRY(nni_check_loss(&in));
    NN_TRY(nni_check_optimizer(&in));
    NN_TRY(nni_check_schedule(&in));
    NN_TRY(nni_check_regularization(&in));
    NN_TRY(nni_check_parallel(&in));
    NN_TRY(nni_check_training(&in));
    NN_TRY(nni_check_stop(&in));
    return nni_check_checkpoint(&in);
}
