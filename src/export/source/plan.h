/* SPDX-License-Identifier: MIT */
/** What exported source code is written from: the model, its names, its work space and its self-test. */
#ifndef NNI_EXPORT_SOURCE_PLAN_H
#define NNI_EXPORT_SOURCE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "export/exporter.h"
#include "export/source/sample.h"

enum { NNI_SOURCE_NAME = 48, NNI_SOURCE_MEASURED = 64, NNI_SOURCE_TESTED = 4 };

/** Owns the network and the sample. */
typedef struct nni_source_plan {
    const nni_trained *model;
    nni_source_type type;
    char name[NNI_SOURCE_NAME], upper[NNI_SOURCE_NAME]; /**< of functions, and of macros */
    nn_network *network;                                /**< with weights as the code has them */
    nni_sample sample;       /**< NNI_SOURCE_MEASURED rows, of which self-tests have the first NNI_SOURCE_TESTED */
    nni_scaling_types types; /**< of x */
    bool scales;             /**< features, or limits or replaces them */
    size_t buffer[2];        /**< numbers in the two arrays that steps read from and write to in turns */
} nni_source_plan;

/**
 * Plans the source code of a model.
 *
 * @param model  of finite weights
 * @param path   of the file; without settings->name its name gives that of the code
 */
nn_status nni_source_plan_create(const nni_trained *model, const nni_export_settings *settings, const char *path,
                                 nni_source_plan *plan, nn_error *error);
void nni_source_plan_free(nni_source_plan *plan);

/** @return buffer that the activations of a layer lie in; of the last: not any, they are y */
static inline size_t nni_source_buffer(const nni_source_plan *plan, size_t layer)
{
    return (layer + (plan->scales ? 1 : 0)) % 2;
}

/** Writes the layers in words: "4 features, 8 relu (batch norm), 3 softmax". */
void nni_source_put_layers(const nni_source_plan *plan, FILE *out);

/** Writes sentences on the type of x where it is wider than the arithmetic. @param mark  begins a line of a comment */
void nni_source_put_type_of_x(const nni_source_plan *plan, const char *mark, FILE *out);

/** Writes a sentence on how far predictions are from the trainer's. @param mark  begins a line of a comment
 * @param alike  continues it where nothing but the order and rounding of sums differs */
void nni_source_put_difference(const nni_source_plan *plan, const char *mark, const char *alike, FILE *out);

#endif
