/* SPDX-License-Identifier: MIT */
#include "hdf5/storage/outside.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "hdf5/storage/virtual.h"
#include "support/files.h"

enum { SPARE_FILES = 64 }; /* that a process has open beside its data */

/* --- raw files --- */

static nn_status check_raw(nni_hdf5_walk *w, const nni_hdf5_level *here, const nni_hdf5_source *own,
                           uint64_t value_bytes)
{
    uint64_t left = value_bytes;
    for (int d = 0; d < own->rank; d++)
        if (__builtin_mul_overflow(left, own->dims[d], &left))
            left = UINT64_MAX;
    const int files = H5Pget_external_count(here->creation);
    w->raw = true;
    for (int i = 0; i < files && left > 0; i++) {
        char name[NNI_HDF5_NAME_MOST] = "";
        off_t offset = 0;
        hsize_t size = 0;
        nni_hdf5_referred found;
        if (H5Pget_external(here->creation, (unsigned)i, sizeof name - 1, name, &offset, &size) < 0)
            return nn_fail(w->error, NN_DATA, "%s is damaged: the raw files of %s cannot be told", here->path,
                           here->name);
        const uint64_t taken = size < left ? size : left, begin = offset > 0 ? (uint64_t)offset : 0;
        if (nni_hdf5_refer(&w->fence, NNI_HDF5_RAW, here->path, name, &found) &&
            (found.bytes < begin || found.bytes - begin < taken))
            snprintf(found.fault, sizeof found.fault, "has only %llu of %llu bytes; restore it",
                     (unsigned long long)found.bytes, (unsigned long long)(begin + taken));
        if (*found.fault)
            return nn_fail(w->error, NN_DATA, "%s: %s takes its values from the raw file %s, which %s", here->path,
                           here->name, found.path, found.fault);
        left -= taken;
    }
    return NN_OK;
}

/* --- any dataset --- */

static nn_status check_circle(const nni_hdf5_walk *w, const nni_hdf5_level *here)
{
    for (const nni_hdf5_level *l = here->above; l; l = l->above)
        if (l->device == here->device && l->inode == here->inode && l->address == here->address)
            return nn_fail(w->error, NN_DATA,
                           "%s: %s takes rows from %s of %s, which takes them from there in turn; break the circle",
                           here->above->path, here->above->name, here->name, here->path);
    return NN_OK;
}

static nn_status check_storage(nni_hdf5_walk *w, const nni_hdf5_level *here, hid_t dataset, nni_hdf5_source *found)
{
    hid_t type = H5Dget_type(dataset);
    found->class = H5Tget_class(type);
    const size_t value_bytes = H5Tget_size(type);
    H5Tclose(type);
    nni_hdf5_level now = *here;
    now.class = found->class;
    found->parts = 1;
    if (H5Pget_layout(now.creation) == H5D_VIRTUAL)
        return nni_hdf5_check_virtual(w, &now, dataset, found);
    if (!nni_hdf5_get_extent(dataset, found))
        return nn_fail(w->error, NN_DATA, "%s is damaged: the shape of %s cannot be told", now.path, now.name);
    found->stored = H5Dget_storage_size(dataset);
    return H5Pget_external_count(now.creation) > 0 ? check_raw(w, &now, found, value_bytes) : NN_OK;
}

static nn_status check_dataset(nni_hdf5_walk *w, const nni_hdf5_level *above, const nni_hdf5_place *place,
                               const char *name, nni_hdf5_source *found)
{
    struct stat facts = {.st_size = 0};
    H5O_info_t info = {.addr = HADDR_UNDEF};
    stat(place->path, &facts);
    H5Oget_info2(place->object, &info, H5O_INFO_BASIC);
    const nni_hdf5_level here = {.above = above,
                                 .path = place->path,
                                 .name = name,
                                 .device = facts.st_dev,
                                 .inode = facts.st_ino,
                                 .address = info.addr,
                                 .depth = above ? above->depth + 1 : 1,
                                 .creation = H5Dget_create_plist(place->object)};
    if (here.creation < 0)
        return nn_fail(w->error, NN_DATA, "%s is damaged: how %s is stored cannot be told", place->path, name);
    nn_status status = check_circle(w, &here);
    if (status == NN_OK)
        status = check_storage(w, &here, place->object, found);
    H5Pclose(here.creation);
    return status;
}

static nn_status visit(nni_hdf5_walk *w, const nni_hdf5_level *above, hid_t file, const char *path, const char *name,
                       nni_hdf5_source *found, bool *there)
{
    nni_hdf5_place place;
    *found = (nni_hdf5_source){.parts = 0};
    nn_status status = nni_hdf5_follow(&w->fence, file, path, name, &place, w->error);
    *there = status == NN_OK && place.object >= 0 && H5Iget_type(place.object) == H5I_DATASET;
    if (*there && place.foreign)
        status = nni_hdf5_walk_note(w, path, name, place.path);
    if (*there && status == NN_OK)
        status = check_dataset(w, above, &place, name, found);
    nni_hdf5_place_close(&place);
    return status;
}

nn_status nni_hdf5_check_open_files(const char *path, uint64_t files, nn_error *error)
{
    const uint64_t may = nni_allow_open_files();
    if (files == 0 || files + SPARE_FILES <= may)
        return NN_OK;
    return nn_fail(error, NN_SYSTEM,
                   "%s has rows of %llu files, which HDF5 keeps open, but a process may have %llu; raise ulimit -n",
                   path, (unsigned long long)files, (unsigned long long)may);
}

nn_status nni_hdf5_check_outside(hid_t file, const char *path, const char *name, nn_external rule,
                                 nni_hdf5_outside *outside, nn_error *error)
{
    nni_hdf5_walk w = {.visit = visit, .error = error};
    nni_hdf5_source found;
    bool there = false;
    nni_hdf5_fence_make(path, rule, &w.fence);
    nn_status status = visit(&w, NULL, file, path, name, &found, &there);
    if (w.sources.count > outside->open)
        outside->open = w.sources.count;
    outside->any = outside->any || w.raw || w.sources.count > 0;
    if (status == NN_OK)
        status = nni_hdf5_check_open_files(path, w.sources.count, error);
    nni_string_set_free(&w.sources);
    return status;
}

/* Nothing is inside of such a fence. */
hid_t nni_hdf5_open_inside(hid_t file, const char *name)
{
    const nni_hdf5_fence nowhere = {.rule = NN_EXTERNAL_INSIDE};
    nni_hdf5_place place;
    nn_error unused;
    hid_t dataset = H5I_INVALID_HID;
    if (nni_hdf5_follow(&nowhere, file, "", name, &place, &unused) == NN_OK && place.object >= 0 &&
        H5Iget_type(place.object) == H5I_DATASET) {
        hid_t creation = H5Dget_create_plist(place.object);
        if (creation >= 0 && H5Pget_layout(creation) != H5D_VIRTUAL && H5Pget_external_count(creation) == 0)
            dataset = H5Dopen2(file, name, H5P_DEFAULT);
        if (creation >= 0)
            H5Pclose(creation);
    }
    nni_hdf5_place_close(&place);
    return dataset;
}
