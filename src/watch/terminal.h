/* SPDX-License-Identifier: MIT */
/** The terminal of a program that draws whole screens: taken, drawn on, and given back as it was. */
#ifndef NNI_WATCH_TERMINAL_H
#define NNI_WATCH_TERMINAL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "nntrain/status.h"

/** Why a wait is over. */
typedef enum nni_wake {
    NNI_WAKE_TIME,   /**< the seconds are over */
    NNI_WAKE_REDRAW, /**< the screen has another size, or somebody else may have written on it */
    NNI_WAKE_QUIT,   /**< q, Ctrl-C or a signal to end: `signal` of the terminal */
} nni_wake;

/** Standard output as a screen of its own, beside what was on it. */
typedef struct nni_terminal {
    int keys;    /**< descriptor that they are read from; -1: there is none */
    int signals; /**< descriptor that signals are read from, which are blocked meanwhile */
    int signal;  /**< that is to end the program; 0: none, or SIGINT, which goes for q */
    sigset_t mask_before;
    struct termios modes_before;
    bool has_modes; /**< of the terminal that keys come from */
    bool taken;     /**< false while it is given back */
} nni_terminal;

/**
 * Takes the terminal: another screen, no cursor, no wrapping of lines, keys without return and echo.
 *
 * @return NN_SYSTEM, with the terminal as it was
 */
nn_status nni_terminal_take(nni_terminal *terminal, nn_error *error);

/** Gives it back, with what was on it before. */
void nni_terminal_give_back(nni_terminal *terminal);

/** Asks for the size; 80 by 24 where it is not told. */
void nni_terminal_size(size_t *columns, size_t *rows);

/**
 * Draws a screen from its first line on; nothing where the terminal could not be taken since a signal to end waits.
 *
 * @param text  no more lines than the terminal has, each ended by a newline
 */
void nni_terminal_show(const nni_terminal *terminal, const char *text);

/** Waits for something to happen. Stops with SIGTSTP (Ctrl-Z), terminal given back, and goes on with SIGCONT. */
nni_wake nni_terminal_wait(nni_terminal *terminal, double seconds);

#endif
