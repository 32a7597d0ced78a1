/* SPDX-License-Identifier: MIT */
/** nntrain help: commands, the reference of recipes, and the manual page. */
#ifndef NNI_CLI_HELP_H
#define NNI_CLI_HELP_H

#include <stdio.h>

#include "cli/cli.h"

/** Writes what the program is and which commands it has. @param commands  ended by a NULL name */
void nni_cli_print_help(FILE *out, const nni_command *commands);

/** Runs `nntrain help [COMMAND | recipe [SECTION] [--markdown] | man]`. */
nn_status nni_cli_help(int argc, char **argv, const nni_command *commands);

#endif
