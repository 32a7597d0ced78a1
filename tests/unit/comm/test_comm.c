/* SPDX-License-Identifier: MIT */
/* Run by mpirun at several rank counts. */
#include <string.h>

#include "comm/clock.h"
#include "comm/comm.h"
#include "comm/wait.h"
#include "support/suite.h"

static nn_comm *comm;

static void sums_are_over_all_ranks(void)
{
    double values[3] = {1, comm->rank, 0.5};
    CU_ASSERT_EQUAL(nn_comm_sum_double(comm, values, 3, NULL), NN_OK);
    CU_ASSERT_EQUAL(values[0], comm->size);
    CU_ASSERT_EQUAL(values[1], comm->size * (comm->size - 1) / 2);
    CU_ASSERT_EQUAL(values[2], 0.5 * comm->size);
}

static void smallest_and_largest_are_over_all_ranks(void)
{
    double low = comm->rank, high = comm->rank;
    CU_ASSERT_EQUAL(nni_comm_min_double(comm, &low, 1, NULL), NN_OK);
    CU_ASSERT_EQUAL(nni_comm_max_double(comm, &high, 1, NULL), NN_OK);
    CU_ASSERT_EQUAL(low, 0);
    CU_ASSERT_EQUAL(high, comm->size - 1);
}

static void agreement_is_ok_where_nobody_fails(void)
{
    nn_error error = {0};
    CU_ASSERT_EQUAL(nn_comm_agree(comm, NN_OK, &error), NN_OK);
    CU_ASSERT_STRING_EQUAL(error.message, "");
}

static void one_failing_rank_stops_all_with_its_message(void)
{
    int failing = comm->size - 1;
    nn_error error = {0};
    nn_status status = NN_OK;
    if (comm->rank == failing)
        status = nn_fail(&error, NN_DATA, "row 7 holds NaN");
    CU_ASSERT_EQUAL(nn_comm_agree(comm, status, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "row 7 holds NaN"));
    char expected[32];
    snprintf(expected, sizeof expected, "rank %d on ", failing);
    CU_ASSERT_EQUAL(strncmp(error.message, expected, strlen(expected)) == 0, comm->size > 1);
}

static void the_lowest_failing_rank_speaks(void)
{
    nn_error error = {0};
    nn_status status =
        comm->rank % 2 == 0 ? NN_OK : nn_fail(&error, comm->rank == 1 ? NN_USAGE : NN_SYSTEM, "r%d", comm->rank);
    status = nn_comm_agree(comm, status, &error);
    if (comm->size == 1)
        CU_ASSERT_EQUAL(status, NN_OK)
    else {
        CU_ASSERT_EQUAL(status, NN_USAGE);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "r1"));
    }
}

static void what_fails_everywhere_names_no_rank(void)
{
    nn_error error = {0};
    nn_status status = nn_fail(&error, NN_USAGE, "no such recipe");
    CU_ASSERT_EQUAL(nn_comm_agree(comm, status, &error), NN_USAGE);
    CU_ASSERT_STRING_EQUAL(error.message, "no such recipe");
}

static void broadcast_copies_rank_0(void)
{
    int value = comm->rank == 0 ? 42 : -1;
    CU_ASSERT_EQUAL(nn_comm_broadcast(comm, &value, sizeof value, NULL), NN_OK);
    CU_ASSERT_EQUAL(value, 42);
}

static void bytes_of_all_ranks_come_to_rank_0_in_their_order(void)
{
    enum { MOST = 64 };
    short mine[2] = {(short)comm->rank, (short)(comm->rank + 100)}, all[2 * MOST] = {0};
    CU_ASSERT_FATAL(comm->size <= MOST);
    CU_ASSERT_EQUAL(nni_comm_gather_bytes(comm, mine, all, sizeof mine, NULL), NN_OK);
    for (int rank = 0; comm->rank == 0 && rank < comm->size; rank++) {
        CU_ASSERT_EQUAL(all[2 * rank], rank);
        CU_ASSERT_EQUAL(all[2 * rank + 1], rank + 100);
    }
    const int last = comm->size - 1;
    if (comm->rank == 0 || comm->rank == last) {
        char text[4] = "";
        if (comm->rank == last)
            memcpy(text, "abc", 4);
        CU_ASSERT_EQUAL(nni_comm_send_bytes_to_root(comm, last, text, sizeof text, NULL), NN_OK);
        CU_ASSERT_STRING_EQUAL(text, "abc");
    }
}

/* All ranks of this test are on one host, whose clock is one. */
static void ranks_of_a_host_have_one_clock(void)
{
    double offset = 1;
    CU_ASSERT_EQUAL(nni_comm_clock_offset(comm, &offset, NULL), NN_OK);
    CU_ASSERT_EQUAL(offset, 0);
}

static void waiting_is_told_from_the_work_it_interrupts(void)
{
    nni_timeline timeline = {.spans = NULL};
    nn_comm_barrier(comm, NULL);
    nni_comm_set_timeline(comm, &timeline);
    nni_timeline_begin(&timeline, (nni_activity){NNI_SPAN_FORWARD, 2});
    const double began = nni_clock();
    if (comm->rank == comm->size - 1)
        while (nni_clock() < began + 0.3)
            ;
    nn_comm_barrier(comm, NULL);
    CU_ASSERT(timeline.running.kind == NNI_SPAN_FORWARD && timeline.running.detail == 2);
    double value = 0;
    nn_comm_sum_double(comm, &value, 1, NULL);
    CU_ASSERT_EQUAL(nn_comm_agree(comm, NN_OK, NULL), NN_OK);
    nni_comm_set_timeline(comm, NULL);
    CU_ASSERT_EQUAL(timeline.totals[NNI_SPAN_WAIT] > 0, comm->size > 1);
    /* Somebody waited for the rank that was busy. */
    double longest = timeline.totals[NNI_SPAN_WAIT];
    CU_ASSERT_EQUAL(nni_comm_max_double(comm, &longest, 1, NULL), NN_OK);
    CU_ASSERT(comm->size == 1 || longest > 0.01);
}

/* Bound to cores of their own or all to the same: ranks started by one mpirun are one or the other here. */
static void ranks_that_share_cores_know_their_places(void)
{
    double places = comm->core_index;
    CU_ASSERT_EQUAL(nn_comm_sum_double(comm, &places, 1, NULL), NN_OK);
    if (comm->core_sharers == 1)
        CU_ASSERT_EQUAL(comm->core_index, 0)
    else if (comm->core_sharers == comm->size)
        CU_ASSERT_EQUAL(places, comm->size * (comm->size - 1) / 2);
    CU_ASSERT(comm->core_sharers >= 1 && comm->core_index < comm->core_sharers);
}

static void the_odd_one_out_is_named_with_its_host(void)
{
    int odd = 7;
    char host[64] = "";
    uint64_t value = UINT64_MAX;
    CU_ASSERT_EQUAL(nni_comm_find_outlier(comm, &value, &odd, host, NULL), NN_OK);
    CU_ASSERT_EQUAL(odd, -1);
    CU_ASSERT_EQUAL(nni_comm_find_outlier(comm, comm->rank == 1 ? &value : NULL, &odd, host, NULL), NN_OK);
    CU_ASSERT_EQUAL(odd, -1);
    CU_ASSERT_EQUAL(nni_comm_find_outlier(comm, NULL, &odd, host, NULL), NN_OK);
    CU_ASSERT_EQUAL(odd, -1);
    for (int rank = 0; rank < comm->size && comm->size > 2; rank++) {
        value = comm->rank == rank ? 3 : 4;
        CU_ASSERT_EQUAL(nni_comm_find_outlier(comm, &value, &odd, host, NULL), NN_OK);
        CU_ASSERT_EQUAL(odd, rank);
        CU_ASSERT_STRING_EQUAL(host, comm->host); /* all are on this one */
    }
    value = (uint64_t)comm->rank;
    CU_ASSERT_EQUAL(nni_comm_find_outlier(comm, &value, &odd, host, NULL), NN_OK);
    CU_ASSERT_EQUAL(odd >= 0, comm->size > 1);
    /* Two have one each: the second of them. */
    CU_ASSERT_EQUAL(
        nni_comm_find_outlier(comm, comm->rank % 2 == 0 && comm->rank < 4 ? &value : NULL, &odd, host, NULL), NN_OK);
    CU_ASSERT_EQUAL(odd, comm->size > 2 ? 2 : -1);
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK)
        return 1;
    const nni_test tests[] = {
        NN_TEST(sums_are_over_all_ranks),
        NN_TEST(smallest_and_largest_are_over_all_ranks),
        NN_TEST(agreement_is_ok_where_nobody_fails),
        NN_TEST(one_failing_rank_stops_all_with_its_message),
        NN_TEST(the_lowest_failing_rank_speaks),
        NN_TEST(what_fails_everywhere_names_no_rank),
        NN_TEST(the_odd_one_out_is_named_with_its_host),
        NN_TEST(broadcast_copies_rank_0),
        NN_TEST(bytes_of_all_ranks_come_to_rank_0_in_their_order),
        NN_TEST(ranks_of_a_host_have_one_clock),
        NN_TEST(waiting_is_told_from_the_work_it_interrupts),
        NN_TEST(ranks_that_share_cores_know_their_places),
    };
    int code = nni_run_suite("comm", tests, sizeof tests / sizeof *tests);
    nn_comm_free(comm);
    return code;
}
