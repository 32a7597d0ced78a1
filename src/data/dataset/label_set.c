#include "data/dataset/label_set.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "comm/string_set.h"
#include "support/memory.h"

enum { LISTED_MOST = 4 };

static void forget(nn_label_set *set)
{
    nn_texts_free(&set->texts);
}

nn_status nn_label_set_create(nn_head head, nn_label_set **set, nn_error *error)
{
    NN_TRY(nn_allocate(1, sizeof **set, "the labels", set, error));
    (*set)->most = nn_head_classes(head) > 0 ? NN_TEXTS_MOST : NN_LABELS_FEW;
    return NN_OK;
}

nn_status nn_label_set_add(nn_label_set *set, int64_t number, nn_error *error)
{
    if (set->many || set->fraction)
        return NN_OK;
    struct nn_label_seen *seen = &set->recent[(uint64_t)number * 0x9E3779B97F4A7C15 >> 52];
    if (seen->is && seen->number == number)
        return NN_OK;
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, number);
    if (set->texts.count == set->most && nn_texts_find(&set->texts, text) == SIZE_MAX) {
        set->many = true;
        forget(set);
        return NN_OK;
    }
    *seen = (struct nn_label_seen){number, true};
    return nn_texts_add(&set->texts, text, error);
}

static int by_number(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static nn_status take_numbers(nn_label_set *set, nn_error *error)
{
    NN_TRY(nn_allocate(set->texts.count, sizeof *set->number, "the labels", &set->number, error));
    set->count = set->texts.count;
    for (size_t i = 0; i < set->count; i++)
        set->number[i] = strtoll(set->texts.text[i], NULL, 10);
    qsort(set->number, set->count, sizeof *set->number, by_number);
    return NN_OK;
}

nn_status nn_label_set_unite(nn_label_set *set, nn_comm *comm, nn_error *error)
{
    double beyond[] = {set->many, set->fraction};
    NN_TRY(nn_comm_max_double(comm, beyond, 2, error));
    set->many = beyond[0] > 0;
    set->fraction = beyond[1] > 0;
    nn_status status = NN_OK;
    if (!set->many && !set->fraction)
        status = nn_texts_unite(comm, &set->texts, error);
    if (status == NN_DATA) {
        set->many = true;
        status = NN_OK;
    }
    if (status == NN_OK && !set->many && !set->fraction)
        status = nn_comm_agree(comm, take_numbers(set, error), error);
    forget(set);
    return status;
}

bool nn_label_set_is_known(const nn_label_set *set)
{
    return set && set->count > 1;
}

static bool is_run(const int64_t *numbers, size_t count)
{
    return count > 2 && (uint64_t)numbers[count - 1] - (uint64_t)numbers[0] == count - 1;
}

const char *nn_label_list(const int64_t *numbers, size_t count, char text[NN_LABEL_LIST])
{
    size_t used = 0;
    text[0] = '\0';
    if (is_run(numbers, count)) {
        snprintf(text, NN_LABEL_LIST, "%" PRId64 " to %" PRId64, numbers[0], numbers[count - 1]);
        return text;
    }
    for (size_t i = 0; i < count; i++) {
        const bool skips = count > LISTED_MOST && i + 2 == LISTED_MOST;
        const char *after = i + 1 == count ? "" : skips ? ", ..., " : i + 2 == count ? " and " : ", ";
        used += (size_t)snprintf(text + used, NN_LABEL_LIST - used, "%" PRId64 "%s", numbers[i], after);
        if (skips)
            i = count - 2;
    }
    return text;
}

const char *nn_label_list_tell(const int64_t *numbers, size_t count, char text[NN_LABEL_LIST])
{
    char list[NN_LABEL_LIST];
    nn_label_list(numbers, count, list);
    if (count == 1)
        snprintf(text, NN_LABEL_LIST, "the one whole number %.30s", list);
    else
        snprintf(text, NN_LABEL_LIST, "the %zu whole numbers %s%.110s", count, is_run(numbers, count) ? "from " : "",
                 list);
    return text;
}

void nn_label_set_free(nn_label_set *set)
{
    if (!set)
        return;
    forget(set);
    nn_release(set->number);
    nn_release(set);
}
