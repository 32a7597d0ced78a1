/* SPDX-License-Identifier: MIT */
/** Whether a table is read with the delimiter that it was written with. */
#ifndef NNI_IMPORT_CSV_DELIMITER_H
#define NNI_IMPORT_CSV_DELIMITER_H

#include "import/csv/table.h"

/**
 * Checks the delimiter on the first two records: where these have one field each, or are numbers with semicolons
 * between and decimal commas, and another delimiter parts both alike, that is the one.
 *
 * @return NN_USAGE with the options to use, and those for a file that is as it was read
 */
nn_status nni_csv_check_delimiter(const nni_csv_table *table, const nni_csv_file *file, nn_error *error);

#endif
