/** What a feature is called, for a message. */
#ifndef NN_DATA_FEATURE_NAME_H
#define NN_DATA_FEATURE_NAME_H

#include "nntrain/dataset.h"

/**
 * Writes "feature 3 income": the position in a row, and the name where the file has names (as nn_inspect_names_find
 * looks for them) or records have. Not collective; a file that cannot be read any more has no names.
 *
 * @param columns  [column_count] as the recipe chooses them
 */
void nn_feature_name(const nn_dataset *dataset, const char *const *columns, size_t column_count, size_t feature,
                     char *text, size_t room);

#endif
