/* SPDX-License-Identifier: MIT */
/** The model of libnninfer: a network whose weights lie in a file. */
#ifndef NNI_INFER_MODEL_H
#define NNI_INFER_MODEL_H

#include "infer/map_file.h"
#include "kernels/gemm/gemm.h"
#include "model/feature_scaler.h"
#include "model/network.h"
#include "model/target_scaler.h"
#include "nntrain/infer.h"
#include "support/json_read.h"
#include "support/memory.h"

/** A layer's weights as one row takes them: the outputs of an input side by side, so that sums of neighbours fill
 * vectors. */
typedef struct nni_infer_row_layer {
    const nni_real *weight; /* [inputs, padded] */
    const nni_real *bias;   /* [padded]; NULL: there is none */
    size_t padded;          /* outputs, up to whole vectors */
} nni_infer_row_layer;

/** Arrays lie in the file where nothing else is said. Nothing changes once it is loaded. */
struct nn_infer_model {
    nni_file_map map;            /* none where the file is the caller's memory */
    nn_network network;          /* owns its layers; parameters and statistics are both the file's data, as floats */
    nni_feature_scaler features; /* owns offset_real and scale_real, and offset and scale where the file has none */
    nni_target_scaler targets;   /* owns its arrays where the file has none */
    bool owns_features, owns_targets;
    nn_prediction predicts;
    const double *least, *most;          /* [inputs] of the training rows; NULL: unknown */
    nni_json_document *description;      /* owns names of classes and features */
    const nni_json_value *class_names;   /* array of texts in it; NULL: classes are numbers alone */
    const nni_json_value *feature_names; /* the same of features; NULL: unknown */
    nni_infer_row_layer *row_layers; /* [layers] for one row at a time; NULL: the network is large, or not float32 */
    nni_real *row_values;            /* owns what they point to */
    bool has_norms;
    size_t widest;                     /* most inputs or outputs of a layer */
    size_t piece_rows;                 /* that go through the network at once, at most */
    nni_gemm_plan plan_few, plan_many; /* products of up to NNI_INFER_FEW rows, and of more */
};

/** Rows up to which products need little memory. */
enum { NNI_INFER_FEW = 8 };

/** Rows of the jacobian that are found at once. */
enum { NNI_INFER_DELTAS = NNI_INFER_FEW };

/** Takes parts of some memory, one after the other, each at a multiple of NNI_ALIGNMENT. */
typedef struct nni_infer_memory {
    char *at;     /* NULL: parts are only counted */
    size_t bytes; /* of those so far */
} nni_infer_memory;

/** @return the next part; NULL where parts are counted */
static inline void *nni_infer_take(nni_infer_memory *memory, size_t count, size_t size)
{
    char *part = memory->at ? memory->at + memory->bytes : NULL;
    memory->bytes += (count * size + NNI_ALIGNMENT - 1) / NNI_ALIGNMENT * NNI_ALIGNMENT;
    return part;
}

/** Copies the weights of a small network to row_layers. Local. */
nn_status nni_infer_take_rows(nn_infer_model *model, nn_error *error);

/** The pass of inference for one row by row_layers, with the bits of nni_network_infer. @param x  [inputs] scaled */
void nni_infer_row(const nn_infer_model *model, const nni_real *x, nni_workspace *work);

/** @return bytes of scratch of a jacobian */
size_t nni_infer_jacobian_bytes(const nn_infer_model *model);

#endif
