/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* gmtime_r */
#include "train/record/begin.h"

#include <inttypes.h>
#include <time.h>

#include "data/names/feature_name.h"
#include "data/names/output_names.h"
#include "hdf5/process/library.h"
#include "hdf5/process/lock.h"
#include "kernels/isa/isa.h"
#include "model/norms.h"
#include "nntrain/version.h"
#include "support/memory.h"
#include "support/system/cpu.h"

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

nn_status nni_record_hosts(const nni_run *run, nni_string_set *hosts, nn_error *error)
{
    enum { NAME = sizeof run->comm->host };
    nn_comm *comm = run->comm;
    char *all = NULL;
    const size_t count = comm->rank == 0 ? (size_t)comm->size : 0;
    NN_TRY(nn_comm_agree(comm, nni_allocate(count, NAME, "the names of the hosts", &all, error), error));
    nn_status status = nni_comm_gather_bytes(comm, comm->host, all, NAME, error);
    for (size_t rank = 0; status == NN_OK && rank < count; rank++)
        if (nni_string_set_find(hosts, all + rank * NAME) == SIZE_MAX)
            status = nni_string_set_add(hosts, all + rank * NAME, error);
    nni_release(all);
    return nn_comm_agree(comm, status, error);
}

void nni_record_time(nni_json *json)
{
    char text[32] = "";
    struct tm utc;
    const time_t now = time(NULL);
    if (gmtime_r(&now, &utc))
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    nni_json_text(json, "time", text);
}

static void put_names(nni_json *json, const char *member, const nni_string_set *names)
{
    if (!names || names->count == 0)
        return;
    nni_json_begin(json, member, '[');
    for (size_t i = 0; i < names->count; i++)
        nni_json_text(json, NULL, names->text[i]);
    nni_json_end(json, ']');
}

static size_t rows_of(const nni_dataset *dataset)
{
    return dataset ? dataset->slicing.slices.rows : 0;
}

static void put_data(nni_json *json, const nni_run *run)
{
    char digest[20];
    const nni_provenance *from = &run->files.provenance;
    snprintf(digest, sizeof digest, "%016" PRIx64, from->data_digest);
    nni_json_begin(json, "data", '{');
    nni_json_text(json, "file", from->data_file);
    nni_json_count(json, "bytes", from->data_bytes);
    nni_json_text(json, "digest", digest);
    nni_json_count(json, "train_rows", rows_of(run->data.train));
    nni_json_count(json, "validation_rows", rows_of(run->data.validation));
    nni_json_count(json, "test_rows", rows_of(run->data.test));
    nni_json_count(json, "features", run->data.train->row.features);
    nni_json_end(json, '}');
}

static void put_layer(nni_json *json, const nn_network *network, size_t l)
{
    const nni_layer *layer = &network->layers[l];
    nni_json_begin(json, NULL, '{');
    nni_json_count(json, "units", layer->outputs);
    nni_json_text(json, "activation", nn_activation_name(layer->activation));
    if (nni_norm_is_on(layer->norm))
        nni_json_text(json, "normalization", nn_norm_name(layer->norm));
    nni_json_number(json, "dropout", layer->dropout);
    nni_json_count(json, "parameters", nni_network_layer_parameters(network, l));
    nni_json_end(json, '}');
}

static void put_network(nni_json *json, const nn_network *network)
{
    nni_json_begin(json, "network", '{');
    nni_json_count(json, "inputs", network->inputs);
    nni_json_begin(json, "layers", '[');
    for (size_t l = 0; l < network->layer_count; l++)
        put_layer(json, network, l);
    nni_json_end(json, ']');
    nni_json_end(json, '}');
}

/* As the recipe says, else as x has it: [rows, height, width] or [rows, height, width, channels]. */
static void put_image(nni_json *json, const nni_run *run)
{
    enum { MOST_CHANNELS = 4 };
    const nni_augment_settings *augment = &run->recipe->data.augment;
    const nni_row_format *row = &run->data.train->row;
    const size_t *extent = augment->image ? augment->image : row->extent;
    const size_t dimensions = augment->image ? augment->image_count : (size_t)row->dimensions;
    const size_t channels = dimensions == 3 ? extent[2] : 1;
    if (dimensions < 2 || dimensions > 3 || channels > MOST_CHANNELS)
        return;
    nni_json_begin(json, "image", '{');
    nni_json_count(json, "width", extent[1]);
    nni_json_count(json, "height", extent[0]);
    nni_json_count(json, "channels", channels);
    nni_json_end(json, '}');
}

static void put_output_names(nni_json *json, const nni_run *run)
{
    const nni_split_settings *train = &run->recipe->data.train;
    const size_t outputs = run->model.network->outputs;
    nni_string_set names = {.count = 0};
    nn_status status = nni_output_names_of(train, outputs, &names, NULL);
    if (status == NN_OK && names.count == 0 && train->y_columns_count == 0)
        status = nni_target_names_of(run->data.train, outputs, &names, NULL);
    if (status == NN_OK)
        put_names(json, "output_names", &names);
    nni_string_set_free(&names);
}

void nni_record_begin(nni_record_lines *lines, const nni_run *run, const nni_string_set *hosts)
{
    nni_json json;
    char processor[128];
    if (!nni_record_line(lines, "begin", &json))
        return;
    nni_hdf5_lock();
    const char *library = nni_hdf5_library();
    nni_hdf5_unlock();
    nni_cpu_name(processor, sizeof processor);
    nni_record_time(&json);
    nni_json_text(&json, "version", nn_version());
    nni_json_text(&json, "instruction_set", nni_isa_in_use()->title);
    nni_json_text(&json, "processor", processor);
    nni_json_text(&json, "mpi", nni_comm_library());
    nni_json_text(&json, "hdf5", library);
    nni_json_text(&json, "compiler", COMPILER);
    put_names(&json, "hosts", hosts);
    nni_json_count(&json, "ranks", (size_t)run->comm->size);
    nni_json_count(&json, "threads", run->threads.count);
    put_data(&json, run);
    put_network(&json, run->model.network);
    put_names(&json, "feature_names", &run->data.feature_names);
    put_names(&json, "class_names", nni_dataset_class_names(run->data.train));
    put_output_names(&json, run);
    put_image(&json, run);
    nni_json_text(&json, "asked", run->asked->written);
    nni_json_end(&json, '}');
}
