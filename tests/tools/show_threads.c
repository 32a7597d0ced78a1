/* SPDX-License-Identifier: MIT */
/* show_threads [THREADS]: configures the threads of a rank and prints the CPUs that each may run on, a line a thread:
 * "rank R T CPU..."; once more after a parallel region of one thread, "again R T CPU..."; and what the calling thread
 * has after their release, "after R CPU...". show_threads train RECIPE.yaml DIR: trains instead of looking. */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/system/cpu.h"
#include "train/run/threads.h"
#include "train/train.h"

static void show(const char *word, int rank, int thread)
{
    char line[8192];
    int length = snprintf(line, sizeof line, "%s %d", word, rank);
    if (thread >= 0)
        length += snprintf(line + length, sizeof line - (size_t)length, " %d", thread);
    const nni_cpu_mask mask = nni_cpu_bound_mask();
    for (int cpu = 0; cpu < NNI_CPU_MOST; cpu++)
        if (mask.words[cpu / 64] >> cpu % 64 & 1)
            length += snprintf(line + length, sizeof line - (size_t)length, " %d", cpu);
    /* Whole lines: a launcher mixes what ranks write. */
    snprintf(line + length, sizeof line - (size_t)length, "\n");
    fputs(line, stdout);
    fflush(stdout);
}

static void show_team(const char *word, int rank)
{
#pragma omp parallel
    show(word, rank, omp_get_thread_num());
}

static nn_status train(const char *file, const char *folder, nn_comm *comm, nn_error *error)
{
    nn_recipe *recipe = NULL;
    NN_TRY(nn_recipe_load(file, NULL, 0, &recipe, error));
    const nn_train_options options = {.output = folder, .name = "shown", .style = NN_PROGRESS_QUIET, .out = stderr};
    nni_train_result result;
    const nn_status status = nni_train(recipe, &options, comm, &result, error);
    nn_recipe_free(recipe);
    return status;
}

static nn_status look(size_t requested, const nn_comm *comm, nn_error *error)
{
    const nni_threads threads = nni_threads_configure(requested, comm);
    show_team("rank", comm->rank);
    int single = 0;
#pragma omp parallel num_threads(1)
    single = omp_get_num_threads();
    show_team("again", comm->rank);
    nni_threads_release(&threads);
    return single == 1 ? NN_OK : nn_fail(error, NN_SYSTEM, "a team of one has %d threads", single);
}

int main(int argc, char **argv)
{
    nn_error error;
    nn_comm *comm;
    if (nn_comm_create(&argc, &argv, &comm, &error) != NN_OK)
        return fprintf(stderr, "%s\n", error.message), NN_SYSTEM;
    const nn_status status =
        argc == 4 ? train(argv[2], argv[3], comm, &error) : look(argc > 1 ? (size_t)atoi(argv[1]) : 0, comm, &error);
    if (status != NN_OK)
        fprintf(stderr, "%s\n", error.message);
    show("after", comm->rank, -1);
    nn_comm_free(comm);
    return status;
}
