/* SPDX-License-Identifier: MIT */
/* make_faulty FOLDER: writes a good little dataset and ones with a fault each, for the tests of messages. */
#include <hdf5.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 100, FEATURES = 4, CLASSES = 3 };

typedef struct fault {
    const char *name;
    bool no_x;      /* leave /train/x out */
    size_t y_rows;  /* 0: as many as x */
    double x_at_57; /* instead of the value of feature 2 in row 57 */
    int y_at_57;    /* instead of that row's class */
    bool text_x;    /* x of a type that is no number */
} fault;

static const fault faults[] = {
    {.name = "good", .x_at_57 = 0.5, .y_at_57 = 1},
    {.name = "no-x", .no_x = true, .x_at_57 = 0.5, .y_at_57 = 1},
    {.name = "short-y", .y_rows = 90, .x_at_57 = 0.5, .y_at_57 = 1},
    {.name = "nan", .x_at_57 = NAN, .y_at_57 = 1},
    {.name = "infinite", .x_at_57 = INFINITY, .y_at_57 = 1},
    {.name = "label-12", .x_at_57 = 0.5, .y_at_57 = 12},
    {.name = "label-minus-1", .x_at_57 = 0.5, .y_at_57 = -1},
    {.name = "huge", .x_at_57 = 1e30, .y_at_57 = 1},
    {.name = "text", .x_at_57 = 0.5, .y_at_57 = 1, .text_x = true},
};

static void put(hid_t file, const char *name, int rank, const hsize_t *dims, hid_t type, const void *values)
{
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    hid_t space = H5Screate_simple(rank, dims, NULL);
    hid_t dataset = H5Dcreate2(file, name, type, space, links, H5P_DEFAULT, H5P_DEFAULT);
    if (dataset < 0 || H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        exit(1);
    H5Dclose(dataset);
    H5Sclose(space);
    H5Pclose(links);
}

/* Classes that a line separates, so that training on the good file gets somewhere. */
static void write_file(const char *folder, const fault *how)
{
    static double x[ROWS][FEATURES];
    static int y[ROWS];
    static char text[ROWS][8];
    for (size_t i = 0; i < ROWS; i++) {
        y[i] = (int)(i * 7 % CLASSES);
        for (size_t j = 0; j < FEATURES; j++)
            x[i][j] = (double)y[i] * (j == 0) + 0.01 * (double)((i * 31 + j * 17) % 50);
        snprintf(text[i], sizeof text[i], "row %d", (int)i);
    }
    x[57][2] = how->x_at_57;
    y[57] = how->y_at_57;

    char path[4096];
    snprintf(path, sizeof path, "%s/%s.h5", folder, how->name);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    if (file < 0)
        exit(1);
    const hsize_t x_dims[2] = {ROWS, FEATURES}, y_dims[1] = {how->y_rows ? how->y_rows : ROWS}, text_dims[1] = {ROWS};
    if (how->text_x) {
        hid_t type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, sizeof text[0]);
        put(file, "/train/x", 1, text_dims, type, text);
        H5Tclose(type);
    } else if (!how->no_x) {
        put(file, "/train/x", 2, x_dims, H5T_NATIVE_DOUBLE, x);
    }
    put(file, "/train/y", 1, y_dims, H5T_NATIVE_INT, y);
    H5Fclose(file);
}

/* A dataset that nothing is written to. Closes its properties. */
static void claim(hid_t file, const char *name, hid_t type, const hsize_t dims[2], hid_t properties)
{
    hid_t space = H5Screate_simple(2, dims, NULL);
    hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (dataset < 0)
        exit(1);
    H5Dclose(dataset);
    H5Sclose(space);
    H5Pclose(properties);
}

/* A dataset of 4 TB of which nothing was ever written. */
static void write_claims(const char *folder)
{
    const hsize_t dims[2] = {1000000000, 1000}, chunk[2] = {1, 1000};
    char path[4096];
    snprintf(path, sizeof path, "%s/claims.h5", folder);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 2, chunk);
    claim(file, "x", H5T_IEEE_F32LE, dims, properties);
    H5Fclose(file);
}

/* A file whose /train/x HDF5 would take from elsewhere, by the properties of the dataset or, where there are none, by a
 * link to `target`. */
static void write_reference(const char *folder, const char *name, hid_t properties, const char *target)
{
    const hsize_t dims[2] = {ROWS, FEATURES}, y_dims[1] = {ROWS};
    int y[ROWS];
    char path[4096];
    for (size_t i = 0; i < ROWS; i++)
        y[i] = (int)(i * 7 % CLASSES);
    y[57] = 1; /* as in good.h5 */
    snprintf(path, sizeof path, "%s/%s.h5", folder, name);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    if (file < 0)
        exit(1);
    put(file, "/train/y", 1, y_dims, H5T_NATIVE_INT, y);
    if (properties < 0) {
        if (H5Lcreate_external(target, "/train/x", file, "/train/x", H5P_DEFAULT, H5P_DEFAULT) < 0)
            exit(1);
    } else {
        claim(file, "/train/x", H5T_IEEE_F64LE, dims, properties);
    }
    H5Fclose(file);
}

static hid_t virtual_of(const char *source)
{
    const hsize_t dims[2] = {ROWS, FEATURES};
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, dims, NULL);
    if (H5Pset_virtual(properties, space, source, "/train/x", space) < 0)
        exit(1);
    H5Sclose(space);
    return properties;
}

static hid_t raw_of(const char *source)
{
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (H5Pset_external(properties, source, 0, ROWS * FEATURES * sizeof(double)) < 0)
        exit(1);
    return properties;
}

/* HDF5 wants one; nobody calls it. */
static hid_t lead_nowhere(const char *name, hid_t group, const void *value, size_t size, hid_t access, hid_t transfer)
{
    (void)name, (void)group, (void)value, (void)size, (void)access, (void)transfer;
    return H5I_INVALID_HID;
}

/* A link that only a program which registers its type can follow. */
static void write_user_link(const char *folder)
{
    const H5L_class_t type = {.version = H5L_LINK_CLASS_T_VERS, .id = (H5L_type_t)99, .trav_func = lead_nowhere};
    char path[4096];
    snprintf(path, sizeof path, "%s/link-user.h5", folder);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t group = H5Gcreate2(file, "train", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (group < 0 || H5Lregister(&type) < 0 ||
        H5Lcreate_ud(group, "x", type.id, "anything", 9, H5P_DEFAULT, H5P_DEFAULT) < 0)
        exit(1);
    H5Gclose(group);
    H5Fclose(file);
}

static void write_references(const char *folder)
{
    write_reference(folder, "virtual", virtual_of("good.h5"), NULL);
    write_reference(folder, "virtual-self", virtual_of("virtual-self.h5"), NULL);
    write_reference(folder, "virtual-pipe", virtual_of("pipe"), NULL);
    write_reference(folder, "virtual-text", virtual_of("text"), NULL);
    write_reference(folder, "virtual-none", virtual_of("nowhere.h5"), NULL);
    write_reference(folder, "raw-passwd", raw_of("/etc/passwd"), NULL);
    write_reference(folder, "raw-pipe", raw_of("pipe"), NULL);
    write_reference(folder, "raw-short", raw_of("text"), NULL);
    write_reference(folder, "link", -1, "good.h5");
    write_reference(folder, "link-pipe", -1, "pipe");
    write_reference(folder, "link-outside", -1, "../good.h5");
    write_user_link(folder);
}

/* Sound rows with targets of many kinds, few of which fit any one loss. */
static void write_targets(const char *folder)
{
    static double x[ROWS][FEATURES], value[ROWS], rows[ROWS][CLASSES], two[ROWS][2], weight[ROWS];
    static int from_1[ROWS], sign[ROWS];
    static long long huge[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        const int class = (int)(i * 7 % CLASSES);
        for (size_t j = 0; j < FEATURES; j++)
            x[i][j] = (double)class * (j == 0) + 0.01 * (double)((i * 31 + j * 17) % 50);
        value[i] = 100.5 + (double)i;
        from_1[i] = class + 1;
        sign[i] = class == 0 ? -1 : 1;
        huge[i] = 5000000000LL + class;
        weight[i] = i == 57 ? -1 : 1;
        for (size_t k = 0; k < CLASSES; k++)
            rows[i][k] = 1 + (double)(k + i % 2);
        two[i][0] = x[i][0], two[i][1] = x[i][1];
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/targets.h5", folder);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    put(file, "/train/x", 2, (hsize_t[]){ROWS, FEATURES}, H5T_NATIVE_DOUBLE, x);
    put(file, "/train/value", 1, (hsize_t[]){ROWS}, H5T_NATIVE_DOUBLE, value);
    put(file, "/train/from_1", 1, (hsize_t[]){ROWS}, H5T_NATIVE_INT, from_1);
    put(file, "/train/sign", 1, (hsize_t[]){ROWS}, H5T_NATIVE_INT, sign);
    put(file, "/train/huge", 1, (hsize_t[]){ROWS}, H5T_NATIVE_LLONG, huge);
    put(file, "/train/rows", 2, (hsize_t[]){ROWS, CLASSES}, H5T_NATIVE_DOUBLE, rows);
    put(file, "/train/two", 2, (hsize_t[]){ROWS, 2}, H5T_NATIVE_DOUBLE, two);
    put(file, "/train/weight", 1, (hsize_t[]){ROWS}, H5T_NATIVE_DOUBLE, weight);
    H5Fclose(file);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    write_claims(argv[1]);
    write_references(argv[1]);
    write_targets(argv[1]);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        write_file(argv[1], &faults[i]);
    return 0;
}
