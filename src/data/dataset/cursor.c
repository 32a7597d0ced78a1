/* SPDX-License-Identifier: MIT */
#include "data/dataset/cursor.h"
#include "data/rows/source.h"

#include "support/memory.h"

/* A block of the file that is being read, or handed out. */
struct piece {
    nni_file_run run;
    nni_rows_buffer buffer;
    nni_reading reading;
    bool begun;
};

struct nni_cursor {
    const nni_dataset *dataset;
    size_t most;
    size_t next; /* row of this rank that comes next */
    /* Where rows stay in the file: */
    struct piece piece[2];       /* the n-th of a pass is in n % 2 */
    size_t taken;                /* pieces of this pass that were or are handed out */
    size_t handed, left;         /* rows of the piece in work */
    size_t file_next, file_rows; /* next row that no piece has yet, and how many there are */
};

static void begin_piece(nni_cursor *cursor, struct piece *piece)
{
    const nni_dataset *dataset = cursor->dataset;
    const size_t step = dataset->slicing.block_rows, left = cursor->file_rows - cursor->file_next;
    const size_t border = step - (nni_slicing_file_row(&dataset->slicing, 0) + cursor->file_next) % step;
    piece->begun = left > 0;
    if (!piece->begun)
        return;
    piece->run = (nni_file_run){cursor->file_next, border < left ? border : left};
    piece->reading = (nni_reading){
        .source = dataset->source, .runs = &piece->run, .run_count = 1, .buffer = &piece->buffer, .got = 0};
    cursor->file_next += piece->run.count;
    nni_source_begin(&piece->reading);
}

/* What is under way is waited for, since it fills memory. */
static void finish_reads(nni_cursor *cursor)
{
    nn_error unused;
    for (size_t i = 0; i < 2; i++)
        if (cursor->piece[i].begun)
            nni_source_finish(&cursor->piece[i].reading, &unused);
}

/* Goes on to the next piece that has rows; `left` stays 0 behind the last one. */
static nn_status advance(nni_cursor *cursor, nn_error *error)
{
    while (cursor->left == 0) {
        if (cursor->taken > 0)
            begin_piece(cursor, &cursor->piece[(cursor->taken - 1) % 2]);
        struct piece *piece = &cursor->piece[cursor->taken % 2];
        if (!piece->begun)
            return NN_OK;
        piece->begun = false;
        NN_TRY(nni_source_finish(&piece->reading, error));
        cursor->taken++;
        cursor->handed = 0;
        cursor->left = piece->reading.got;
    }
    return NN_OK;
}

static nn_status next_of_file(nni_cursor *cursor, nni_rows *rows, nn_error *error)
{
    if (cursor->next == 0) {
        finish_reads(cursor);
        cursor->file_next = cursor->taken = cursor->left = 0;
        begin_piece(cursor, &cursor->piece[0]);
        begin_piece(cursor, &cursor->piece[1]);
    }
    NN_TRY(advance(cursor, error));
    const size_t count = cursor->left < cursor->most ? cursor->left : cursor->most;
    const size_t last = cursor->taken > 0 ? (cursor->taken - 1) % 2 : 0;
    *rows = nni_rows_of_buffer(&cursor->dataset->row, &cursor->piece[last].buffer, cursor->handed, count, cursor->next);
    cursor->handed += count;
    cursor->left -= count;
    return NN_OK;
}

nn_status nni_cursor_next(nni_cursor *cursor, nni_rows *rows, nn_error *error)
{
    const nni_dataset *dataset = cursor->dataset;
    const size_t left = dataset->slicing.rows - cursor->next;
    if (left == 0)
        *rows = (nni_rows){.first = cursor->next};
    else if (dataset->source)
        NN_TRY(next_of_file(cursor, rows, error));
    else
        *rows = nni_dataset_resident(dataset, cursor->next, left < cursor->most ? left : cursor->most);
    cursor->next = left > 0 ? cursor->next + rows->count : 0; /* behind the last row it begins anew */
    return NN_OK;
}

nn_status nni_cursor_create(const nni_dataset *dataset, size_t most, nni_cursor **result, nn_error *error)
{
    nni_cursor *cursor = NULL;
    NN_TRY(nni_allocate(1, sizeof *cursor, "a way through the rows", &cursor, error));
    cursor->dataset = dataset;
    cursor->most = most;
    if (dataset->source)
        cursor->file_rows = nni_slicing_file_rows(&dataset->slicing);
    nn_status status = NN_OK;
    for (size_t i = 0; dataset->source && i < 2 && status == NN_OK; i++)
        status = nni_rows_buffer_create(&dataset->row, dataset->slicing.block_rows, "rows that are read ahead",
                                        &cursor->piece[i].buffer, error);
    if (status != NN_OK) {
        nni_cursor_free(cursor);
        return status;
    }
    *result = cursor;
    return NN_OK;
}

void nni_cursor_free(nni_cursor *cursor)
{
    if (!cursor)
        return;
    finish_reads(cursor);
    for (size_t i = 0; i < 2; i++)
        nni_rows_buffer_free(&cursor->piece[i].buffer);
    nni_release(cursor);
}
