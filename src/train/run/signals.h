/* SPDX-License-Identifier: MIT */
/** SIGTERM, SIGUSR1 and SIGINT: remembered, to be acted on between two steps. */
#ifndef NNI_TRAIN_RUN_SIGNALS_H
#define NNI_TRAIN_RUN_SIGNALS_H

#include <stdbool.h>

/** Holds SIGTERM and SIGUSR1 back in the calling thread, and in those it starts, until nni_signals_catch. */
void nni_signals_hold(void);

/** Catches the signals from now on, and those that were held back; but SIGINT only the first time, and not where it was
 * ignored. */
void nni_signals_catch(void);

/** Gives the signals back to whoever had them. */
void nni_signals_release(void);

/** @return whether this process was told to stop since nni_signals_catch, or the mpirun that started it has ended */
bool nni_signals_stop_requested(void);

#endif
