/* SPDX-License-Identifier: MIT */
/* zlib by itself, on the chunks of a file: what reading them can reach at most. */
#include <zlib.h>

#include "hdf5/probe/inside.h"
#include "hdf5/process/guard.h"
#include "support/memory.h"
#include "support/timeline.h"

/* A chunk packed and unpacked, and what has been done so far. */
struct work {
    const nni_probe *probe;
    int dimensions;
    hsize_t chunk[H5S_MAX_RANK], extent[H5S_MAX_RANK];
    void *packed, *unpacked;
    size_t packed_bytes, unpacked_bytes;
    double seconds;
    uint64_t bytes;
};

bool nni_probe_is_deflated(const nni_probe *probe)
{
    const hid_t creation = H5Dget_create_plist(probe->table.dataset);
    const int filters = H5Pget_nfilters(creation);
    unsigned flags = 0;
    size_t values = 0;
    const bool deflated = filters > 0 && H5Pget_filter2(creation, (unsigned)filters - 1, &flags, &values, NULL, 0, NULL,
                                                        NULL) == H5Z_FILTER_DEFLATE;
    H5Pclose(creation);
    return deflated;
}

static nn_status fail(const struct work *work, const hsize_t *at, nn_error *error)
{
    return nn_fail(error, NN_DATA, "%s: the chunk of %s at row %llu cannot be inflated", work->probe->path,
                   work->probe->name, (unsigned long long)at[0]);
}

static nn_status inflate_chunk(struct work *work, const hsize_t *at, nn_error *error)
{
    const hid_t dataset = work->probe->table.dataset;
    hsize_t stored = 0;
    uint32_t skipped = 0; /* filters that were not applied to this chunk */
    if (H5Dget_chunk_storage_size(dataset, at, &stored) < 0 || stored == 0)
        return fail(work, at, error);
    if (stored > work->packed_bytes) {
        nni_release(work->packed);
        work->packed = NULL;
        work->packed_bytes = stored;
        NN_TRY(nni_reserve(stored, 1, "a chunk of the file", &work->packed, error));
    }
    if (H5Dread_chunk(dataset, H5P_DEFAULT, at, &skipped, work->packed) < 0)
        return fail(work, at, error);
    if (skipped != 0)
        return NN_OK;
    uLongf length = work->unpacked_bytes;
    const double began = nni_clock();
    const int code = uncompress(work->unpacked, &length, work->packed, stored);
    work->seconds += nni_clock() - began;
    work->bytes += length;
    return code == Z_OK ? NN_OK : fail(work, at, error);
}

/* The chunks of one row of chunks, and of all dimensions from d on. */
static nn_status inflate_along(struct work *work, hsize_t *at, int d, nn_error *error)
{
    if (d == work->dimensions)
        return inflate_chunk(work, at, error);
    for (at[d] = 0; at[d] < work->extent[d]; at[d] += work->chunk[d])
        NN_TRY(inflate_along(work, at, d + 1, error));
    return NN_OK;
}

static nn_status inflate_all(void *context, nn_error *error)
{
    struct work *work = context;
    const nni_probe_facts *facts = &work->probe->facts;
    const hsize_t rows = work->chunk[0];
    hsize_t at[H5S_MAX_RANK] = {(facts->first + rows - 1) / rows * rows};
    for (; at[0] < facts->first + facts->count; at[0] += rows)
        NN_TRY(inflate_along(work, at, 1, error));
    return NN_OK;
}

static nn_status prepare(struct work *work, nn_error *error)
{
    const nni_hdf5_table *table = &work->probe->table;
    work->dimensions = H5Sget_simple_extent_dims(table->space, work->extent, NULL);
    const hid_t creation = H5Dget_create_plist(table->dataset);
    H5Pget_chunk(creation, H5S_MAX_RANK, work->chunk);
    H5Pclose(creation);
    size_t bytes = work->probe->layout.file_size;
    for (int d = 0; d < work->dimensions; d++)
        bytes *= work->chunk[d];
    work->unpacked_bytes = bytes + 1024; /* a checksum may have been deflated too */
    return nni_reserve(work->unpacked_bytes, 1, "an inflated chunk", &work->unpacked, error);
}

nn_status nni_probe_inflate(nni_probe *probe, double *seconds, uint64_t *bytes, nn_error *error)
{
    struct work work = {.probe = probe};
    nn_status status = prepare(&work, error);
    if (status == NN_OK)
        status = nni_hdf5_guard(probe->path, inflate_all, &work, error);
    *seconds = work.seconds;
    *bytes = work.bytes;
    nni_release(work.packed);
    nni_release(work.unpacked);
    return status;
}
