#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/recipe_schema.h"

enum {
    MOST_UNITS = 1 << 24,  /* a layer of that many inputs and as few as 100 outputs fills the memory of most hosts */
    MOST_SLICES = 1 << 16, /* more than ranks anybody has; the tables per slice stay small */
    MOST_THREADS = 1 << 12,
};

typedef struct check {
    nn_recipe *recipe;
    nn_yaml_node *root;
    const char *origin;
    nn_error *error;
} check;

/* Fails with "PLACE: KEY: SENTENCE"; for a value nobody wrote, "ORIGIN: KEY (by default VALUE): SENTENCE". */
__attribute__((format(printf, 3, 4))) static nn_status complain(const check *in, const char *key, const char *format,
                                                                ...)
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

/* Whether `key` was written in a later text than `other`: of two values that do not go together, the later is the one
 * to point at. */
static bool is_later(const check *in, const char *key, const char *other)
{
    return nn_yaml_find(in->root, key)->place.source->kind > nn_yaml_find(in->root, other)->place.source->kind;
}

/* Reads a whole number of at least 1 from the start of `text`; NULL where there is none that fits. */
static const char *read_count(const char *text, size_t *count)
{
    if (*text < '1' || *text > '9')
        return NULL;
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    *count = (size_t)value;
    return errno == 0 && value <= SIZE_MAX ? end : NULL;
}

static nn_status check_layers(const check *in)
{
    const nn_recipe_network *network = &in->recipe->network;
    char key[64];
    for (uint32_t i = 0; i < network->layers_count; i++) {
        nn_recipe_layer layer = network->layers[i];
        bool last = i + 1 == network->layers_count;
        snprintf(key, sizeof key, "network.layers[%" PRIu32 "].units", i);
        if (layer.units < 1 || layer.units > MOST_UNITS)
            return complain(in, key, "a layer has from 1 to %d units, not %zu", (int)MOST_UNITS, layer.units);
        if (layer.activation == NN_SOFTMAX && last && layer.units == 1)
            return complain(in, key, "softmax over a single unit is always 1; give it one unit for each class");
        snprintf(key, sizeof key, "network.layers[%" PRIu32 "].activation", i);
        if (layer.activation == NN_SOFTMAX && !last)
            return complain(in, key, "softmax belongs in the last layer only; use relu, tanh or sigmoid here");
    }
    return NN_OK;
}

static nn_status check_loss(const check *in)
{
    const nn_recipe_network *network = &in->recipe->network;
    uint32_t last = network->layers_count - 1;
    nn_activation output = network->layers[last].activation;
    if (in->recipe->loss != NN_CROSS_ENTROPY || output == NN_SOFTMAX)
        return NN_OK;
    char key[64];
    snprintf(key, sizeof key, "network.layers[%" PRIu32 "].activation", last);
    return complain(in, is_later(in, key, "loss") ? key : "loss",
                    "cross_entropy needs probabilities, but the last layer is %s; give it activation: softmax, or use "
                    "loss: mse",
                    nn_activation_name(output));
}

static nn_status check_optimizer(const check *in)
{
    const nn_recipe_optimizer *optimizer = &in->recipe->optimizer;
    if (!(optimizer->learning_rate > 0))
        return complain(in, "optimizer.learning_rate", "must be more than 0, not %g; 0.1 is a usual start",
                        optimizer->learning_rate);
    if (!(optimizer->momentum >= 0 && optimizer->momentum < 1))
        return complain(in, "optimizer.momentum", "must be at least 0 and less than 1, not %g; 0.9 is usual",
                        optimizer->momentum);
    return NN_OK;
}

static nn_status check_slices(const check *in)
{
    const nn_recipe_parallel *parallel = &in->recipe->parallel;
    if (parallel->slices < 1 || parallel->slices > MOST_SLICES)
        return complain(in, "parallel.slices", "must be from 1 to %d, not %zu", (int)MOST_SLICES, parallel->slices);
    const nn_yaml_node *threads = nn_yaml_find(in->root, "parallel.threads");
    bool automatic = strcmp(threads->text, "auto") == 0;
    if (!automatic && (parallel->threads < 1 || parallel->threads > MOST_THREADS))
        return complain(in, "parallel.threads", "must be from 1 to %d, or auto, not %zu", (int)MOST_THREADS,
                        parallel->threads);
    return NN_OK;
}

static nn_status check_batch(const check *in)
{
    nn_recipe_training *training = &in->recipe->training;
    size_t slices = in->recipe->parallel.slices;
    char quoted[NN_YAML_QUOTED];
    if (training->epochs < 1)
        return complain(in, "training.epochs", "must be at least 1");
    training->batch_rows = 0;
    if (strcmp(training->batch, "all") == 0)
        return NN_OK;
    const char *end = read_count(training->batch, &training->batch_rows);
    if (!end || *end)
        return complain(in, "training.batch", "%s is neither a number of rows, such as 128, nor all",
                        nn_yaml_quote(training->batch, quoted));
    if (training->batch_rows >= slices)
        return NN_OK;
    return complain(in, is_later(in, "parallel.slices", "training.batch") ? "parallel.slices" : "training.batch",
                    "a batch of %zu rows cannot take one of each of the %zu slices; raise training.batch or lower "
                    "parallel.slices",
                    training->batch_rows, slices);
}

static nn_status check_checkpoint(const check *in)
{
    nn_recipe_checkpoint *checkpoint = &in->recipe->checkpoint;
    char quoted[NN_YAML_QUOTED];
    size_t count = 0;
    const char *unit = read_count(checkpoint->every, &count);
    bool epochs = unit && (strcmp(unit, " epoch") == 0 || strcmp(unit, " epochs") == 0);
    bool steps = unit && (strcmp(unit, " step") == 0 || strcmp(unit, " steps") == 0);
    if (!epochs && !steps)
        return complain(in, "checkpoint.every", "%s is no interval; write one such as 1 epoch or 500 steps",
                        nn_yaml_quote(checkpoint->every, quoted));
    checkpoint->every_epochs = epochs ? count : 0;
    checkpoint->every_steps = steps ? count : 0;
    if (checkpoint->keep < 1)
        return complain(in, "checkpoint.keep", "must be at least 1");
    return NN_OK;
}

nn_status nn_recipe_check(nn_recipe *recipe, nn_yaml_node *root, const char *origin, nn_error *error)
{
    const check in = {.recipe = recipe, .root = root, .origin = origin, .error = error};
    NN_TRY(check_layers(&in));
    NN_TRY(check_loss(&in));
    NN_TRY(check_optimizer(&in));
    NN_TRY(check_slices(&in));
    NN_TRY(check_batch(&in));
    return check_checkpoint(&in);
}
