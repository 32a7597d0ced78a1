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
        /* One sentence on one line, whatever is in the names it quotes. */
        for (char *at = error->message; *at; at++)
            if ((unsigned char)*at < ' ')
                *at = '?';
    }
    return status;
}
