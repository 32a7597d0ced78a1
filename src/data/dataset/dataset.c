/* SPDX-License-Identifier: MIT */
#include "data/dataset/dataset.h"

#include <sys/stat.h>

#include "data/dataset/label_set.h"
#include "data/dataset/labels.h"
#include "data/order/order.h"
#include "data/rows/source.h"
#include "support/memory.h"

void nni_dataset_free(nni_dataset *dataset)
{
    if (!dataset)
        return;
    nni_source_close(dataset->source);
    nni_blocks_free(dataset->blocks);
    nni_slicing_free(&dataset->slicing);
    nni_rows_buffer_free(&dataset->resident);
    nni_labels_free(dataset->labels);
    nni_label_set_free(dataset->label_set);
    nni_origin_free(&dataset->origin);
    nni_release(dataset->slice_digest);
    nni_release(dataset);
}

size_t nni_dataset_file_count(const nni_dataset *dataset)
{
    return dataset->origin.files->paths.count;
}

bool nni_dataset_is_of(const nni_dataset *dataset, const char *path)
{
    struct stat given, own;
    if (stat(path, &given) != 0)
        return false;
    const size_t count = nni_dataset_file_count(dataset);
    for (size_t i = 0; i < count; i++)
        if (stat(dataset->origin.files ? dataset->origin.files->paths.text[i] : dataset->origin.file, &own) == 0 &&
            given.st_dev == own.st_dev && given.st_ino == own.st_ino)
            return true;
    return false;
}

const nni_string_set *nni_dataset_class_names(const nni_dataset *dataset)
{
    return dataset->labels ? &dataset->labels->names : NULL;
}

bool nni_dataset_names_are_labels(const nni_dataset *dataset)
{
    return dataset->labels && dataset->labels->integer;
}

size_t nni_dataset_row_bytes(const nni_dataset *dataset)
{
    return nni_row_bytes(&dataset->row);
}

size_t nni_dataset_bytes(const nni_dataset *dataset)
{
    const size_t row = nni_rows_buffer_row_bytes(&dataset->row);
    return row * (dataset->source ? nni_order_rows_ahead(&dataset->slicing) : dataset->slicing.rows);
}

double nni_dataset_waited(const nni_dataset *dataset)
{
    return dataset->source ? nni_source_waited(dataset->source) : 0;
}

nni_rows nni_dataset_resident(const nni_dataset *dataset, size_t first, size_t count)
{
    return nni_rows_of_buffer(&dataset->row, &dataset->resident, first, count, first);
}

const nni_real *nni_dataset_convert(const nni_dataset *dataset, const nni_rows *rows, nni_real *to)
{
    return nni_rows_convert(&dataset->row, dataset->normalization, rows, to);
}

const nni_real *nni_dataset_convert_targets(const nni_dataset *dataset, const nni_rows *rows, nni_real *to)
{
    if (!rows->values)
        return NULL;
    if (dataset->target_scaling)
        nni_target_scaler_apply(dataset->target_scaling, rows->values, rows->count, to);
    else
        for (size_t i = 0; i < rows->count * dataset->row.outputs; i++)
            to[i] = (nni_real)rows->values[i];
    return to;
}
