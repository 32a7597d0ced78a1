/* SPDX-License-Identifier: MIT */
/* Arrays of NumPy's into HDF5; tests/run/import.sh compares with NumPy itself. */
#include <zlib.h>

#include "nntrain/import.h"
#include "support/hdf5_fixture.h"
#include "support/next_random.h"
#include "support/suite.h"

enum { ROWS = 6, WIDTH = 4, MOST = 1024 };

static void put(unsigned char *bytes, size_t *size, uint64_t value, int count)
{
    for (int i = 0; i < count; i++)
        bytes[(*size)++] = i < 8 ? (unsigned char)(value >> 8 * i) : 0;
}

static void put_bytes(unsigned char *bytes, size_t *size, const void *more, size_t count)
{
    memcpy(bytes + *size, more, count);
    *size += count;
}

/* Version 1.0; values are bytes that count from 0. */
static size_t make_array(unsigned char *bytes, const char *dictionary, size_t body)
{
    size_t size = 0;
    put_bytes(bytes, &size, "\x93NUMPY\1", 8);
    put(bytes, &size, strlen(dictionary), 2);
    put_bytes(bytes, &size, dictionary, strlen(dictionary));
    for (size_t i = 0; i < body; i++)
        bytes[size++] = (unsigned char)i;
    return size;
}

static const char plain[] = "{'descr': '<i2', 'fortran_order': False, 'shape': (6, 4), }   \n";

/* An archive of one deflated member, x. */
static size_t make_archive(unsigned char *bytes, size_t claimed)
{
    unsigned char array[MOST], packed[MOST];
    const size_t length = make_array(array, plain, sizeof(int16_t) * ROWS * WIDTH);
    z_stream stream = {.next_in = array, .avail_in = (unsigned)length, .next_out = packed, .avail_out = MOST};
    deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    CU_ASSERT_EQUAL(deflate(&stream, Z_FINISH), Z_STREAM_END);
    const size_t packed_size = stream.total_out;
    deflateEnd(&stream);
    const uint64_t crc = crc32(0, array, (unsigned)length), all = claimed > 0 ? claimed : length;
    size_t size = 0;
    for (int directory = 0; directory < 2; directory++) {
        put(bytes, &size, directory ? 0x02014B50 : 0x04034B50, 4);
        put(bytes, &size, 20, directory ? 4 : 2);
        put(bytes, &size, 8 << 16, 4); /* flags and method */
        put(bytes, &size, 0, 4);
        put(bytes, &size, crc, 4);
        put(bytes, &size, packed_size, 4);
        put(bytes, &size, all, 4);
        put(bytes, &size, 5, 4); /* lengths of name and extra */
        put(bytes, &size, 0, directory ? 14 : 0);
        put_bytes(bytes, &size, "x.npy", 5);
        if (!directory)
            put_bytes(bytes, &size, packed, packed_size);
    }
    const size_t at = 30 + 5 + packed_size;
    put(bytes, &size, 0x06054B50, 4);
    put(bytes, &size, 0, 4);
    put(bytes, &size, 0x10001, 4);
    put(bytes, &size, 46 + 5, 4);
    put(bytes, &size, at, 4);
    put(bytes, &size, 0, 2);
    return size;
}

static void write_file(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(fixture_path(name), "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fwrite(bytes, 1, size, file);
    fclose(file);
}

static nn_status import_one(const char *source, nn_error *error)
{
    const nn_import_item item = {fixture_path(source), "/train/x"};
    return nn_import_npy(&item, 1, 0, 0, fixture_path("out.h5"), error);
}

static void check_values(void)
{
    int16_t values[ROWS * WIDTH];
    const hid_t file = H5Fopen(fixture_path("out.h5"), H5F_ACC_RDONLY, H5P_DEFAULT),
                dataset = H5Dopen2(file, "/train/x", H5P_DEFAULT);
    CU_ASSERT_EQUAL(H5Dget_storage_size(dataset), sizeof values);
    CU_ASSERT(H5Dread(dataset, H5T_NATIVE_INT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    for (int i = 0; i < ROWS * WIDTH; i++)
        CU_ASSERT_EQUAL(values[i], 2 * i | (2 * i + 1) << 8);
    H5Dclose(dataset);
    H5Fclose(file);
}

static void arrays_keep_their_values_alone_or_in_an_archive(void)
{
    unsigned char bytes[MOST];
    write_file("x.npy", bytes, make_array(bytes, plain, 48));
    CU_ASSERT_EQUAL_FATAL(import_one("x.npy", NULL), NN_OK);
    check_values();
    write_file("x.npz", bytes, make_archive(bytes, 0));
    CU_ASSERT_EQUAL_FATAL(import_one("x.npz:x", NULL), NN_OK);
    check_values();
}

static void expect_refusal(const char *source, const char *words)
{
    nn_error error = {0};
    unlink(fixture_path("out.h5"));
    CU_ASSERT_EQUAL(import_one(source, &error), NN_DATA);
    const bool said = strstr(error.message, words) != NULL;
    if (!said)
        fprintf(stderr, "expected '%s' in: %s\n", words, error.message);
    CU_ASSERT(said);
    CU_ASSERT(access(fixture_path("out.h5"), F_OK) != 0);
}

static void headers_that_are_none_are_told(void)
{
    static const struct {
        const char *dictionary, *words;
    } cases[] = {
        {"{'descr': '<i2', 'fortran_order': False}", "no dictionary of descr, fortran_order and shape"},
        {"{'descr': '<i2', 'descr': '<i2', 'fortran_order': False, 'shape': (24,)}", "no dictionary"},
        {"{'descr': '<i2', 'fortran_order': 0, 'shape': (24,)}", "no dictionary"},
        {"{'descr': '<i2', 'fortran_order': False, 'shape': (24)}", "no dictionary"},
        {"{'descr': '<i2', 'fortran_order': False, 'shape': (-24,)}", "no dictionary"},
        {"{'descr': '<i2', 'fortran_order': False, 'shape': (99999999999999999999,)}", "no dictionary"},
        {"{'descr': '<i2', 'fortran_order': False, 'shape': (24,)} x", "no dictionary"},
        {"{'descr': '<i2', 'fortran_order': True, 'shape': (6, 4)}", "numpy.ascontiguousarray"},
        {"{'descr': '|i2', 'fortran_order': False, 'shape': (24,)}", "dtype '|i2'"},
        {"{'descr': '<f3', 'fortran_order': False, 'shape': (16,)}", "dtype '<f3'"},
        {"{'descr': '<i2', 'fortran_order': False, 'shape': (6, 4294967296, 4294967296)}", "more than a GiB"},
        {"{'descr': '<i2', 'fortran_order': False, 'shape': (9223372036854775808,)}", "but 48 bytes follow"},
    };
    unsigned char bytes[MOST];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_file("x.npy", bytes, make_array(bytes, cases[i].dictionary, 48));
        expect_refusal("x.npy", cases[i].words);
    }
    write_file("x.npz", bytes, make_archive(bytes, (size_t)1 << 30));
    expect_refusal("x.npz:x", "cannot have 1073741824 bytes");
    write_file("x.npz", bytes, make_archive(bytes, 200));
    expect_refusal("x.npz:x", "but 127 bytes follow");
}

/* Bytes changed and cut off: a sentence or success, and never a file that is half there. */
static void damage(bool archive, const char *file, const char *source)
{
    uint64_t state = 11;
    size_t good = 0, refused = 0;
    for (int i = 0; i < 400; i++) {
        unsigned char bytes[MOST];
        size_t size = archive ? make_archive(bytes, 0) : make_array(bytes, plain, 48);
        for (int change = 0; change < 1 + i % 3; change++) {
            state = next_random(state);
            const size_t at = (size_t)(state >> 33) % size;
            if ((state >> 50) % 8 == 0)
                size = at > 0 ? at : 1;
            else
                bytes[at] = (unsigned char)(state >> 20);
        }
        nn_error error = {0};
        write_file(file, bytes, size);
        unlink(fixture_path("out.h5"));
        const nn_status status = import_one(source, &error);
        CU_ASSERT(status == NN_OK || (status == NN_DATA && error.message[0] != '\0'));
        CU_ASSERT((access(fixture_path("out.h5"), F_OK) == 0) == (status == NN_OK));
        good += status == NN_OK;
        refused += status != NN_OK;
    }
    CU_ASSERT(good > 20 && refused > 20);
}

static void damaged_arrays_end_in_a_sentence(void)
{
    damage(false, "x.npy", "x.npy");
}

static void damaged_archives_end_in_a_sentence(void)
{
    damage(true, "x.npz", "x.npz:x");
}

static void no_handle_stays_open(void)
{
    CU_ASSERT_EQUAL(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

int main(void)
{
    if (!fixture_begin(NULL))
        return 1;
    const nni_test tests[] = {
        NN_TEST(arrays_keep_their_values_alone_or_in_an_archive),
        NN_TEST(headers_that_are_none_are_told),
        NN_TEST(damaged_arrays_end_in_a_sentence),
        NN_TEST(damaged_archives_end_in_a_sentence),
        NN_TEST(no_handle_stays_open),
    };
    const int code = nni_run_suite("import of arrays", tests, sizeof tests / sizeof *tests);
    unlink(fixture_path("x.npy"));
    unlink(fixture_path("x.npz"));
    unlink(fixture_path("out.h5"));
    return fixture_end(NULL) ? code : 1;
}
