/* MPI_Iallreduce of a simulated run; see instead.h. For powers of 2. */
#include "sim/instead.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Here they are meant as they are. */
#undef MPI_Testall
#undef MPI_Waitall

enum {
    MOST_SUMS = 4096, /* under way at a time */
    MOST_ROUNDS = 32,
    SHORT = 2048, /* bytes up to which a message has the whole array */
    TAG = 20000,
};

typedef struct range {
    size_t first, end;
} range;

typedef struct sum {
    bool used, whole, spreading;
    char *values, *inbox;
    size_t size;
    int rank, ranks, distance, tag;
    MPI_Datatype type;
    MPI_Op operation;
    MPI_Comm world;
    range held, before[MOST_ROUNDS];
    int level;
} sum;

/* Of this rank: SMPI keeps the variables of ranks apart. Each sum has two messages under way. */
static sum sums[MOST_SUMS];
static MPI_Request messages[2 * MOST_SUMS];
static int sum_count, tag_count;

static double addition;

void sim_compute(double seconds)
{
    if (seconds > 0)
        smpi_execute_flops(seconds * 1e9);
}

void sim_set_addition(double seconds)
{
    addition = seconds;
}

void sim_add(size_t count)
{
    sim_compute((double)count * addition);
}

static range half(const sum *s, bool mine)
{
    const size_t middle = s->held.first + (s->held.end - s->held.first) / 2;
    const bool low = ((s->rank & s->distance) == 0) == mine;
    return low ? (range){s->held.first, middle} : (range){middle, s->held.end};
}

static void exchange(int index, range out, char *place, range in)
{
    sum *s = &sums[index];
    const int partner = s->rank ^ s->distance;
    MPI_Irecv(place, (int)(in.end - in.first), s->type, partner, s->tag, s->world, &messages[2 * index]);
    MPI_Isend(s->values + out.first * s->size, (int)(out.end - out.first), s->type, partner, s->tag, s->world,
              &messages[2 * index + 1]);
}

static void next_round(int index)
{
    sum *s = &sums[index];
    if (s->whole) {
        exchange(index, s->held, s->inbox, s->held);
    } else if (!s->spreading) {
        exchange(index, half(s, false), s->inbox, half(s, true));
    } else {
        const range before = s->before[s->level - 1];
        const range theirs =
            s->held.first == before.first ? (range){s->held.end, before.end} : (range){before.first, s->held.first};
        exchange(index, s->held, s->values + theirs.first * s->size, theirs);
    }
}

/* The messages of a round have come. @return whether the sum is there */
static bool round_done(sum *s)
{
    if (s->whole) {
        MPI_Reduce_local(s->inbox, s->values, (int)s->held.end, s->type, s->operation);
        s->distance *= 2;
        return s->distance == s->ranks;
    }
    if (!s->spreading) {
        const range mine = half(s, true);
        sim_add(mine.end - mine.first);
        s->before[s->level++] = s->held;
        s->held = mine;
        s->spreading = s->distance == 1;
        if (!s->spreading)
            s->distance /= 2;
        return false;
    }
    s->held = s->before[--s->level];
    s->distance *= 2;
    return s->distance == s->ranks;
}

/* Takes a sum as far as its messages have come. */
static void go_on(int index)
{
    int arrived = 0;
    while (sums[index].used) {
        MPI_Testall(2, &messages[2 * index], &arrived, MPI_STATUSES_IGNORE);
        if (!arrived)
            break;
        if (round_done(&sums[index])) {
            if (sums[index].whole)
                free(sums[index].inbox);
            sums[index].used = false;
        } else {
            next_round(index);
        }
    }
}

int sim_iallreduce(const void *from, void *to, int count, MPI_Datatype type, MPI_Op operation, MPI_Comm world,
                   MPI_Request *request)
{
    int index = 0, size = 0;
    while (index < MOST_SUMS && sums[index].used)
        index++;
    if (index == MOST_SUMS)
        return MPI_ERR_OTHER;
    if (index >= sum_count) {
        messages[2 * index] = messages[2 * index + 1] = MPI_REQUEST_NULL;
        sum_count = index + 1;
    }
    sum *s = &sums[index];
    *s = (sum){.used = true, .values = to, .type = type, .operation = operation, .world = world};
    MPI_Type_size(type, &size);
    MPI_Comm_rank(world, &s->rank);
    MPI_Comm_size(world, &s->ranks);
    s->size = (size_t)size;
    s->tag = TAG + tag_count++ % TAG;
    s->held = (range){0, (size_t)count};
    s->whole = (size_t)count * s->size <= SHORT;
    s->distance = s->whole ? 1 : s->ranks / 2;
    /* Rounds are short of a copy of what is there already: nobody needs it but the sums of a few values. */
    if (from != MPI_IN_PLACE && s->whole)
        memcpy(to, from, (size_t)count * s->size);
    s->inbox = s->whole ? malloc((size_t)count * s->size) : sim_folded();
    next_round(index);
    *request = (MPI_Request)(uintptr_t)(index + 1);
    return MPI_SUCCESS;
}

/* @return the place of a sum, -1 for a message */
static int sum_of(MPI_Request request)
{
    const uintptr_t value = (uintptr_t)request;
    return value >= 1 && value <= MOST_SUMS ? (int)value - 1 : -1;
}

int sim_testall(int count, MPI_Request *requests, int *done, MPI_Status *statuses)
{
    const int index = count == 1 ? sum_of(requests[0]) : -1;
    if (index < 0)
        return MPI_Testall(count, requests, done, statuses);
    go_on(index);
    *done = !sums[index].used;
    if (*done)
        requests[0] = MPI_REQUEST_NULL;
    return MPI_SUCCESS;
}

/* Waits for a message of any sum, and lets that sum go on. */
static void any_goes_on(void)
{
    static MPI_Request waiting[2 * MOST_SUMS];
    static int owners[2 * MOST_SUMS];
    int count = 0, one = 0;
    for (int m = 0; m < 2 * sum_count; m++)
        if (messages[m] != MPI_REQUEST_NULL) {
            waiting[count] = messages[m];
            owners[count++] = m;
        }
    if (count > 0) {
        MPI_Waitany(count, waiting, &one, MPI_STATUS_IGNORE);
        messages[owners[one]] = MPI_REQUEST_NULL;
        go_on(owners[one] / 2);
    }
}

int sim_waitall(int count, MPI_Request *requests, MPI_Status *statuses)
{
    const int index = count == 1 ? sum_of(requests[0]) : -1;
    if (index < 0)
        return MPI_Waitall(count, requests, statuses);
    go_on(index);
    while (sums[index].used)
        any_goes_on();
    requests[0] = MPI_REQUEST_NULL;
    return MPI_SUCCESS;
}
