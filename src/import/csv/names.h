/* SPDX-License-Identifier: MIT */
/** Names of columns: what a header calls them, and how options find them. */
#ifndef NNI_IMPORT_CSV_NAMES_H
#define NNI_IMPORT_CSV_NAMES_H

#include "import/csv/table.h"

enum { NNI_CSV_SPELLED = 64 };

/** A column's name in the header, without the blanks around it; of one without a name none that is a number.
 *
 * @param name  [NNI_CSV_TEXT_SIZE]
 */
nn_status nni_csv_make_name(const nni_csv_file *file, nni_csv_field field, size_t column, char *name, nn_error *error);

/** Finds the column that an option names: by its name or, where none is called so, by its number from 0, which may have
 * the word "column" before it. Blanks around are passed over. */
nn_status nni_csv_find_column(const nni_csv_table *table, const nni_csv_file *file, const char *option,
                              const char *name, size_t length, size_t *column, nn_error *error);

/** Spells a column as options find it, and none but it: by its name, else its number, else 'column NUMBER'; in quotes
 * where a shell wants them. @return spelled */
char *nni_csv_spell(const nni_csv_table *table, size_t column, char spelled[NNI_CSV_SPELLED]);

#endif
