/* SPDX-License-Identifier: MIT */
/* Whether all ranks are told to do the same, and if not, what differs. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "comm/comm.h"
#include "support/memory.h"

/* FNV-1a, of 64 bits. */
static uint64_t digest(const char *text)
{
    uint64_t value = 0xcbf29ce484222325u;
    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * 0x100000001b3u;
    return value;
}

/* A rank that has another text than `outlier` has: rank 0, unless that is the one. */
static nn_status find_partner(nn_comm *comm, uint64_t own, int outlier, int *partner, nn_error *error)
{
    uint64_t theirs = own;
    if (comm->rank == 0 || comm->rank == outlier)
        NN_TRY(nni_comm_send_bytes_to_root(comm, outlier, &theirs, sizeof theirs, error));
    NN_TRY(nn_comm_broadcast(comm, &theirs, sizeof theirs, error));
    double lowest = own == theirs ? comm->size : comm->rank;
    NN_TRY(nni_comm_min_double(comm, &lowest, 1, error));
    *partner = (int)lowest;
    return NN_OK;
}

/* A rank's text to rank 0. @param text  receives memory to be released, which holds the text on these two alone */
static nn_status send_text_to_root(nn_comm *comm, int from, const char *own, char **text, nn_error *error)
{
    uint64_t bytes = strlen(own) + 1;
    *text = NULL;
    if (comm->rank == 0 || comm->rank == from)
        NN_TRY(nni_comm_send_bytes_to_root(comm, from, &bytes, sizeof bytes, error));
    NN_TRY(nn_comm_agree(comm, nni_allocate(bytes, 1, "a text to be compared", text, error), error));
    if (comm->rank == from)
        memcpy(*text, own, bytes);
    if (comm->rank == 0 || comm->rank == from)
        return nni_comm_send_bytes_to_root(comm, from, *text, bytes, error);
    return NN_OK;
}

/* The value of a key, to the end of its line. @return NULL where the text has no such line */
static const char *value_of(const char *text, const char *key, int key_length)
{
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
        if (strncmp(text, key, (size_t)key_length) == 0 && strncmp(text + key_length, ": ", 2) == 0)
            return text + key_length + 2;
    return NULL;
}

/* The first line of a text that the other has not, or has with another value. @return the length of its key; 0: none */
static int find_difference(const char *text, const char *other, const char **line)
{
    for (*line = text; **line; *line += strcspn(*line, "\n"), *line += **line == '\n') {
        const int key = (int)(strstr(*line, ": ") - *line);
        const char *value = *line + key + 2, *there = value_of(other, *line, key);
        const size_t length = strcspn(value, "\n");
        if (!there || strcspn(there, "\n") != length || strncmp(value, there, length) != 0)
            return key;
    }
    return 0;
}

/* @param hosts  [2] of the outlier and of its partner */
static nn_status name_difference(const char *what, int outlier, char hosts[][64], const char *theirs, int partner,
                                 const char *ours, nn_error *error)
{
    const char *line;
    int key = find_difference(theirs, ours, &line);
    if (key == 0)
        key = find_difference(ours, theirs, &line);
    const char *there = value_of(theirs, line, key), *here = value_of(ours, line, key);
    const char absent[] = "absent";
    there = there ? there : absent;
    here = here ? here : absent;
    return nn_fail(
        error, NN_USAGE,
        "rank %d on %s has another %s than rank %d on %s (%.*s: %.*s there, %.*s here); start all ranks with "
        "the same one",
        outlier, hosts[0], what, partner, hosts[1], key, line, (int)strcspn(there, "\n"), there,
        (int)strcspn(here, "\n"), here);
}

nn_status nni_comm_compare(nn_comm *comm, const char *what, const char *lines, nn_error *error)
{
    int outlier = -1, partner = 0;
    char hosts[2][64], *theirs = NULL, *ours = NULL;
    const uint64_t own = digest(lines);
    NN_TRY(nni_comm_find_outlier(comm, &own, &outlier, hosts[0], error));
    if (outlier < 0)
        return NN_OK;
    NN_TRY(find_partner(comm, own, outlier, &partner, error));
    memcpy(hosts[1], comm->host, sizeof hosts[1]);
    if (comm->rank == 0 || comm->rank == partner)
        NN_TRY(nni_comm_send_bytes_to_root(comm, partner, hosts[1], sizeof hosts[1], error));
    nn_status status = send_text_to_root(comm, outlier, lines, &theirs, error);
    if (status == NN_OK)
        status = send_text_to_root(comm, partner, lines, &ours, error);
    if (status == NN_OK && comm->rank == 0)
        status = name_difference(what, outlier, hosts, theirs, partner, ours, error);
    nni_release(theirs);
    nni_release(ours);
    return nni_comm_broadcast_status(comm, status, error);
}
