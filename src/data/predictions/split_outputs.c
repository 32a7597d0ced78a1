/* SPDX-License-Identifier: MIT */
#include "data/predictions/split_outputs.h"

#include "data/dataset/cursor.h"
#include "support/memory.h"

/* How many of the chosen rows come before a row of the split: ceil(row * count / rows). */
static size_t chosen_before(nni_row_choice choice, size_t row)
{
    return choice.count == choice.rows ? row : (row * choice.count + choice.rows - 1) / choice.rows;
}

size_t nni_split_rows_of(const nni_dataset *dataset, nni_row_choice choice, const nn_comm *comm, int rank)
{
    const nni_slicing *slicing = &dataset->slicing;
    const size_t ranks = (size_t)comm->size;
    const size_t first = nni_slices_first_of_rank(slicing->slices, (size_t)rank, ranks);
    const size_t end = nni_slices_first_of_rank(slicing->slices, (size_t)rank + 1, ranks);
    return chosen_before(choice, nni_slicing_first(slicing, end)) -
           chosen_before(choice, nni_slicing_first(slicing, first));
}

/* The chosen rows [first, first + count) of a piece of the file. @return [count, features] as the network takes them */
static const nni_real *gather(const nni_dataset *dataset, nni_row_choice choice, const nni_rows *piece, size_t first,
                              size_t count, nni_real *x)
{
    if (count == piece->count)
        return nni_dataset_convert(dataset, piece, x);
    const size_t begin = dataset->slicing.first_row + piece->first, features = dataset->row.features;
    for (size_t k = 0; k < count; k++)
        nni_row_convert(&dataset->row, dataset->normalization, piece, nni_chosen_row(choice, first + k) - begin,
                        x + k * features);
    return x;
}

/* A run of the split's rows that the network takes at a time. */
typedef struct pass {
    const nn_network *network;
    nni_workspace *work;
    const nni_dataset *dataset;
    nni_row_choice choice;
    size_t before; /* chosen rows of the ranks before this one */
    nni_real *x;   /* [capacity of work, features] */
    void (*take)(void *context, const nni_split_row *row);
    void *context;
} pass;

static void run_piece(const pass *p, const nni_rows *piece)
{
    const size_t begin = p->dataset->slicing.first_row + piece->first;
    const size_t first = chosen_before(p->choice, begin);
    const size_t count = chosen_before(p->choice, begin + piece->count) - first;
    if (count == 0)
        return;
    nni_network_infer(p->network, gather(p->dataset, p->choice, piece, first, count, p->x), count, p->work);
    nni_network_activate_output(p->network, count, p->work);
    const nni_real *output = nni_network_output(p->network, p->work);
    for (size_t k = 0; k < count; k++) {
        const size_t number = nni_chosen_row(p->choice, first + k);
        p->take(p->context, &(nni_split_row){.index = first + k - p->before,
                                             .number = number,
                                             .rows = piece,
                                             .row = number - begin,
                                             .output = output + k * p->network->outputs});
    }
}

nn_status nni_split_run(const nn_network *network, nni_workspace *work, const nni_dataset *dataset,
                        nni_row_choice choice, void (*take)(void *context, const nni_split_row *row), void *context,
                        nn_error *error)
{
    const size_t capacity = work->capacity;
    pass p = {.network = network, .work = work, .dataset = dataset, .choice = choice, .take = take, .context = context};
    p.before = chosen_before(choice, dataset->slicing.first_row);
    nni_cursor *cursor = NULL;
    nni_rows rows = {.count = 1};
    nn_status status = nni_allocate(capacity, dataset->row.features * sizeof *p.x, "a piece of the rows", &p.x, error);
    if (status == NN_OK)
        status = nni_cursor_create(dataset, capacity, &cursor, error);
    while (status == NN_OK && rows.count > 0) {
        status = nni_cursor_next(cursor, &rows, error);
        if (status == NN_OK && rows.count > 0)
            run_piece(&p, &rows);
    }
    nni_cursor_free(cursor);
    nni_release(p.x);
    return status;
}
