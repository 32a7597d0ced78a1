#include "nntrain/status.h"

#include <stdarg.h>
#include <stdio.h>

nn_status nn_fail(nn_error *error, nn_status status, const char *format, ...)
{
    if (error) {
        error->status = status;
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
    }
    return status;
}
