/** The formats of nntrain import that have options of their own; argv[0] is the format. */
#ifndef NNI_CLI_IMPORT_H
#define NNI_CLI_IMPORT_H

#include "cli/cli.h"

/** Takes --compress, a level from 0 to 9; anything else is wrong usage. */
error_t nni_cli_take_level(int *level, const char *value, struct argp_state *state);

/** Takes --chunk, a number of rows. */
error_t nni_cli_take_chunk(size_t *rows, const char *value, struct argp_state *state);

/** Tells what file was written. */
void nni_cli_say_wrote(const char *output);

/** csv and tsv. */
nn_status nni_cli_import_csv(int argc, char **argv);

/** Arrays of NumPy's. */
nn_status nni_cli_import_npy(int argc, char **argv);

/** SVMlight and LIBSVM. */
nn_status nni_cli_import_svmlight(int argc, char **argv);

#endif
