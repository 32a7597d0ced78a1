/* SPDX-License-Identifier: MIT */
#include "inspect/labels.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"
#include "support/printable.h"

/* Bytes of a text that may be a class; texts looked at unless all are asked for (a second or so); bytes and texts of
 * those read at a time. */
enum { LABEL_MOST = 255, ROWS_MOST = 1 << 22, PIECE_BYTES = 1 << 20, PIECE_ROWS = 1 << 12 };
/* Of the table that texts are found in: a power of two, at most half full. */
enum { SLOTS = 2 * NNI_INSPECT_CLASSES_MOST };

/* A text and the rows that say it. */
typedef struct spelled {
    char text[LABEL_MOST + 1];
    uint64_t rows;
} spelled;

/* Different texts, in the order of their first rows. */
typedef struct tally {
    spelled each[NNI_INSPECT_CLASSES_MOST];
    size_t count;
    uint16_t slots[SLOTS]; /* 1 + index of a text; 0: free */
    bool beyond;           /* too many, or too long, to be classes */
} tally;

/* FNV-1a. */
static size_t hash_of(const char *text, size_t length)
{
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211U;
    return (size_t)(hash ^ hash >> 32);
}

static void count_label(tally *labels, const char *text, size_t length)
{
    if (length > LABEL_MOST) {
        labels->beyond = true;
        return;
    }
    size_t slot = hash_of(text, length) % SLOTS;
    for (; labels->slots[slot] > 0; slot = (slot + 1) % SLOTS) {
        spelled *known = &labels->each[labels->slots[slot] - 1];
        if (strncmp(known->text, text, length) == 0 && known->text[length] == '\0') {
            known->rows++;
            return;
        }
    }
    if (labels->count == NNI_INSPECT_CLASSES_MOST) {
        labels->beyond = true;
        return;
    }
    spelled *new = &labels->each[labels->count++];
    memcpy(new->text, text, length);
    new->rows = 1;
    labels->slots[slot] = (uint16_t)labels->count;
}

/* Of a fixed length, padded with zeros or spaces; or pointers to each. */
static void count_piece(tally *labels, const void *texts, size_t rows, size_t width, bool variable)
{
    for (size_t i = 0; i < rows && !labels->beyond; i++) {
        const char *text = variable ? ((char *const *)texts)[i] : (const char *)texts + i * width;
        size_t length = !text ? 0 : variable ? strlen(text) : strnlen(text, width);
        while (!variable && length > 0 && text[length - 1] == ' ')
            length--;
        count_label(labels, text ? text : "", length);
    }
}

static bool read_piece(const nni_inspected *seen, hsize_t first, hsize_t rows, hid_t memory, void *texts)
{
    return H5Sselect_hyperslab(seen->space, H5S_SELECT_SET, &first, NULL, &rows, NULL) >= 0 &&
           H5Dread(seen->dataset, seen->type, memory, seen->space, H5P_DEFAULT, texts) >= 0;
}

static bool read_labels(const nni_inspected *seen, hsize_t rows, tally *labels)
{
    const bool variable = H5Tis_variable_str(seen->type) > 0;
    const size_t width = H5Tget_size(seen->type);
    if (width > PIECE_BYTES) {
        labels->beyond = true;
        return true;
    }
    const hsize_t at_once = PIECE_BYTES / width < PIECE_ROWS ? PIECE_BYTES / width : PIECE_ROWS;
    void *texts = NULL;
    if (nni_allocate(at_once, width, "the texts", &texts, NULL) != NN_OK)
        return false;
    bool good = true;
    for (hsize_t first = 0; good && first < rows && !labels->beyond; first += at_once) {
        const hsize_t count = rows - first < at_once ? rows - first : at_once;
        hid_t memory = H5Screate_simple(1, &count, NULL);
        good = read_piece(seen, first, count, memory, texts);
        if (good)
            count_piece(labels, texts, count, width, variable);
        if (good && variable)
            H5Dvlen_reclaim(seen->type, memory, H5P_DEFAULT, texts);
        H5Sclose(memory);
    }
    nni_release(texts);
    return good;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const spelled *)a)->text, ((const spelled *)b)->text);
}

/* Sorts them, after which they are no longer found. */
static void print_labels(FILE *out, tally *labels, hsize_t rows, bool whole)
{
    fprintf(out, "           ");
    if (labels->beyond)
        fprintf(out, "more than %d different texts, or longer than %d bytes: no classes", NNI_INSPECT_CLASSES_MOST,
                LABEL_MOST);
    else if (labels->count == rows)
        fprintf(out, "all different");
    else {
        qsort(labels->each, labels->count, sizeof *labels->each, by_text);
        fprintf(out, "rows of each class:");
        for (size_t i = 0; i < labels->count; i++) {
            fprintf(out, "%s", i > 0 ? ", " : " ");
            nni_print_text(out, labels->each[i].text);
            fprintf(out, ": %" PRIu64, labels->each[i].rows);
        }
    }
    if (!whole && !labels->beyond)
        fprintf(out, " (of the first %" PRIu64 " rows; --all looks at all)", (uint64_t)rows);
    fputc('\n', out);
}

static uint64_t count_empty(const tally *labels)
{
    uint64_t empty = 0;
    for (size_t i = 0; i < labels->count; i++)
        empty += labels->each[i].text[0] == '\0' ? labels->each[i].rows : 0;
    return empty;
}

bool nni_inspect_labels_print(FILE *out, const nni_inspected *seen, bool all, uint64_t *empty)
{
    const hsize_t rows = all || seen->dims[0] < ROWS_MOST ? seen->dims[0] : ROWS_MOST;
    if (rows == 0)
        return true;
    tally *labels = NULL;
    if (nni_allocate(1, sizeof *labels, "the classes", &labels, NULL) != NN_OK)
        return false;
    const bool good = read_labels(seen, rows, labels);
    if (good)
        print_labels(out, labels, rows, rows == seen->dims[0]);
    *empty = good ? count_empty(labels) : 0;
    nni_release(labels);
    return good;
}
