/* SPDX-License-Identifier: MIT */
/* The entry of the format. */
#include "export/exporter.h"
#include "export/onnx/read.h"
#include "export/onnx/write.h"

/* Field 1, the version of the format, then field 2, who wrote it. */
static bool begins(const unsigned char *bytes, size_t count)
{
    return count > 4 && bytes[0] == 0x08 && bytes[1] < 0x80 && bytes[2] == 0x12;
}

const nni_model_format nni_model_format_onnx = {
    .name = "onnx",
    .extension = ".onnx",
    .help = "a graph of operators, for ONNX Runtime and other runtimes",
    .options = NNI_EXPORT_KEEP_NORMS,
    .begins = begins,
    .write = nni_onnx_write,
    .read = nni_onnx_read,
};
