/* SPDX-License-Identifier: MIT */
/* When a run calls its callbacks, and in which order. */
#include <stdio.h>
#include <string.h>

#include "support/suite.h"
#include "train/run/notify.h"

static char calls[64]; /* names of the callbacks, in the order they were called */

static nn_status call(void *self)
{
    strncat(calls, self, 1);
    return strcmp(self, "!") == 0 ? NN_SYSTEM : NN_OK;
}

static nn_status moment(void *self, nni_run *run, nn_error *error)
{
    (void)run;
    return call(self) == NN_OK ? NN_OK : nn_fail(error, NN_SYSTEM, "a callback failed");
}

static nn_status step(void *self, nni_run *run, const nni_step_report *report, nn_error *error)
{
    (void)report;
    return moment(self, run, error);
}

/* "r" rolls back where it can. */
static nn_status before_write(void *self, nni_run *run, bool *rolled_back, nn_error *error)
{
    if (strcmp(self, "r") == 0 && rolled_back)
        *rolled_back = true;
    return moment(self, run, error);
}

static void release(void *self)
{
    call(self);
}

static nn_status make(nni_callback *callback, char *name)
{
    *callback = (nni_callback){.begin = moment,
                               .step = step,
                               .before_write = before_write,
                               .end = moment,
                               .halt = moment,
                               .free = release,
                               .self = name};
    return NN_OK;
}

static nn_status make_a(nni_run *run, nni_callback *callback, nn_error *error)
{
    static char name[] = "a";
    (void)run, (void)error;
    return make(callback, name);
}

static nn_status make_b(nni_run *run, nni_callback *callback, nn_error *error)
{
    static char name[] = "b";
    (void)run, (void)error;
    return make(callback, name);
}

static nn_status make_none(nni_run *run, nni_callback *callback, nn_error *error)
{
    (void)run, (void)callback, (void)error;
    return NN_OK;
}

static nn_status make_rollback(nni_run *run, nni_callback *callback, nn_error *error)
{
    static char name[] = "r";
    (void)run, (void)error;
    return make(callback, name);
}

static nn_status make_failing(nni_run *run, nni_callback *callback, nn_error *error)
{
    static char name[] = "!";
    (void)run, (void)error;
    return make(callback, name);
}

static nn_status fail_to_make(nni_run *run, nni_callback *callback, nn_error *error)
{
    static char name[] = "f";
    (void)run;
    make(callback, name);
    return nn_fail(error, NN_SYSTEM, "no memory");
}

static const char *called(void)
{
    static char copy[sizeof calls];
    memcpy(copy, calls, sizeof copy);
    calls[0] = '\0';
    return copy;
}

static void moments_come_in_the_order_of_the_table_and_the_end_backwards(void)
{
    const nni_callback_maker table[] = {make_a, make_none, make_b};
    nni_run run = {.output = {.file = NULL}};
    const nni_step_report report = {.rows = 1};
    nn_error error;
    CU_ASSERT_EQUAL(nni_callbacks_create(&run, table, 3, &error), NN_OK);
    CU_ASSERT_EQUAL(nni_notify_begin(&run, &error), NN_OK);
    CU_ASSERT_STRING_EQUAL(called(), "ab");
    CU_ASSERT_EQUAL(nni_notify_step(&run, &report, &error), NN_OK);
    CU_ASSERT_STRING_EQUAL(called(), "ab");
    CU_ASSERT_EQUAL(nni_notify_end(&run, &error), NN_OK);
    CU_ASSERT_STRING_EQUAL(called(), "ba");
    nni_callbacks_free(&run.callbacks);
    CU_ASSERT_STRING_EQUAL(called(), "ab");
}

static void a_failure_ends_the_moment_but_not_a_halt(void)
{
    const nni_callback_maker table[] = {make_a, make_failing, make_b};
    char text[256] = "";
    nni_run run = {.output = {.file = fmemopen(text, sizeof text, "w")}};
    nn_error error;
    CU_ASSERT_PTR_NOT_NULL_FATAL(run.output.file);
    CU_ASSERT_EQUAL(nni_callbacks_create(&run, table, 3, &error), NN_OK);
    CU_ASSERT_EQUAL(nni_notify_begin(&run, &error), NN_SYSTEM);
    CU_ASSERT_STRING_EQUAL(called(), "a!");
    nni_notify_halt(&run);
    CU_ASSERT_STRING_EQUAL(called(), "b!a");
    fclose(run.output.file);
    CU_ASSERT_STRING_EQUAL(text, "warning  a callback failed\n");
    nni_callbacks_free(&run.callbacks);
    called();
}

static void nothing_is_asked_about_a_write_after_a_rollback(void)
{
    const nni_callback_maker table[] = {make_a, make_rollback, make_b};
    nni_run run = {.output = {.file = NULL}};
    nn_error error;
    bool rolled_back = true;
    CU_ASSERT_EQUAL(nni_callbacks_create(&run, table, 3, &error), NN_OK);
    CU_ASSERT_EQUAL(nni_notify_before_write(&run, &rolled_back, &error), NN_OK);
    CU_ASSERT_STRING_EQUAL(called(), "ar");
    CU_ASSERT(rolled_back);
    CU_ASSERT_EQUAL(nni_notify_before_write(&run, NULL, &error), NN_OK);
    CU_ASSERT_STRING_EQUAL(called(), "arb");
    nni_callbacks_free(&run.callbacks);
    called();
}

/* More than any table has, and one that fails: what was made until then is freed. */
static void a_table_may_be_long_and_fail(void)
{
    enum { COUNT = 40 };
    nni_callback_maker table[COUNT];
    nni_run run = {.output = {.file = NULL}};
    nn_error error;
    for (size_t i = 0; i < COUNT; i++)
        table[i] = i == 30 ? fail_to_make : make_a;
    CU_ASSERT_EQUAL(nni_callbacks_create(&run, table, COUNT, &error), NN_SYSTEM);
    nni_callbacks_free(&run.callbacks);
    CU_ASSERT_STRING_EQUAL(called(), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaf");
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(moments_come_in_the_order_of_the_table_and_the_end_backwards),
        NN_TEST(a_failure_ends_the_moment_but_not_a_halt),
        NN_TEST(nothing_is_asked_about_a_write_after_a_rollback),
        NN_TEST(a_table_may_be_long_and_fail),
    };
    return nni_run_suite("callbacks", tests, sizeof tests / sizeof *tests);
}
