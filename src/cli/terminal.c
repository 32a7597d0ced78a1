#include <fcntl.h>
#include <stdio.h>
#include <string.h>
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

bool nn_cli_on_terminal(void)
{
    if (!isatty(STDOUT_FILENO))
        return false;
    char name[64];
    const long parent = (long)getppid();
    if (!process_name(parent, name) || !is_launcher(name))
        return true;
    /* mpirun gives each rank a pseudo-terminal whatever its own output is: ask where that goes. */
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/fd/1", parent);
    const int output = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (output < 0)
        return false;
    const bool terminal = isatty(output);
    close(output);
    return terminal;
}
