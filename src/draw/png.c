/* SPDX-License-Identifier: MIT */
/* PNG (ISO/IEC 15948): a palette of as few bits as its colours need, else RGB with the filter of each row that leaves
 * the smallest differences. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "draw/html.h"
#include "draw/png.h"
#include "support/json.h"

static const unsigned char signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

/* --- rows --- */

enum { COLOURS_MOST = 256, SLOTS = 1024 };

typedef struct colour_table {
    unsigned char colours[3 * COLOURS_MOST];
    size_t count;
    short slots[SLOTS]; /* index of a colour plus 1; 0: free */
} colour_table;

/* @return index of a colour, which is added where it is new; COLOURS_MOST: there is no room for it */
static size_t index_of(colour_table *table, const unsigned char *rgb)
{
    const uint32_t key = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
    for (size_t slot = key * 2654435761U >> 22;; slot = (slot + 1) % SLOTS) {
        if (table->slots[slot] == 0) {
            if (table->count == COLOURS_MOST)
                return COLOURS_MOST;
            memcpy(table->colours + 3 * table->count, rgb, 3);
            table->slots[slot] = (short)++table->count;
            return table->count - 1;
        }
        const size_t index = (size_t)table->slots[slot] - 1;
        if (memcmp(table->colours + 3 * index, rgb, 3) == 0)
            return index;
    }
}

static bool collect_colours(colour_table *table, const unsigned char *rgb, size_t pixels)
{
    for (size_t i = 0; i < pixels; i++)
        if (index_of(table, rgb + 3 * i) == COLOURS_MOST)
            return false;
    return true;
}

static void pack_indices(colour_table *table, const unsigned char *rgb, size_t width, int bits, unsigned char *row)
{
    const size_t of_byte = 8 / (size_t)bits;
    for (size_t x = 0; x < width; x++) {
        const int shift = 8 - bits * (int)(x % of_byte + 1);
        row[x / of_byte] |= (unsigned char)(index_of(table, rgb + 3 * x) << shift);
    }
}

static unsigned char paeth(int left, int up, int corner)
{
    const int estimate = left + up - corner;
    const int to_left = abs(estimate - left), to_up = abs(estimate - up), to_corner = abs(estimate - corner);
    return (unsigned char)(to_left <= to_up && to_left <= to_corner ? left : to_up <= to_corner ? up : corner);
}

/* @param above  the row before; NULL: none. @return sum of the differences' sizes */
static size_t filter_row(int filter, const unsigned char *row, const unsigned char *above, size_t bytes,
                         unsigned char *to)
{
    size_t sum = 0;
    for (size_t i = 0; i < bytes; i++) {
        const int left = i >= 3 ? row[i - 3] : 0, up = above ? above[i] : 0,
                  corner = above && i >= 3 ? above[i - 3] : 0;
        const int by[] = {0, left, up, (left + up) / 2, paeth(left, up, corner)};
        to[i] = (unsigned char)(row[i] - by[filter]);
        sum += (size_t)abs((signed char)to[i]);
    }
    return sum;
}

static void filter_best(const unsigned char *row, const unsigned char *above, size_t bytes, unsigned char *to)
{
    enum { FILTERS = 5 };
    int best = 0;
    size_t least = SIZE_MAX;
    for (int filter = 0; filter < FILTERS; filter++) {
        const size_t sum = filter_row(filter, row, above, bytes, to + 1);
        if (sum < least) {
            least = sum;
            best = filter;
        }
    }
    to[0] = (unsigned char)best;
    filter_row(best, row, above, bytes, to + 1);
}

/* --- the file --- */

static unsigned char *put_bytes(unsigned char *at, const void *bytes, size_t count)
{
    if (count > 0)
        memcpy(at, bytes, count);
    return at + count;
}

static unsigned char *put_word(unsigned char *at, unsigned long value)
{
    const unsigned char bytes[4] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
                                    (unsigned char)(value >> 8), (unsigned char)value};
    return put_bytes(at, bytes, sizeof bytes);
}

static unsigned char *put_chunk(unsigned char *at, const char *name, const unsigned char *bytes, size_t count)
{
    at = put_word(at, (unsigned long)count);
    unsigned char *summed = at;
    at = put_bytes(put_bytes(at, name, 4), bytes, count);
    return put_word(at, crc32(0, summed, (uInt)(at - summed)));
}

bool nni_png_encode(const unsigned char *rgb, size_t width, size_t height, unsigned char **png, size_t *count)
{
    enum { CHUNK = 12, CHUNKS = 4, HEADER = 13 };
    colour_table colours = {.count = 0};
    const bool indexed = collect_colours(&colours, rgb, width * height);
    const int bits = !indexed ? 8 : colours.count <= 2 ? 1 : colours.count <= 4 ? 2 : colours.count <= 16 ? 4 : 8;
    const size_t bytes = 1 + (indexed ? (width * (size_t)bits + 7) / 8 : 3 * width); /* of a row, its filter included */
    uLongf packed_bytes = compressBound((uLong)(bytes * height));
    unsigned char *rows = calloc(height, bytes), *packed = malloc(packed_bytes), *file = NULL;
    bool fine = rows && packed;
    for (size_t y = 0; fine && y < height; y++)
        if (indexed)
            pack_indices(&colours, rgb + 3 * y * width, width, bits, rows + y * bytes + 1);
        else
            filter_best(rgb + 3 * y * width, y > 0 ? rgb + 3 * (y - 1) * width : NULL, 3 * width, rows + y * bytes);
    fine = fine && compress2(packed, &packed_bytes, rows, (uLong)(bytes * height), Z_BEST_COMPRESSION) == Z_OK;
    if (fine)
        file = malloc(sizeof signature + (size_t)CHUNKS * CHUNK + HEADER + sizeof colours.colours + packed_bytes);
    if (file) {
        unsigned char header[HEADER] = {[8] = (unsigned char)bits, [9] = indexed ? 3 : 2};
        put_word(put_word(header, (unsigned long)width), (unsigned long)height);
        unsigned char *at = put_bytes(file, signature, sizeof signature);
        at = put_chunk(at, "IHDR", header, sizeof header);
        if (indexed)
            at = put_chunk(at, "PLTE", colours.colours, 3 * colours.count);
        at = put_chunk(put_chunk(at, "IDAT", packed, packed_bytes), "IEND", NULL, 0);
        *png = file;
        *count = (size_t)(at - file);
    }
    free(packed);
    free(rows);
    return file != NULL;
}

/* --- as an address --- */

bool nni_html_put_png(FILE *out, const unsigned char *rgb, size_t width, size_t height)
{
    unsigned char *png;
    size_t count;
    if (!nni_png_encode(rgb, width, height, &png, &count))
        return false;
    fputs("data:image/png;base64,", out);
    nni_json_put_base64(out, png, count);
    free(png);
    return true;
}
