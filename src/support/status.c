/* SPDX-License-Identifier: MIT */
#include "nntrain/status.h"

#include <stdarg.h>
#include <stdio.h>

#include "support/printable.h"

nn_status nn_fail(nn_error *error, nn_status status, const char *format, ...)
{
    if (error) {
        char said[2 * NN_MESSAGE_SIZE]; /* so that what is cut is cut at a character; and may quote the error itself */
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(said, sizeof said, format, arguments);
        va_end(arguments);
        error->status = status;
        nni_printable(said, error->message, sizeof error->message);
    }
    return status;
}
