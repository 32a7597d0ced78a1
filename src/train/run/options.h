/** How a training is run: where its files go, what it continues, and how it reports. */
#ifndef NNI_TRAIN_RUN_OPTIONS_H
#define NNI_TRAIN_RUN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** How progress is shown. */
typedef enum nn_progress_style {
    NN_PROGRESS_LINES, /**< a line an epoch, of more than 50 epochs some 50 lines, for files and batch jobs */
    NN_PROGRESS_BAR,   /**< a bar redrawn in place as well, for a terminal */
    NN_PROGRESS_QUIET, /**< nothing but warnings */
    NN_PROGRESS_ALL,   /**< a line an epoch, however many there are */
} nn_progress_style;

/** How a training is run, as against what is trained. Strings belong to the caller. */
typedef struct nn_train_options {
    const char *output; /**< the run's folder, made where it is missing; NULL: runs/<name>, runs/<name>-2, ... */
    const char *name;   /**< of the run, for the folder and the first lines */
    bool resume;        /**< continue the run in the folder; without a checkpoint there, begin anew with a warning */
    const char *resume_file; /**< continue from this checkpoint; NULL: from the newest intact one */
    const char *trace;       /**< write what each rank did when to this file; NULL: do not */
    size_t trace_limit;      /**< most spans of a rank in it; 0: 1,000,000, which take 32 MiB */
    nn_progress_style style;
    FILE *out;            /**< where rank 0 prints; the other ranks pass anything */
    int (*columns)(void); /**< asks for the columns of the terminal that `out` ends on, into which lines are then
                             broken; 0: not known. NULL: it ends on none */
} nn_train_options;

#endif
