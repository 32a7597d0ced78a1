/* SPDX-License-Identifier: MIT */
#include "import/csv/table.h"

#include "import/csv/value.h"
#include "support/memory.h"

void nni_csv_table_free(nni_csv_table *table)
{
    for (size_t c = 0; table->columns && c < table->count; c++) {
        nni_release(table->columns[c].name);
        nni_string_set_free(&table->columns[c].texts);
    }
    nni_release(table->columns);
    table->columns = NULL;
}

size_t nni_csv_column_features(const nni_csv_column *column)
{
    return column->kind == NNI_CSV_NUMBER ? 1 : column->kind == NNI_CSV_TEXT ? column->texts.count : 0;
}

void nni_csv_table_place(nni_csv_table *table)
{
    table->features = 0;
    for (size_t c = 0; c < table->count; c++) {
        nni_csv_column *column = &table->columns[c];
        nni_string_set_sort(&column->texts);
        if (column->kind == NNI_CSV_CLASS || column->kind == NNI_CSV_LABEL || column->kind == NNI_CSV_TARGET)
            continue;
        column->first = table->features;
        table->features += nni_csv_column_features(column);
    }
}

size_t nni_csv_table_value_bytes(const nni_csv_table *table)
{
    return table->wide == SIZE_MAX ? sizeof(float) : sizeof(double);
}

bool nni_csv_table_has_texts(const nni_csv_table *table)
{
    bool any = false;
    for (size_t c = 0; c < table->count; c++)
        any = any || nni_csv_holds_texts(&table->columns[c]);
    return any;
}
