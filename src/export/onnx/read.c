/* SPDX-License-Identifier: MIT */
#include "export/onnx/read.h"

#include "export/imported.h"
#include "export/onnx/assemble.h"
#include "export/onnx/graph.h"
#include "export/onnx/notes.h"
#include "export/onnx/walk.h"
#include "infer/map_file.h"
#include "support/memory.h"

static nn_status read_graph(const nni_onnx_graph *graph, nni_checkpoint *checkpoint, nn_error *error)
{
    nni_onnx_steps steps = {.array = NULL};
    nni_onnx_kinds kinds = {.features = NN_NORMALIZE_NONE, .targets = NN_TARGETS_NONE};
    NN_TRY(nni_onnx_notes_kinds(graph, &kinds, error));
    nn_status status = nni_onnx_walk(graph, &steps, error);
    if (status == NN_OK)
        status = nni_onnx_assemble(graph, &steps, kinds, checkpoint, error);
    nni_onnx_steps_free(&steps);
    NN_TRY(status);
    NN_TRY(nni_onnx_notes_read(graph, checkpoint, error));
    return nni_imported_complete(checkpoint, graph->path, error);
}

/* A float of a file of `size` bytes may be taken 16 times: most are once, and layers with the same weights are rare. */
static nn_status read_model(const char *path, size_t size, const NniOnnx__ModelProto *model, nni_checkpoint *checkpoint,
                            nn_error *error)
{
    nni_onnx_graph graph;
    size_t budget = 4 * size;
    NN_TRY(nni_onnx_graph_index(path, model, &budget, &graph, error));
    const nn_status status = read_graph(&graph, checkpoint, error);
    nni_onnx_graph_free(&graph);
    return status;
}

nn_status nni_onnx_read(const char *path, nni_checkpoint **result, nn_error *error)
{
    nni_file_map map = {.bytes = NULL};
    nni_checkpoint *checkpoint = NULL;
    NN_TRY(nni_file_map_open(path, &map, error));
    const size_t size = map.size;
    NniOnnx__ModelProto *model = nni_onnx__model_proto__unpack(NULL, map.size, map.bytes);
    nni_file_map_close(&map);
    if (!model)
        return nn_fail(error, NN_DATA, "%s is no ONNX file, or a damaged one", path);
    nn_status status = nni_allocate(1, sizeof *checkpoint, "the model", &checkpoint, error);
    if (status == NN_OK)
        status = read_model(path, size, model, checkpoint, error);
    nni_onnx__model_proto__free_unpacked(model, NULL);
    if (status == NN_OK)
        *result = checkpoint;
    else
        nni_checkpoint_free(checkpoint);
    return status;
}
