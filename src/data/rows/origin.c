/* SPDX-License-Identifier: MIT */
#include "data/rows/origin.h"

#include "support/memory.h"

nn_status nni_origin_copy(const nni_origin *origin, nni_origin *copy, nn_error *error)
{
    *copy = *origin;
    copy->files = NULL;
    copy->file = copy->x_name = copy->y_name = copy->w_name = NULL;
    NN_TRY(nni_copy_text(origin->file, &copy->file, error));
    NN_TRY(nni_copy_text(origin->x_name, &copy->x_name, error));
    NN_TRY(nni_copy_text(origin->y_name, &copy->y_name, error));
    NN_TRY(nni_copy_text(origin->w_name, &copy->w_name, error));
    return nni_files_copy(origin->files, &copy->files, error);
}

void nni_origin_free(nni_origin *origin)
{
    nni_files_free(origin->files);
    nni_release(origin->file);
    nni_release(origin->x_name);
    nni_release(origin->y_name);
    nni_release(origin->w_name);
}
