/* SPDX-License-Identifier: MIT */
/* A run as one screen of text. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/suite.h"
#include "watch/screen.h"
#include "watch/watch.h"

enum { EPOCHS = 20 };
static double epochs[EPOCHS], train_loss[EPOCHS], test_loss[EPOCHS], accuracy[EPOCHS], seconds[EPOCHS];
static char name[] = "digits", train_loss_name[] = "train_loss", test_loss_name[] = "test_loss";
static char accuracy_name[] = "test_accuracy", seconds_name[] = "seconds";
static nni_curve curves[] = {
    {train_loss_name, train_loss}, {test_loss_name, test_loss}, {accuracy_name, accuracy}, {seconds_name, seconds}};
static size_t numbers[] = {0, 1, 2, 3, 4, 5, 6, 7};
static double compute[] = {1, 1.25, 9.5, 2, 0.125, 1, 1, 1}, others[8],
              memory[] = {1e9, 1e9, 1e9, 1e9, 1e9, 1e9, 1e9, 1e9};
static nni_rank_record ranks = {.ranks = 8,
                                .listed = 8,
                                .rank = numbers,
                                .compute = compute,
                                .wait = others,
                                .evaluate = others,
                                .checkpoint = others,
                                .io = others,
                                .memory = memory};

/* Half of the epochs that were planned, two seconds each; the best loss is that of epoch 15. */
static nni_history make_run(void)
{
    for (size_t i = 0; i < EPOCHS; i++) {
        epochs[i] = (double)i + 1;
        train_loss[i] = 1 / epochs[i];
        test_loss[i] = 0.5 + fabs(epochs[i] - 15) / 100;
        accuracy[i] = 0.875;
        seconds[i] = 2 * epochs[i];
    }
    return (nni_history){.name = name,
                         .folder = name,
                         .state = NNI_RUN_BEGUN,
                         .planned_epochs = 2 * EPOCHS,
                         .epochs = EPOCHS,
                         .epoch = epochs,
                         .curves = curves,
                         .curve_count = 4,
                         .rank_times = &ranks,
                         .rank_time_count = 1};
}

static char *draw(const nni_history *run, const nni_view *view)
{
    char *text = NULL;
    size_t bytes;
    nn_error error;
    FILE *out = open_memstream(&text, &bytes);
    CU_ASSERT_EQUAL_FATAL(nni_draw_screen(out, run, view, &error), NN_OK);
    fclose(out);
    return text;
}

/* @return lines; the longest in characters, of which none takes two columns here */
static size_t measure(const char *text, size_t *columns)
{
    size_t lines = 0, width = 0;
    *columns = 0;
    for (; *text; text++) {
        const bool ended = *text == '\n';
        lines += ended;
        width = ended ? 0 : width + (((unsigned char)*text & 0xC0) != 0x80);
        *columns = width > *columns ? width : *columns;
    }
    return lines;
}

static void no_screen_is_larger_than_the_terminal(void)
{
    nni_history run = make_run();
    run.curve_count = 4;
    for (size_t columns = 1; columns <= 160; columns += columns < 24 ? 1 : 17)
        for (size_t rows = 1; rows <= 60; rows += rows < 30 ? 1 : 6)
            for (int utf8 = 0; utf8 < 2; utf8++) {
                const nni_view view = {.columns = columns,
                                       .rows = rows,
                                       .text.utf8 = utf8,
                                       .who = "process 1",
                                       .idle = 0,
                                       .hint = "q quits"};
                char *text = draw(&run, &view);
                size_t width;
                CU_ASSERT(measure(text, &width) <= rows);
                CU_ASSERT(width <= columns);
                free(text);
            }
}

static void a_usual_terminal_shows_all_parts(void)
{
    const nni_history run = make_run();
    const nni_view view = {.columns = 80, .rows = 24, .who = "process 12 on node7", .idle = 1, .hint = "q quits"};
    char *text = draw(&run, &view);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "digits: running, process 12 on node7\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "epoch 20/40  [============            ] 50 %"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "2.0 s an epoch, 39 s left\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "test_loss                            0.55          0.5      15\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "seconds                              40 s"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "accuracy\n")); /* the title of the plot on the right */
    const char *slowest = strstr(text, "slowest      2       9.5"), *fastest = strstr(text, "fastest      4     0.125");
    CU_ASSERT(slowest && fastest && slowest < fastest);
    CU_ASSERT_STRING_EQUAL(text + strlen(text) - strlen("q quits\n"), "q quits\n");
    free(text);
}

static void a_standstill_is_told(void)
{
    const nni_history run = make_run();
    nni_view view = {.columns = 120, .rows = 24, .who = "process 12", .idle = 300};
    char *text = draw(&run, &view);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "no epoch ended for 5:00 min"));
    CU_ASSERT_PTR_NULL(strstr(text, " left"));
    free(text);
    view.who = NULL; /* without anybody who trains there is nothing to wait for */
    text = draw(&run, &view);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "digits: not running: it was killed"));
    CU_ASSERT_PTR_NULL(strstr(text, "no epoch ended"));
    free(text);
}

static void the_last_words_of_a_run_send_nothing_that_a_terminal_obeys(void)
{
    char hostile_name[] = "a\033]0;b\a\xC2\x9B", message[] = "the loss is NaN\nat step \033[31m7";
    char hostile_curve[] = "train_\033[2J", title[] = "validation_\033[2J";
    nni_history run = make_run();
    nni_curve both[] = {{hostile_curve, train_loss}, {title, test_loss}};
    run.name = hostile_name;
    run.state = NNI_RUN_DIVERGED;
    run.end_message = message;
    run.curves = both;
    run.curve_count = 2;
    const nni_view view = {.columns = 100, .rows = 40, .text.utf8 = true, .idle = NAN};
    char *text = draw(&run, &view);
    CU_ASSERT_PTR_NULL(strchr(text, '\033'));
    CU_ASSERT_PTR_NULL(strchr(text, '\a'));
    CU_ASSERT_PTR_NULL(strstr(text, "\xC2\x9B"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "diverged"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "the loss is NaN\\nat step \\x1b[31m7"));
    free(text);
}

static void without_utf8_all_is_ascii(void)
{
    char accented[] = "caf\xC3\xA9";
    nni_history run = make_run();
    run.name = accented;
    const nni_view view = {.columns = 80, .rows = 24, .idle = NAN};
    char *text = draw(&run, &view);
    for (const char *c = text; *c; c++)
        CU_ASSERT((unsigned char)*c < 0x80);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "caf?:"));
    free(text);
}

/* Two bytes each, of which a byte less than there are columns would fit. */
static void a_sentence_is_broken_between_characters(void)
{
    char message[] = "caf\xC3\xA9 \xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9";
    nni_history run = make_run();
    run.state = NNI_RUN_FAILED;
    run.end_message = message;
    const nni_view view = {.columns = 5, .rows = 24, .text.utf8 = true, .idle = NAN};
    char *text = draw(&run, &view);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\ncaf\xC3\xA9\n\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\n\xC3\xA9\xC3\xA9\n"));
    free(text);
}

static void a_run_that_is_not_there_is_refused_also_without_an_error(void)
{
    nn_error error = {.status = NN_OK};
    CU_ASSERT_EQUAL(nni_watch_once("/nowhere", 80, 24, stdout, NULL), NN_DATA);
    CU_ASSERT_EQUAL(nni_watch_once("/nowhere", 80, 24, stdout, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "/nowhere is not there"));
}

static void a_run_without_an_epoch_has_a_screen_too(void)
{
    const nni_history run = {.name = name, .folder = name, .planned_epochs = 3};
    const nni_view view = {.columns = 80, .rows = 24, .who = "process 12", .idle = NAN};
    char *text = draw(&run, &view);
    CU_ASSERT_STRING_EQUAL(text, "digits: running, process 12\nepoch 0/3  [                        ] 0 %  \n");
    free(text);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(no_screen_is_larger_than_the_terminal),
        NN_TEST(a_usual_terminal_shows_all_parts),
        NN_TEST(a_standstill_is_told),
        NN_TEST(the_last_words_of_a_run_send_nothing_that_a_terminal_obeys),
        NN_TEST(without_utf8_all_is_ascii),
        NN_TEST(a_sentence_is_broken_between_characters),
        NN_TEST(a_run_that_is_not_there_is_refused_also_without_an_error),
        NN_TEST(a_run_without_an_epoch_has_a_screen_too),
    };
    return nni_run_suite("screen", tests, sizeof tests / sizeof *tests);
}
