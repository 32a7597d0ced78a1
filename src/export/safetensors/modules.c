/* SPDX-License-Identifier: MIT */
#include "export/safetensors/modules.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

/* --- names --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number in a name, without zeros in front. */
typedef struct digits {
    const char *first;
    size_t count, end; /* end: bytes of the name up to behind it */
} digits;

static digits digits_at(const char *name, size_t length, size_t at)
{
    while (at + 1 < length && name[at] == '0' && is_digit(name[at + 1]))
        at++;
    digits number = {.first = name + at, .end = at};
    while (number.end < length && is_digit(name[number.end]))
        number.end++;
    number.count = number.end - at;
    return number;
}

static int compare_digits(digits a, digits b)
{
    if (a.count != b.count)
        return a.count < b.count ? -1 : 1;
    return memcmp(a.first, b.first, a.count);
}

/* Numbers by their value, all else byte by byte. */
static int compare_naturally(const nni_module *a, const nni_module *b)
{
    size_t i = 0, k = 0;
    while (i < a->length && k < b->length) {
        if (is_digit(a->name[i]) && is_digit(b->name[k])) {
            const digits left = digits_at(a->name, a->length, i), right = digits_at(b->name, b->length, k);
            const int order = compare_digits(left, right);
            if (order != 0)
                return order;
            i = left.end, k = right.end;
        } else if (a->name[i] != b->name[k]) {
            return (unsigned char)a->name[i] < (unsigned char)b->name[k] ? -1 : 1;
        } else {
            i++, k++;
        }
    }
    return (i < a->length) - (k < b->length);
}

/* Names that differ in zeros alone, such as 1 and 01, are still two. */
static int by_name(const void *left, const void *right)
{
    const nni_module *a = left, *b = right;
    const int order = compare_naturally(a, b);
    if (order != 0)
        return order;
    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    return memcmp(a->name, b->name, a->length);
}

/* Whether two names have the same numbers, and have any. */
static bool same_numbers(const nni_module *a, const nni_module *b)
{
    size_t i = 0, k = 0, numbers = 0;
    for (;; numbers++) {
        while (i < a->length && !is_digit(a->name[i]))
            i++;
        while (k < b->length && !is_digit(b->name[k]))
            k++;
        if (i == a->length || k == b->length)
            return i == a->length && k == b->length && numbers > 0;
        const digits left = digits_at(a->name, a->length, i), right = digits_at(b->name, b->length, k);
        if (compare_digits(left, right) != 0)
            return false;
        i = left.end, k = right.end;
    }
}

/* --- modules --- */

/* A tensor as a module of its own. */
static nn_status take_tensor(const nni_tensor_file *file, const nni_safetensor *tensor, nni_module *module,
                             nn_error *error)
{
    const char *dot = strrchr(tensor->name, '.'), *word = dot ? dot + 1 : tensor->name;
    *module = (nni_module){.name = tensor->name, .length = dot ? (size_t)(dot - tensor->name) : 0};
    if (strcmp(word, "weight") == 0)
        module->weight = tensor;
    else if (strcmp(word, "bias") == 0)
        module->bias = tensor;
    else if (strcmp(word, "running_mean") == 0)
        module->mean = tensor;
    else if (strcmp(word, "running_var") == 0)
        module->variance = tensor;
    else if (strcmp(word, "num_batches_tracked") != 0)
        return nn_fail(
            error, NN_DATA,
            "%s: tensor '%s' belongs to no dense layer, batch norm or layer norm, which are what nntrain has",
            file->path, tensor->name);
    return NN_OK;
}

/* Tensors of the same name but for the last word are one module. */
static void merge(nni_modules *modules)
{
    size_t count = 0;
    for (size_t i = 0; i < modules->count; i++) {
        const nni_module *next = &modules->array[i];
        nni_module *last = count > 0 ? &modules->array[count - 1] : NULL;
        if (!last || by_name(last, next) != 0) {
            modules->array[count++] = *next;
            continue;
        }
        last->weight = next->weight ? next->weight : last->weight;
        last->bias = next->bias ? next->bias : last->bias;
        last->mean = next->mean ? next->mean : last->mean;
        last->variance = next->variance ? next->variance : last->variance;
    }
    modules->count = count;
}

static nn_status check_length(const nni_tensor_file *file, const nni_safetensor *tensor, size_t length, nn_error *error)
{
    if (!tensor || (tensor->dimensions == 1 && tensor->count == length))
        return NN_OK;
    return nn_fail(error, NN_DATA, "%s: tensor '%s' should have one dimension of %zu, as its layer has units",
                   file->path, tensor->name, length);
}

/* A norm has weights of one dimension, or statistics. */
static nn_status understand(const nni_tensor_file *file, nni_module *module, nn_error *error)
{
    const nni_safetensor *weight = module->weight;
    const nni_safetensor *any = weight ? weight : module->mean ? module->mean : module->bias;
    if (!any)
        any = module->variance;
    module->is_norm = module->mean || module->variance || (weight && weight->dimensions == 1);
    if (!weight && !module->mean)
        return nn_fail(error, NN_DATA, "%s: tensor '%s' has no weight beside it; is it a part of a model?", file->path,
                       any ? any->name : module->name);
    if (module->is_norm ? any->dimensions != 1 : weight->dimensions != 2)
        return nn_fail(error, NN_DATA, "%s: tensor '%s' has %zu dimensions; nntrain has dense layers, whose have two",
                       file->path, any->name, any->dimensions);
    if (any->count == 0)
        return nn_fail(error, NN_DATA, "%s: tensor '%s' has no elements", file->path, any->name);
    module->outputs = any->shape[0].count;
    module->inputs = module->is_norm ? module->outputs : weight->shape[1].count;
    if (module->is_norm && !module->mean != !module->variance)
        return nn_fail(error, NN_DATA, "%s: '%s' is of a batch norm, whose running_mean or running_var is missing",
                       file->path, any->name);
    if (module->is_norm && !module->mean && !module->bias)
        return nn_fail(
            error, NN_DATA,
            "%s: tensor '%s' is of a norm without bias and statistics; nntrain has batch norm and layer norm",
            file->path, any->name);
    NN_TRY(check_length(file, module->bias, module->outputs, error));
    NN_TRY(check_length(file, module->mean, module->outputs, error));
    return check_length(file, module->variance, module->outputs, error);
}

/* num_batches_tracked alone makes no module. */
static bool is_empty(const nni_module *module)
{
    return !module->weight && !module->bias && !module->mean && !module->variance;
}

static nn_status find(const nni_tensor_file *file, nni_modules *modules, nn_error *error)
{
    for (size_t i = 0; i < file->tensors->count; i++) {
        nni_module *module = &modules->array[modules->count];
        NN_TRY(take_tensor(file, &file->tensors->tensors[i], module, error));
        modules->count += !is_empty(module);
    }
    qsort(modules->array, modules->count, sizeof *modules->array, by_name);
    merge(modules);
    for (size_t i = 0; i < modules->count; i++)
        NN_TRY(understand(file, &modules->array[i], error));
    return NN_OK;
}

nn_status nni_modules_find(const nni_tensor_file *file, nni_modules *modules, nn_error *error)
{
    *modules = (nni_modules){.array = NULL};
    NN_TRY(
        nni_allocate(file->tensors->count, sizeof *modules->array, "the modules of a model", &modules->array, error));
    const nn_status status = find(file, modules, error);
    if (status != NN_OK)
        nni_modules_free(modules);
    return status;
}

void nni_modules_free(nni_modules *modules)
{
    nni_release(modules->array);
    *modules = (nni_modules){.array = NULL};
}

/* --- norms and layers --- */

static const char *name_of(const nni_module *norm)
{
    return norm->weight ? norm->weight->name : norm->mean->name;
}

/* Each norm by the numbers of its name. @return whether all have a layer, and none the same one */
static bool match_numbers(const nni_modules *modules, size_t *norm_of)
{
    const nni_module *all = modules->array;
    for (size_t n = 0; n < modules->count; n++) {
        size_t found = SIZE_MAX, fits = 0;
        for (size_t l = 0; all[n].is_norm && l < modules->count; l++)
            if (!all[l].is_norm && same_numbers(&all[n], &all[l]))
                found = l, fits++;
        if (!all[n].is_norm)
            continue;
        if (fits != 1 || norm_of[found] != SIZE_MAX)
            return false;
        norm_of[found] = n;
    }
    return true;
}

/* @return the number that a name ends in, which begins at `*begin`; SIZE_MAX: it does not, or not behind a point */
static size_t index_at_end(const nni_module *module, size_t *begin)
{
    size_t at = module->length, value = 0;
    while (at > 0 && is_digit(module->name[at - 1]))
        at--;
    if (at == module->length || module->length - at > 9 || (at > 0 && module->name[at - 1] != '.'))
        return SIZE_MAX;
    *begin = at;
    for (size_t i = at; i < module->length; i++)
        value = 10 * value + (size_t)(module->name[i] - '0');
    return value;
}

/* Behind an activation: 0 is the layer, 1 the activation without parameters, 2 the norm. */
static bool stands_apart(const nni_module *layer, const nni_module *norm)
{
    size_t left = 0, right = 0;
    const size_t a = index_at_end(layer, &left), b = index_at_end(norm, &right);
    return a != SIZE_MAX && b != SIZE_MAX && left == right && memcmp(layer->name, norm->name, left) == 0 && b > a + 1;
}

/* Each norm directly behind its layer. */
static nn_status match_neighbours(const nni_tensor_file *file, const nni_modules *modules, size_t *norm_of,
                                  nn_error *error)
{
    const nni_module *all = modules->array;
    for (size_t n = 0; n < modules->count; n++) {
        if (!all[n].is_norm)
            continue;
        if (n == 0 || all[n - 1].is_norm)
            return nn_fail(error, NN_DATA,
                           "%s: '%s' is of a norm that follows no dense layer; nntrain has norms between a layer and "
                           "its activation alone",
                           file->path, name_of(&all[n]));
        if (stands_apart(&all[n - 1], &all[n]))
            return nn_fail(error, NN_DATA,
                           "%s: '%s' is of a norm with something between its layer and itself, such as an activation; "
                           "nntrain has norms before the activation alone",
                           file->path, name_of(&all[n]));
        norm_of[n - 1] = n;
    }
    return NN_OK;
}

nn_status nni_modules_match(const nni_tensor_file *file, const nni_modules *modules, size_t *norm_of, nn_error *error)
{
    for (size_t i = 0; i < modules->count; i++)
        norm_of[i] = SIZE_MAX;
    if (!match_numbers(modules, norm_of)) {
        for (size_t i = 0; i < modules->count; i++)
            norm_of[i] = SIZE_MAX;
        NN_TRY(match_neighbours(file, modules, norm_of, error));
    }
    for (size_t l = 0; l < modules->count; l++)
        if (norm_of[l] != SIZE_MAX && modules->array[norm_of[l]].outputs != modules->array[l].outputs)
            return nn_fail(error, NN_DATA, "%s: '%s' has %zu values, but the layer before it has %zu units", file->path,
                           name_of(&modules->array[norm_of[l]]), modules->array[norm_of[l]].outputs,
                           modules->array[l].outputs);
    return NN_OK;
}
