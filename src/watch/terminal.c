/* SPDX-License-Identifier: MIT */
#include "watch/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Sequences of ECMA-48 and xterm that every terminal of today knows. The last ones of `give_back` leave the screen. */
static const char take[] = "\033[?1049h\033[?25l\033[?7l\033[2J";
static const char give_back[] = "\033[0m\033[?7h\033[?25h\033[?1049l";
static const char home[] = "\033[H", clear_line[] = "\033[2K", clear_rest[] = "\033[J";

/* What a terminal does not take is lost: it is gone, which the next wait finds out. */
static void put(const char *bytes, size_t count)
{
    while (count > 0) {
        const ssize_t put = write(STDOUT_FILENO, bytes, count);
        if (put < 0 && errno != EINTR)
            return;
        bytes += put > 0 ? put : 0;
        count -= put > 0 ? (size_t)put : 0;
    }
}

static void put_text(const char *text)
{
    put(text, strlen(text));
}

/* Signals that end a program, for which the terminal is given back first; and others that are waited for. */
static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU, SIGPIPE, SIGVTALRM};
static const int others[] = {SIGTSTP, SIGCONT, SIGWINCH};

static void add_signals(sigset_t *set, const int *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sigaddset(set, numbers[i]);
}

static bool is_to_end(void)
{
    sigset_t pending;
    sigpending(&pending);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
        if (sigismember(&pending, ending[i]))
            return true;
    return false;
}

static bool is_in_background(const nni_terminal *terminal)
{
    return terminal->has_modes && tcgetpgrp(terminal->keys) != getpgrp();
}

/* Stops, as the shell expects of a job in the background that would change the terminal's modes. tcsetattr does that
 * too, but would stop again after each SIGCONT though a signal to end waits. @return false: such a signal waits */
static bool wait_for_foreground(const nni_terminal *terminal)
{
    sigset_t pending;
    while (!is_to_end() && is_in_background(terminal)) {
        kill(0, SIGTTOU);
        sigpending(&pending);
        if (!sigismember(&pending, SIGCONT)) /* nobody stopped and continued it: no shell looks after jobs */
            break;
    }
    return !is_to_end();
}

/* Signals stay on: Ctrl-C and Ctrl-Z are SIGINT and SIGTSTP. @return false: a signal to end waits, and modes are as
 * they were */
static bool set_modes(const nni_terminal *terminal)
{
    if (!wait_for_foreground(terminal))
        return false;
    struct termios modes = terminal->modes_before;
    modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    if (terminal->has_modes)
        tcsetattr(terminal->keys, TCSADRAIN, &modes);
    return true;
}

static void enter(nni_terminal *terminal)
{
    terminal->taken = set_modes(terminal);
    if (terminal->taken)
        put_text(take);
}

/* In the background the modes are the shell's own by now. */
static void leave(nni_terminal *terminal)
{
    sigset_t only, before;
    if (!terminal->taken)
        return;
    put_text(give_back);
    sigemptyset(&only);
    sigaddset(&only, SIGTTOU); /* should it come into the background at this moment */
    sigprocmask(SIG_BLOCK, &only, &before);
    if (terminal->has_modes && !is_in_background(terminal))
        tcsetattr(terminal->keys, TCSADRAIN, &terminal->modes_before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    terminal->taken = false;
}

nn_status nni_terminal_take(nni_terminal *terminal, nn_error *error)
{
    sigset_t set;
    sigemptyset(&set);
    add_signals(&set, ending, sizeof ending / sizeof *ending);
    add_signals(&set, others, sizeof others / sizeof *others);
    *terminal =
        (nni_terminal){.keys = isatty(STDIN_FILENO) ? dup(STDIN_FILENO) : open("/dev/tty", O_RDONLY | O_CLOEXEC)};
    terminal->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (terminal->signals < 0 || sigprocmask(SIG_BLOCK, &set, &terminal->mask_before) != 0) {
        const int reason = errno;
        close(terminal->keys);
        return nn_fail(error, NN_SYSTEM, "cannot wait for signals: %s; nntrain watch --once needs none",
                       strerror(reason));
    }
    terminal->has_modes = terminal->keys >= 0 && tcgetattr(terminal->keys, &terminal->modes_before) == 0;
    enter(terminal);
    return NN_OK;
}

void nni_terminal_give_back(nni_terminal *terminal)
{
    leave(terminal);
    if (terminal->keys >= 0)
        close(terminal->keys);
    close(terminal->signals);
    sigprocmask(SIG_SETMASK, &terminal->mask_before, NULL);
}

void nni_terminal_size(size_t *columns, size_t *rows)
{
    struct winsize size = {0};
    const bool told = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
    *columns = told ? size.ws_col : 80;
    *rows = told ? size.ws_row : 24;
}

/* A line is cleared before it is drawn, for after its last column the cursor stands on what would be cleared; the last
 * one with all below it. It ends without a newline, which would scroll. */
void nni_terminal_show(const nni_terminal *terminal, const char *text)
{
    if (!terminal->taken)
        return;
    put_text(home);
    while (*text) {
        const size_t length = strcspn(text, "\n");
        const bool last = text[length] == '\0' || text[length + 1] == '\0';
        put_text(last ? clear_rest : clear_line);
        put(text, length);
        text += length + (text[length] == '\n');
        if (!last)
            put_text("\r\n");
    }
}

/* As if it had never been caught: the shell sees a job that Ctrl-Z stopped. */
static void stop(nni_terminal *terminal)
{
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, SIGTSTP);
    leave(terminal);
    raise(SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &only, NULL); /* stops here */
    sigprocmask(SIG_BLOCK, &only, NULL);
    enter(terminal);
}

static nni_wake take_signals(nni_terminal *terminal)
{
    struct signalfd_siginfo seen;
    nni_wake wake = NNI_WAKE_TIME;
    while (read(terminal->signals, &seen, sizeof seen) == (ssize_t)sizeof seen) {
        const int number = (int)seen.ssi_signo;
        if (number == SIGWINCH || number == SIGCONT || number == SIGTSTP)
            wake = NNI_WAKE_REDRAW;
        if (number == SIGTSTP)
            stop(terminal);
        else if (number == SIGCONT)
            set_modes(terminal); /* after a SIGSTOP the shell has set its own */
        else if (number != SIGWINCH) {
            terminal->signal = number == SIGINT ? 0 : number;
            return NNI_WAKE_QUIT;
        }
    }
    return wake;
}

/* A terminal that is closed is one that somebody quit. */
static nni_wake take_keys(nni_terminal *terminal)
{
    char keys[64];
    const ssize_t count = read(terminal->keys, keys, sizeof keys);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return NNI_WAKE_TIME;
    if (count <= 0 || memchr(keys, 'q', (size_t)count) || memchr(keys, 'Q', (size_t)count))
        return NNI_WAKE_QUIT;
    return NNI_WAKE_REDRAW; /* Ctrl-L, or any other */
}

nni_wake nni_terminal_wait(nni_terminal *terminal, double seconds)
{
    struct pollfd awaited[2] = {{.fd = terminal->signals, .events = POLLIN}, {.fd = terminal->keys, .events = POLLIN}};
    if (poll(awaited, 2, (int)(1000 * seconds)) <= 0)
        return NNI_WAKE_TIME;
    const nni_wake wake = awaited[0].revents ? take_signals(terminal) : NNI_WAKE_TIME;
    return wake == NNI_WAKE_QUIT || !awaited[1].revents ? wake : take_keys(terminal);
}
