#include "recipe/kind_settings.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "recipe/kinds.h"

#define KIND(value) (1u << (value))

/* A key, the kinds that have it, and its value where it is left out; one line for each default. */
typedef struct option {
    const char *key;
    uint32_t kinds;
    const char *value; /* NULL: left out, it stays out */
} option;

static const option initializer_options[] = {
    {"constant", KIND(NN_INITIALIZE_CONSTANT), "0"},
};

static const option loss_options[] = {
    {"label_smoothing", KIND(NN_CROSS_ENTROPY) | KIND(NN_BINARY_CROSS_ENTROPY), "0"},
    {"delta", KIND(NN_HUBER), "1"},
    {"class_weights", KIND(NN_CROSS_ENTROPY), NULL},
    {"output_weights", KIND(NN_MSE) | KIND(NN_MAE) | KIND(NN_HUBER) | KIND(NN_BINARY_CROSS_ENTROPY), NULL},
};

enum { ADAMS = KIND(NN_ADAM) | KIND(NN_ADAMW) | KIND(NN_LAMB) };

enum { EVERY = 0xFFFF };

/* Adam's numbers are its paper's (Kingma and Ba, 2015), trust is that of LARS (You et al., 2017); epsilon of the
 * others and rho are what PyTorch and the authors' programs take, so that results compare. adamw is what a recipe gets
 * that names no optimizer: its rate, and its decay by the rows of the data (see train/settle.c), were found by trying
 * them on many data sets. */
static const option optimizer_options[] = {
    {"learning_rate", KIND(NN_SGD) | KIND(NN_LARS), "0.1"},
    {"learning_rate", KIND(NN_ADAGRAD), "0.01"},
    {"learning_rate", KIND(NN_ADAMW), "0.005"},
    {"learning_rate", KIND(NN_RMSPROP) | KIND(NN_ADAM) | KIND(NN_LAMB), "0.001"},
    {"momentum", KIND(NN_SGD) | KIND(NN_RMSPROP) | KIND(NN_LARS), "0"},
    {"nesterov", KIND(NN_SGD), "false"},
    {"beta1", ADAMS, "0.9"},
    {"beta2", ADAMS, "0.999"},
    {"rho", KIND(NN_RMSPROP), "0.99"},
    {"epsilon", KIND(NN_ADAGRAD), "1e-10"},
    {"epsilon", KIND(NN_LAMB), "1e-6"},
    {"epsilon", KIND(NN_RMSPROP) | KIND(NN_ADAM) | KIND(NN_ADAMW), "1e-8"},
    {"weight_decay", KIND(NN_ADAMW), NULL},
    {"weight_decay", KIND(NN_LARS) | KIND(NN_LAMB), "0"},
    {"trust", KIND(NN_LARS), "0.001"},
    {"shard_state", EVERY, "false"},
};

/* Also what all of them have, since a short form replaces the whole section. */
static const option schedule_options[] = {
    {"warmup", KIND(NN_SCHEDULE_COSINE), "auto"},
    {"warmup", EVERY & ~KIND(NN_SCHEDULE_COSINE), "0 steps"},
    {"every", KIND(NN_SCHEDULE_STEP), "10 epochs"},
    {"every", KIND(NN_SCHEDULE_EXPONENTIAL), "1 epoch"},
    {"factor", KIND(NN_SCHEDULE_STEP) | KIND(NN_SCHEDULE_PLATEAU), "0.1"},
    {"factor", KIND(NN_SCHEDULE_EXPONENTIAL), "0.95"},
    {"minimum", KIND(NN_SCHEDULE_COSINE) | KIND(NN_SCHEDULE_PLATEAU), "0"},
    {"patience", KIND(NN_SCHEDULE_PLATEAU), "10"},
    {"reference_batch", EVERY, "0"},
};

static const option on_nan_options[] = {
    {"factor", KIND(NN_ON_NAN_ROLLBACK), "0.5"},
    {"limit", KIND(NN_ON_NAN_SKIP) | KIND(NN_ON_NAN_ROLLBACK), "10"},
};

/* A mapping of the recipe, the key in it that names the kind, and what depends on the kind. */
typedef struct section {
    const char *key, *kind_key;
    const cyaml_strval_t *names;
    size_t name_count;
    const option *options;
    size_t option_count;
} section;

#define SECTION(key, kind_key, names, options)                                                                         \
    {                                                                                                                  \
        key, kind_key, names, CYAML_ARRAY_LEN(names), options, CYAML_ARRAY_LEN(options)                                \
    }

static const section sections[] = {
    SECTION("network", "initializer", nni_initializer_names, initializer_options),
    SECTION("loss", "name", nni_loss_names, loss_options),
    SECTION("optimizer", "name", nni_optimizer_names, optimizer_options),
    SECTION("schedule", "name", nni_schedule_names, schedule_options),
    SECTION("training.on_nan", "name", nni_on_nan_names, on_nan_options),
};

static uint32_t kind_of(const section *of, const char *name)
{
    for (size_t i = 0; i < of->name_count; i++)
        if (strcmp(of->names[i].str, name) == 0)
            return KIND(of->names[i].val);
    return 0;
}

/* All kinds that have a key, whatever their defaults. */
static uint32_t kinds_with(const section *of, const char *key)
{
    uint32_t kinds = 0;
    for (size_t i = 0; i < of->option_count; i++)
        if (strcmp(of->options[i].key, key) == 0)
            kinds |= of->options[i].kinds;
    return kinds;
}

/* "adam, adamw or lamb" */
static const char *list_kinds(const section *of, uint32_t kinds, char list[200])
{
    size_t length = 0, left = 0;
    for (uint32_t rest = kinds; rest; rest &= rest - 1)
        left++;
    list[0] = '\0';
    for (size_t i = 0; i < of->name_count; i++) {
        if (!(kinds & KIND(of->names[i].val)))
            continue;
        left--;
        length += (size_t)snprintf(list + length, 200 - length, "%s%s", of->names[i].str,
                                   left > 1    ? ", "
                                   : left == 1 ? " or "
                                               : "");
    }
    return list;
}

/* Points at the key; but where an override changed the kind of what a file says, at the override. */
static nn_status fail_foreign(const section *of, const nni_yaml_entry *entry, const nni_yaml_node *kind,
                              nn_error *error)
{
    char kinds[200], whole[60] = "";
    const nni_yaml_place written = entry->place;
    if (kind->place.source->kind <= written.source->kind)
        return nni_yaml_fail(error, written, "%s.%s: %s has no %s; remove it, or use %s: %s", of->key, entry->key,
                             kind->text, entry->key, of->kind_key, list_kinds(of, kinds_with(of, entry->key), kinds));
    if (strcmp(of->kind_key, "name") == 0)
        snprintf(whole, sizeof whole, ", or replace the whole section by %s=%s", of->key, kind->text);
    return nni_yaml_fail(error, kind->place, "%s.%s: %s has no %s, which %s:%zu:%zu gives; remove it there%s", of->key,
                         of->kind_key, kind->text, entry->key, written.source->name, written.line, written.column,
                         whole);
}

static nn_status add_default(nni_yaml_pool *pool, nni_yaml_node *mapping, const option *what, nni_yaml_place defaults,
                             nn_error *error)
{
    nni_yaml_node *value = NULL;
    NN_TRY(nni_yaml_take_node(pool, NNI_YAML_SCALAR, defaults, &value, error));
    value->text = what->value;
    value->plain = true;
    return nni_yaml_append(pool, mapping, what->key, defaults, value, error);
}

static nn_status settle(const section *of, nni_yaml_pool *pool, nni_yaml_node *root, nni_yaml_place defaults,
                        nn_error *error)
{
    nni_yaml_node *mapping = nni_yaml_find(root, of->key);
    const nni_yaml_node *name = mapping ? nni_yaml_find(mapping, of->kind_key) : NULL;
    if (!name)
        return NN_OK;
    uint32_t kind = kind_of(of, name->text);
    for (const nni_yaml_entry *entry = mapping->first; entry; entry = entry->next) {
        uint32_t kinds = kinds_with(of, entry->key);
        if (kinds && !(kinds & kind))
            return fail_foreign(of, entry, name, error);
    }
    for (size_t i = 0; i < of->option_count; i++) {
        const option *what = &of->options[i];
        if (what->value && (what->kinds & kind) && !nni_yaml_find(mapping, what->key))
            NN_TRY(add_default(pool, mapping, what, defaults, error));
    }
    return NN_OK;
}

nn_status nni_recipe_settle_kinds(nni_yaml_pool *pool, nni_yaml_node *root, nni_yaml_place defaults, nn_error *error)
{
    for (size_t i = 0; i < CYAML_ARRAY_LEN(sections); i++)
        NN_TRY(settle(&sections[i], pool, root, defaults, error));
    return NN_OK;
}

const char *nni_recipe_usual_rate(nn_optimizer_kind kind)
{
    const option *what = optimizer_options;
    while (strcmp(what->key, "learning_rate") != 0 || !(what->kinds & KIND(kind)))
        what++;
    return what->value;
}
