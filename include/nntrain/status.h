/* SPDX-License-Identifier: MIT */
/** @file
 * Errors as values.
 *
 * A function that can fail returns an nn_status and takes an nn_error last. The message is composed once, where the
 * facts are, as one sentence that names the file, key or row and the mend; every caller on the way up only passes it
 * on.
 */
#ifndef NNTRAIN_STATUS_H
#define NNTRAIN_STATUS_H

#include "nntrain/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Outcome of a call; the values are the exit codes of the program. */
typedef enum nn_status {
    NN_OK = 0,
    NN_USAGE = 2,    /**< command line or recipe */
    NN_DATA = 3,     /**< dataset or checkpoint */
    NN_DIVERGED = 4, /**< NaN or infinity in the loss */
    NN_SYSTEM = 5,   /**< MPI, I/O, memory */
    NN_STOPPED = 75, /**< stopped by a signal, checkpoint written, to be continued (EX_TEMPFAIL) */
} nn_status;

/** Bytes of a message, with the 0 at its end. */
enum { NN_MESSAGE_SIZE = 1024 };

/** What went wrong, in one sentence; owned by the caller, usually on the stack. */
typedef struct nn_error {
    nn_status status;              /**< what kind of failure */
    char message[NN_MESSAGE_SIZE]; /**< the sentence */
} nn_error;

/**
 * Records a failure.
 *
 * @param error   receives status and message; may be NULL
 * @param status  what kind of failure
 * @param format  of the message, as of printf
 * @return status, so that a failing function ends in `return nn_fail(...)`
 */
NN_API nn_status nn_fail(nn_error *error, nn_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Returns early with the status of a call that failed. For functions that hold nothing to release. */
#define NN_TRY(call)                                                                                                   \
    do {                                                                                                               \
        nn_status nn_try_status_ = (call);                                                                             \
        if (nn_try_status_ != NN_OK)                                                                                   \
            return nn_try_status_;                                                                                     \
    } while (0)

#ifdef __cplusplus
}
#endif

#endif
