/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

/* Name of a process, as /proc tells it. */
static bool process_name(long pid, char name[64])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/comm", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    const bool good = fgets(name, 64, file) != NULL;
    fclose(file);
    name[strcspn(name, "\n")] = '\0';
    return good;
}

static bool is_launcher(const char *name)
{
    static const char *const launchers[] = {"mpirun",  "mpiexec", "orterun",        "orted",
                                            "prterun", "prted",   "hydra_pmi_proxy"};
    for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++)
        if (strcmp(name, launchers[i]) == 0)
            return true;
    return false;
}

/* The terminal that standard output ends on. mpirun gives each rank a pseudo-terminal whatever its own output is: then
 * it is asked where that goes. @return a descriptor to be closed; -1: there is none */
static int open_terminal(void)
{
    char name[64], path[64] = "/proc/self/fd/1";
    if (!isatty(STDOUT_FILENO))
        return -1;
    const long parent = (long)getppid();
    if (process_name(parent, name) && is_launcher(name))
        snprintf(path, sizeof path, "/proc/%ld/fd/1", parent);
    const int output = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (output >= 0 && isatty(output))
        return output;
    if (output >= 0)
        close(output);
    return -1;
}

bool nni_cli_on_terminal(void)
{
    const int terminal = open_terminal();
    if (terminal >= 0)
        close(terminal);
    return terminal >= 0;
}

int nni_cli_columns(void)
{
    struct winsize size = {0};
    const int terminal = open_terminal();
    if (terminal < 0)
        return 0;
    const bool told = ioctl(terminal, TIOCGWINSZ, &size) == 0;
    close(terminal);
    return told ? size.ws_col : 0;
}
