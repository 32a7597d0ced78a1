/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "hdf5/describe.h"
#include "hdf5/probe/inside.h"
#include "hdf5/process/guard.h"
#include "hdf5/read.h"
#include "hdf5/storage/outside.h"
#include "hdf5/table.h"
#include "support/memory.h"

/* As rows that stay in the file are read: see plan_blocks of data/dataset/open.c. */
enum { BLOCK_BYTES = 1 << 20 };

static size_t block_rows_of(const nni_hdf5_layout *layout, size_t row_bytes)
{
    const size_t rows = BLOCK_BYTES / row_bytes, chunk = layout->chunk_rows;
    if (chunk == 0)
        return rows > 0 ? rows : 1;
    return rows > chunk ? rows / chunk * chunk : chunk;
}

static void note_facts(nni_probe *probe)
{
    const nni_hdf5_layout *layout = &probe->layout;
    const uint64_t rank = (uint64_t)probe->comm->rank, ranks = (uint64_t)probe->comm->size;
    const size_t row_bytes = layout->row_values * nni_element_size(layout->element);
    nni_probe_facts *facts = &probe->facts;
    facts->rows = layout->rows;
    facts->features = layout->row_values;
    facts->row_bytes = row_bytes;
    facts->chunk_rows = layout->chunk_rows;
    facts->read_rows = nni_hdf5_read_step(layout, row_bytes);
    facts->block_rows = block_rows_of(layout, row_bytes);
    facts->first = layout->rows / ranks * rank + layout->rows % ranks * rank / ranks;
    facts->count = layout->rows / ranks * (rank + 1) + layout->rows % ranks * (rank + 1) / ranks - facts->first;
    facts->blocks = facts->count > 0
                        ? (facts->first + facts->count - 1) / facts->block_rows - facts->first / facts->block_rows + 1
                        : 0;
    facts->filtered = layout->filtered;
    memcpy(facts->type, layout->type, sizeof facts->type);
}

static nni_hdf5_rows rows_of(const nni_probe *probe, hid_t file)
{
    return (nni_hdf5_rows){
        .file = file,
        .path = probe->path,
        .name = probe->name,
        .layout = &probe->layout,
        .element = probe->layout.element,
        .first = probe->facts.first,
        .count = probe->facts.count,
        .to = probe->memory,
    };
}

/* What this process opens alone, in the guard. */
static nn_status open_alone(void *context, nn_error *error)
{
    nni_probe *probe = context;
    nni_hdf5_outside outside = {.open = 0};
    NN_TRY(nni_hdf5_open(probe->path, NULL, &probe->alone, error));
    NN_TRY(nni_hdf5_check_outside(probe->alone, probe->path, probe->name, probe->external, &outside, error));
    NN_TRY(nni_hdf5_describe(probe->alone, probe->path, probe->name, NULL, &probe->layout, error));
    note_facts(probe);
    const nni_hdf5_rows rows = rows_of(probe, probe->alone);
    NN_TRY(nni_hdf5_table_open(&rows, NULL, probe->facts.block_rows, &probe->table, error));
    probe->facts.deflated = nni_probe_is_deflated(probe);
    return NN_OK;
}

static nn_status open_both(nni_probe *probe, nn_error *error)
{
    nn_comm *comm = probe->comm;
    nn_status status = nni_hdf5_check_path(probe->path, &probe->facts.file_bytes, error);
    if (status == NN_OK)
        status = nni_hdf5_guard(probe->path, open_alone, probe, error);
    if (status == NN_OK)
        status = nni_reserve(probe->facts.count, probe->facts.row_bytes, "the rows to be read", &probe->memory, error);
    NN_TRY(nn_comm_agree(comm, status, error));
    return nn_comm_agree(comm, nni_hdf5_open(probe->path, comm, &probe->file, error), error);
}

nn_status nni_probe_open(const char *path, const char *dataset, nn_external external, nn_comm *comm, nni_probe **result,
                         nn_error *error)
{
    nni_probe *probe = NULL;
    NN_TRY(nn_comm_agree(comm, nni_allocate(1, sizeof *probe, "a file to be measured", &probe, error), error));
    probe->path = path;
    probe->name = dataset;
    probe->external = external;
    probe->comm = comm;
    probe->file = probe->alone = NNI_HDF5_CLOSED;
    probe->table = nni_hdf5_table_closed();
    probe->printer = nni_hdf5_silence();
    const nn_status status = open_both(probe, error);
    if (status != NN_OK) {
        nni_probe_close(probe);
        return status;
    }
    *result = probe;
    return NN_OK;
}

void nni_probe_close(nni_probe *probe)
{
    if (!probe)
        return;
    nni_hdf5_table_close(&probe->table);
    if (!nni_hdf5_is_lost()) {
        nni_hdf5_close(probe->alone);
        nni_hdf5_close(probe->file);
        nni_hdf5_restore(probe->printer);
    }
    nni_release(probe->memory);
    nni_release(probe);
}

const nni_probe_facts *nni_probe_facts_of(const nni_probe *probe)
{
    return &probe->facts;
}

/* Nothing is done with rows that are in their place. */
static nn_status leave_rows(void *context, const void *values, uint64_t first, size_t count, nn_error *error)
{
    (void)context, (void)values, (void)first, (void)count, (void)error;
    return NN_OK;
}

nn_status nni_probe_read(nni_probe *probe, nn_error *error)
{
    const nni_hdf5_rows rows = rows_of(probe, probe->file);
    return nni_hdf5_read(&rows, probe->comm, leave_rows, NULL, error);
}

nn_status nni_probe_read_block(nni_probe *probe, size_t i, nn_error *error)
{
    const nni_probe_facts *facts = &probe->facts;
    const size_t rows = facts->block_rows, end = facts->first + facts->count;
    const size_t begin = (facts->first / rows + i) * rows;
    const size_t from = begin > facts->first ? begin : facts->first, to = begin + rows < end ? begin + rows : end;
    return nni_hdf5_table_read(&probe->table, from, to - from, probe->memory + (from - facts->first) * facts->row_bytes,
                               error);
}
