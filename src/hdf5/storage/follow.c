/* SPDX-License-Identifier: MIT */
#include "hdf5/storage/follow.h"

#include <stdio.h>
#include <string.h>

/* Links that a name may go through, as HDF5 has it. */
enum { MOST_LINKS = 16 };

hid_t nni_hdf5_open_referred(nni_hdf5_referred *found)
{
    char reason[300];
    const hid_t file = H5Fopen(found->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file >= 0)
        return file;
    nni_hdf5_reason(reason, sizeof reason);
    snprintf(found->fault, sizeof found->fault, "%s (HDF5: %s); restore it",
             strstr(reason, "truncated") ? "is truncated" : "cannot be opened", reason);
    return file;
}

void nni_hdf5_place_close(nni_hdf5_place *place)
{
    if (place->object >= 0)
        H5Oclose(place->object);
    if (place->foreign)
        H5Fclose(place->file);
    place->object = H5I_INVALID_HID;
    place->foreign = false;
}

/* A name on its way. */
typedef struct way {
    const nni_hdf5_fence *fence;
    const char *name; /* as it was given */
    nni_hdf5_place *place;
    char text[NNI_HDF5_NAME_MOST];
    const char *rest; /* of the text, that is still to be followed */
    int links;
    nn_error *error;
} way;

static nn_status move_to(way *on, hid_t object)
{
    if (on->place->object >= 0)
        H5Oclose(on->place->object);
    on->place->object = object;
    return NN_OK;
}

static nn_status fail_name(const way *on)
{
    return nn_fail(on->error, NN_DATA, "%s: %.200s goes through links of more than %d bytes", on->place->path, on->name,
                   NNI_HDF5_NAME_MOST);
}

/* What a link says comes before the rest of the name. */
static nn_status put_before(way *on, const char *said)
{
    char rest[NNI_HDF5_NAME_MOST];
    if (snprintf(rest, sizeof rest, "%s/%s", said, on->rest) >= (int)sizeof rest)
        return fail_name(on);
    memcpy(on->text, rest, strlen(rest) + 1);
    on->rest = on->text;
    return NN_OK;
}

static nn_status follow_soft(way *on, const char *target)
{
    if (*target == '/')
        move_to(on, H5Gopen2(on->place->file, "/", H5P_DEFAULT));
    return put_before(on, target);
}

static nn_status follow_external(way *on, const char *value, size_t bytes)
{
    nni_hdf5_place *place = on->place;
    nni_hdf5_referred found;
    const char *file = NULL, *object = NULL;
    unsigned flags = 0;
    if (H5Lunpack_elink_val(value, bytes, &flags, &file, &object) < 0)
        return nn_fail(on->error, NN_DATA, "%s is damaged: %s goes through a link that HDF5 cannot read", place->path,
                       on->name);
    hid_t opened = nni_hdf5_refer(on->fence, NNI_HDF5_LINK, place->path, file, &found) ? nni_hdf5_open_referred(&found)
                                                                                       : H5I_INVALID_HID;
    if (opened < 0)
        return nn_fail(on->error, NN_DATA, "%s: %s leads to %s in %s, which %s", place->path, on->name, object,
                       found.path, found.fault);
    nni_hdf5_place_close(place);
    place->file = opened;
    place->foreign = true;
    memcpy(place->path, found.path, sizeof place->path);
    move_to(on, H5Gopen2(opened, "/", H5P_DEFAULT));
    return put_before(on, object);
}

static nn_status follow_link(way *on, const char *part, const H5L_info_t *link)
{
    char value[NNI_HDF5_NAME_MOST] = "";
    if (++on->links > MOST_LINKS)
        return nn_fail(on->error, NN_DATA, "%s: %s goes through more than %d links; are they a circle?",
                       on->place->path, on->name, MOST_LINKS);
    if (link->type != H5L_TYPE_SOFT && link->type != H5L_TYPE_EXTERNAL)
        return nn_fail(on->error, NN_DATA,
                       "%s: %s goes through a link of a user's own type (%d), which is not followed; replace it",
                       on->place->path, on->name, (int)link->type);
    if (link->u.val_size >= sizeof value)
        return fail_name(on);
    if (H5Lget_val(on->place->object, part, value, sizeof value, H5P_DEFAULT) < 0)
        return nn_fail(on->error, NN_DATA, "%s is damaged: a link on the way to %s cannot be read", on->place->path,
                       on->name);
    return link->type == H5L_TYPE_SOFT ? follow_soft(on, value) : follow_external(on, value, link->u.val_size);
}

/* The next part of the name, which leaves the rest. */
static void take_part(way *on, char part[NNI_HDF5_NAME_MOST])
{
    const char *begin = on->rest + strspn(on->rest, "/");
    const size_t length = strcspn(begin, "/");
    memcpy(part, begin, length);
    part[length] = '\0';
    on->rest = begin + length;
}

static nn_status follow(way *on)
{
    nni_hdf5_place *place = on->place;
    char part[NNI_HDF5_NAME_MOST];
    H5L_info_t link;
    for (take_part(on, part); *part && place->object >= 0; take_part(on, part)) {
        if (strcmp(part, ".") == 0)
            continue;
        if (H5Iget_type(place->object) != H5I_GROUP || H5Lexists(place->object, part, H5P_DEFAULT) <= 0 ||
            H5Lget_info(place->object, part, &link, H5P_DEFAULT) < 0)
            return move_to(on, H5I_INVALID_HID);
        if (link.type == H5L_TYPE_HARD)
            move_to(on, H5Oopen(place->object, part, H5P_DEFAULT));
        else
            NN_TRY(follow_link(on, part, &link));
    }
    return NN_OK;
}

nn_status nni_hdf5_follow(const nni_hdf5_fence *fence, hid_t file, const char *path, const char *name,
                          nni_hdf5_place *place, nn_error *error)
{
    way on = {.fence = fence, .name = name, .place = place, .error = error};
    *place = (nni_hdf5_place){.object = H5I_INVALID_HID, .file = file};
    snprintf(place->path, sizeof place->path, "%s", path);
    on.rest = on.text;
    if (snprintf(on.text, sizeof on.text, "%s", name) >= (int)sizeof on.text)
        return fail_name(&on);
    place->object = H5Gopen2(file, "/", H5P_DEFAULT);
    return follow(&on);
}
