/* SPDX-License-Identifier: MIT */
#include "data/dataset/plan.h"

#include <stdio.h>
#include <string.h>

#include "comm/string_set.h"
#include "hdf5/describe.h"
#include "hdf5/process/guard.h"
#include "hdf5/read.h"
#include "support/memory.h"

/* What rank 0 looks for, and what it finds. */
struct look {
    const nni_dataset_spec *spec;
    const char *path;
    nni_plan *plan;
    nni_string_set *class_names; /* that the file has for numbers */
};

/* --- one file --- */

static nn_status plan_targets(const struct look *look, nn_error *error)
{
    const nni_dataset_spec *spec = look->spec;
    nni_plan *plan = look->plan;
    const nni_hdf5_layout *y = &plan->layouts.y;
    if (y->rows != plan->layouts.x.rows)
        return nn_fail(error, NN_DATA, "%s: %s has %llu rows but %s has %llu; every sample needs one target",
                       look->path, spec->x, (unsigned long long)plan->layouts.x.rows, spec->y,
                       (unsigned long long)y->rows);
    if (y->dimensions > 2 && spec->y_column_count == 0)
        return nn_fail(error, NN_DATA,
                       "%s: %s has %d dimensions; targets are [rows] of classes or [rows, outputs] of values",
                       look->path, spec->y, y->dimensions);
    if (y->text && y->row_values != 1)
        return nn_fail(error, NN_DATA, "%s: %s has %llu texts a row; each sample has one class", look->path, spec->y,
                       (unsigned long long)y->row_values);
    plan->target = y->integer && y->row_values == 1 ? NNI_TARGET_CLASSES : NNI_TARGET_VALUES;
    return NN_OK;
}

static nn_status plan_weights(const struct look *look, nn_error *error)
{
    const nni_dataset_spec *spec = look->spec;
    const nni_hdf5_layout *x = &look->plan->layouts.x, *w = &look->plan->layouts.w;
    if (w->rows != x->rows)
        return nn_fail(error, NN_DATA, "%s: %s has %llu rows but %s has %llu; every sample needs one weight",
                       look->path, spec->x, (unsigned long long)x->rows, spec->w, (unsigned long long)w->rows);
    if (w->row_values != 1)
        return nn_fail(error, NN_DATA, "%s: %s has %llu values a row; weights of samples are [rows]", look->path,
                       spec->w, (unsigned long long)w->row_values);
    return NN_OK;
}

/* Before HDF5 may open any of them. */
static nn_status check_outside(const struct look *look, hid_t file, nn_error *error)
{
    const nni_dataset_spec *spec = look->spec;
    const char *const names[] = {spec->x, spec->y, spec->w};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i])
            NN_TRY(nni_hdf5_check_outside(file, look->path, names[i], spec->external, &look->plan->outside, error));
    return NN_OK;
}

static nn_status read_class_names(const struct look *look, hid_t file, nn_error *error)
{
    nni_hdf5_outside closed_soon = {.open = 0};
    NN_TRY(nni_hdf5_check_outside(file, look->path, "/classes", look->spec->external, &closed_soon, error));
    nni_hdf5_read_string_set(file, "/classes", look->class_names);
    return NN_OK;
}

static nn_status plan_file(void *context, nn_error *error)
{
    const struct look *look = context;
    const nni_dataset_spec *spec = look->spec;
    nni_plan *plan = look->plan;
    const nni_hdf5_columns x = {spec->x_columns, spec->x_column_count}, y = {spec->y_columns, spec->y_column_count};
    hid_t file = NNI_HDF5_CLOSED;
    NN_TRY(nni_hdf5_open(look->path, NULL, &file, error));
    nn_status status = check_outside(look, file, error);
    if (status == NN_OK)
        status = nni_hdf5_describe(file, look->path, spec->x, &x, &plan->layouts.x, error);
    if (status == NN_OK && spec->y)
        status = nni_hdf5_describe_targets(file, look->path, spec->y, &y, &plan->layouts.y, error);
    if (status == NN_OK && spec->w)
        status = nni_hdf5_describe(file, look->path, spec->w, NULL, &plan->layouts.w, error);
    if (status == NN_OK && spec->y)
        status = plan_targets(look, error);
    if (status == NN_OK && plan->target == NNI_TARGET_CLASSES && !plan->layouts.y.text)
        status = read_class_names(look, file, error);
    nni_hdf5_close(file);
    return status == NN_OK && spec->w ? plan_weights(look, error) : status;
}

/* --- several files --- */

/* "28 x 28" behind the rows. */
static const char *shape_of(const nni_hdf5_layout *layout, char *text, size_t size)
{
    size_t used = 0;
    snprintf(text, size, "single values");
    for (int i = 1; i < layout->dimensions && used + 24 < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%llu", i > 1 ? " x " : "",
                                 (unsigned long long)layout->extent[i]);
    return text;
}

static bool same_shape(const nni_hdf5_layout *a, const nni_hdf5_layout *b)
{
    bool same = a->dimensions == b->dimensions && a->row_values == b->row_values && a->records == b->records;
    for (int i = 1; same && i < a->dimensions; i++)
        same = a->extent[i] == b->extent[i];
    return same;
}

/* Adds the rows of a further file to those of all before; numbers of different types are read as a common one. */
static nn_status join_layout(nni_hdf5_layout *all, const nni_hdf5_layout *next, const char *name, const char *first,
                             const char *path, nn_error *error)
{
    char shape[100], other[100];
    if (!same_shape(all, next))
        return nn_fail(error, NN_DATA, "%s: a row of %s is %s, but in %s it is %s; files of a split must be alike",
                       path, name, shape_of(next, shape, sizeof shape), first, shape_of(all, other, sizeof other));
    if (all->element != next->element) {
        all->element = nni_element_common(all->element, next->element);
        snprintf(all->type, sizeof all->type, "mixed");
    }
    all->integer = all->integer && next->integer;
    all->rows += next->rows;
    all->stored += next->stored;
    all->chunk_rows = next->chunk_rows > all->chunk_rows ? next->chunk_rows : all->chunk_rows;
    all->whole_rows = all->whole_rows && next->whole_rows;
    all->filtered = all->filtered || next->filtered;
    return NN_OK;
}

/* Files that name no classes say nothing of them. */
static nn_status join_names(const struct look *all, const struct look *next, const char *first, nn_error *error)
{
    if (all->class_names->count == 0)
        return nni_string_set_copy(next->class_names, all->class_names, error);
    if (next->class_names->count == 0 || nni_string_set_equal(all->class_names, next->class_names))
        return NN_OK;
    return nn_fail(error, NN_DATA,
                   "%s: /classes are others than those of files before it, such as %s; files of a split must be alike",
                   next->path, first);
}

static nn_status join(const struct look *all, const struct look *next, const char *first, nn_error *error)
{
    const nni_dataset_spec *spec = all->spec;
    nni_dataset_layouts *joined = &all->plan->layouts;
    const nni_dataset_layouts *layouts = &next->plan->layouts;
    if (all->plan->target != next->plan->target || joined->y.text != layouts->y.text)
        return nn_fail(error, NN_DATA, "%s: %s holds %s, but in %s it holds %s; files of a split must be alike",
                       next->path, spec->y, layouts->y.type, first, joined->y.type);
    NN_TRY(join_layout(&joined->x, &layouts->x, spec->x, first, next->path, error));
    if (spec->y)
        NN_TRY(join_layout(&joined->y, &layouts->y, spec->y, first, next->path, error));
    if (spec->w)
        NN_TRY(join_layout(&joined->w, &layouts->w, spec->w, first, next->path, error));
    return join_names(all, next, first, error);
}

/* Rank 0's part. */
static nn_status look_at_all(const nni_dataset_spec *spec, nni_files *files, nni_plan *plan,
                             nni_string_set *class_names, nn_error *error)
{
    const char *first = files->paths.text[0];
    for (size_t i = 0; i < files->paths.count; i++) {
        nni_plan own = {.outside = plan->outside};
        nni_string_set names = {.count = 0};
        struct look all = {spec, first, plan, class_names}, next = {spec, files->paths.text[i], &own, &names};
        NN_TRY(nni_hdf5_check_path(next.path, &own.bytes, error));
        nn_status status = nni_hdf5_guard(next.path, plan_file, i == 0 ? &all : &next, error);
        if (status == NN_OK && i > 0)
            status = join(&all, &next, first, error);
        nni_string_set_free(&names);
        NN_TRY(status);
        plan->bytes += own.bytes;
        if (i > 0)
            plan->outside = own.outside;
        files->first[i + 1] = plan->layouts.x.rows;
    }
    return NN_OK;
}

/* --- each rank --- */

static nn_status check_file(void *context, nn_error *error)
{
    const struct look *look = context;
    hid_t file = NNI_HDF5_CLOSED;
    NN_TRY(nni_hdf5_open(look->path, NULL, &file, error));
    const nn_status status = check_outside(look, file, error);
    nni_hdf5_close(file);
    return status;
}

/* Rank 0 has checked all files. Another process may be unable to open one, for lack of descriptors or of a mounted
 * disk, and HDF5 would then read zeros: each process checks its limit, and one of each other host the files. */
static nn_status check_here(const nni_dataset_spec *spec, const nni_files *files, const nni_plan *plan,
                            const nn_comm *comm, nn_error *error)
{
    if (!plan->outside.any)
        return NN_OK;
    NN_TRY(nni_hdf5_check_open_files(files->name, plan->outside.open, error));
    for (size_t i = 0; i < files->paths.count && comm->local_rank == 0 && comm->rank > 0; i++) {
        nni_plan unused = {.bytes = 0};
        struct look look = {.spec = spec, .path = files->paths.text[i], .plan = &unused};
        NN_TRY(nni_hdf5_guard(look.path, check_file, &look, error));
    }
    return NN_OK;
}

/* A file is opened through MPI-IO or not, and all of its datasets are read so. */
static void match_composed(nni_dataset_layouts *layouts, bool several)
{
    const bool any = several || layouts->x.composed || layouts->y.composed || layouts->w.composed;
    layouts->x.composed = layouts->y.composed = layouts->w.composed = any;
}

/* One rank describes the files: a thousand that ask a file server the same question would overload it. */
nn_status nni_plan_make(const nni_dataset_spec *spec, nni_files *files, nn_comm *comm, nni_plan *plan,
                        nni_string_set *class_names, nn_error *error)
{
    const size_t count = files->paths.count;
    memset(plan, 0, sizeof *plan);
    nn_status status = nni_allocate(count + 1, sizeof *files->first, "the files of a split", &files->first, error);
    if (status == NN_OK && count == 1)
        status = nni_hdf5_check_path(files->paths.text[0], &plan->bytes, error);
    NN_TRY(nn_comm_agree(comm, status, error));
    plan->bytes = 0;
    if (comm->rank == 0)
        status = look_at_all(spec, files, plan, class_names, error);
    NN_TRY(nni_comm_broadcast_status(comm, status, error));
    match_composed(&plan->layouts, count > 1);
    NN_TRY(nn_comm_broadcast(comm, plan, sizeof *plan, error));
    NN_TRY(nn_comm_agree(comm, check_here(spec, files, plan, comm, error), error));
    NN_TRY(nn_comm_broadcast(comm, files->first, (count + 1) * sizeof *files->first, error));
    return nni_string_set_broadcast(comm, class_names, error);
}
