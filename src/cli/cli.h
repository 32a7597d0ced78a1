/* SPDX-License-Identifier: MIT */
/** What the sub-commands share: parsing by argp, who speaks, and where things are. */
#ifndef NNI_CLI_CLI_H
#define NNI_CLI_CLI_H

#include <argp.h>
#include <limits.h>
#include <stdbool.h>

#include "comm/comm.h"
#include "nntrain/kinds.h"
#include "nntrain/status.h"
#include "train/train.h"

/** A sub-command: its name, one line about it, and what it does with its arguments (argv[0] is the command). */
typedef struct nni_command {
    const char *name;
    const char *summary;
    nn_status (*run)(int argc, char **argv);
} nni_command;

nn_status nni_cli_train(int argc, char **argv);
nn_status nni_cli_eval(int argc, char **argv);
nn_status nni_cli_predict(int argc, char **argv);
nn_status nni_cli_watch(int argc, char **argv);
nn_status nni_cli_inspect(int argc, char **argv);
nn_status nni_cli_check(int argc, char **argv);
nn_status nni_cli_import(int argc, char **argv);
nn_status nni_cli_generate(int argc, char **argv);
nn_status nni_cli_export(int argc, char **argv);
nn_status nni_cli_import_model(int argc, char **argv);
nn_status nni_cli_report(int argc, char **argv);
nn_status nni_cli_bench(int argc, char **argv);

/** Prints the versions of nntrain and of what it stands on. */
void nni_cli_print_version(void);

/** How parsing went. */
typedef enum nni_parsed {
    NNI_PARSED_GO,    /**< go on with the arguments */
    NNI_PARSED_HELP,  /**< help was asked for and shown: exit 0 */
    NNI_PARSED_WRONG, /**< wrong usage, and said so: exit NN_USAGE */
} nni_parsed;

/**
 * Parses a command's arguments; handles --help, which every table of options lists as NNI_CLI_HELP.
 *
 * @param full_name  e.g. "nntrain train", for messages
 */
nni_parsed nni_cli_parse(const struct argp *argp, const char *full_name, int argc, char **argv, void *arguments);

/** Takes the one positional argument of a command; a second one is wrong usage. @param kind  e.g. "recipe" */
error_t nni_cli_take_one(const char **slot, const char *value, const char *kind, struct argp_state *state);

/** The --set options of a command. */
typedef struct nni_cli_sets {
    const char *values[256];
    size_t count;
} nni_cli_sets;

/** Adds a --set; too many are wrong usage. */
error_t nni_cli_add_set(nni_cli_sets *sets, const char *value, struct argp_state *state);

/** The entry for --help in a table of argp options. */
#define NNI_CLI_HELP                                                                                                   \
    {                                                                                                                  \
        "help", 'h', NULL, 0, "Show this help", -1                                                                     \
    }

/** The entry for --external in a table of argp options, its key and what takes its value. */
enum { NNI_CLI_KEY_EXTERNAL = 0x180 };
#define NNI_CLI_EXTERNAL                                                                                               \
    {                                                                                                                  \
        "external", NNI_CLI_KEY_EXTERNAL, "RULE", 0,                                                                   \
            "Where the file may have data outside of itself (external links, virtual datasets, raw files): inside, "   \
            "below its folder (the default), or allow, anywhere",                                                      \
            0                                                                                                          \
    }
error_t nni_cli_take_external(nn_external *rule, const char *value, struct argp_state *state);

/**
 * Whether this process speaks before or without MPI: it was started alone or is the first rank, by what mpirun, srun
 * and PMIx tell in the environment.
 */
bool nni_cli_speaks(void);

/** Ends a command that works without MPI: complains where it failed. @return status */
nn_status nni_cli_finish(nn_status status, nn_error *error);

/** @return NN_USAGE where a variable that decides how to compute (NNTRAIN_ISA, OMP_NUM_THREADS) makes no sense */
nn_status nni_cli_check_environment(nn_error *error);

/**
 * Runs a command's body on the ranks that mpirun or srun started, which must all have been given the same command; rank
 * 0 complains where it failed.
 *
 * @param name  of the command
 * @return status
 */
nn_status nni_cli_with_ranks(const char *name, nn_status (*body)(const void *arguments, nn_comm *comm, nn_error *error),
                             const void *arguments);

/** @return whether what rank 0 prints ends on a terminal, mpirun in between or not */
bool nni_cli_on_terminal(void);

/** @return columns of that terminal; 0: there is none, or it does not tell */
int nni_cli_columns(void);

/** Path of the default recipe: beside the installed binary, else in the source tree it was built from. */
nn_status nni_cli_default_recipe(char path[PATH_MAX], nn_error *error);

#endif
