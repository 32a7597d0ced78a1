/* SPDX-License-Identifier: MIT */
#include "inspect/advice.h"

#include <inttypes.h>
#include <stdint.h>

#include "support/printable.h"
#include "support/real.h"

/* Bytes of a chunk: beyond, a few rows cost the reading of far more; below, its bookkeeping costs more than it. */
enum { CHUNK_MOST = 64 << 20, CHUNK_LEAST = 16 << 10 };
/* Bytes of a dataset whose few chunks cost nothing that shows; and of a chunk that suits most reading. */
enum { DATASET_LEAST = 256 << 10, CHUNK_AIM = 1 << 20 };
/* Bytes of data.window unless a recipe says otherwise, the parts of it that are shuffled apart, and the chunks that one
 * should hold: rows that stay in the file come in the order of blocks, so a chunk of several blocks is unpacked for
 * each. */
enum { WINDOW = 128 << 20, WINDOW_PARTS = 16, WINDOW_CHUNKS = 4 };

/* h5repack's argument that gives chunks of whole rows, about 1 MiB each. */
static void print_mend(FILE *out, const nni_inspected *seen, hsize_t row_bytes)
{
    hsize_t rows = row_bytes < CHUNK_AIM ? CHUNK_AIM / row_bytes : 1;
    if (rows > seen->dims[0])
        rows = seen->dims[0];
    fprintf(out, "h5repack -l /");
    nni_print_text(out, seen->name);
    fprintf(out, ":CHUNK=%" PRIu64, (uint64_t)rows);
    for (int d = 1; d < seen->rank; d++)
        fprintf(out, "x%" PRIu64, (uint64_t)seen->dims[d]);
    fprintf(out, " OLD.h5 NEW.h5\n");
}

/* Would be unpacked again and again, were the rows to stay in the file and be read in windows. */
static bool is_unpacked_often(const nni_inspected *seen, hsize_t chunk_rows)
{
    const hsize_t stored = H5Tget_size(seen->type), kept = stored < sizeof(nni_real) ? stored : sizeof(nni_real);
    if (seen->row_values > WINDOW / kept || chunk_rows <= 1)
        return false; /* such rows are a chunk each, or pieces of one */
    const hsize_t row_bytes = kept * seen->row_values;
    return seen->dims[0] > WINDOW / row_bytes && chunk_rows > WINDOW / WINDOW_PARTS / WINDOW_CHUNKS / row_bytes;
}

static void advise_chunks(FILE *out, const nni_inspected *seen, const hsize_t chunk[], bool filtered)
{
    hsize_t chunk_bytes = H5Tget_size(seen->type), row_bytes = chunk_bytes, pieces = 1;
    for (int d = 0; d < seen->rank; d++)
        chunk_bytes *= chunk[d];
    for (int d = 1; d < seen->rank; d++) {
        row_bytes *= seen->dims[d];
        pieces *= (seen->dims[d] + chunk[d] - 1) / chunk[d];
    }
    if (row_bytes == 0 || seen->dims[0] == 0)
        return;
    /* A chunk must hold less than 4 GiB, so a row that wide is cut whatever one does. */
    if (pieces > 1 && row_bytes <= CHUNK_MOST)
        fprintf(out, "advice   each row lies in %" PRIu64 " chunks; store whole rows together: ", (uint64_t)pieces);
    else if (chunk_bytes > CHUNK_MOST && row_bytes <= CHUNK_MOST)
        fprintf(out, "advice   a chunk of %" PRIu64 " MiB is read whole for a few rows; make chunks smaller: ",
                (uint64_t)(chunk_bytes >> 20));
    else if (chunk_bytes < CHUNK_LEAST && row_bytes * seen->dims[0] > DATASET_LEAST && row_bytes < CHUNK_LEAST)
        fprintf(out, "advice   chunks of %" PRIu64 " bytes cost more to find than to read; make them larger: ",
                (uint64_t)chunk_bytes);
    else if (filtered && is_unpacked_often(seen, chunk[0]))
        fprintf(out,
                "advice   chunks of %" PRIu64 " rows are unpacked again and again if the rows stay in the file and are "
                "shuffled in windows; make chunks smaller: ",
                (uint64_t)chunk[0]);
    else
        return;
    print_mend(out, seen, row_bytes);
}

/* Every value was looked at, and there is a finite one. */
static bool is_whole(const nni_inspect_values *values)
{
    return values->rows == values->of_rows && values->least <= values->most;
}

static void advise_integers(FILE *out, const nni_inspected *seen, const nni_inspect_values *values)
{
    if (H5Tget_size(seen->type) != 8 || !is_whole(values))
        return;
    static const struct {
        const char *name;
        double least, most;
        int smaller;
    } types[] = {{"uint8", 0, UINT8_MAX, 8},
                 {"int8", INT8_MIN, INT8_MAX, 8},
                 {"uint16", 0, UINT16_MAX, 4},
                 {"int16", INT16_MIN, INT16_MAX, 4}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (values->least >= types[i].least && values->most <= types[i].most) {
            fprintf(out, "advice   all values fit %s, which takes 1/%d of the room; write it in that type\n",
                    types[i].name, types[i].smaller);
            return;
        }
}

void nni_inspect_advise_storage(FILE *out, const nni_inspected *seen, const nni_inspect_values *values)
{
    hid_t properties = H5Dget_create_plist(seen->dataset);
    hsize_t chunk[H5S_MAX_RANK];
    if (properties >= 0 && H5Pget_layout(properties) == H5D_CHUNKED &&
        H5Pget_chunk(properties, seen->rank, chunk) == seen->rank)
        advise_chunks(out, seen, chunk, H5Pget_nfilters(properties) > 0);
    if (properties >= 0)
        H5Pclose(properties);
    if (H5Tget_size(seen->type) > 1 && H5Tget_order(seen->type) == H5T_ORDER_BE)
        fprintf(out, "advice   big-endian values are converted at every reading; write them little-endian\n");
    if (nni_inspected_is_integer(seen))
        advise_integers(out, seen, values);
    else if (H5Tget_size(seen->type) == 8 && is_whole(values) && !values->beyond_float32)
        fprintf(out, "advice   float32 holds all values exactly in half the room; write it in that type\n");
}
