/** The formats of nntrain import that have options of their own; argv[0] is the format. */
#ifndef NN_CLI_IMPORT_H
#define NN_CLI_IMPORT_H

#include "nntrain/status.h"

/** csv and tsv. */
nn_status nn_cli_import_csv(int argc, char **argv);

/** Arrays of NumPy's. */
nn_status nn_cli_import_npy(int argc, char **argv);

/** SVMlight and LIBSVM. */
nn_status nn_cli_import_svmlight(int argc, char **argv);

#endif
