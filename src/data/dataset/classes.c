/* SPDX-License-Identifier: MIT */
#include "data/dataset/classes.h"

#include <math.h>
#include <string.h>

#include "data/dataset/digest.h"
#include "data/dataset/labels.h"
#include "hdf5/files.h"
#include "hdf5/read.h"
#include "support/memory.h"

/* Classes of a tile stay in the first-level cache between check and digest. */
enum { TILE = 4096 };

/* Where classes go, and what is found on the way. */
struct classes {
    const nni_hdf5_rows *rows;
    int32_t *to; /* [count]; NULL: they stay in the file */
    nni_digester digester;
    int64_t limit;      /* classes are below */
    nni_label_set *set; /* NULL: nobody asks for what they are */
    bool values;        /* for which they may be taken instead */
    double low, high;
    uint64_t *digest; /* [slices of this rank] as they were before y; NULL where labels are never mapped */
    bool odd;         /* one is no class: the first is odd_class in odd_row */
    uint64_t odd_row;
    int64_t odd_class;
};

/* --- what they are kept as --- */

nn_status nni_dataset_become_classes(nni_dataset *dataset, nn_error *error)
{
    dataset->row.target = NNI_TARGET_CLASSES;
    dataset->row.outputs = 0;
    if (!dataset->resident.x)
        return NN_OK;
    nni_release(dataset->resident.values);
    dataset->resident.values = NULL;
    return nni_allocate(dataset->slicing.rows, sizeof *dataset->resident.classes, "the classes",
                        &dataset->resident.classes, error);
}

static nn_status become_values(nni_dataset *dataset, nn_error *error)
{
    dataset->row.target = NNI_TARGET_VALUES;
    dataset->row.outputs = 1;
    nni_labels_free(dataset->labels);
    dataset->labels = NULL;
    if (!dataset->resident.x)
        return NN_OK;
    nni_release(dataset->resident.classes);
    dataset->resident.classes = NULL;
    return nni_allocate(dataset->slicing.rows, sizeof *dataset->resident.values, "the targets",
                        &dataset->resident.values, error);
}

/* --- reading --- */

/* HDF5 makes the largest int64 of any number beyond. */
static nn_status fail_beyond(const nni_hdf5_rows *rows, uint64_t row, nn_error *error)
{
    const char *path = nni_files_locate(rows->files, rows->path, &row);
    return nn_fail(error, NN_DATA,
                   "%s: row %llu of %s is class %lld or more, beyond what labels can be; number the classes from 0, or "
                   "store them as texts",
                   path, (unsigned long long)row, rows->name, (long long)INT64_MAX);
}

static nn_status take_classes(void *context, const void *values, uint64_t first, size_t count, nn_error *error)
{
    struct classes *classes = context;
    const int64_t *from = values;
    for (size_t i = 0; i < count; i += TILE) {
        int32_t tile[TILE];
        const size_t length = count - i < TILE ? count - i : TILE;
        for (size_t k = 0; k < length; k++) {
            const int64_t class = from[i + k];
            const bool fits = class >= 0 && class < classes->limit;
            if (class == INT64_MAX && !classes->values)
                return fail_beyond(classes->rows, first + i + k, error);
            if (!fits && !classes->odd) {
                classes->odd = true;
                classes->odd_row = first + i + k;
                classes->odd_class = class;
            }
            classes->low = fmin(classes->low, (double)class);
            classes->high = fmax(classes->high, (double)class);
            tile[k] = fits ? (int32_t) class : 0;
            if (classes->set)
                NN_TRY(nni_label_set_add(classes->set, class, error));
        }
        nni_digester_take(&classes->digester, tile, length, sizeof *tile);
        if (classes->to)
            memcpy(classes->to + (first - classes->rows->first + i), tile, length * sizeof *tile);
    }
    return NN_OK;
}

static nn_status read_all(const nni_dataset *dataset, const nni_hdf5_rows *rows, struct classes *classes, nn_comm *comm,
                          nn_error *error)
{
    classes->rows = rows;
    classes->to = dataset->resident.classes;
    classes->low = INFINITY;
    classes->high = -INFINITY;
    NN_TRY(nn_comm_agree(comm, nni_digester_begin(dataset, 1, &classes->digester, error), error));
    if (!rows->layout->integer)
        classes->digester.slices = 0; /* the digests are of the values, as of runs that trained on these */
    const nn_status status = nni_hdf5_read(rows, comm, take_classes, classes, error);
    nni_digester_end(&classes->digester);
    NN_TRY(status);
    NN_TRY(nni_comm_min_double(comm, &classes->low, 1, error));
    return nni_comm_max_double(comm, &classes->high, 1, error);
}

/* --- what is wrong with them --- */

/* @param set    united; NULL: not known
 * @param names  that the file has for them; 0: none */
static const char *describe_labels(const nni_label_set *set, size_t names, nni_head head, char *text, size_t size)
{
    char all[NNI_LABEL_LIST];
    const bool single = head.outputs == 1;
    if (set && names > 0)
        snprintf(text, size,
                 "/classes names %zu classes, where the network tells %zu apart; end it with softmax over %zu units",
                 names, nni_head_classes(head), names);
    else if (set && set->many)
        snprintf(text, size,
                 "labels are more than %d different whole numbers; for values to be predicted end the network with 1 "
                 "linear unit and loss: mse",
                 (int)NNI_STRING_SET_MAX);
    else if (set && set->count == 1)
        snprintf(text, size, "every label is %lld; there is nothing to tell apart", (long long)set->number[0]);
    else if (set && single)
        snprintf(text, size,
                 "labels are %s, where a single sigmoid tells two classes apart; end the network with softmax over %zu "
                 "units and loss: cross_entropy",
                 nni_label_list_describe(set->number, set->count, all), set->count);
    else if (set)
        snprintf(text, size, "labels are %s, where the network has %zu outputs; give the last layer %zu units%s",
                 nni_label_list_describe(set->number, set->count, all), head.outputs, set->count,
                 set->count > NNI_LABELS_FEW ? ", or, for values to be predicted, 1 linear unit with loss: mse" : "");
    else if (head.outputs > 0)
        snprintf(text, size, "classes are numbered from 0 to %zu", nni_head_classes(head) - 1);
    else
        snprintf(text, size, "classes are numbered from 0 to %d", (int)INT32_MAX - 1);
    return text;
}

/* The ranks that have such a row say so, each with its first. */
static nn_status fail_odd(const struct classes *classes, const nni_labels *labels, nni_head head, nn_comm *comm,
                          nn_error *error)
{
    const nni_hdf5_rows *rows = classes->rows;
    nn_status status = NN_OK;
    if (classes->odd) {
        char why[400];
        uint64_t row = classes->odd_row;
        const char *path = nni_files_locate(rows->files, rows->path, &row);
        status = nn_fail(error, NN_DATA, "%s: row %llu of %s is class %lld, but %s", path, (unsigned long long)row,
                         rows->name, (long long)classes->odd_class,
                         describe_labels(classes->set, labels ? labels->names.count : 0, head, why, sizeof why));
    }
    return nn_comm_agree(comm, status, error);
}

/* --- what they become --- */

/* Names that do not reach are of something else. */
static void drop_short_names(nni_dataset *dataset, const struct classes *classes)
{
    nni_labels *labels = dataset->labels;
    if (!labels || labels->number || labels->integer ||
        (classes->low >= 0 && (double)labels->names.count > classes->high))
        return;
    nni_labels_free(labels);
    dataset->labels = NULL;
}

/* The numbers themselves are the names then, and read through these. */
static nn_status map_labels(nni_dataset *dataset, nni_hdf5_rows *rows, struct classes *classes, nn_comm *comm,
                            nn_error *error)
{
    NN_TRY(nn_comm_agree(comm, nni_labels_of_integers(classes->set, &dataset->labels, error), error));
    rows->classes = nni_labels_map(dataset->labels);
    /* As of a split whose labels are known, which reads them once. */
    memcpy(dataset->slice_digest, classes->digest, dataset->slicing.slice_count * sizeof *classes->digest);
    struct classes mapped = {.limit = classes->limit};
    NN_TRY(read_all(dataset, rows, &mapped, comm, error));
    classes->low = mapped.low;
    classes->high = mapped.high;
    return NN_OK;
}

static nn_status decide_classes(nni_dataset *dataset, const nni_dataset_spec *spec, nni_hdf5_rows *rows,
                                struct classes *classes, nn_comm *comm, nn_error *error)
{
    if (classes->set)
        NN_TRY(nni_label_set_unite(classes->set, comm, error));
    drop_short_names(dataset, classes);
    const bool any = spec->any_classes && nni_label_set_is_known(classes->set);
    size_t told_apart = nni_head_classes(spec->head);
    bool fits = classes->low >= 0 && classes->high < (double)classes->limit;
    if (any) {
        fits = fits && (classes->high < (double)told_apart || classes->high + 1 == (double)classes->set->count);
        told_apart = classes->set->count;
    }
    if (!fits && classes->values)
        return nn_comm_agree(comm, become_values(dataset, error), error);
    if (!fits && classes->set && !dataset->labels && classes->set->count == told_apart)
        NN_TRY(map_labels(dataset, rows, classes, comm, error));
    else if (!fits)
        return fail_odd(classes, dataset->labels, spec->head, comm, error);
    dataset->row.outputs = (size_t)classes->high + 1;
    return NN_OK;
}

static nn_status prepare_mapping(const nni_dataset *dataset, const nni_dataset_spec *spec, struct classes *classes,
                                 nn_error *error)
{
    const size_t slices = dataset->slicing.slice_count;
    NN_TRY(nni_label_set_create(spec->head, &classes->set, error));
    NN_TRY(nni_allocate(slices, sizeof *classes->digest, "the digests", &classes->digest, error));
    memcpy(classes->digest, dataset->slice_digest, slices * sizeof *classes->digest);
    return NN_OK;
}

nn_status nni_dataset_read_classes(nni_dataset *dataset, const nni_dataset_spec *spec, const nni_hdf5_rows *y,
                                   nn_comm *comm, nn_error *error)
{
    const bool text = y->layout->text, numbers = !text && !spec->class_names && spec->head.outputs > 0;
    const size_t told_apart = nni_head_classes(spec->head);
    nni_hdf5_rows rows = *y;
    if (text)
        NN_TRY(nni_labels_of_texts(spec, &rows, comm, &dataset->labels, error));
    rows.element = NNI_INT64;
    rows.classes = nni_labels_map(dataset->labels);
    struct classes classes = {
        .limit = numbers && told_apart > 0 && !spec->any_classes ? (int64_t)told_apart : INT32_MAX,
        .values = spec->head.outputs > 0 && told_apart == 0,
    };
    nn_status status = numbers ? nn_comm_agree(comm, prepare_mapping(dataset, spec, &classes, error), error) : NN_OK;
    if (status == NN_OK)
        status = read_all(dataset, &rows, &classes, comm, error);
    if (status == NN_OK)
        status = decide_classes(dataset, spec, &rows, &classes, comm, error);
    if (status == NN_OK && nni_label_set_is_known(classes.set)) {
        dataset->label_set = classes.set;
        dataset->label_set->floats = !y->layout->integer;
        classes.set = NULL;
    }
    nni_label_set_free(classes.set);
    nni_release(classes.digest);
    return status;
}
