/* SPDX-License-Identifier: MIT */
#include "comm/backend.h"
#include "comm/topology.h"
#include "support/suite.h"

static nn_comm *comm;

/* @param first  [count + 1] */
static void check(const nni_hosts *hosts, size_t count, const size_t *first, size_t lanes)
{
    const size_t rank = (size_t)comm->rank;
    CU_ASSERT_EQUAL_FATAL(hosts->count, count);
    for (size_t host = 0; host <= count; host++)
        CU_ASSERT_EQUAL(hosts->first[host], first[host]);
    const size_t begin = first[hosts->index], size = first[hosts->index + 1] - begin;
    CU_ASSERT_TRUE(rank >= begin && rank < begin + size);
    CU_ASSERT_EQUAL(hosts->place, rank - begin);
    CU_ASSERT_EQUAL(hosts->lanes, lanes);
    CU_ASSERT_EQUAL(hosts->inside->size, (int)size);
    CU_ASSERT_EQUAL(hosts->inside->rank, (int)hosts->place);
    CU_ASSERT_EQUAL_FATAL(hosts->lane != NULL, hosts->place < lanes);
    if (hosts->lane) {
        CU_ASSERT_EQUAL(hosts->lane->size, (int)count);
        CU_ASSERT_EQUAL(hosts->lane->rank, (int)hosts->index);
    }
}

static void all_ranks_are_on_this_host(void)
{
    const size_t first[] = {0, (size_t)comm->size};
    CU_ASSERT_EQUAL(comm->host_count, 1);
    CU_ASSERT_EQUAL(comm->local_size, comm->size);
    CU_ASSERT_EQUAL(comm->local_rank, comm->rank);
    if (comm->size > 1)
        check(comm->backend->hosts, 1, first, (size_t)comm->size);
}

static void hosts_have_different_numbers_of_ranks(void)
{
    const int ranks = comm->size, pair = ranks < 2 ? ranks : 2;
    const size_t first[] = {0, (size_t)pair, (size_t)ranks};
    nni_hosts *hosts = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_hosts_create(comm, comm->rank < 2 ? 0 : 2, &hosts, NULL), NN_OK);
    if (ranks > 2)
        check(hosts, 2, first, ranks == 3 ? 1 : 2);
    else
        check(hosts, 1, first, (size_t)ranks);
    nni_hosts_free(hosts);
}

static void alone_each_rank_is_a_host(void)
{
    size_t first[9];
    for (size_t rank = 0; rank <= (size_t)comm->size; rank++)
        first[rank] = rank;
    nni_hosts *hosts = NULL;
    CU_ASSERT_EQUAL_FATAL(nni_hosts_create_alone(comm, &hosts, NULL), NN_OK);
    check(hosts, (size_t)comm->size, first, 1);
    nni_hosts_free(hosts);
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK)
        return 1;
    const nni_test tests[] = {
        NN_TEST(all_ranks_are_on_this_host),
        NN_TEST(hosts_have_different_numbers_of_ranks),
        NN_TEST(alone_each_rank_is_a_host),
    };
    const int code = nni_run_suite("ranks of hosts", tests, sizeof tests / sizeof *tests);
    nn_comm_free(comm);
    return code;
}
