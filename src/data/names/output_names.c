/* SPDX-License-Identifier: MIT */
#include "data/names/output_names.h"

#include <string.h>

nn_status nni_output_names_of(const nni_split_settings *train, size_t outputs, nni_string_set *names, nn_error *error)
{
    bool named = train->y_columns_count == outputs;
    for (size_t i = 0; i < train->y_columns_count; i++)
        named = named && train->y_columns[i][strspn(train->y_columns[i], "0123456789:")] != '\0';
    for (size_t i = 0; named && i < train->y_columns_count; i++)
        NN_TRY(nni_string_set_add(names, train->y_columns[i], error));
    if (names->count < outputs) /* one that is chosen twice */
        nni_string_set_free(names);
    return NN_OK;
}
