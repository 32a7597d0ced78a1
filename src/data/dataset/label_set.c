/* SPDX-License-Identifier: MIT */
#include "data/dataset/label_set.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "comm/string_set.h"
#include "support/memory.h"

enum { LISTED_MOST = 4 };

static void forget(nni_label_set *set)
{
    nni_string_set_free(&set->texts);
}

nn_status nni_label_set_create(nni_head head, nni_label_set **set, nn_error *error)
{
    NN_TRY(nni_allocate(1, sizeof **set, "the labels", set, error));
    (*set)->most = nni_head_classes(head) > 0 ? NNI_STRING_SET_MAX : NNI_LABELS_FEW;
    return NN_OK;
}

nn_status nni_label_set_add(nni_label_set *set, int64_t number, nn_error *error)
{
    if (set->many || set->fraction)
        return NN_OK;
    struct nni_label_seen *seen = &set->recent[(uint64_t)number * 0x9E3779B97F4A7C15 >> 52];
    if (seen->is && seen->number == number)
        return NN_OK;
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, number);
    if (set->texts.count == set->most && nni_string_set_find(&set->texts, text) == SIZE_MAX) {
        set->many = true;
        forget(set);
        return NN_OK;
    }
    *seen = (struct nni_label_seen){number, true};
    return nni_string_set_add(&set->texts, text, error);
}

static int by_number(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static nn_status take_numbers(nni_label_set *set, nn_error *error)
{
    NN_TRY(nni_allocate(set->texts.count, sizeof *set->number, "the labels", &set->number, error));
    set->count = set->texts.count;
    for (size_t i = 0; i < set->count; i++)
        set->number[i] = strtoll(set->texts.text[i], NULL, 10);
    qsort(set->number, set->count, sizeof *set->number, by_number);
    return NN_OK;
}

nn_status nni_label_set_unite(nni_label_set *set, nn_comm *comm, nn_error *error)
{
    double beyond[] = {set->many, set->fraction};
    NN_TRY(nni_comm_max_double(comm, beyond, 2, error));
    set->many = beyond[0] > 0;
    set->fraction = beyond[1] > 0;
    nn_status status = NN_OK;
    if (!set->many && !set->fraction)
        status = nni_string_set_unite(comm, &set->texts, error);
    if (status == NN_DATA) {
        set->many = true;
        status = NN_OK;
    }
    if (status == NN_OK && !set->many && !set->fraction)
        status = nn_comm_agree(comm, take_numbers(set, error), error);
    forget(set);
    return status;
}

bool nni_label_set_is_known(const nni_label_set *set)
{
    return set && set->count > 1;
}

static bool is_run(const int64_t *numbers, size_t count)
{
    return count > 2 && (uint64_t)numbers[count - 1] - (uint64_t)numbers[0] == count - 1;
}

const char *nni_label_list(const int64_t *numbers, size_t count, char text[NNI_LABEL_LIST])
{
    size_t used = 0;
    text[0] = '\0';
    if (is_run(numbers, count)) {
        snprintf(text, NNI_LABEL_LIST, "%" PRId64 " to %" PRId64, numbers[0], numbers[count - 1]);
        return text;
    }
    for (size_t i = 0; i < count; i++) {
        const bool skips = count > LISTED_MOST && i + 2 == LISTED_MOST;
        const char *after = i + 1 == count ? "" : skips ? ", ..., " : i + 2 == count ? " and " : ", ";
        used += (size_t)snprintf(text + used, NNI_LABEL_LIST - used, "%" PRId64 "%s", numbers[i], after);
        if (skips)
            i = count - 2;
    }
    return text;
}

const char *nni_label_list_describe(const int64_t *numbers, size_t count, char text[NNI_LABEL_LIST])
{
    char list[NNI_LABEL_LIST];
    nni_label_list(numbers, count, list);
    if (count == 1)
        snprintf(text, NNI_LABEL_LIST, "the one whole number %.30s", list);
    else
        snprintf(text, NNI_LABEL_LIST, "the %zu whole numbers %s%.110s", count, is_run(numbers, count) ? "from " : "",
                 list);
    return text;
}

void nni_label_set_free(nni_label_set *set)
{
    if (!set)
        return;
    forget(set);
    nni_release(set->number);
    nni_release(set);
}
