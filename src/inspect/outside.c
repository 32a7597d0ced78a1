/* SPDX-License-Identifier: MIT */
#include "inspect/outside.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "hdf5/storage/mapping.h"
#include "support/printable.h"

enum { LISTED_MOST = 12 };

/* ", which is not there"; the remedy comes with the error. */
static void print_fault(FILE *out, const nni_hdf5_referred *found)
{
    char fault[sizeof found->fault];
    snprintf(fault, sizeof fault, "%.*s", (int)strcspn(found->fault, ";"), found->fault);
    if (*fault)
        fprintf(out, ", which ");
    nni_print_text(out, fault);
    fputc('\n', out);
}

static void print_sources(FILE *out, hid_t creation, const char *path, const nni_hdf5_fence *fence)
{
    size_t count = 0;
    H5Pget_virtual_count(creation, &count);
    fprintf(out, "           virtual, of %zu mapping%s\n", count, count == 1 ? "" : "s");
    for (size_t i = 0; i < count && i < LISTED_MOST; i++) {
        nni_hdf5_mapping m, first;
        nni_hdf5_referred found = {.fault = ""};
        if (nni_hdf5_mapping_read(creation, i, &m)) {
            const bool series = nni_hdf5_mapping_number(&m, 0, &first);
            if (strcmp(first.file, ".") != 0)
                nni_hdf5_refer(fence, NNI_HDF5_SOURCE, path, first.file, &found);
            fprintf(out, "           %s from ", m.rows);
            nni_print_text(out, series ? m.dataset : first.dataset);
            fprintf(out, " of ");
            nni_print_text(out, series ? m.file : first.file);
            fprintf(out, "%s", series && *found.fault ? ", of which the first" : "");
            print_fault(out, &found);
        }
        nni_hdf5_mapping_close(&m);
    }
    if (count > LISTED_MOST)
        fprintf(out, "           and %zu more\n", count - LISTED_MOST);
}

static void print_raw(FILE *out, hid_t creation, const char *path, const nni_hdf5_fence *fence)
{
    const int count = H5Pget_external_count(creation);
    for (int i = 0; i < count && i < LISTED_MOST; i++) {
        char name[NNI_HDF5_NAME_MOST] = "";
        off_t offset = 0;
        hsize_t size = 0;
        nni_hdf5_referred found;
        if (H5Pget_external(creation, (unsigned)i, sizeof name - 1, name, &offset, &size) < 0)
            continue;
        nni_hdf5_refer(fence, NNI_HDF5_RAW, path, name, &found);
        fprintf(out, "           values in the raw file ");
        nni_print_text(out, name);
        print_fault(out, &found);
    }
    if (count > LISTED_MOST)
        fprintf(out, "           and %d more\n", count - LISTED_MOST);
}

void nni_inspect_print_outside(FILE *out, hid_t dataset, const char *path, const nni_hdf5_fence *fence)
{
    hid_t creation = H5Dget_create_plist(dataset);
    if (creation < 0)
        return;
    if (H5Pget_layout(creation) == H5D_VIRTUAL)
        print_sources(out, creation, path, fence);
    else
        print_raw(out, creation, path, fence);
    H5Pclose(creation);
}

void nni_inspect_print_link(FILE *out, hid_t group, const char *link, const char *name, const char *path,
                            const nni_hdf5_fence *fence)
{
    H5L_info_t info;
    char value[NNI_HDF5_NAME_MOST] = "";
    const char *file = "", *object = "";
    unsigned flags = 0;
    nni_hdf5_referred found = {.fault = ""};
    fprintf(out, "link     ");
    nni_print_text(out, name);
    if (H5Lget_info(group, link, &info, H5P_DEFAULT) < 0 || info.type != H5L_TYPE_EXTERNAL) {
        fprintf(out, "\n           of a user's own type, which is not followed\n");
        return;
    }
    if (info.u.val_size < sizeof value && H5Lget_val(group, link, value, sizeof value, H5P_DEFAULT) >= 0 &&
        H5Lunpack_elink_val(value, info.u.val_size, &flags, &file, &object) >= 0)
        nni_hdf5_refer(fence, NNI_HDF5_LINK, path, file, &found);
    fprintf(out, "\n           to ");
    nni_print_text(out, object);
    fprintf(out, " of ");
    nni_print_text(out, file);
    print_fault(out, &found);
}
