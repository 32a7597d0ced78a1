/* SPDX-License-Identifier: MIT */
/* Checkpoints: what is written is what is read, and nothing damaged is believed. */
#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/seal.h"
#include "support/suite.h"

static nn_comm *comm;
static char folder[] = "/tmp/nntrain-checkpoint-XXXXXX";
static char path[128];

static void fill(nni_real *values, size_t count, double scale)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (nni_real)(scale * (double)(i % 1009) - 3);
}

/* A network with odd sizes and a velocity, as a training would leave it. */
static nni_checkpoint made_up(void)
{
    static char recipe[] = "seed: 1\n# \xc3\xbc\n";
    const nni_layer_settings layers[] = {
        {.units = 33, .activation = NN_RELU, .normalization = NN_NORM_BATCH, .dropout = 0.25},
        {.units = 1, .activation = NN_TANH, .normalization = NN_NORM_LAYER},
        {.units = 5, .activation = NN_SOFTMAX}};
    nni_checkpoint checkpoint = {
        .progress = {.epoch = 3,
                     .step = 77,
                     .epoch_step = 5,
                     .epoch_loss = 0.1,
                     .best = 0.25,
                     .best_epoch = 2,
                     .patience = 1,
                     .seconds = 1.5,
                     .schedule = {0.1, 0.5, 3}},
        .provenance = {.version = "1.2.3",
                       .ranks = 4,
                       .threads = 2,
                       .hosts = 1,
                       .data_file = "/data/a b.h5",
                       .data_bytes = 12345,
                       .data_digest = UINT64_C(0xFEDCBA9876543210),
                       .classes = 3},
        .recipe = recipe,
    };
    static const char *const names[] = {"ant", "bee", "l\303\266we", "of all the classes the longest", "z"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CU_ASSERT_FATAL(nni_string_set_add(&checkpoint.class_names, names[i], NULL) == NN_OK);
    for (int i = 0; i < 17; i++) {
        char name[32];
        snprintf(name, sizeof name, "h\303\266he %d", 16 - i);
        CU_ASSERT_FATAL(nni_string_set_add(&checkpoint.feature_names, name, NULL) == NN_OK);
    }
    CU_ASSERT_FATAL(nni_network_create(17, layers, 3, &checkpoint.network, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_feature_scaler_create(NN_NORMALIZE_STANDARD, 17, &checkpoint.normalization, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_target_scaler_create(NN_TARGETS_LOG1P, 5, &checkpoint.target_scaling, NULL) == NN_OK);
    for (size_t j = 0; j < 5; j++) {
        checkpoint.target_scaling->offset[j] = 1.7e9 + 0.1 * (double)j;
        checkpoint.target_scaling->scale[j] = 1e-3 / (1 + (double)j);
    }
    const nni_optimizer_settings adam = {.name = NN_ADAM, .learning_rate = 0.1};
    const nni_regularization_settings none = {.l1 = 0};
    CU_ASSERT_FATAL(nni_optimizer_create(&adam, &none, checkpoint.network, &checkpoint.optimizer, NULL) == NN_OK);
    checkpoint.optimizer->steps = 77;
    for (size_t t = 0; t < checkpoint.network->tensor_count; t++) {
        const nni_tensor *tensor = &checkpoint.network->tensors[t];
        fill(checkpoint.network->parameters + tensor->offset, tensor->count, 0.37 + (double)t);
        for (size_t state = 0; state < checkpoint.optimizer->state_count; state++)
            fill(checkpoint.optimizer->state[state] + tensor->offset, tensor->count, -0.7 - (double)state);
    }
    const nni_layer *first = &checkpoint.network->layers[0];
    fill(checkpoint.network->statistics + first->running_mean, first->outputs, 0.2);
    fill(checkpoint.network->statistics + first->running_variance, first->outputs, 0.3);
    for (size_t i = 0; i < 17; i++) {
        checkpoint.normalization->offset[i] = 1.7e9 + (double)i / 3; /* no float holds it */
        checkpoint.normalization->scale[i] = 1 / (double)(i + 3);
    }
    checkpoint.normalization->limit = 10;
    CU_ASSERT_FATAL(nni_feature_scaler_take_range(checkpoint.normalization, NULL) == NN_OK);
    for (size_t i = 0; i < 17; i++) {
        checkpoint.normalization->least[i] = -1 / (double)(i + 7);
        checkpoint.normalization->most[i] = 1e300 * (double)i;
    }
    return checkpoint;
}

static void free_made_up(nni_checkpoint *checkpoint)
{
    nn_network_free(checkpoint->network);
    nni_feature_scaler_free(checkpoint->normalization);
    nni_target_scaler_free(checkpoint->target_scaling);
    nni_optimizer_free(checkpoint->optimizer);
    nni_string_set_free(&checkpoint->class_names);
    nni_string_set_free(&checkpoint->feature_names);
}

static void read_is(const nni_checkpoint *written)
{
    nn_error error;
    nni_checkpoint *read = NULL;
    CU_ASSERT_FATAL(nni_checkpoint_read(path, comm, &read, &error) == NN_OK);
    const size_t bytes = written->network->flat_count * sizeof(nni_real);
    CU_ASSERT(read->network->layer_count == 3 && read->network->inputs == 17);
    for (size_t l = 0; l < 3; l++)
        CU_ASSERT(memcmp(&read->network->layers[l], &written->network->layers[l], sizeof(nni_layer)) == 0);
    CU_ASSERT(memcmp(read->network->parameters, written->network->parameters, bytes) == 0);
    CU_ASSERT(memcmp(read->network->statistics, written->network->statistics,
                     written->network->statistics_count * sizeof(nni_real)) == 0);
    CU_ASSERT(read->optimizer->settings.name == NN_ADAM && read->optimizer->steps == 77);
    CU_ASSERT_FATAL(read->optimizer->state_count == 2);
    for (size_t state = 0; comm->rank == 0 && state < 2; state++)
        CU_ASSERT(memcmp(read->optimizer->state[state], written->optimizer->state[state], bytes) == 0);
    CU_ASSERT(read->normalization->kind == NN_NORMALIZE_STANDARD);
    CU_ASSERT(memcmp(read->normalization->offset, written->normalization->offset, 17 * sizeof(double)) == 0);
    CU_ASSERT(memcmp(read->normalization->scale, written->normalization->scale, 17 * sizeof(double)) == 0);
    CU_ASSERT(read->normalization->limit == 10);
    CU_ASSERT_FATAL(read->normalization->least && read->normalization->most);
    CU_ASSERT(memcmp(read->normalization->least, written->normalization->least, 17 * sizeof(double)) == 0);
    CU_ASSERT(memcmp(read->normalization->most, written->normalization->most, 17 * sizeof(double)) == 0);
    CU_ASSERT(read->normalization->scale_real[4] == (nni_real)written->normalization->scale[4]);
    const nni_target_scaler *scaling = written->target_scaling;
    CU_ASSERT(read->target_scaling->kind == NN_TARGETS_LOG1P && read->target_scaling->outputs == 5);
    CU_ASSERT(memcmp(read->target_scaling->offset, scaling->offset, 5 * sizeof(double)) == 0);
    CU_ASSERT(memcmp(read->target_scaling->scale, scaling->scale, 5 * sizeof(double)) == 0);
    CU_ASSERT(memcmp(&read->progress, &written->progress, sizeof read->progress) == 0);
    CU_ASSERT(strcmp(read->provenance.version, "1.2.3") == 0);
    CU_ASSERT(strcmp(read->provenance.data_file, "/data/a b.h5") == 0);
    CU_ASSERT(read->provenance.data_digest == UINT64_C(0xFEDCBA9876543210));
    CU_ASSERT(read->provenance.classes == 3);
    CU_ASSERT(strcmp(read->recipe, written->recipe) == 0);
    CU_ASSERT(nni_string_set_equal(&read->class_names, &written->class_names));
    CU_ASSERT(nni_string_set_equal(&read->feature_names, &written->feature_names));
    nni_checkpoint_free(read);
}

static void what_is_written_is_read_on_every_rank(void)
{
    nni_checkpoint written = made_up();
    nn_error error;
    nn_status status = NN_OK;
    if (comm->rank == 0)
        status = nni_checkpoint_write(path, &written, NULL, &error);
    CU_ASSERT_FATAL(nni_comm_broadcast_status(comm, status, &error) == NN_OK);
    read_is(&written);
    free_made_up(&written);
}

/* As all were once: read, they have an identity. */
static void models_of_targets_as_they_are_have_no_scaling(void)
{
    nni_checkpoint written = made_up(), *read = NULL;
    nni_target_scaler *scaling = written.target_scaling;
    nn_error error;
    written.target_scaling = NULL;
    nn_status status = comm->rank == 0 ? nni_checkpoint_write(path, &written, NULL, &error) : NN_OK;
    CU_ASSERT_FATAL(nni_comm_broadcast_status(comm, status, &error) == NN_OK);
    CU_ASSERT_FATAL(nni_checkpoint_read(path, comm, &read, &error) == NN_OK);
    CU_ASSERT(read->target_scaling->kind == NN_TARGETS_NONE && read->target_scaling->outputs == 5);
    for (size_t j = 0; j < 5; j++)
        CU_ASSERT(read->target_scaling->offset[j] == 0 && read->target_scaling->scale[j] == 1);
    nni_checkpoint_free(read);
    written.target_scaling = scaling;
    free_made_up(&written);
}

/* As none had once. */
static void models_without_names_of_features_are_read(void)
{
    nni_checkpoint written = made_up();
    nn_error error;
    nni_string_set_free(&written.feature_names);
    const nn_status status = comm->rank == 0 ? nni_checkpoint_write(path, &written, NULL, &error) : NN_OK;
    CU_ASSERT_FATAL(nni_comm_broadcast_status(comm, status, &error) == NN_OK);
    read_is(&written);
    free_made_up(&written);
}

static void names_of_other_than_all_features_are_refused(void)
{
    nni_checkpoint written = made_up(), *read = NULL;
    nn_error error;
    CU_ASSERT_FATAL(nni_string_set_add(&written.feature_names, "one more", NULL) == NN_OK);
    const nn_status status = comm->rank == 0 ? nni_checkpoint_write(path, &written, NULL, &error) : NN_OK;
    CU_ASSERT_FATAL(nni_comm_broadcast_status(comm, status, &error) == NN_OK);
    CU_ASSERT_EQUAL(nni_checkpoint_read(path, comm, &read, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, path));
    free_made_up(&written);
}

/* The layout is a promise to every HDF5 reader: libhdf5 itself must find it, past the seal. */
static void hdf5_finds_the_promised_layout(void)
{
    if (comm->rank != 0)
        return;
    static const char *const names[] = {
        "/model/layers/0/weight",
        "/model/layers/2/bias",
        "/optimizer/layers/1/weight_mean",
        "/optimizer/layers/1/gamma_square",
        "/model/layers/0/running_variance",
        "/progress",
        "/classes",
        "/features",
        "/normalization/offset",
        "/target_normalization/scale",
        "/recipe",
        "/provenance",
    };
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    CU_ASSERT_FATAL(file >= 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CU_ASSERT(H5Oexists_by_name(file, names[i], H5P_DEFAULT) > 0);
    hid_t weight = H5Dopen2(file, "/model/layers/0/weight", H5P_DEFAULT);
    hid_t space = H5Dget_space(weight), properties = H5Dget_create_plist(weight);
    hsize_t dims[2] = {0, 0};
    CU_ASSERT(H5Sget_simple_extent_dims(space, dims, NULL) == 2 && dims[0] == 33 && dims[1] == 17);
    CU_ASSERT(H5Pget_nfilters(properties) == 1);
    unsigned flags = 0;
    size_t values = 0;
    CU_ASSERT(H5Pget_filter2(properties, 0, &flags, &values, NULL, 0, NULL, NULL) == H5Z_FILTER_FLETCHER32);
    H5Pclose(properties);
    H5Sclose(space);
    H5Dclose(weight);
    H5Fclose(file);
}

/* Puts something in place of a weight, and seals the file anew, as whoever means harm would. */
static void replace_weight(const char *name, void (*put)(hid_t file, const char *name))
{
    nn_error error;
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    CU_ASSERT_FATAL(file >= 0);
    CU_ASSERT_FATAL(H5Ldelete(file, name, H5P_DEFAULT) >= 0);
    put(file, name);
    H5Fclose(file);
    CU_ASSERT_FATAL(nni_seal_file(path, &error) == NN_OK);
}

static void put_floats(hid_t file, const char *name)
{
    const hsize_t count = 17;
    float values[17];
    for (size_t i = 0; i < count; i++)
        values[i] = (float)(0.1 * (double)i);
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t dataset = H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(dataset);
    H5Sclose(space);
    H5Adelete_by_name(file, "/normalization", "limit", H5P_DEFAULT);
    H5Ldelete(file, "/normalization/least", H5P_DEFAULT);
    H5Ldelete(file, "/normalization/most", H5P_DEFAULT);
}

/* As they were written before: offset and scale as floats, no limit and no range. */
static void older_normalizations_are_read(void)
{
    nni_checkpoint written = made_up();
    nn_error error;
    nn_status status = NN_OK;
    if (comm->rank == 0) {
        status = nni_checkpoint_write(path, &written, NULL, &error);
        replace_weight("/normalization/offset", put_floats);
    }
    CU_ASSERT_FATAL(nni_comm_broadcast_status(comm, status, &error) == NN_OK);
    nni_checkpoint *read = NULL;
    CU_ASSERT_FATAL(nni_checkpoint_read(path, comm, &read, &error) == NN_OK);
    for (size_t i = 0; i < 17; i++) {
        CU_ASSERT(read->normalization->offset[i] == (double)(float)(0.1 * (double)i));
        CU_ASSERT(read->normalization->offset_real[i] == (nni_real)(float)(0.1 * (double)i));
    }
    CU_ASSERT(read->normalization->limit == 0 && !read->normalization->least && !read->normalization->most);
    nni_checkpoint_free(read);
    free_made_up(&written);
}

static void put_link(hid_t file, const char *name)
{
    CU_ASSERT(H5Lcreate_external("/etc/other.h5", "/x", file, name, H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

static void put_soft_link(hid_t file, const char *name)
{
    CU_ASSERT(H5Lcreate_soft("/model/layers/2/bias", file, name, H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

static void put_dataset(hid_t file, const char *name, hid_t properties)
{
    hid_t space = H5Screate_simple(1, (hsize_t[]){5}, NULL);
    hid_t dataset = H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    CU_ASSERT(dataset >= 0);
    H5Dclose(dataset);
    H5Sclose(space);
    H5Pclose(properties);
}

static void put_raw(hid_t file, const char *name)
{
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    CU_ASSERT(H5Pset_external(properties, "/etc/passwd", 0, 20) >= 0);
    put_dataset(file, name, properties);
}

static void put_virtual(hid_t file, const char *name)
{
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, (hsize_t[]){5}, NULL);
    CU_ASSERT(H5Pset_virtual(properties, space, ".", "/model/layers/2/bias", space) >= 0);
    H5Sclose(space);
    put_dataset(file, name, properties);
}

static void what_refers_to_other_files_is_no_checkpoint(void)
{
    void (*const put[])(hid_t, const char *) = {put_link, put_soft_link, put_raw, put_virtual};
    for (size_t i = 0; i < sizeof put / sizeof *put; i++) {
        nni_checkpoint written = made_up(), *read = NULL;
        nn_error error = {.message = ""};
        nn_status status = NN_OK;
        if (comm->rank == 0) {
            status = nni_checkpoint_write(path, &written, NULL, &error);
            replace_weight("/model/layers/2/bias", put[i]);
        }
        CU_ASSERT_FATAL(nni_comm_broadcast_status(comm, status, &error) == NN_OK);
        CU_ASSERT_EQUAL(nni_checkpoint_read(path, comm, &read, &error), NN_DATA);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "refers to other files, which no checkpoint does"));
        free_made_up(&written);
    }
}

/* What each rank updates of blocks that are dealt out in turn. */
static size_t own_parts(const nni_optimizer *optimizer, size_t flat_count, nni_partition *parts)
{
    const size_t blocks = nni_optimizer_blocks(optimizer), ranks = (size_t)comm->size;
    size_t count = 0;
    for (size_t b = (size_t)comm->rank; b < blocks; b += ranks)
        parts[count++] = nni_optimizer_part(optimizer, (nni_partition){0, flat_count}, b, blocks);
    return count;
}

static bool state_is(const nni_optimizer *found, const nni_optimizer *expected)
{
    bool same = found->steps == expected->steps;
    for (size_t state = 0; state < found->state_count; state++)
        for (size_t p = 0; p < found->part_count; p++)
            same = same &&
                   memcmp(found->state[state] + found->parts[p].first, expected->state[state] + found->parts[p].first,
                          found->parts[p].count * sizeof(nni_real)) == 0;
    return same;
}

/* Each rank has the state of its own parts alone. */
static void parts_that_ranks_write_are_one_checkpoint(void)
{
    nn_error error;
    nni_checkpoint whole = made_up(), own = whole, *read = NULL;
    nni_optimizer *again = NULL;
    nni_partition parts[64];
    const nni_optimizer_settings adam = {.name = NN_ADAM, .learning_rate = 0.1};
    const nni_regularization_settings none = {.l1 = 0};
    const size_t flat_count = whole.network->flat_count;
    CU_ASSERT_FATAL(nni_optimizer_create_stateless(&adam, &none, whole.network, &own.optimizer, &error) == NN_OK);
    CU_ASSERT_FATAL(nni_optimizer_create_stateless(&adam, &none, whole.network, &again, &error) == NN_OK);
    CU_ASSERT_FATAL(nni_optimizer_blocks(again) <= sizeof parts / sizeof *parts);
    const size_t count = own_parts(again, flat_count, parts);
    nni_optimizer_update_only(own.optimizer, parts, count);
    nni_optimizer_update_only(again, parts, count);
    CU_ASSERT_FATAL(nni_optimizer_take_state(own.optimizer, &error) == NN_OK);
    CU_ASSERT_FATAL(nni_optimizer_take_state(again, &error) == NN_OK);
    for (size_t state = 0; state < own.optimizer->state_count; state++)
        for (size_t p = 0; p < count; p++)
            memcpy(own.optimizer->state[state] + parts[p].first, whole.optimizer->state[state] + parts[p].first,
                   parts[p].count * sizeof(nni_real));
    own.optimizer->steps = whole.optimizer->steps;
    CU_ASSERT_FATAL(nni_checkpoint_write_parallel(path, comm, &own, &error) == NN_OK);
    read_is(&whole);
    CU_ASSERT_FATAL(nni_checkpoint_read(path, comm, &read, NULL) == NN_OK);
    CU_ASSERT_EQUAL(nni_checkpoint_send_state(comm, read, again, NULL), NN_OK);
    CU_ASSERT(state_is(again, whole.optimizer));
    hdf5_finds_the_promised_layout();
    /* A name that cannot be: all ranks are told, and none waits. */
    CU_ASSERT(nni_checkpoint_write_parallel("/dev/null/c.h5", comm, &own, &error) == NN_SYSTEM);
    CU_ASSERT(strstr(error.message, "/dev/null/c.h5: ") != NULL);
    nni_checkpoint_free(read);
    nni_optimizer_free(again);
    nni_optimizer_free(own.optimizer);
    free_made_up(&whole);
}

static void flip(long at, unsigned char mask)
{
    int file = open(path, O_RDWR);
    unsigned char byte = 0;
    CU_ASSERT_FATAL(file >= 0 && pread(file, &byte, 1, at) == 1);
    byte ^= mask;
    CU_ASSERT_FATAL(pwrite(file, &byte, 1, at) == 1);
    close(file);
}

static void every_flipped_byte_is_refused(void)
{
    if (comm->rank != 0)
        return;
    struct stat facts;
    CU_ASSERT_FATAL(stat(path, &facts) == 0);
    nn_comm alone = nni_comm_alone();
    size_t believed = 0;
    for (long at = 0; at < facts.st_size; at += at < 512 ? 1 : 97) {
        flip(at, 1 << at % 8);
        nni_checkpoint *read = NULL;
        nn_error error;
        if (nni_checkpoint_read(path, &alone, &read, &error) == NN_OK)
            believed++;
        else
            CU_ASSERT(strstr(error.message, path) != NULL);
        nni_checkpoint_free(read);
        flip(at, 1 << at % 8);
    }
    CU_ASSERT(believed == 0);
    CU_ASSERT(nni_checkpoint_verify(path, NULL) == NN_OK); /* and it was the flips that were refused */
}

static void every_truncation_is_refused(void)
{
    if (comm->rank != 0)
        return;
    struct stat facts;
    CU_ASSERT_FATAL(stat(path, &facts) == 0);
    size_t believed = 0;
    for (long size = facts.st_size - 1; size >= 0; size -= size > 1000 ? 331 : 37) {
        CU_ASSERT_FATAL(truncate(path, size) == 0);
        nn_error error;
        if (nni_checkpoint_verify(path, &error) == NN_OK)
            believed++;
        else
            CU_ASSERT(error.status == NN_DATA);
    }
    CU_ASSERT(believed == 0);
}

static void missing_files_are_named_on_every_rank(void)
{
    nni_checkpoint *read = NULL;
    nn_error error;
    CU_ASSERT(nni_checkpoint_read("/nowhere/c.h5", comm, &read, &error) == NN_DATA);
    CU_ASSERT_STRING_EQUAL(error.message, "cannot open checkpoint /nowhere/c.h5: No such file or directory");
}

static void a_full_disk_leaves_the_old_file(void)
{
    if (comm->rank != 0)
        return;
    nni_checkpoint checkpoint = made_up();
    nn_error error;
    CU_ASSERT(nni_checkpoint_write("/dev/null/c.h5", &checkpoint, NULL, &error) == NN_SYSTEM);
    CU_ASSERT(strstr(error.message, "/dev/null/c.h5: ") != NULL);
    CU_ASSERT_FATAL(nni_checkpoint_write(path, &checkpoint, NULL, &error) == NN_OK);
    /* A folder in the way of the temporary name: the write fails, the old checkpoint stays. */
    char partial[160];
    snprintf(partial, sizeof partial, "%s.partial", path);
    CU_ASSERT_FATAL(mkdir(partial, 0700) == 0);
    CU_ASSERT(nni_checkpoint_write(path, &checkpoint, NULL, &error) == NN_SYSTEM);
    CU_ASSERT(nni_checkpoint_verify(path, &error) == NN_OK);
    rmdir(partial);
    free_made_up(&checkpoint);
}

int main(int argc, char **argv)
{
    nn_error error;
    if (nn_comm_create(&argc, &argv, &comm, &error) != NN_OK || (comm->rank == 0 && !mkdtemp(folder)) ||
        nn_comm_broadcast(comm, folder, sizeof folder, &error) != NN_OK)
        return 1;
    snprintf(path, sizeof path, "%s/checkpoint.h5", folder);
    const nni_test tests[] = {
        NN_TEST(models_of_targets_as_they_are_have_no_scaling),
        NN_TEST(models_without_names_of_features_are_read),
        NN_TEST(names_of_other_than_all_features_are_refused),
        NN_TEST(what_is_written_is_read_on_every_rank),
        NN_TEST(hdf5_finds_the_promised_layout),
        NN_TEST(every_flipped_byte_is_refused),
        NN_TEST(every_truncation_is_refused),
        NN_TEST(parts_that_ranks_write_are_one_checkpoint),
        NN_TEST(what_refers_to_other_files_is_no_checkpoint),
        NN_TEST(older_normalizations_are_read),
        NN_TEST(missing_files_are_named_on_every_rank),
        NN_TEST(a_full_disk_leaves_the_old_file),
    };
    int code = nni_run_suite("checkpoint", tests, sizeof tests / sizeof *tests);
    if (comm->rank == 0) {
        unlink(path);
        rmdir(folder);
    }
    nn_comm_free(comm);
    return code;
}
