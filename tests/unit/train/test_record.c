/* SPDX-License-Identifier: MIT */
/* Parts of what a training records: its lines, bytes as text, rows that are chosen, and the worst of them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/predictions/split_outputs.h"
#include "support/json.h"
#include "support/suite.h"
#include "train/record/worst.h"
#include "train/run_folder/epoch_lines.h"

/* --- lines --- */

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(fwrite(text, 1, strlen(text), file), strlen(text));
    fclose(file);
}

static void expect_text(const char *path, const char *text)
{
    char read[512] = "";
    FILE *file = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    read[fread(read, 1, sizeof read - 1, file)] = '\0';
    fclose(file);
    CU_ASSERT_STRING_EQUAL(read, text);
}

#define BEGIN      "{\"epoch\": 0, \"event\": \"begin\"}\n"
#define EPOCH(n)   "{\"epoch\": " #n ", \"event\": \"norms\"}\n"
#define STEP(e, s) "{\"epoch\": " #e ", \"event\": \"parameters\", \"step\": " #s ", \"values\": [1, 2]}\n"

static void lines_of_later_epochs_and_steps_go(void)
{
    static const char all[] = BEGIN STEP(0, 1) STEP(0, 2) EPOCH(1) STEP(1, 3) STEP(1, 4) EPOCH(2);
    static const struct {
        uint64_t epoch, step;
        const char *text, *kept;
    } cases[] = {
        {2, 4, all, all},
        {1, 3, all, BEGIN STEP(0, 1) STEP(0, 2) EPOCH(1) STEP(1, 3)},
        {0, 1, all, BEGIN STEP(0, 1)},
        {9, 9, BEGIN EPOCH(1) "{\"epoch\": 2, \"ev", BEGIN EPOCH(1)}, /* cut short by a kill */
        {9, 9, BEGIN "no line of ours\n" EPOCH(1), BEGIN},
        {9, 9, "", ""},
    };
    char folder[] = "/tmp/nntrain-record-XXXXXX", path[PATH_MAX];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/lines", folder);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nni_epoch_lines lines;
        nn_error error;
        write_text(path, cases[i].text);
        CU_ASSERT_EQUAL_FATAL(nni_epoch_lines_open(folder, "lines", cases[i].epoch, cases[i].step, &lines, &error),
                              NN_OK);
        expect_text(path, cases[i].kept);
        nni_epoch_lines_close(&lines);
    }
    unlink(path);
    rmdir(folder);
}

static void a_removed_file_is_noticed_and_made_again(void)
{
    char folder[] = "/tmp/nntrain-record-XXXXXX";
    nni_epoch_lines lines;
    nn_error error;
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    CU_ASSERT_EQUAL_FATAL(nni_epoch_lines_open(folder, "lines", 0, 0, &lines, &error), NN_OK);
    fputs(EPOCH(1), nni_epoch_lines_begin(&lines));
    CU_ASSERT(nni_epoch_lines_end(&lines));
    CU_ASSERT(!nni_epoch_lines_removed(&lines));
    unlink(lines.path);
    CU_ASSERT(nni_epoch_lines_removed(&lines));
    fputs(EPOCH(2), nni_epoch_lines_begin(&lines));
    CU_ASSERT(nni_epoch_lines_end(&lines));
    expect_text(lines.path, EPOCH(2));
    nni_epoch_lines_close(&lines);
    unlink(lines.path);
    rmdir(folder);
}

/* Of a file that is not open, nobody knows how much of it is whole. */
static void a_file_that_could_not_be_opened_is_left_as_it_is(void)
{
    char folder[] = "/tmp/nntrain-record-XXXXXX";
    nni_epoch_lines lines = {.bytes = 3};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(lines.path, sizeof lines.path, "%s/lines", folder);
    write_text(lines.path, EPOCH(1));
    CU_ASSERT(!nni_epoch_lines_end(&lines));
    expect_text(lines.path, EPOCH(1));
    unlink(lines.path);
    rmdir(folder);
}

/* --- JSON on a line --- */

/* The examples of RFC 4648, section 10. */
static void bytes_become_base_64(void)
{
    static const char *const said[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (size_t count = 0; count < sizeof said / sizeof *said; count++) {
        char text[64] = "", expected[64];
        nni_json json = {.out = fmemopen(text, sizeof text, "w"), .flat = true};
        nni_json_begin(&json, NULL, '{');
        nni_json_count(&json, "n", count);
        nni_json_bytes(&json, "b", "foobar", count);
        nni_json_end(&json, '}');
        fclose(json.out);
        snprintf(expected, sizeof expected, "{\"n\": %zu, \"b\": \"%s\"}\n", count, said[count]);
        CU_ASSERT_STRING_EQUAL(text, expected);
    }
}

/* --- rows --- */

/* Whatever slices and ranks: each chosen row is one rank's, in order, and they are floor(k rows / count). */
static void ranks_divide_the_chosen_rows(void)
{
    for (size_t rows = 1; rows < 40; rows++)
        for (size_t count = 1; count <= rows; count++)
            for (int ranks = 1; ranks <= 4; ranks++) {
                nni_dataset dataset = {.slicing = {.slices = {.rows = rows, .count = 7}}};
                const nni_row_choice choice = {rows, count};
                size_t k = 0;
                for (int rank = 0; rank < ranks; rank++) {
                    nn_comm comm = {.rank = rank, .size = ranks};
                    const size_t first_slice =
                        nni_slices_first_of_rank(dataset.slicing.slices, (size_t)rank, (size_t)ranks);
                    const size_t end_slice =
                        nni_slices_first_of_rank(dataset.slicing.slices, (size_t)rank + 1, (size_t)ranks);
                    const size_t first = nni_slices_first_row(dataset.slicing.slices, first_slice);
                    const size_t end = nni_slices_first_row(dataset.slicing.slices, end_slice);
                    for (size_t own = nni_split_rows_of(&dataset, choice, &comm, rank); own > 0; own--, k++) {
                        CU_ASSERT_EQUAL(nni_chosen_row(choice, k), k * rows / count);
                        CU_ASSERT(nni_chosen_row(choice, k) >= first && nni_chosen_row(choice, k) < end);
                    }
                }
                CU_ASSERT_EQUAL(k, count);
            }
}

static void the_worst_rows_come_first_and_equal_ones_in_their_order(void)
{
    enum { ROWS = 500 };
    nni_worst worst;
    nn_error error;
    CU_ASSERT_EQUAL_FATAL(nni_worst_create(2, &worst, &error), NN_OK);
    for (size_t i = 0; i < ROWS; i++) {
        const double score = i % 7 == 3 ? NAN : (double)(i * 193 % 61); /* each some eight times */
        float *x = nni_worst_add(&worst, (nni_worst_row){score, i});
        if (x)
            x[0] = (float)i, x[1] = (float)score;
    }
    CU_ASSERT_EQUAL(worst.count, NNI_WORST_MOST);
    for (size_t place = 0; place < worst.count; place++) { /* as many are before it as its place says */
        const nni_worst_row row = worst.rows[place];
        size_t before = 0;
        for (size_t i = 0; i < ROWS; i++) {
            const double score = (double)(i * 193 % 61);
            before += i % 7 != 3 && (score > row.score || (score == row.score && i < row.index));
        }
        CU_ASSERT_EQUAL(before, place);
        CU_ASSERT(worst.x[2 * place] == (float)row.index && worst.x[2 * place + 1] == (float)row.score);
    }
    nni_worst_free(&worst);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(lines_of_later_epochs_and_steps_go),
        NN_TEST(a_removed_file_is_noticed_and_made_again),
        NN_TEST(a_file_that_could_not_be_opened_is_left_as_it_is),
        NN_TEST(bytes_become_base_64),
        NN_TEST(ranks_divide_the_chosen_rows),
        NN_TEST(the_worst_rows_come_first_and_equal_ones_in_their_order),
    };
    return nni_run_suite("records", tests, sizeof tests / sizeof *tests);
}
