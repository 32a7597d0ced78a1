/* SPDX-License-Identifier: MIT */
/* payload_rate MEBIBYTES: every rank sends as many to the next and receives as many from the one before, at the same
 * time. Rank 0 prints the bytes per second that the slowest rank sent: what a sum over ranks can move at best. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

/* Messages that Open MPI sends at once, some in flight. Of several of 128 KiB or more it sends one way after the other
 * where both use one connection: 62 MB/s each way at 1 Gbit/s, where these reach 119 (4.1.4). */
enum { MESSAGE = 1 << 15, WINDOW = 8, MEBIBYTE = 1 << 20 };

static char sent[MESSAGE], received[WINDOW][MESSAGE];

/* @return seconds */
static double move(int messages, int before, int after)
{
    const double began = MPI_Wtime();
    for (int done = 0; done < messages; done += WINDOW) {
        MPI_Request requests[2 * WINDOW];
        for (int i = 0; i < WINDOW; i++)
            MPI_Irecv(received[i], MESSAGE, MPI_BYTE, before, 0, MPI_COMM_WORLD, &requests[i]);
        for (int i = 0; i < WINDOW; i++)
            MPI_Isend(sent, MESSAGE, MPI_BYTE, after, 0, MPI_COMM_WORLD, &requests[WINDOW + i]);
        MPI_Waitall(2 * WINDOW, requests, MPI_STATUSES_IGNORE);
    }
    return MPI_Wtime() - began;
}

int main(int argc, char **argv)
{
    int rank, size;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    const int messages = argc == 2 ? atoi(argv[1]) * (MEBIBYTE / MESSAGE) : 0;
    if (messages <= 0) {
        fprintf(stderr, "usage: payload_rate MEBIBYTES\n");
        MPI_Abort(MPI_COMM_WORLD, 2);
    }
    const int before = (rank + size - 1) % size, after = (rank + 1) % size;
    move(WINDOW, before, after); /* connections and windows of TCP */
    MPI_Barrier(MPI_COMM_WORLD);
    double seconds = move(messages, before, after), slowest = 0;
    MPI_Reduce(&seconds, &slowest, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
    if (rank == 0)
        printf("%.0f\n", (double)messages * MESSAGE / slowest);
    MPI_Finalize();
    return 0;
}
