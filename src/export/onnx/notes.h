/* SPDX-License-Identifier: MIT */
/** What a file says of a model beside its graph: metadata_props, and the names of classes. */
#ifndef NNI_EXPORT_ONNX_NOTES_H
#define NNI_EXPORT_ONNX_NOTES_H

#include "checkpoint/checkpoint.h"
#include "export/onnx/assemble.h"
#include "export/onnx/build.h"
#include "export/onnx/graph.h"
#include "model/trained.h"

void nni_onnx_notes_write(nni_onnx_build *build, const nni_trained *model);

/** Fills in the kinds of scalings that a file of nntrain names. @return NN_DATA where it names one that is none */
nn_status nni_onnx_notes_kinds(const nni_onnx_graph *graph, nni_onnx_kinds *kinds, nn_error *error);

/** Fills in what a checkpoint with a network and its scalings has besides: classes, dropout, recipe, origin; of other
 * writers the names of the classes. @return NN_DATA where that is not what nntrain writes */
nn_status nni_onnx_notes_read(const nni_onnx_graph *graph, nni_checkpoint *checkpoint, nn_error *error);

#endif
