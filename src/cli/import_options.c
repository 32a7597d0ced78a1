#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/import.h"
#include "support/printable.h"

error_t nni_cli_take_level(int *level, const char *value, struct argp_state *state)
{
    if (strlen(value) != 1 || value[0] < '0' || value[0] > '9') {
        argp_error(state, "--compress: '%s' is no level from 0 to 9", value);
        return EINVAL;
    }
    *level = value[0] - '0';
    return 0;
}

error_t nni_cli_take_chunk(size_t *rows, const char *value, struct argp_state *state)
{
    char *end;
    const long long count = strtoll(value, &end, 10);
    if (*end != '\0' || count < 1) {
        argp_error(state, "--chunk: '%s' is no number of rows", value);
        return EINVAL;
    }
    *rows = (size_t)count;
    return 0;
}

void nni_cli_say_wrote(const char *output)
{
    printf("wrote    ");
    nni_print_text(stdout, output);
    printf("\n");
}
