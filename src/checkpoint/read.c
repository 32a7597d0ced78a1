/* SPDX-License-Identifier: MIT */
/* Rank 0 verifies the seal over the whole file, then HDF5 reads from the very bytes that were verified; the other ranks
 * receive what it found. */
#include <hdf5.h>

#include "checkpoint/broadcast.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/deserialize.h"
#include "checkpoint/fields.h"
#include "checkpoint/layout.h"
#include "checkpoint/seal.h"
#include "hdf5/process/guard.h"
#include "hdf5/process/lock.h"
#include "support/memory.h"

void nni_checkpoint_free(nni_checkpoint *checkpoint)
{
    if (!checkpoint)
        return;
    nn_network_free(checkpoint->network);
    nni_feature_scaler_free(checkpoint->normalization);
    nni_target_scaler_free(checkpoint->target_scaling);
    nni_optimizer_free(checkpoint->optimizer);
    nni_string_set_free(&checkpoint->class_names);
    nni_string_set_free(&checkpoint->feature_names);
    nni_release(checkpoint->recipe);
    nni_release(checkpoint);
}

/* Objects of a checkpoint lie at /optimizer/layers/0/weight_mean at the deepest. */
enum { DEPTH_MAX = 8 };

static bool lies_in_file(hid_t group, const char *name)
{
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    bool plain = object >= 0;
    if (plain && H5Iget_type(object) == H5I_DATASET) {
        hid_t creation = H5Dget_create_plist(object);
        plain = creation >= 0 && H5Pget_layout(creation) != H5D_VIRTUAL && H5Pget_external_count(creation) == 0;
        if (creation >= 0)
            H5Pclose(creation);
    }
    if (object >= 0)
        H5Oclose(object);
    return plain;
}

static herr_t check_link(hid_t root, const char *name, const H5L_info_t *info, void *context)
{
    (void)context;
    int depth = 1;
    for (const char *at = name; *at; at++)
        depth += *at == '/';
    return info->type == H5L_TYPE_HARD && depth <= DEPTH_MAX && lies_in_file(root, name) ? 0 : -1;
}

/* A seal shows damage, not malice: a file could refer to any other file of the reader's, or have reading never end. */
static bool is_self_contained(hid_t file)
{
    return H5Lvisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, check_link, NULL) >= 0;
}

static hid_t open_image(void *image, size_t count)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0)
        return -1;
    hid_t file = -1;
    if (H5Pset_fapl_core(access, (size_t)1 << 20, false) >= 0 && H5Pset_file_image(access, image, count) >= 0)
        file = H5Fopen("checkpoint in memory", H5F_ACC_RDONLY, access);
    H5Pclose(access);
    return file;
}

/* What rank 0 reads, and into what. */
struct reading {
    const char *path;
    nni_checkpoint *checkpoint;
};

static nn_status read_file(void *context, nn_error *error)
{
    const struct reading *reading = context;
    const char *path = reading->path;
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    void *image = NULL;
    size_t count = 0;
    NN_TRY(nni_seal_read(path, &image, &count, error));
    hid_t file = open_image(image, count);
    uint64_t format = 0;
    nn_status status = NN_OK;
    if (file < 0 || !nni_field_get_count(file, "format", &format))
        status = nn_fail(error, NN_DATA, "%s carries a seal but holds no checkpoint", path);
    else if (format < NNI_CHECKPOINT_OLDEST || format > NNI_CHECKPOINT_FORMAT)
        status = nn_fail(error, NN_DATA,
                         "%s has checkpoint format %llu, this nntrain reads %d to %d; use a matching version", path,
                         (unsigned long long)format, NNI_CHECKPOINT_OLDEST, NNI_CHECKPOINT_FORMAT);
    else if (!is_self_contained(file))
        status = nn_fail(error, NN_DATA, "%s carries a seal but refers to other files, which no checkpoint does", path);
    else if (!nni_checkpoint_deserialize(file, count, reading->checkpoint))
        status =
            nn_fail(error, NN_DATA, "%s carries a seal but is not laid out as a checkpoint, or memory is short", path);
    if (file >= 0)
        H5Fclose(file);
    nni_release(image);
    return status;
}

nn_status nni_checkpoint_read_local(const char *path, nni_checkpoint **result, nn_error *error)
{
    /* The seal shows damage, not malice. */
    struct reading reading = {.path = path};
    NN_TRY(nni_allocate(1, sizeof *reading.checkpoint, "the checkpoint", &reading.checkpoint, error));
    nni_hdf5_lock();
    const nn_status status = nni_hdf5_guard(path, read_file, &reading, error);
    nni_hdf5_unlock();
    if (status == NN_OK)
        *result = reading.checkpoint;
    else
        nni_checkpoint_free(reading.checkpoint);
    return status;
}

nn_status nni_checkpoint_read(const char *path, nn_comm *comm, nni_checkpoint **result, nn_error *error)
{
    nni_checkpoint *checkpoint = NULL;
    nn_status status = comm->rank == 0 ? nni_checkpoint_read_local(path, &checkpoint, error) : NN_OK;
    NN_TRY(nni_comm_broadcast_status(comm, status, error));
    if (comm->rank > 0)
        status = nni_allocate(1, sizeof *checkpoint, "the checkpoint", &checkpoint, error);
    status = nn_comm_agree(comm, status, error);
    if (status == NN_OK)
        status = nni_checkpoint_broadcast(comm, checkpoint, error);
    if (status != NN_OK) {
        nni_checkpoint_free(checkpoint);
        return status;
    }
    *result = checkpoint;
    return NN_OK;
}
