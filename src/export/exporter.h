/* SPDX-License-Identifier: MIT */
/** What a format that models are written to, or read from, is: an entry of a table. */
#ifndef NNI_EXPORT_EXPORTER_H
#define NNI_EXPORT_EXPORTER_H

#include <stdbool.h>

#include "checkpoint/checkpoint.h"
#include "model/trained.h"
#include "nntrain/status.h"

/** How numbers stand in source code. */
typedef enum nni_source_type { NNI_SOURCE_FLOAT, NNI_SOURCE_DOUBLE, NNI_SOURCE_INT8 } nni_source_type;

/** What the command line says of an export. A format ignores what is not in its .options. */
typedef struct nni_export_settings {
    const char *name;     /**< of functions and modules in source code, an identifier; NULL: made of the path */
    nni_source_type type; /**< of weights in source code */
    bool keep_norms;      /**< batch norm stays an operator, where it could be folded into the weights */
} nni_export_settings;

/** Which of the settings a format knows; bits. NNI_EXPORT_TYPE has float and double, with NNI_EXPORT_INT8 int8 too. */
enum { NNI_EXPORT_NAME = 1, NNI_EXPORT_TYPE = 2, NNI_EXPORT_KEEP_NORMS = 4, NNI_EXPORT_INT8 = 8 };

/** Bytes of a file by which its format is known. */
enum { NNI_FORMAT_BEGIN = 16 };

/** A format. */
typedef struct nni_model_format {
    const char *name;      /**< on the command line */
    const char *extension; /**< of its files, with the dot */
    const char *help;      /**< a line */
    unsigned options;      /**< NNI_EXPORT_* */
    /** @return whether a file is of this format by its first bytes, `count` of NNI_FORMAT_BEGIN. NULL: its files are
     * known by the extension alone */
    bool (*begins)(const unsigned char *bytes, size_t count);
    /** Writes a model; the file appears under its name when it is complete. Local. NULL: the format is only read. */
    nn_status (*write)(const nni_trained *model, const nni_export_settings *settings, const char *path,
                       nn_error *error);
    /** Reads a model as a checkpoint that can be written, evaluated and trained on: optimizer sgd without state, a
     * recipe of the network. Local. NULL: the format is only written. @param checkpoint  to be freed with
     * nni_checkpoint_free */
    nn_status (*read)(const char *path, nni_checkpoint **checkpoint, nn_error *error);
} nni_model_format;

#endif
