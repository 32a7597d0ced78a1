/* SPDX-License-Identifier: MIT */
/** Finds out what the columns of a table are, from its header and its first records. */
#ifndef NNI_IMPORT_CSV_COLUMNS_H
#define NNI_IMPORT_CSV_COLUMNS_H

#include "import/csv/table.h"

/** Finds out what the columns are, from the header and the first 10,000 records. */
nn_status nni_csv_table_create(const nn_import_csv *job, nni_csv_file *file, nni_csv_table *table, nn_error *error);

/** Finds where the records of another file begin, whose columns must be the same. */
nn_status nni_csv_table_match(const nni_csv_table *table, nni_csv_file *file, nn_error *error);

#endif
