/** A whole training: from a recipe to a folder with a model, its checkpoints and its metrics. */
#ifndef NNI_TRAIN_TRAIN_H
#define NNI_TRAIN_TRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "comm/comm.h"
#include "metrics/evaluate.h"
#include "nntrain/status.h"
#include "recipe/recipe.h"

/** How progress is shown. */
typedef enum nn_progress_style {
    NN_PROGRESS_LINES, /**< a line an epoch, of more than 50 epochs some 50 lines, for files and batch jobs */
    NN_PROGRESS_BAR,   /**< a bar redrawn in place as well, for a terminal */
    NN_PROGRESS_QUIET, /**< nothing but warnings */
    NN_PROGRESS_ALL,   /**< a line an epoch, however many there are */
} nn_progress_style;

/** How a training is run, as against what is trained. Strings belong to the caller. */
typedef struct nn_train_options {
    const char *output;      /**< the run's folder, made where it is missing; NULL: runs/<name>, runs/<name>-2, ... */
    const char *name;        /**< of the run, for the folder and the first lines */
    bool resume;             /**< continue the run in the folder; without a checkpoint there, begin anew and say so */
    const char *resume_file; /**< continue from this checkpoint; NULL: from the newest intact one */
    const char *trace;       /**< write what each rank did when to this file; NULL: do not */
    size_t trace_limit;      /**< most spans of a rank in it; 0: 1,000,000, which take 32 MiB */
    nn_progress_style style;
    FILE *out;            /**< where rank 0 speaks; the other ranks pass anything */
    int (*columns)(void); /**< asks for the columns of the terminal that `out` ends on, into which lines are then
                             broken; 0: not known. NULL: it ends on none */
} nn_train_options;

/** Bytes of a path that the library gives, with the 0 at its end. */
enum { NNI_PATH_SIZE = 4096 };

/** What came out. */
typedef struct nni_train_result {
    char folder[NNI_PATH_SIZE];     /**< of the run */
    char checkpoint[NNI_PATH_SIZE]; /**< newest one known to be whole; empty: there is none */
    bool stopped;                   /**< a signal ended it */
    bool tested;                    /**< whether there is a held-out split */
    nni_metrics test;               /**< of the last epoch, without arrays */
} nni_train_result;

/**
 * Trains. Collective.
 *
 * Threads are set and pinned while it runs, as by nni_threads_configure, and left as they were.
 *
 * SIGTERM, SIGUSR1 and SIGINT are caught while it runs: the step in work is finished, a checkpoint is written, and
 * NN_STOPPED returned. A second SIGINT ends the program at once. A program that blocks them from its beginning has
 * those that come earlier obeyed, too. The same happens where the mpirun that started this process has ended.
 *
 * @return NN_OK; NN_STOPPED; NN_DIVERGED where the loss becomes NaN or infinite, with weights and checkpoints of
 * before; or what recipe, data, checkpoint or system object to. On every rank alike.
 */
nn_status nni_train(const nn_recipe *recipe, const nn_train_options *options, nn_comm *comm, nni_train_result *result,
                    nn_error *error);

/** The OpenMP threads that a rank computes with. Plain facts to read. */
typedef struct nni_threads {
    size_t count; /**< threads in use */
    size_t cpus;  /**< this rank's share of the CPUs in its binding mask, hyperthreads included, at least 1 */
    size_t quota; /**< its share of the CPUs that its container or job may use the time of, at least 1; 0: no limit */
    bool limited; /**< the quota decided on the count */
    bool pinned;  /**< each thread keeps to a CPU of its own */
    uint64_t cpus_before[16]; /**< the calling thread's binding mask as it was, a bit a CPU */
    int count_before;         /**< threads that OpenMP would have used */
    int dynamic_before;       /**< whether it could have used fewer */
} nni_threads;

/**
 * Decides how many OpenMP threads this rank computes with, starts them, and pins each to a CPU of the binding mask: a
 * core each, close together, apart from those of the ranks that share the mask; both hyperthreads of a core only where
 * more threads are asked for than there are cores.
 *
 * Nothing is pinned where the user binds threads (OMP_PROC_BIND, OMP_PLACES, GOMP_CPU_AFFINITY), where threads are more
 * than CPUs, or where the ranks leave cores idle on a host that nobody bound them to a part of.
 *
 * Until nni_threads_release the calling thread is one of the pinned, and a thread started by it is born on its CPU.
 * This goes for OpenMP too: a smaller team than `count` (but not of one thread) ends the surplus threads, and those
 * started anew for the next larger team would all crowd there. So have teams of `count` threads, or of one. Release
 * before configuring anew.
 *
 * @param requested  of the recipe; 0: OMP_NUM_THREADS where set, else the physical cores of the binding mask divided by
 * the ranks that share them: never more threads than cores, or than the CPU quota of a container grants
 */
nni_threads nni_threads_configure(size_t requested, const nn_comm *comm);

/** Says where there are more threads than CPUs, or fewer because of a CPU quota. @param out  where to; NULL: nowhere */
void nni_threads_warn(const nni_threads *threads, FILE *out);

/** Unpins the threads and puts back what the calling thread had. Nothing to do for one that is all zero. */
void nni_threads_release(const nni_threads *threads);

#endif
