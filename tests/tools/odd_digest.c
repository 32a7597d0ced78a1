/* SPDX-License-Identifier: MIT */
/* A library to be preloaded: on one rank, ODD_RANK, the digest of its weights comes out wrong from the call ODD_CALL
 * on, as if a bit of its memory had flipped; or with ODD_STALL set never comes, as from a lock that nobody gives back.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

enum { WEIGHTS_LEAST = 4096 }; /* bytes; texts, and digests of slices, are shorter */

XXH64_hash_t XXH3_64bits(const void *data, size_t length)
{
    static long calls;
    const char *rank = getenv("OMPI_COMM_WORLD_RANK"), *odd = getenv("ODD_RANK"), *call = getenv("ODD_CALL");
    const XXH64_hash_t digest = XXH3_64bits_withSeed(data, length, 0);
    if (length < WEIGHTS_LEAST)
        return digest;
    calls++;
    const bool now = rank && odd && call && atol(rank) == atol(odd) && calls >= atol(call);
    while (now && getenv("ODD_STALL"))
        pause();
    return now ? digest ^ 1 : digest;
}
