/* SPDX-License-Identifier: MIT */
/** New rows as those of a file that was imported before. */
#ifndef NNI_IMPORT_CSV_LIKE_H
#define NNI_IMPORT_CSV_LIKE_H

#include "import/csv/table.h"

/** What /columns calls what features were made of: number, days, seconds or category. */
const char *nni_csv_column_word(const nni_csv_column *column);

/**
 * Gives a table, as nni_csv_table_create found it, the features and classes of the file job->like: columns are found by
 * their names, and what there is no feature of is left out. Its features are counted then. Local.
 *
 * A file without /columns, imported before these were written, has its columns told by /features.
 *
 * @return NN_DATA where a column is missing or there twice, or the file does not tell what its features are; NN_USAGE
 * where the label is not that of the file
 */
nn_status nni_csv_like(nni_csv_table *table, const nni_csv_file *file, nn_error *error);

#endif
