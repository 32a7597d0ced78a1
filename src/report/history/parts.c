/* SPDX-License-Identifier: MIT */
#include "report/history/parts.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "support/memory.h"

void nni_history_note(nni_history *history, const char *format, ...)
{
    char text[NN_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    nni_string_set_add(&history->notes, text, NULL);
}

nn_status nni_history_excuse(nni_history *history, nn_status status, const nn_error *said, nn_error *error)
{
    if (status == NN_SYSTEM) {
        if (error)
            *error = *said;
        return status;
    }
    if (status != NN_OK)
        nni_history_note(history, "%s", said->message);
    return NN_OK;
}

bool nni_history_has(const nni_history *history, const char *name, char path[PATH_MAX])
{
    return snprintf(path, PATH_MAX, "%s/%s", history->folder, name) < PATH_MAX && access(path, F_OK) == 0;
}

/* Room doubles, so that the count alone tells when there is none left. */
nn_status nni_history_grow(void *array, size_t count, size_t size, nn_error *error)
{
    enum { FIRST = 8 };
    char *elements = NULL, *larger = NULL;
    memcpy(&elements, array, sizeof elements);
    if (count == 0 || (count >= FIRST && (count & (count - 1)) == 0)) {
        NN_TRY(nni_reserve(count > 0 ? 2 * count : FIRST, size, "the history of a run", &larger, error));
        if (count > 0)
            memcpy(larger, elements, count * size);
        nni_release(elements);
        elements = larger;
        memcpy(array, &elements, sizeof elements);
    }
    memset(elements + count * size, 0, size);
    return NN_OK;
}
