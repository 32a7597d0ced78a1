/* SPDX-License-Identifier: MIT */
/* Run by mpirun at several rank counts. */

#include "data/dataset/dataset.h"
#include "data/dataset/digest.h"
#include "data/dataset/open.h"
#include "data/dataset/targets.h"
#include "hdf5/process/library.h"
#include "support/hdf5_fixture.h"
#include "support/suite.h"

static nn_comm *comm;

enum { ROWS = 37, HEIGHT = 3, WIDTH = 4, FEATURES = HEIGHT * WIDTH, SLICES = 11 };

static const fixture_storage contiguous = {{0}, 0, false};

/* What the fixtures hold: within 0 .. 127, whole, and distinct enough to notice a shift by a row or a column. */
static double cell(size_t row, size_t column)
{
    return (double)((row * 31 + column * 7) % 128);
}

static void write_x(hid_t file, const char *name, hid_t type, size_t rows, fixture_storage storage)
{
    double values[ROWS * FEATURES];
    const hsize_t extent[3] = {rows, HEIGHT, WIDTH};
    if (file < 0)
        return;
    for (size_t i = 0; i < rows * FEATURES; i++)
        values[i] = cell(i / FEATURES, i % FEATURES);
    fixture_dataset(file, name, type, H5T_NATIVE_DOUBLE, 3, extent, storage, values);
}

static void write_y(hid_t file, hid_t type, int dimensions, hsize_t columns)
{
    double values[ROWS * FEATURES];
    const hsize_t extent[3] = {ROWS, columns, 1};
    if (file < 0)
        return;
    for (size_t i = 0; i < ROWS * columns; i++)
        values[i] = cell(i / columns, i % columns);
    fixture_dataset(file, "y", type, H5T_NATIVE_DOUBLE, dimensions, extent, contiguous, values);
}

static nni_dataset *open_file(const char *name, const char *x, const char *y, size_t slices)
{
    nni_dataset *dataset = NULL;
    nn_error error = {0};
    nni_dataset_spec spec = {.file = fixture_path(name), .x = x, .y = y};
    nn_status status = nni_dataset_open(&spec, slices, true, comm, &dataset, &error);
    if (status != NN_OK)
        fprintf(stderr, "%s\n", error.message);
    CU_ASSERT_EQUAL_FATAL(status, NN_OK);
    return dataset;
}

static bool holds_cells(const nni_dataset *dataset)
{
    nni_real *buffer = malloc(dataset->row.features * sizeof *buffer);
    bool same = true;
    for (size_t row = 0; row < dataset->slicing.rows; row++) {
        const nni_rows one = nni_dataset_resident(dataset, row, 1);
        const nni_real *x = nni_dataset_convert(dataset, &one, buffer);
        for (size_t column = 0; column < dataset->row.features; column++)
            same = same && x[column] == (nni_real)cell(dataset->slicing.first_row + row, column);
    }
    free(buffer);
    return same;
}

/* --- slices --- */

static void slices_add_up_and_differ_by_one_row_at_most(void)
{
    for (size_t count = 1; count <= 40; count++)
        for (size_t rows = 0; rows <= 100; rows++) {
            nni_slices slices = {rows, count};
            size_t sum = 0;
            for (size_t slice = 0; slice < count; slice++) {
                CU_ASSERT_EQUAL(nni_slices_first_row(slices, slice), sum);
                sum += (rows + slice) / count;
            }
            CU_ASSERT_EQUAL(sum, rows);
            CU_ASSERT_EQUAL(nni_slices_first_row(slices, count), rows);
        }
}

static void ranks_own_contiguous_runs_of_slices(void)
{
    for (size_t ranks = 1; ranks <= 20; ranks++)
        for (size_t count = ranks; count <= 60; count++) {
            nni_slices slices = {1000, count};
            for (size_t rank = 0; rank <= ranks; rank++)
                CU_ASSERT_EQUAL(nni_slices_first_of_rank(slices, rank, ranks), rank * count / ranks);
        }
    CU_ASSERT_EQUAL(nni_slices_first_of_rank((nni_slices){0, SIZE_MAX}, 3, 3), SIZE_MAX);
}

/* --- reading --- */

static hid_t half_precision(void)
{
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_ebias(type, 15);
    H5Tset_size(type, 2);
    return type;
}

static hid_t three_bytes(void)
{
    hid_t type = H5Tcopy(H5T_STD_I32LE);
    H5Tset_precision(type, 24);
    H5Tset_size(type, 3);
    return type;
}

static void read_as(hid_t type, const char *name, fixture_storage storage)
{
    hid_t file = fixture_begin_file(comm, "types.h5");
    write_x(file, "train/x", type, ROWS, storage);
    fixture_end_file(comm, file);
    nni_dataset *dataset = open_file("types.h5", "/train/x", NULL, SLICES);
    CU_ASSERT_STRING_EQUAL(dataset->origin.x_type, name);
    CU_ASSERT_EQUAL(dataset->row.features, FEATURES);
    CU_ASSERT_EQUAL(dataset->slicing.slices.rows, ROWS);
    CU_ASSERT_EQUAL(dataset->row.target, NNI_TARGET_NONE);
    CU_ASSERT(holds_cells(dataset));
    CU_ASSERT_EQUAL(dataset->x_range[0], 0);
    CU_ASSERT_EQUAL(dataset->x_range[1], 127);
    double rows = (double)dataset->slicing.rows;
    nn_comm_sum_double(comm, &rows, 1, NULL);
    CU_ASSERT_EQUAL(rows, ROWS);
    nni_dataset_free(dataset);
    fixture_remove_file(comm, "types.h5");
}

static void numbers_of_every_type_are_read(void)
{
    read_as(H5T_STD_U8LE, "uint8", contiguous);
    read_as(H5T_STD_I8LE, "int8", contiguous);
    read_as(H5T_STD_U16BE, "uint16", contiguous);
    read_as(H5T_STD_I16LE, "int16", contiguous);
    read_as(H5T_STD_U32LE, "uint32", contiguous);
    read_as(H5T_STD_I32BE, "int32", contiguous);
    read_as(H5T_STD_U64LE, "uint64", contiguous);
    read_as(H5T_STD_I64LE, "int64", contiguous);
    read_as(H5T_IEEE_F32LE, "float32", contiguous);
    read_as(H5T_IEEE_F64BE, "float64", contiguous);
    read_as(H5T_IEEE_F64LE, "float64", contiguous);
    hid_t half = half_precision(), three = three_bytes();
    read_as(half, "float16", contiguous);
    read_as(three, "int24", contiguous);
    H5Tclose(half);
    H5Tclose(three);
}

static void rows_are_read_from_every_storage(void)
{
    const fixture_storage storages[] = {
        {{5, HEIGHT, WIDTH}, 0, false}, {{5, HEIGHT, WIDTH}, 6, false}, {{4, 2, 3}, 0, false},
        {{4, 2, 3}, 1, true},           {{1, 1, 1}, 1, false},          {{ROWS, HEIGHT, WIDTH}, 9, true},
    };
    for (size_t i = 0; i < sizeof storages / sizeof *storages; i++) {
        read_as(H5T_STD_U8LE, "uint8", storages[i]);
        read_as(H5T_IEEE_F64BE, "float64", storages[i]);
    }
}

/* h5py writes numpy's bool as an enumeration of bytes. */
static void truth_values_are_numbers(void)
{
    hid_t file = fixture_begin_file(comm, "bool.h5");
    if (file >= 0) {
        const int8_t values[ROWS] = {1, 0, 1}, no = 0, yes = 1;
        const hsize_t extent[2] = {ROWS, 1};
        hid_t type = H5Tenum_create(H5T_STD_I8LE);
        H5Tenum_insert(type, "FALSE", &no);
        H5Tenum_insert(type, "TRUE", &yes);
        fixture_dataset(file, "x", type, type, 2, extent, contiguous, values);
        fixture_dataset(file, "y", type, type, 1, extent, contiguous, values);
        H5Tclose(type);
    }
    fixture_end_file(comm, file);
    nni_dataset *dataset = open_file("bool.h5", "x", "y", SLICES);
    CU_ASSERT_EQUAL(dataset->row.target, NNI_TARGET_CLASSES);
    CU_ASSERT_EQUAL(dataset->row.outputs, 2);
    for (size_t row = 0; row < dataset->slicing.rows; row++) {
        int expected = dataset->slicing.first_row + row == 0 || dataset->slicing.first_row + row == 2;
        nni_real x;
        const nni_rows one = nni_dataset_resident(dataset, row, 1);
        CU_ASSERT_EQUAL(*nni_dataset_convert(dataset, &one, &x), expected);
        CU_ASSERT_EQUAL(dataset->resident.classes[row], expected);
    }
    nni_dataset_free(dataset);
    fixture_remove_file(comm, "bool.h5");
}

/* 40 rows of 256 KiB: more than the 8 MiB of a block on few ranks, and not alike on all of them. */
static void read_long(fixture_storage storage)
{
    enum { LONG_ROWS = 40, LONG = 32768 };
    hid_t file = fixture_begin_file(comm, "long.h5");
    if (file >= 0) {
        const hsize_t extent[2] = {LONG_ROWS, LONG};
        double *values = malloc(sizeof *values * LONG_ROWS * LONG);
        for (size_t i = 0; i < (size_t)LONG_ROWS * LONG; i++)
            values[i] = cell(i / LONG, i % LONG);
        fixture_dataset(file, "x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, extent, storage, values);
        free(values);
    }
    fixture_end_file(comm, file);
    nni_dataset *dataset = open_file("long.h5", "x", NULL, SLICES);
    CU_ASSERT(holds_cells(dataset));
    nni_dataset_free(dataset);
    fixture_remove_file(comm, "long.h5");
}

static void more_than_a_block_is_read_in_blocks(void)
{
    read_long(contiguous);
    read_long((fixture_storage){{7, 32768}, 0, false});
    read_long((fixture_storage){{7, 5000}, 1, false});
    read_long((fixture_storage){{40, 32768}, 1, false});
}

/* As nntrain check reads, also with an HDF5 that could do it together. */
static void a_process_alone_reads_every_storage(void)
{
    const fixture_storage storages[] = {{{0}, 0, false}, {{5, HEIGHT, WIDTH}, 0, false}, {{5, HEIGHT, WIDTH}, 1, true}};
    for (size_t i = 0; i < sizeof storages / sizeof *storages; i++) {
        hid_t file = fixture_begin_file(comm, "alone.h5");
        write_x(file, "x", H5T_STD_U8LE, ROWS, storages[i]);
        fixture_end_file(comm, file);
        nn_comm alone = nni_comm_alone();
        nni_dataset *dataset = NULL;
        nni_dataset_spec spec = {.file = fixture_path("alone.h5"), .x = "x"};
        CU_ASSERT_EQUAL_FATAL(nni_dataset_open(&spec, SLICES, true, &alone, &dataset, NULL), NN_OK);
        CU_ASSERT_EQUAL(dataset->slicing.rows, ROWS);
        CU_ASSERT(holds_cells(dataset));
        nni_dataset_free(dataset);
        fixture_remove_file(comm, "alone.h5");
    }
}

static void evaluation_allows_ranks_without_rows(void)
{
    for (int storage = 0; storage < 3; storage++) {
        hid_t file = fixture_begin_file(comm, "few.h5");
        write_x(file, "x", H5T_STD_U8LE, 2,
                storage == 0 ? contiguous : (fixture_storage){{1, HEIGHT, WIDTH}, storage - 1, false});
        fixture_end_file(comm, file);
        nni_dataset *dataset = NULL;
        nni_dataset_spec spec = {.file = fixture_path("few.h5"), .x = "x"};
        CU_ASSERT_EQUAL_FATAL(nni_dataset_open(&spec, SLICES, false, comm, &dataset, NULL), NN_OK);
        CU_ASSERT(holds_cells(dataset));
        CU_ASSERT_EQUAL(dataset->x_range[1], cell(1, 11));
        nni_dataset_free(dataset);
        fixture_remove_file(comm, "few.h5");
    }
}

/* --- targets --- */

static nni_dataset *open_with_y(hid_t type, int dimensions, hsize_t columns)
{
    hid_t file = fixture_begin_file(comm, "y.h5");
    write_x(file, "x", H5T_STD_U8LE, ROWS, contiguous);
    write_y(file, type, dimensions, columns);
    fixture_end_file(comm, file);
    nni_dataset *dataset = open_file("y.h5", "x", "y", SLICES);
    fixture_remove_file(comm, "y.h5");
    return dataset;
}

static void expect_classes(hid_t type, int dimensions)
{
    nni_dataset *dataset = open_with_y(type, dimensions, 1);
    CU_ASSERT_EQUAL(dataset->row.target, NNI_TARGET_CLASSES);
    CU_ASSERT_EQUAL(dataset->row.outputs, 128); /* 31 * 33 mod 128 = 127 */
    CU_ASSERT_PTR_NULL(dataset->resident.values);
    for (size_t row = 0; row < dataset->slicing.rows; row++)
        CU_ASSERT_EQUAL(dataset->resident.classes[row], cell(dataset->slicing.first_row + row, 0));
    nni_dataset_free(dataset);
}

static void expect_values(hid_t type, int dimensions, size_t columns)
{
    nni_dataset *dataset = open_with_y(type, dimensions, columns);
    CU_ASSERT_EQUAL(dataset->row.target, NNI_TARGET_VALUES);
    CU_ASSERT_EQUAL(dataset->row.outputs, columns);
    CU_ASSERT_PTR_NULL(dataset->resident.classes);
    for (size_t i = 0; i < dataset->slicing.rows * columns; i++)
        CU_ASSERT_EQUAL(dataset->resident.values[i], cell(dataset->slicing.first_row + i / columns, i % columns));
    nni_dataset_free(dataset);
}

static void one_integer_a_row_is_a_class_and_all_else_a_value(void)
{
    expect_classes(H5T_STD_U8LE, 1);
    expect_classes(H5T_STD_I64BE, 1);
    expect_classes(H5T_STD_I32LE, 2);
    expect_values(H5T_IEEE_F32LE, 1, 1);
    expect_values(H5T_IEEE_F64LE, 2, 1);
    expect_values(H5T_IEEE_F64LE, 2, 3);
    expect_values(H5T_STD_U8LE, 2, 3);
}

/* Seconds since 1970, which lie 128 apart as floats. */
static void values_keep_the_digits_of_the_file(void)
{
    hid_t file = fixture_begin_file(comm, "times.h5");
    write_x(file, "x", H5T_STD_U8LE, ROWS, contiguous);
    if (file >= 0) {
        double times[ROWS * 2];
        const hsize_t extent[2] = {ROWS, 2};
        for (size_t i = 0; i < sizeof times / sizeof *times; i++)
            times[i] = 1.7e9 + (double)i;
        fixture_dataset(file, "whole", H5T_STD_I64LE, H5T_NATIVE_DOUBLE, 2, extent, contiguous, times);
        for (size_t i = 0; i < sizeof times / sizeof *times; i++)
            times[i] += 0.25;
        fixture_dataset(file, "parts", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, extent, contiguous, times);
    }
    fixture_end_file(comm, file);
    for (int parts = 0; parts < 2; parts++) {
        nni_dataset *dataset = open_file("times.h5", "x", parts ? "parts" : "whole", SLICES);
        for (size_t i = 0; i < dataset->slicing.rows * 2; i++)
            CU_ASSERT_EQUAL(dataset->resident.values[i],
                            1.7e9 + (double)(dataset->slicing.first_row * 2 + i) + 0.25 * parts);
        nni_dataset_free(dataset);
    }
    fixture_remove_file(comm, "times.h5");
}

static void targets_are_fitted_to_the_network(void)
{
    nn_error error = {0};
    nni_dataset *dataset = open_with_y(H5T_STD_U8LE, 1, 1);
    CU_ASSERT_EQUAL(nni_dataset_fit_targets(dataset, 128, NN_SOFTMAX, comm, &error), NN_OK);
    CU_ASSERT_PTR_NOT_NULL(dataset->resident.classes);
    /* Row 4 is the first with a class of 120 or more: 124. */
    CU_ASSERT_EQUAL(nni_dataset_fit_targets(dataset, 120, NN_SOFTMAX, comm, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "row 4 of y is class 124"));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "120 outputs"));
    CU_ASSERT_EQUAL(nni_dataset_fit_targets(dataset, 1, NN_LINEAR, comm, &error), NN_OK);
    CU_ASSERT_EQUAL(dataset->row.target, NNI_TARGET_VALUES);
    CU_ASSERT_EQUAL(dataset->row.outputs, 1);
    CU_ASSERT_PTR_NULL(dataset->resident.classes);
    for (size_t row = 0; row < dataset->slicing.rows; row++)
        CU_ASSERT_EQUAL(dataset->resident.values[row], cell(dataset->slicing.first_row + row, 0));
    CU_ASSERT_EQUAL(nni_dataset_fit_targets(dataset, 2, NN_SOFTMAX, comm, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "y has 1 value a row, but the network has 2 outputs"));
    nni_dataset_free(dataset);
}

/* --- labels --- */

static const int64_t three_labels[] = {-7, 3, INT64_C(1) << 62};

/* y of ROWS labels in turn, of which the last row alone has the last. */
static nn_status open_labels(hid_t type, nni_dataset_spec spec, nni_dataset **dataset, nn_error *error)
{
    int64_t values[ROWS];
    const hsize_t extent[1] = {ROWS};
    for (size_t i = 0; i < ROWS; i++)
        values[i] = three_labels[i + 1 == ROWS ? 2 : i % 2];
    hid_t file = fixture_begin_file(comm, "labels.h5");
    write_x(file, "x", H5T_STD_U8LE, ROWS, contiguous);
    if (file >= 0)
        fixture_dataset(file, "y", type, H5T_NATIVE_INT64, 1, extent, contiguous, values);
    fixture_end_file(comm, file);
    spec.file = fixture_path("labels.h5");
    spec.x = "x";
    spec.y = "y";
    *dataset = NULL;
    const nn_status status = nni_dataset_open(&spec, SLICES, true, comm, dataset, error);
    fixture_remove_file(comm, "labels.h5");
    return status;
}

static const nni_head softmax_of_3 = {3, NN_SOFTMAX, NN_CROSS_ENTROPY},
                      softmax_of_4 = {4, NN_SOFTMAX, NN_CROSS_ENTROPY},
                      one_sigmoid = {1, NN_SIGMOID, NN_BINARY_CROSS_ENTROPY}, one_linear = {1, NN_LINEAR, NN_MSE};

static bool holds_labels_as_classes(const nni_dataset *dataset)
{
    bool same = dataset->row.target == NNI_TARGET_CLASSES && dataset->row.outputs == 3;
    for (size_t i = 0; same && i < dataset->slicing.rows; i++) {
        const size_t row = dataset->slicing.first_row + i;
        same = dataset->resident.classes[i] == (int32_t)(row + 1 == ROWS ? 2 : row % 2);
    }
    return same;
}

static void labels_as_many_as_outputs_become_classes_in_their_order(void)
{
    nni_dataset *dataset = NULL;
    nn_error error = {0};
    char told[400];
    CU_ASSERT_EQUAL_FATAL(open_labels(H5T_STD_I64LE, (nni_dataset_spec){.head = softmax_of_3}, &dataset, &error),
                          NN_OK);
    CU_ASSERT(holds_labels_as_classes(dataset));
    CU_ASSERT(nni_dataset_names_are_labels(dataset));
    CU_ASSERT_STRING_EQUAL(nni_dataset_class_names(dataset)->text[0], "-7");
    CU_ASSERT_STRING_EQUAL(nni_dataset_class_names(dataset)->text[2], "4611686018427387904");
    CU_ASSERT_STRING_EQUAL(nni_dataset_tell_labels(dataset, told, sizeof told),
                           "labels -7, 3 and 4611686018427387904 are classes 0 to 2");
    nni_string_set names = {.count = 0};
    CU_ASSERT_EQUAL(nni_string_set_copy(nni_dataset_class_names(dataset), &names, NULL), NN_OK);
    nni_dataset_free(dataset);
    /* Another split is read by the names of the training. */
    const nni_dataset_spec other = {.head = softmax_of_3, .class_names = &names, .names_are_labels = true};
    CU_ASSERT_EQUAL_FATAL(open_labels(H5T_STD_I64BE, other, &dataset, &error), NN_OK);
    CU_ASSERT(holds_labels_as_classes(dataset));
    nni_dataset_free(dataset);
    nni_string_set_free(&names);
    CU_ASSERT_EQUAL(nni_string_set_add(&names, "3", NULL), NN_OK);
    CU_ASSERT_EQUAL(nni_string_set_add(&names, "4", NULL), NN_OK);
    CU_ASSERT_EQUAL(open_labels(H5T_STD_I64LE, other, &dataset, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "row 0 of y is '-7', which is none of the 2 classes"));
    nni_string_set_free(&names);
}

static void labels_of_another_number_are_told_with_it(void)
{
    nni_dataset *dataset = NULL;
    nn_error error = {0};
    CU_ASSERT_EQUAL(open_labels(H5T_STD_I64LE, (nni_dataset_spec){.head = softmax_of_4}, &dataset, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "row 0 of y is class -7, but labels are the 3 whole numbers -7, 3 and "
                                                 "4611686018427387904, where the network has 4 outputs"));
    CU_ASSERT_EQUAL(open_labels(H5T_STD_I64LE, (nni_dataset_spec){.head = one_sigmoid}, &dataset, &error), NN_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "where a single sigmoid tells two classes apart"));
}

static void whole_numbers_are_values_for_a_head_that_predicts_one(void)
{
    nni_dataset *dataset = NULL;
    nn_error error = {0};
    char told[400];
    CU_ASSERT_EQUAL_FATAL(open_labels(H5T_STD_I64LE, (nni_dataset_spec){.head = one_linear}, &dataset, &error), NN_OK);
    CU_ASSERT_EQUAL(dataset->row.target, NNI_TARGET_VALUES);
    for (size_t i = 0; i < dataset->slicing.rows; i++) {
        const size_t row = dataset->slicing.first_row + i;
        CU_ASSERT_EQUAL(dataset->resident.values[i], (double)three_labels[row + 1 == ROWS ? 2 : row % 2]);
    }
    CU_ASSERT_PTR_NOT_NULL(strstr(nni_dataset_tell_labels(dataset, told, sizeof told), "for classes end the network"));
    nni_dataset_free(dataset);
}

static void floats_that_are_whole_are_classes_of_a_classifier_alone(void)
{
    const hid_t types[] = {H5T_IEEE_F32LE, H5T_IEEE_F64BE};
    for (size_t i = 0; i < 2; i++) {
        nni_dataset *dataset = open_with_y(types[i], 1, 1); /* without a head */
        CU_ASSERT_EQUAL(dataset->row.target, NNI_TARGET_VALUES);
        nni_dataset_free(dataset);
        hid_t file = fixture_begin_file(comm, "floats.h5");
        write_x(file, "x", H5T_STD_U8LE, ROWS, contiguous);
        write_y(file, types[i], 1, 1);
        fixture_end_file(comm, file);
        nn_error error = {0};
        nni_dataset_spec spec = {
            .file = fixture_path("floats.h5"), .x = "x", .y = "y", .head = {ROWS, NN_SOFTMAX, NN_CROSS_ENTROPY}};
        CU_ASSERT_EQUAL_FATAL(nni_dataset_open(&spec, SLICES, true, comm, &dataset, &error), NN_OK);
        /* Cells of a column are all different: the class of a row is the number of cells below it. */
        CU_ASSERT_EQUAL(dataset->row.target, NNI_TARGET_CLASSES);
        for (size_t row = 0; row < dataset->slicing.rows; row++) {
            int32_t below = 0;
            for (size_t other = 0; other < ROWS; other++)
                below += cell(other, 0) < cell(dataset->slicing.first_row + row, 0);
            CU_ASSERT_EQUAL(dataset->resident.classes[row], below);
        }
        nni_dataset_free(dataset);
        fixture_remove_file(comm, "floats.h5");
    }
}

/* @param words  NULL: the rows are taken */
static void expect_of_rows(const float *rows, nni_head head, const char *words)
{
    float values[ROWS][2];
    const hsize_t extent[2] = {ROWS, 2};
    nni_dataset *dataset = NULL;
    nn_error error = {0};
    for (size_t i = 0; i < ROWS; i++) {
        values[i][0] = i == 20 ? rows[0] : 0.25F;
        values[i][1] = i == 20 ? rows[1] : 0.75F;
    }
    hid_t file = fixture_begin_file(comm, "rows.h5");
    write_x(file, "x", H5T_STD_U8LE, ROWS, contiguous);
    if (file >= 0)
        fixture_dataset(file, "y", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 2, extent, contiguous, values);
    fixture_end_file(comm, file);
    nni_dataset_spec spec = {.file = fixture_path("rows.h5"), .x = "x", .y = "y", .head = head};
    CU_ASSERT_EQUAL(nni_dataset_open(&spec, SLICES, true, comm, &dataset, &error), words ? NN_DATA : NN_OK);
    CU_ASSERT(!words || strstr(error.message, words));
    if (words && !strstr(error.message, words))
        fprintf(stderr, "expected \"%s\" in: %s\n", words, error.message);
    nni_dataset_free(dataset);
    fixture_remove_file(comm, "rows.h5");
}

static void rows_of_values_must_suit_the_loss(void)
{
    const nni_head softmax = {2, NN_SOFTMAX, NN_CROSS_ENTROPY}, sigmoid = {2, NN_SIGMOID, NN_BINARY_CROSS_ENTROPY},
                   overlap = {2, NN_SIGMOID, NN_IOU}, linear = {2, NN_LINEAR, NN_MSE};
    expect_of_rows((float[]){0, 1}, softmax, NULL);
    expect_of_rows((float[]){0.5F, 0.5005F}, softmax, NULL);
    expect_of_rows((float[]){0.5F, 0.502F}, softmax, "row 20 of y sums to 1.002, but cross_entropy takes");
    expect_of_rows((float[]){1.5F, -0.5F}, softmax, "row 20 of y holds -0.5 at position 1, but cross_entropy takes");
    expect_of_rows((float[]){1, 1}, sigmoid, NULL);
    expect_of_rows((float[]){1, 1.5F}, sigmoid, "row 20 of y holds 1.5 at position 1, but binary_cross_entropy takes");
    expect_of_rows((float[]){-1, 1}, overlap, "row 20 of y holds -1 at position 0, but iou takes");
    expect_of_rows((float[]){-1, 100}, linear, NULL);
}

static nni_dataset *open_with_weights(hid_t type, int dimensions, const char *w)
{
    hid_t file = fixture_begin_file(comm, "w.h5");
    write_x(file, "x", H5T_STD_U8LE, ROWS, contiguous);
    write_y(file, type, dimensions, 1);
    if (file >= 0) {
        double ones[ROWS];
        const hsize_t extent[1] = {ROWS};
        for (size_t i = 0; i < ROWS; i++)
            ones[i] = 1;
        ones[ROWS - 1] = 2;
        fixture_dataset(file, "ones", type, H5T_NATIVE_DOUBLE, 1, extent, contiguous, ones);
    }
    fixture_end_file(comm, file);
    nni_dataset *dataset = NULL;
    nni_dataset_spec spec = {.file = fixture_path("w.h5"), .x = "x", .w = w};
    CU_ASSERT_EQUAL_FATAL(nni_dataset_open(&spec, SLICES, true, comm, &dataset, NULL), NN_OK);
    fixture_remove_file(comm, "w.h5");
    return dataset;
}

static uint64_t digest_of(const nni_dataset *dataset)
{
    uint64_t digest = 0;
    CU_ASSERT_EQUAL(nni_dataset_digest(dataset, comm, &digest, NULL), NN_OK);
    return digest;
}

static void samples_have_weights(void)
{
    for (int dimensions = 1; dimensions <= 2; dimensions++) {
        nni_dataset *dataset = open_with_weights(dimensions == 1 ? H5T_IEEE_F64BE : H5T_STD_U8LE, dimensions, "y");
        CU_ASSERT_EQUAL(dataset->row.target, NNI_TARGET_NONE);
        for (size_t row = 0; row < dataset->slicing.rows; row++)
            CU_ASSERT_EQUAL(dataset->resident.weights[row], cell(dataset->slicing.first_row + row, 0));
        nni_dataset_free(dataset);
    }
    nni_dataset *dataset = open_with_weights(H5T_STD_U8LE, 1, NULL);
    CU_ASSERT_PTR_NULL(dataset->resident.weights);
    nni_dataset_free(dataset);
}

/* A resumed run must notice other weights. */
static void weights_are_in_the_digest(void)
{
    const char *const weights[] = {NULL, "y", "ones"};
    uint64_t digest[3];
    for (size_t i = 0; i < 3; i++) {
        nni_dataset *dataset = open_with_weights(H5T_STD_U8LE, 1, weights[i]);
        digest[i] = digest_of(dataset);
        nni_dataset_free(dataset);
    }
    CU_ASSERT(digest[0] != digest[1] && digest[0] != digest[2] && digest[1] != digest[2]);
}

static void no_handle_stays_open(void)
{
    CU_ASSERT_EQUAL(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(nni_hdf5_library(), "1."));
}

int main(int argc, char **argv)
{
    if (nn_comm_create(&argc, &argv, &comm, NULL) != NN_OK || !fixture_begin(comm))
        return 1;
    const nni_test tests[] = {
        NN_TEST(slices_add_up_and_differ_by_one_row_at_most),
        NN_TEST(ranks_own_contiguous_runs_of_slices),
        NN_TEST(numbers_of_every_type_are_read),
        NN_TEST(rows_are_read_from_every_storage),
        NN_TEST(truth_values_are_numbers),
        NN_TEST(more_than_a_block_is_read_in_blocks),
        NN_TEST(a_process_alone_reads_every_storage),
        NN_TEST(evaluation_allows_ranks_without_rows),
        NN_TEST(one_integer_a_row_is_a_class_and_all_else_a_value),
        NN_TEST(values_keep_the_digits_of_the_file),
        NN_TEST(targets_are_fitted_to_the_network),
        NN_TEST(labels_as_many_as_outputs_become_classes_in_their_order),
        NN_TEST(labels_of_another_number_are_told_with_it),
        NN_TEST(whole_numbers_are_values_for_a_head_that_predicts_one),
        NN_TEST(floats_that_are_whole_are_classes_of_a_classifier_alone),
        NN_TEST(rows_of_values_must_suit_the_loss),
        NN_TEST(samples_have_weights),
        NN_TEST(weights_are_in_the_digest),
        NN_TEST(no_handle_stays_open),
    };
    int code = nni_run_suite("dataset", tests, sizeof tests / sizeof *tests);
    if (!fixture_end(comm))
        code = 1;
    nn_comm_free(comm);
    return code;
}
