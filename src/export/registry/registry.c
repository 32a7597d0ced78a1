/* SPDX-License-Identifier: MIT */
#include "export/registry/registry.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "checkpoint/broadcast.h"
#include "recipe/recipe.h"
#include "support/files.h"
#include "support/memory.h"
#include "support/suggest.h"

/* A line a format, in the order of the help. */
#ifdef NNTRAIN_ONNX
#define ONNX(FORMAT) FORMAT(onnx)
#else
#define ONNX(FORMAT)
#endif
#define FORMATS(FORMAT) FORMAT(safetensors) ONNX(FORMAT) FORMAT(c) FORMAT(fortran)

#define DECLARE(name) extern const nni_model_format nni_model_format_##name;
#define ADDRESS(name) &nni_model_format_##name,
#define NUMBER(name)  NUMBER_OF_##name,
FORMATS(DECLARE)
static const nni_model_format *const formats[] = {FORMATS(ADDRESS) NULL};
enum { FORMATS(NUMBER) FORMAT_COUNT };

/* Formats that need a library which was not there when nntrain was built. */
static const struct {
    const char *name, *extension, *remedy;
} absent[] = {
#ifndef NNTRAIN_ONNX
    {"onnx", ".onnx", "install protobuf-c (Debian: libprotobuf-c-dev, protobuf-c-compiler) and build nntrain again"},
#endif
    {NULL, NULL, NULL}};

const nni_model_format *nni_model_format_at(size_t i)
{
    return formats[i];
}

/* "safetensors, onnx and c", of formats that are written; "safetensors or onnx", of those that are read. @return how
 * many */
static size_t list_formats(bool written, const char **names, char *list, size_t room)
{
    const char *last = written ? " and " : " or ";
    size_t count = 0, length = 0;
    for (size_t i = 0; formats[i]; i++)
        if (written ? formats[i]->write != NULL : formats[i]->read != NULL)
            names[count++] = formats[i]->name;
    list[0] = '\0';
    for (size_t i = 0; i < count && length < room; i++)
        length += (size_t)snprintf(list + length, room - length, "%s%s",
                                   i == 0           ? ""
                                   : i + 1 == count ? last
                                                    : ", ",
                                   names[i]);
    return count;
}

const nni_model_format *nni_model_format_find(const char *name, nn_error *error)
{
    const char *names[FORMAT_COUNT];
    char list[200];
    for (size_t i = 0; formats[i]; i++)
        if (formats[i]->write && strcmp(formats[i]->name, name) == 0)
            return formats[i];
    for (size_t i = 0; absent[i].name; i++)
        if (strcmp(absent[i].name, name) == 0) {
            nn_fail(error, NN_USAGE, "this nntrain was built without %s; %s", name, absent[i].remedy);
            return NULL;
        }
    const size_t count = list_formats(true, names, list, sizeof list);
    nn_fail(error, NN_USAGE, "there is no format '%s'%s; models are written as %s", name,
            nni_suggest_among(name, names, count).text, list);
    return NULL;
}

/* --- which format a file has --- */

static bool has_extension(const char *path, const char *extension)
{
    const size_t length = strlen(path), end = strlen(extension);
    return length > end && strcasecmp(path + length - end, extension) == 0;
}

const nni_model_format *nni_model_format_by_extension(const char *path)
{
    for (size_t i = 0; formats[i]; i++)
        if (has_extension(path, formats[i]->extension))
            return formats[i];
    return NULL;
}

static const nni_model_format *format_of(const char *path, const unsigned char *begin, size_t count)
{
    for (size_t i = 0; formats[i]; i++)
        if (formats[i]->read && formats[i]->begins && formats[i]->begins(begin, count))
            return formats[i];
    for (size_t i = 0; formats[i]; i++)
        if (formats[i]->read && has_extension(path, formats[i]->extension))
            return formats[i];
    return NULL;
}

nn_status nni_model_file_format(const char *path, const nni_model_format **format, nn_error *error)
{
    static const unsigned char hdf5[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    unsigned char begin[NNI_FORMAT_BEGIN] = {0};
    struct stat facts;
    int file = -1;
    *format = NULL;
    if (nni_checkpoint_is_sealed(path))
        return NN_OK;
    NN_TRY(nni_open_to_read(path, &file, &facts, error));
    const ssize_t count = read(file, begin, sizeof begin);
    close(file);
    *format = format_of(path, begin, count > 0 ? (size_t)count : 0);
    if (*format)
        return NN_OK;
    for (size_t i = 0; absent[i].name; i++)
        if (has_extension(path, absent[i].extension))
            return nn_fail(error, NN_DATA, "%s: this nntrain was built without %s; %s", path, absent[i].name,
                           absent[i].remedy);
    const char *names[FORMAT_COUNT];
    char list[200];
    list_formats(false, names, list, sizeof list);
    if (count > 0 && memcmp(begin, hdf5, sizeof hdf5) == 0)
        return nn_fail(error, NN_DATA,
                       "%s holds data and no model: it is HDF5, but no checkpoint of nntrain, such as model.h5", path);
    return nn_fail(error, NN_DATA,
                   "%s is no model: neither a checkpoint of nntrain, such as model.h5, nor a file of %s", path, list);
}

/* A checkpoint has the precision in its recipe alone. */
static nn_status read_checkpoint(const char *path, nni_checkpoint **checkpoint, nn_error *error)
{
    nn_recipe *recipe = NULL;
    NN_TRY(nni_checkpoint_read_local(path, checkpoint, error));
    const nn_status status = nn_recipe_parse((*checkpoint)->recipe, path, NULL, NULL, 0, &recipe, error);
    if (status == NN_OK)
        (*checkpoint)->network->precision = recipe->training.precision;
    else
        nni_checkpoint_free(*checkpoint);
    nn_recipe_free(recipe);
    return status;
}

nn_status nni_model_file_read(const char *path, nni_checkpoint **checkpoint, nn_error *error)
{
    const nni_model_format *format = NULL;
    NN_TRY(nni_model_file_format(path, &format, error));
    return format ? format->read(path, checkpoint, error) : read_checkpoint(path, checkpoint, error);
}

nn_status nni_model_file_share(const char *path, nn_comm *comm, nni_checkpoint **checkpoint, nn_error *error)
{
    nni_checkpoint *model = NULL;
    nn_status status = comm->rank == 0 ? nni_model_file_read(path, &model, error) : NN_OK;
    if (status != NN_OK)
        model = NULL; /* freed by who failed */
    NN_TRY(nni_comm_broadcast_status(comm, status, error));
    if (comm->rank > 0)
        status = nni_allocate(1, sizeof *model, "the model", &model, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK)
        status = nni_checkpoint_broadcast(comm, model, error);
    if (status == NN_OK)
        *checkpoint = model;
    else
        nni_checkpoint_free(model);
    return status;
}
