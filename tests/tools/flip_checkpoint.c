/* SPDX-License-Identifier: MIT */
/* flip_checkpoint CHECKPOINT.h5 POSITIONS SEED: damages a checkpoint in place, one byte at a time, at so many positions
 * (0: at each), and then cuts it short at as many lengths. Each time reading must refuse it in one sentence, or give
 * what the sound file gives, bit for bit; a shorter file must be refused. Prints what it saw; exits 1 where something
 * else was read, 2 where it cannot work. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint/checkpoint.h"

/* --- whether two checkpoints are the same in every bit --- */

static bool same_reals(const nni_real *a, const nni_real *b, size_t count)
{
    return (!a && !b) || (a && b && memcmp(a, b, count * sizeof *a) == 0);
}

static bool same_network(const nn_network *a, const nn_network *b)
{
    if (a->inputs != b->inputs || a->layer_count != b->layer_count || a->flat_count != b->flat_count ||
        a->statistics_count != b->statistics_count)
        return false;
    for (size_t l = 0; l < a->layer_count; l++) {
        const nni_layer *one = &a->layers[l], *other = &b->layers[l];
        if (one->outputs != other->outputs || one->activation != other->activation || one->norm != other->norm ||
            memcmp(&one->dropout, &other->dropout, sizeof one->dropout) != 0)
            return false;
    }
    return same_reals(a->parameters, b->parameters, a->flat_count) &&
           same_reals(a->statistics, b->statistics, a->statistics_count);
}

static bool same_optimizer(const nni_optimizer *a, const nni_optimizer *b, size_t count)
{
    if (a->settings.name != b->settings.name || a->steps != b->steps || a->state_count != b->state_count ||
        memcmp(&a->settings.momentum, &b->settings.momentum, sizeof a->settings.momentum) != 0)
        return false;
    for (size_t s = 0; s < a->state_count; s++)
        if (!same_reals(a->state[s], b->state[s], count))
            return false;
    return true;
}

static bool same_normalization(const nni_feature_scaler *a, const nni_feature_scaler *b)
{
    return a->kind == b->kind && a->features == b->features && a->limit == b->limit &&
           memcmp(a->offset, b->offset, a->features * sizeof *a->offset) == 0 &&
           memcmp(a->scale, b->scale, a->features * sizeof *a->scale) == 0 &&
           same_reals(a->missing, b->missing, a->features);
}

static bool same_provenance(const nni_provenance *a, const nni_provenance *b)
{
    return strcmp(a->version, b->version) == 0 && a->ranks == b->ranks && a->threads == b->threads &&
           a->hosts == b->hosts && strcmp(a->data_file, b->data_file) == 0 && a->data_bytes == b->data_bytes &&
           a->data_digest == b->data_digest;
}

static bool same(const nni_checkpoint *a, const nni_checkpoint *b)
{
    return same_network(a->network, b->network) && same_optimizer(a->optimizer, b->optimizer, a->network->flat_count) &&
           same_normalization(a->normalization, b->normalization) &&
           memcmp(&a->progress, &b->progress, sizeof a->progress) == 0 &&
           same_provenance(&a->provenance, &b->provenance) && strcmp(a->recipe, b->recipe) == 0;
}

/* --- damage --- */

/* The file under test, and what came of it. */
struct trial {
    const char *path;
    int file;
    size_t size;
    const nni_checkpoint *sound;
    size_t refused, harmless, wrong;
};

/* A refusal is one sentence that names the file. */
static bool is_sentence(const struct trial *trial, const nn_error *error)
{
    return error->status == NN_DATA && strstr(error->message, trial->path) && !strchr(error->message, '\n');
}

/* @param what, at  of the damage, for the message */
static void judge(struct trial *trial, bool may_be_harmless, const char *what, size_t at)
{
    nn_comm alone = nni_comm_alone();
    nn_error error = {.status = NN_OK};
    nni_checkpoint *read = NULL;
    if (nni_checkpoint_read(trial->path, &alone, &read, &error) == NN_OK) {
        if (may_be_harmless && same(trial->sound, read)) {
            trial->harmless++;
        } else {
            trial->wrong++;
            fprintf(stderr, "%s %zu was not refused\n", what, at);
        }
        nni_checkpoint_free(read);
    } else if (is_sentence(trial, &error)) {
        trial->refused++;
    } else {
        trial->wrong++;
        fprintf(stderr, "%s %zu: no sentence of data: %s\n", what, at, error.message);
    }
}

static bool write_byte(const struct trial *trial, size_t at, unsigned char byte)
{
    return pwrite(trial->file, &byte, 1, (off_t)at) == 1;
}

/* Each bit of a byte alone, then some others of them together. */
static bool flip_byte(struct trial *trial, size_t at)
{
    unsigned char sound = 0;
    bool good = pread(trial->file, &sound, 1, (off_t)at) == 1;
    for (int flip = 0; good && flip <= 8; flip++) {
        const int mask = flip < 8 ? 1 << flip : 1 + rand() % 255;
        good = write_byte(trial, at, (unsigned char)(sound ^ mask));
        if (good)
            judge(trial, true, "a flip in byte", at);
    }
    return good && write_byte(trial, at, sound);
}

/* @return the position number `index` of `count`: each of them once, or any */
static size_t position(size_t index, size_t count, size_t size)
{
    return count >= size ? index : (size_t)rand() % size;
}

static bool flip_bytes(struct trial *trial, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!flip_byte(trial, position(i, count, trial->size)))
            return false;
    return true;
}

static bool cut(struct trial *trial, size_t size)
{
    if (ftruncate(trial->file, (off_t)size) != 0)
        return false;
    judge(trial, false, "a file cut at byte", size);
    return true;
}

/* The bytes that were cut off are written again, for lengths come in any order. */
static bool cut_short(struct trial *trial, size_t count)
{
    char *bytes = malloc(trial->size);
    bool good = bytes && pread(trial->file, bytes, trial->size, 0) == (ssize_t)trial->size;
    for (size_t i = 0; good && i < count; i++)
        good = cut(trial, position(i, count, trial->size)) &&
               pwrite(trial->file, bytes, trial->size, 0) == (ssize_t)trial->size;
    good = good && cut(trial, trial->size - 1) && cut(trial, 1) && cut(trial, 0) &&
           pwrite(trial->file, bytes, trial->size, 0) == (ssize_t)trial->size;
    free(bytes);
    return good;
}

static bool is_sound(const struct trial *trial)
{
    nn_error error;
    return nni_checkpoint_verify(trial->path, &error) == NN_OK;
}

int main(int argc, char **argv)
{
    nn_comm alone = nni_comm_alone();
    nn_error error;
    nni_checkpoint *sound = NULL;
    struct stat facts;
    if (argc != 4 || nni_checkpoint_read(argv[1], &alone, &sound, &error) != NN_OK) {
        fprintf(stderr, "%s\n", argc == 4 ? error.message : "usage: flip_checkpoint CHECKPOINT.h5 POSITIONS SEED");
        return 2;
    }
    struct trial trial = {.path = argv[1], .file = open(argv[1], O_RDWR), .sound = sound};
    if (trial.file < 0 || fstat(trial.file, &facts) != 0)
        return 2;
    trial.size = (size_t)facts.st_size;
    srand((unsigned)strtoul(argv[3], NULL, 10));
    size_t count = strtoul(argv[2], NULL, 10);
    if (count == 0 || count > trial.size)
        count = trial.size;

    bool worked = flip_bytes(&trial, count) && is_sound(&trial);
    printf("%zu bytes, %zu positions x 9 flips: %zu refused, %zu harmless, %zu wrong\n", trial.size, count,
           trial.refused, trial.harmless, trial.wrong);
    const size_t wrong = trial.wrong;
    trial.refused = trial.harmless = trial.wrong = 0;
    worked = worked && cut_short(&trial, count) && is_sound(&trial);
    printf("%zu lengths: %zu refused, %zu wrong\n", count + 3, trial.refused, trial.wrong);

    close(trial.file);
    nni_checkpoint_free(sound);
    if (!worked)
        fprintf(stderr, "%s cannot be damaged and mended\n", argv[1]);
    return !worked ? 2 : wrong + trial.wrong > 0 ? 1 : 0;
}
