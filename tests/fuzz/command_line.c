/* SPDX-License-Identifier: MIT */
/* Command lines: arguments with a newline between them, parsed as the program does, and nothing done of what they say.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "gradcheck/check.h"
#include "target.h"

enum { ARGUMENTS = 64 };

int nntrain_main(int argc, char **argv); /* main.c's */

/* By the linker's --wrap: a command that has shown its help is done. */
nni_parsed __real_nni_cli_parse(const struct argp *argp, const char *full_name, int argc, char **argv, void *arguments);
nni_parsed __wrap_nni_cli_parse(const struct argp *argp, const char *full_name, int argc, char **argv, void *arguments);

nni_parsed __wrap_nni_cli_parse(const struct argp *argp, const char *full_name, int argc, char **argv, void *arguments)
{
    const nni_parsed parsed = __real_nni_cli_parse(argp, full_name, argc, argv, arguments);
    return parsed == NNI_PARSED_GO ? NNI_PARSED_HELP : parsed;
}

/* In the program this is an object of its own; here nobody comes to it. */
nn_status nni_check_recipe(const char *path, const char *const *overrides, size_t override_count, size_t rows,
                           FILE *out, nn_error *error)
{
    (void)path, (void)overrides, (void)override_count, (void)rows, (void)out;
    return nn_fail(error, NN_SYSTEM, "nothing is checked here");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1), program[] = "nntrain", *rest = NULL;
    char *arguments[ARGUMENTS + 2] = {program};
    int count = 1;
    fuzz_expect(text != NULL, "memory");
    memcpy(text, bytes, size);
    text[size] = '\0';
    for (char *at = strtok_r(text, "\n", &rest); at && count <= ARGUMENTS; at = strtok_r(NULL, "\n", &rest))
        arguments[count++] = at;
    const int code = nntrain_main(count, arguments);
    fuzz_expect(code == NN_OK || code == NN_USAGE, "exit code 0 or 2");
    free(text);
    return 0;
}
