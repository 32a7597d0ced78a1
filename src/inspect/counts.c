/* SPDX-License-Identifier: MIT */
#include "inspect/counts.h"

#include <math.h>
#include <string.h>

bool nni_inspect_counts_take(nni_inspect_counts *counts, double value)
{
    if (!(value == floor(value) && fabs(value) < (double)(INT64_C(1) << 53)))
        return false;
    const int64_t label = (int64_t)value;
    nni_inspect_count *each = counts->each;
    size_t low = 0, high = counts->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (each[middle].label < label)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == counts->count || each[low].label != label) {
        if (counts->count == NNI_INSPECT_CLASSES_MOST)
            return false;
        memmove(each + low + 1, each + low, (counts->count++ - low) * sizeof *each);
        each[low] = (nni_inspect_count){label, 0};
    }
    each[low].rows++;
    return true;
}

const char *nni_inspect_counts_list(const nni_inspect_counts *counts, bool all, char text[NNI_LABEL_LIST])
{
    int64_t numbers[NNI_INSPECT_CLASSES_MOST];
    for (size_t i = 0; i < counts->count; i++)
        numbers[i] = counts->each[i].label;
    return all ? nni_label_list_describe(numbers, counts->count, text) : nni_label_list(numbers, counts->count, text);
}

bool nni_inspect_counts_are_classes(const nni_inspect_counts *counts)
{
    return counts->count == 0 ||
           (counts->each[0].label == 0 && counts->each[counts->count - 1].label == (int64_t)counts->count - 1);
}
