/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* nanoseconds of struct stat */
#include "watch/watch.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "support/timeline.h"
#include "watch/screen.h"
#include "watch/standing.h"
#include "watch/terminal.h"

static const double interval = 0.5; /* seconds from one look to the next */

/* Files that a run changes as it goes on. */
static const char *const names[] = {"metrics.jsonl", "records.jsonl", "recipe.yaml"};
enum { FILES = sizeof names / sizeof *names };

typedef struct file_state {
    struct timespec changed;
    off_t bytes;
    ino_t number;
} file_state;

/* A run that is watched. Owns its history. */
typedef struct watched {
    const char *named;
    nni_history *run;        /* NULL: there is none yet, and why */
    nn_error why;            /* where there is none */
    file_state files[FILES]; /* as they were read; all zero: not there */
    nni_standing standing;
    double next_read; /* clock */
} watched;

/* Before reading, so that what is written meanwhile is seen as a change later. @return whether files are other ones */
static bool look_at_files(watched *w, file_state files[FILES])
{
    char path[PATH_MAX];
    memset(files, 0, FILES * sizeof *files);
    for (size_t i = 0; w->run && i < FILES; i++) {
        struct stat facts;
        if (snprintf(path, sizeof path, "%s/%s", w->run->folder, names[i]) < (int)sizeof path &&
            stat(path, &facts) == 0)
            files[i] = (file_state){.changed = facts.st_mtim, .bytes = facts.st_size, .number = facts.st_ino};
    }
    return !w->run || memcmp(files, w->files, sizeof w->files) != 0;
}

/* Reads the run where it has changed. A run that takes long to read is read less often. */
static nn_status update(watched *w)
{
    file_state files[FILES];
    const double began = nni_clock();
    if (!look_at_files(w, files) || began < w->next_read)
        return NN_OK;
    nni_history *run = NULL;
    const nn_status status = nni_history_read(w->named, (nni_history_wanted){.records = true}, &run, &w->why);
    if (status == NN_SYSTEM)
        return status;
    nni_history_free(w->run);
    w->run = run;
    memcpy(w->files, files, sizeof files);
    w->next_read = nni_clock() + 10 * (nni_clock() - began);
    return NN_OK;
}

/* Seconds since metrics.jsonl was written to. */
static double idle_of(const nni_history *run)
{
    char path[PATH_MAX];
    struct stat facts;
    struct timespec now;
    if (snprintf(path, sizeof path, "%s/metrics.jsonl", run->folder) >= (int)sizeof path || stat(path, &facts) != 0 ||
        clock_gettime(CLOCK_REALTIME, &now) != 0)
        return (double)NAN;
    return (double)(now.tv_sec - facts.st_mtim.tv_sec);
}

static nn_status draw(watched *w, nni_view view, FILE *out, nn_error *error)
{
    nni_lock_words who;
    if (!w->run) {
        nni_draw_waiting(out, w->why.message, &view);
        return NN_OK;
    }
    w->run->locked = nni_standing_look(&w->standing, w->run->folder, &who);
    view.who = w->run->locked ? who.text : NULL;
    view.idle = idle_of(w->run);
    return nni_draw_screen(out, w->run, &view, error);
}

nn_status nni_watch_once(const char *folder, size_t columns, size_t rows, FILE *out, nn_error *error)
{
    watched w = {.named = folder};
    const nni_view view = {.columns = columns, .rows = rows, .text.utf8 = nni_terminal_ask().utf8};
    nn_status status = update(&w);
    if (w.run)
        status = draw(&w, view, out, error);
    else {
        status = w.why.status;
        if (error)
            *error = w.why;
    }
    nni_history_free(w.run);
    return status;
}

/* @param shown  what is on the screen; receives what is now. NULL: not known */
static nn_status redraw(watched *w, const nni_terminal *terminal, char **shown, nn_error *error)
{
    char *text = NULL;
    size_t bytes;
    nni_view view = {.text = nni_terminal_ask(), .hint = "q quits"};
    nni_terminal_size(&view.columns, &view.rows);
    FILE *memory = open_memstream(&text, &bytes);
    nn_status status = memory ? draw(w, view, memory, error) : NN_SYSTEM;
    if ((memory && fclose(memory) != 0) || !memory)
        status = nn_fail(error, NN_SYSTEM, "no memory left for a screen of text");
    if (status == NN_OK && (!*shown || strcmp(*shown, text) != 0))
        nni_terminal_show(terminal, text);
    free(*shown);
    *shown = text;
    return status;
}

static nn_status follow(watched *w, nni_terminal *terminal, nn_error *error)
{
    char *shown = NULL;
    nn_status status = NN_OK;
    for (nni_wake wake = NNI_WAKE_TIME; status == NN_OK && wake != NNI_WAKE_QUIT;) {
        if (wake == NNI_WAKE_REDRAW) {
            free(shown);
            shown = NULL;
        }
        status = update(w);
        if (status != NN_OK && error)
            *error = w->why;
        if (status == NN_OK)
            status = redraw(w, terminal, &shown, error);
        if (status == NN_OK)
            wake = nni_terminal_wait(terminal, interval);
    }
    free(shown);
    return status;
}

nn_status nni_watch(const char *folder, nn_error *error)
{
    nni_terminal terminal;
    watched w = {.named = folder};
    NN_TRY(nni_terminal_take(&terminal, error));
    nn_status status = follow(&w, &terminal, error);
    nni_terminal_give_back(&terminal);
    nni_history_free(w.run);
    if (terminal.signal != 0) { /* as whoever sent it expects */
        signal(terminal.signal, SIG_DFL);
        raise(terminal.signal);
    }
    return status;
}
