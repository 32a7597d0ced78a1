/* SPDX-License-Identifier: MIT */
#include "cli/model_output.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/files.h"
#include "support/memory.h"

/* Source code says within its first lines who wrote it; one of them lists the layers. */
enum { BEGIN_MOST = 1 << 16 };

/* @param begin  [count], with a zero behind */
static bool is_of_kind(const nni_model_format *format, const unsigned char *begin, size_t count)
{
    if (format->begins)
        return format->begins(begin, count < NNI_FORMAT_BEGIN ? count : NNI_FORMAT_BEGIN);
    return strstr((const char *)begin, "ritten by nntrain") != NULL;
}

static nn_status check_begin(const nni_model_format *format, const char *path, bool *same, nn_error *error)
{
    struct stat facts;
    int file = -1;
    unsigned char *begin = NULL;
    NN_TRY(nni_open_to_read(path, &file, &facts, error));
    const nn_status status = nni_allocate(BEGIN_MOST + 1, 1, "the beginning of a file", &begin, error);
    const ssize_t count = status == NN_OK ? read(file, begin, BEGIN_MOST) : 0;
    *same = count > 0 && is_of_kind(format, begin, (size_t)count);
    close(file);
    nni_release(begin);
    return status;
}

/* A file that is there may be replaced by one of its kind. What is no file is left to who writes. */
static nn_status check_existing(const nni_model_format *format, const char *path, nn_error *error)
{
    struct stat facts;
    bool same = false;
    if (stat(path, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size == 0)
        return NN_OK;
    if (format)
        NN_TRY(check_begin(format, path, &same, error));
    else
        same = nni_checkpoint_is_sealed(path);
    if (same)
        return NN_OK;
    return nn_fail(error, NN_USAGE, "%s is there and is no %s%s; choose another name, or remove it", path,
                   !format          ? "checkpoint of nntrain"
                   : format->begins ? "file of "
                                    : "source that nntrain wrote",
                   format && format->begins ? format->name : "");
}

/* C source has its header beside it. */
static nn_status check_header(const nni_model_format *format, const char *output, nn_error *error)
{
    char header[PATH_MAX];
    const size_t length = strlen(output);
    if (!format || strcmp(format->extension, ".c") != 0 || length < 2 || length >= sizeof header)
        return NN_OK;
    memcpy(header, output, length + 1);
    header[length - 1] = 'h';
    return check_existing(format, header, error);
}

static nn_status check_extension(const nni_model_format *format, const char *output, nn_error *error)
{
    const nni_model_format *named = nni_model_format_by_extension(output);
    if (!named || named == format)
        return NN_OK;
    const int stem = (int)(strlen(output) - strlen(named->extension));
    return nn_fail(error, NN_USAGE, "%s has the extension of %s, and %s is written; name it %.*s%s", output,
                   named->name, format ? format->name : "a checkpoint", stem, output,
                   format ? format->extension : ".h5");
}

nn_status nni_model_output_check(const nni_model_format *format, const char *model, const char *data_file,
                                 const char *output, nn_error *error)
{
    if (strcmp(output, "-") == 0)
        return nn_fail(error, NN_USAGE, "--output - is no standard output; name a file, such as model%s",
                       format ? format->extension : ".h5");
    if (nni_same_file(model, output))
        return nn_fail(error, NN_USAGE, "%s is the model itself; name another file with --output", output);
    if (data_file[0] && nni_same_file(data_file, output))
        return nn_fail(error, NN_USAGE, "%s is the data that the model was trained on; name another file with --output",
                       output);
    NN_TRY(check_extension(format, output, error));
    NN_TRY(check_existing(format, output, error));
    return check_header(format, output, error);
}
