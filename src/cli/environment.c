/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "kernels/isa/isa.h"

static const char *skip_blanks(const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

/* "4", or "4,2" for teams within teams: what OpenMP libraries take. */
static bool is_list_of_counts(const char *text)
{
    for (;; text++) {
        char *end;
        text = skip_blanks(text);
        if (!isdigit((unsigned char)*text) || strtoull(text, &end, 10) == 0)
            return false;
        text = skip_blanks(end);
        if (*text != ',')
            return *text == '\0';
    }
}

nn_status nni_cli_check_environment(nn_error *error)
{
    const char *threads = getenv("OMP_NUM_THREADS");
    NN_TRY(nni_isa_check(error));
    if (threads && !is_list_of_counts(threads))
        return nn_fail(error, NN_USAGE, "OMP_NUM_THREADS=%s is no number of threads; unset it, or set one such as 4",
                       threads);
    return NN_OK;
}
