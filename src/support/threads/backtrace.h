/* SPDX-License-Identifier: MIT */
/** Backtraces of all threads of this process, for the log of a run that hangs. */
#ifndef NNI_SUPPORT_THREADS_BACKTRACE_H
#define NNI_SUPPORT_THREADS_BACKTRACE_H

/** @return the signal that asks a thread for its stack; ignored until nni_backtrace_prepare */
int nni_backtrace_signal(void);

/** Makes ready what cannot be taken later, when memory or a lock may be what a thread hangs on. */
void nni_backtrace_prepare(void);

/**
 * Writes the calls that every thread but the calling one is in, innermost first. Called by one thread at a time.
 *
 * A thread that the system does not let run (stopped, or waiting for a disk that never answers) is told as such.
 *
 * @param file  descriptor to write to
 */
void nni_backtrace_write(int file);

#endif
