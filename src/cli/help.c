/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nntrain/version.h"
#include "recipe/reference.h"
#include "support/suggest.h"

static const char summary[] = "Trains feed-forward neural networks from HDF5 data, on one machine or a cluster.";

static const struct {
    int code;
    const char *meaning;
} exit_codes[] = {
    {0, "done"},
    {2, "usage or recipe"},
    {3, "data or checkpoint"},
    {4, "diverged (NaN or infinity)"},
    {5, "system (MPI, I/O, memory)"},
    {75, "stopped by a signal with a checkpoint written"},
};
enum { EXIT_CODES = sizeof exit_codes / sizeof *exit_codes };

void nni_cli_print_help(FILE *out, const nni_command *commands)
{
    fprintf(out,
            "Usage: nntrain [COMMAND] [ARGUMENTS]\n"
            "       mpirun -np 8 nntrain [COMMAND] [ARGUMENTS]\n"
            "%s\n\n"
            "Commands:\n",
            summary);
    for (const nni_command *command = commands; command->name; command++)
        fprintf(out, "  %-12s %s\n", command->name, command->summary);
    fprintf(out, "\n"
                 "  nntrain COMMAND --help  tells a command's arguments\n"
                 "  nntrain help recipe     tells what recipes may say; help recipe SECTION: of a section\n"
                 "  nntrain --version       tells the versions of nntrain and of the libraries it uses\n"
                 "\n"
                 "Exit codes:");
    for (size_t i = 0; i < EXIT_CODES; i++)
        fprintf(out, "%s%d %s%s", i == 4 ? "\n" : " ", exit_codes[i].code, exit_codes[i].meaning,
                i + 1 < EXIT_CODES ? ";" : ".\n");
}

/* --- the manual page --- */

/* What a command says on --help; argp writes to standard output alone, which goes into a file for that long. */
static nn_status read_help(const nni_command *command, char **text, nn_error *error)
{
    char name[32], option[] = "--help";
    char *words[] = {name, option, NULL};
    snprintf(name, sizeof name, "%s", command->name);
    fflush(stdout);
    FILE *file = tmpfile();
    const int kept = dup(STDOUT_FILENO);
    bool good = file && kept >= 0 && dup2(fileno(file), STDOUT_FILENO) >= 0 && command->run(2, words) == NN_OK;
    good = fflush(stdout) == 0 && good;
    good = kept >= 0 && dup2(kept, STDOUT_FILENO) >= 0 && good;
    const long bytes = good ? lseek(fileno(file), 0, SEEK_END) : -1;
    *text = bytes >= 0 ? calloc(1, (size_t)bytes + 1) : NULL;
    good = *text && pread(fileno(file), *text, (size_t)bytes, 0) == bytes;
    if (kept >= 0)
        close(kept);
    if (file)
        fclose(file);
    return good ? NN_OK : nn_fail(error, NN_SYSTEM, "cannot keep the help of %s for the manual page", command->name);
}

static nn_status print_man(const nni_command *commands, nn_error *error)
{
    printf(".TH NNTRAIN 1 \"\" \"nntrain %s\" \"User Commands\"\n"
           ".SH NAME\nnntrain \\- train neural networks from HDF5 data\n"
           ".SH SYNOPSIS\n.B nntrain\n[COMMAND] [ARGUMENTS]\n.br\n.B mpirun \\-np 8 nntrain\n[COMMAND] [ARGUMENTS]\n"
           ".SH DESCRIPTION\n",
           nn_version());
    nni_reference_roff(stdout, summary);
    printf("\n.SH COMMANDS\n");
    for (const nni_command *command = commands; command->name; command++) {
        char *text = NULL;
        nn_status status = read_help(command, &text, error);
        printf(".SS nntrain %s\n", command->name);
        nni_reference_roff(stdout, command->summary);
        printf("\n.PP\n.nf\n");
        nni_reference_roff(stdout, text ? text : "");
        printf(".fi\n");
        free(text);
        NN_TRY(status);
    }
    printf(".SH RECIPES\nA recipe is YAML text. ");
    printf("Each of these keys has its default unless the recipe, or \\-\\-set KEY=VALUE, says something else.\n");
    NN_TRY(nni_recipe_reference(stdout, NNI_REFERENCE_MAN, NULL, error));
    printf(".SH EXIT STATUS\n");
    for (size_t i = 0; i < EXIT_CODES; i++)
        printf(".TP\n.B %d\n%s\n", exit_codes[i].code, exit_codes[i].meaning);
    return NN_OK;
}

/* --- the command --- */

static nn_status refuse(const char *word, const nni_command *commands, nn_error *error)
{
    nni_suggestion search = {.written = word};
    nni_suggest(&search, "recipe");
    for (const nni_command *command = commands; command->name; command++)
        nni_suggest(&search, command->name);
    if (search.word)
        return nn_fail(error, NN_USAGE, "there is no help for %s (did you mean %s?); see nntrain --help", word,
                       search.word);
    return nn_fail(error, NN_USAGE, "there is no help for %s; see nntrain --help", word);
}

static nn_status help(int argc, char **argv, const nni_command *commands, nn_error *error)
{
    const bool recipe = argc > 1 && strcmp(argv[1], "recipe") == 0;
    const bool markdown = recipe && argc > 2 && strcmp(argv[argc - 1], "--markdown") == 0;
    const int words = argc - markdown; /* help import csv is import csv --help */
    if (words > 3)
        return nn_fail(error, NN_USAGE, "help: %s is a word too much; see nntrain --help", argv[words - 1]);
    if (recipe)
        return nni_recipe_reference(stdout, markdown ? NNI_REFERENCE_MARKDOWN : NNI_REFERENCE_TEXT,
                                    words > 2 ? argv[2] : NULL, error);
    if (argc > 1 && strcmp(argv[1], "man") == 0)
        return print_man(commands, error);
    for (const nni_command *command = commands; argc > 1 && command->name; command++) {
        char option[] = "--help";
        if (strcmp(argv[1], command->name) == 0)
            return command->run(argc, (char *[]){argv[1], argc > 2 ? argv[2] : option, argc > 2 ? option : NULL, NULL});
    }
    if (argc > 1 && argv[1][0] != '-')
        return refuse(argv[1], commands, error);
    nni_cli_print_help(stdout, commands);
    return NN_OK;
}

nn_status nni_cli_help(int argc, char **argv, const nni_command *commands)
{
    nn_error error;
    if (!nni_cli_speaks())
        return NN_OK;
    return nni_cli_finish(help(argc, argv, commands, &error), &error);
}
