/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <zlib.h>

#include "nntrain/import.h"
#include "support/hdf5_fixture.h"
#include "support/next_random.h"
#include "support/suite.h"

enum { ROWS = 5, HEIGHT = 2, WIDTH = 3, VALUES = ROWS * HEIGHT * WIDTH };

static const unsigned char header[16] = {0, 0, 8, 3, 0, 0, 0, ROWS, 0, 0, 0, HEIGHT, 0, 0, 0, WIDTH};

/* Files are written as they lie on the disk: a header, then bytes that count from 0. */
static void write_bytes(const char *name, const void *head, size_t head_size, size_t body_size)
{
    FILE *file = fopen(fixture_path(name), "wb");
    fwrite(head, 1, head_size, file);
    for (size_t i = 0; i < body_size; i++)
        fputc((int)(i % 251), file);
    fclose(file);
}

static void write_gzip(const char *name, size_t body_size)
{
    gzFile file = gzopen(fixture_path(name), "wb");
    gzwrite(file, header, sizeof header);
    for (size_t i = 0; i < body_size; i++)
        gzputc(file, (int)(i % 251));
    gzclose(file);
}

static nn_status import_one(const char *source, int compress, nn_error *error)
{
    nn_import_item item = {fixture_path(source), "/train/x"};
    return nn_import_idx(&item, 1, compress, fixture_path("out.h5"), error);
}

static size_t files_in_folder(void)
{
    DIR *folder = opendir(fixture_folder);
    size_t count = 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

/* Refused with these words, and nothing is left behind. */
static void expect_refusal(const char *source, const char *words)
{
    nn_error error = {0};
    size_t before = files_in_folder();
    CU_ASSERT_EQUAL(import_one(source, 4, &error), NN_DATA);
    bool said = strstr(error.message, words) && strstr(error.message, source);
    if (!said)
        fprintf(stderr, "expected \"%s\" in: %s\n", words, error.message);
    CU_ASSERT(said);
    CU_ASSERT_EQUAL(files_in_folder(), before);
}

static hid_t open_output(const char *name, hid_t *dataset)
{
    hid_t file = H5Fopen(fixture_path("out.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    *dataset = H5Dopen2(file, name, H5P_DEFAULT);
    return file;
}

static void close_output(hid_t file, hid_t dataset)
{
    H5Dclose(dataset);
    H5Fclose(file);
    unlink(fixture_path("out.h5"));
}

static void check_images(bool chunked)
{
    hid_t dataset, file = open_output("/train/x", &dataset), space = H5Dget_space(dataset);
    hid_t type = H5Dget_type(dataset), creation = H5Dget_create_plist(dataset);
    hsize_t extent[3];
    unsigned char values[VALUES];
    CU_ASSERT_EQUAL(H5Sget_simple_extent_dims(space, extent, NULL), 3);
    CU_ASSERT(extent[0] == ROWS && extent[1] == HEIGHT && extent[2] == WIDTH);
    CU_ASSERT(H5Tequal(type, H5T_STD_U8LE) > 0);
    CU_ASSERT_EQUAL(H5Pget_layout(creation), chunked ? H5D_CHUNKED : H5D_CONTIGUOUS);
    CU_ASSERT(H5Dread(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    for (int i = 0; i < VALUES; i++)
        CU_ASSERT_EQUAL(values[i], i);
    H5Pclose(creation);
    H5Tclose(type);
    H5Sclose(space);
    close_output(file, dataset);
}

static void images_keep_type_and_shape_plain_or_gzipped(void)
{
    write_bytes("plain.idx", header, sizeof header, VALUES);
    write_gzip("packed.idx.gz", VALUES);
    for (int compress = 0; compress <= 9; compress += 3) {
        CU_ASSERT_EQUAL(import_one("plain.idx", compress, NULL), NN_OK);
        check_images(compress > 0);
        CU_ASSERT_EQUAL(import_one("packed.idx.gz", compress, NULL), NN_OK);
        check_images(compress > 0);
    }
    unlink(fixture_path("plain.idx"));
    unlink(fixture_path("packed.idx.gz"));
}

/* The bytes 0 .. 7 as big-endian numbers. */
static void check_type(unsigned char code, size_t size, hid_t expected, double first)
{
    const unsigned char head[8] = {0, 0, code, 1, 0, 0, 0, 2};
    write_bytes("types.idx", head, sizeof head, 2 * size);
    CU_ASSERT_EQUAL_FATAL(import_one("types.idx", 1, NULL), NN_OK);
    hid_t dataset, file = open_output("/train/x", &dataset), type = H5Dget_type(dataset);
    double values[2];
    CU_ASSERT(H5Tequal(type, expected) > 0);
    CU_ASSERT(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    CU_ASSERT_EQUAL(values[0], first);
    H5Tclose(type);
    close_output(file, dataset);
    unlink(fixture_path("types.idx"));
}

static void all_types_keep_their_values(void)
{
    float f;
    double d;
    const uint32_t float_bits = 0x00010203;
    const uint64_t double_bits = UINT64_C(0x0001020304050607);
    memcpy(&f, &float_bits, sizeof f);
    memcpy(&d, &double_bits, sizeof d);
    check_type(0x08, 1, H5T_STD_U8LE, 0);
    check_type(0x09, 1, H5T_STD_I8LE, 0);
    check_type(0x0B, 2, H5T_STD_I16LE, 1);
    check_type(0x0C, 4, H5T_STD_I32LE, 0x010203);
    check_type(0x0D, 4, H5T_IEEE_F32LE, (double)f);
    check_type(0x0E, 8, H5T_IEEE_F64LE, d);
}

/* 3 MiB: several chunks, the last one not full. */
static void long_files_are_copied_chunk_by_chunk(void)
{
    const unsigned char head[12] = {0, 0, 8, 2, 0, 0, 12, 35, 0, 0, 4, 1}; /* 3107 rows of 1025 bytes */
    const size_t size = (size_t)3107 * 1025;
    write_bytes("long.idx", head, sizeof head, size);
    CU_ASSERT_EQUAL_FATAL(import_one("long.idx", 1, NULL), NN_OK);
    hid_t dataset, file = open_output("/train/x", &dataset);
    unsigned char *values = malloc(size);
    CU_ASSERT(H5Dread(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    bool same = true;
    for (size_t i = 0; i < size; i++)
        same = same && values[i] == i % 251;
    CU_ASSERT(same);
    free(values);
    close_output(file, dataset);
    unlink(fixture_path("long.idx"));
}

static void several_files_become_datasets_of_one(void)
{
    const unsigned char labels[8] = {0, 0, 8, 1, 0, 0, 0, ROWS};
    write_bytes("x.idx", header, sizeof header, VALUES);
    write_bytes("y.idx", labels, sizeof labels, ROWS);
    char x[400], y[400];
    snprintf(x, sizeof x, "%s", fixture_path("x.idx"));
    snprintf(y, sizeof y, "%s", fixture_path("y.idx"));
    const nn_import_item items[] = {{x, "/train/x"}, {y, "/train/y"}, {x, "/test/x"}, {y, "/test/y"}};
    CU_ASSERT_EQUAL_FATAL(nn_import_idx(items, 4, 4, fixture_path("out.h5"), NULL), NN_OK);
    hid_t file = H5Fopen(fixture_path("out.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    for (int i = 0; i < 4; i++) {
        hid_t dataset = H5Dopen2(file, items[i].dataset, H5P_DEFAULT);
        CU_ASSERT(dataset >= 0);
        H5Dclose(dataset);
    }
    H5Fclose(file);

    /* The same name twice fails and leaves what was there. */
    nn_error error = {0};
    const nn_import_item twice[] = {{x, "/train/x"}, {y, "/train/x"}};
    CU_ASSERT_EQUAL(nn_import_idx(twice, 2, 4, fixture_path("out.h5"), &error), NN_SYSTEM);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "/train/x cannot be made"));
    hid_t dataset;
    file = open_output("/test/y", &dataset);
    CU_ASSERT(dataset >= 0);
    close_output(file, dataset);
    unlink(x);
    unlink(y);
}

static void what_is_no_idx_file_is_told(void)
{
    const unsigned char magics[][4] = {{1, 2, 8, 1}, {0, 0, 0x0A, 1}, {0, 0, 8, 0}, {0, 0, 8, 200}};
    const char *const words[] = {"begins with 01 02", "its type 0a", "0 dimensions", "200 dimensions"};
    expect_refusal("absent.idx", "there is no file ");
    expect_refusal(".", "is a folder");
    for (int i = 0; i < 4; i++) {
        write_bytes("odd.idx", magics[i], 4, 1000);
        expect_refusal("odd.idx", words[i]);
    }
    write_bytes("odd.idx", header, 2, 0);
    expect_refusal("odd.idx", "only 2 bytes");
    const unsigned char none[8] = {0, 0, 8, 1, 0, 0, 0, 0}, wide[12] = {0, 0, 8, 2, 0, 0, 0, 9, 255, 255, 255, 255};
    write_bytes("odd.idx", none, sizeof none, 0);
    expect_refusal("odd.idx", "dimension 1 of its header is 0");
    write_bytes("odd.idx", wide, sizeof wide, 0);
    expect_refusal("odd.idx", "rows of more than a GiB");
    unlink(fixture_path("odd.idx"));
}

static void another_length_than_the_header_says_is_told(void)
{
    write_bytes("length.idx", header, 9, 0);
    expect_refusal("length.idx", "ends amid its header");
    write_bytes("length.idx", header, sizeof header, VALUES - 7);
    expect_refusal("length.idx", "its header says 5 rows, but it ends in row 3");
    write_bytes("length.idx", header, sizeof header, VALUES + 1);
    expect_refusal("length.idx", "is longer than its header says: 5 rows of 6 bytes");
    write_gzip("length.idx", VALUES - 1);
    expect_refusal("length.idx", "its header says 5 rows, but it ends in row 4");
    write_gzip("length.idx", VALUES + 1);
    expect_refusal("length.idx", "is longer than its header says");
    unlink(fixture_path("length.idx"));
}

/* A few bytes can claim any number of rows, gzipped or not: no memory is taken, and nothing written, for them. */
static void claims_beyond_the_file_are_told(void)
{
    const unsigned char many[16] = {0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 64, 0, 0, 0, 64, 0};
    write_bytes("claims.idx", many, sizeof many, 100);
    expect_refusal("claims.idx", "says 4294967295 rows of 268435456 bytes, more than its 116 bytes hold");
    gzFile stream = gzopen(fixture_path("claims.idx"), "wb");
    gzwrite(stream, many, sizeof many);
    gzclose(stream);
    expect_refusal("claims.idx", "says 4294967295 rows of 268435456 bytes, more than");
    unlink(fixture_path("claims.idx"));
}

/* A stream cut off, and one whose checksum is wrong although every value is there. */
static void a_damaged_gzip_stream_is_told(void)
{
    write_gzip("cut.idx.gz", VALUES);
    FILE *file = fopen(fixture_path("cut.idx.gz"), "r+b");
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    fseek(file, size - 8, SEEK_SET);
    fputc(~0 & 0xA5, file);
    fclose(file);
    expect_refusal("cut.idx.gz", "cannot be read or unpacked");
    CU_ASSERT_EQUAL(truncate(fixture_path("cut.idx.gz"), size - 12), 0);
    expect_refusal("cut.idx.gz", "is truncated: the gzip stream has no end");
    unlink(fixture_path("cut.idx.gz"));
}

/* Bytes of a plain and of a gzipped file changed, and files cut: a sentence, or a whole file where one does no harm. */
static void damaged_files_end_in_a_sentence(void)
{
    static unsigned char whole[2][4096];
    size_t size[2];
    uint64_t state = 3;
    size_t refused = 0;
    write_bytes("0.idx", header, sizeof header, VALUES);
    write_gzip("1.idx", VALUES);
    for (int kind = 0; kind < 2; kind++) {
        FILE *file = fopen(fixture_path(kind ? "1.idx" : "0.idx"), "rb");
        size[kind] = fread(whole[kind], 1, sizeof whole[kind], file);
        fclose(file);
    }
    for (int i = 0; i < 400; i++) {
        unsigned char damaged[4096];
        const int kind = i % 2;
        size_t count = size[kind];
        memcpy(damaged, whole[kind], count);
        for (int change = 0; change <= i % 3; change++) {
            state = next_random(state);
            damaged[(state >> 33) % (kind ? count : sizeof header)] = (unsigned char)(state >> 24);
        }
        if (i % 10 == 0)
            count = (size_t)(state >> 40) % count;
        FILE *file = fopen(fixture_path("damaged.idx"), "wb");
        fwrite(damaged, 1, count, file);
        fclose(file);
        unlink(fixture_path("out.h5"));
        nn_error error = {0};
        const nn_status status = import_one("damaged.idx", 0, &error);
        CU_ASSERT(status == NN_OK || (status == NN_DATA && strstr(error.message, "damaged.idx")));
        CU_ASSERT_EQUAL(access(fixture_path("out.h5"), F_OK) == 0, status == NN_OK);
        refused += status != NN_OK;
    }
    CU_ASSERT(refused > 200);
    const char *const names[] = {"0.idx", "1.idx", "damaged.idx", "out.h5"};
    for (size_t i = 0; i < 4; i++)
        unlink(fixture_path(names[i]));
}

static void an_output_that_cannot_be_is_told(void)
{
    nn_error error = {0};
    write_bytes("x.idx", header, sizeof header, VALUES);
    nn_import_item item = {fixture_path("x.idx"), "/train/x"};
    CU_ASSERT_EQUAL(nn_import_idx(&item, 1, 4, fixture_path("no/such/out.h5"), &error), NN_SYSTEM);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "out.h5: cannot be created: No such file or directory"));
    CU_ASSERT_EQUAL(nn_import_idx(&item, 1, 4, fixture_folder, &error), NN_SYSTEM);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "cannot take the place"));
    CU_ASSERT_EQUAL(nn_import_idx(&item, 1, 10, fixture_path("out.h5"), &error), NN_USAGE);
    CU_ASSERT_EQUAL(files_in_folder(), 1);
    unlink(fixture_path("x.idx"));
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
        NN_TEST(images_keep_type_and_shape_plain_or_gzipped),
        NN_TEST(all_types_keep_their_values),
        NN_TEST(long_files_are_copied_chunk_by_chunk),
        NN_TEST(several_files_become_datasets_of_one),
        NN_TEST(what_is_no_idx_file_is_told),
        NN_TEST(another_length_than_the_header_says_is_told),
        NN_TEST(claims_beyond_the_file_are_told),
        NN_TEST(a_damaged_gzip_stream_is_told),
        NN_TEST(damaged_files_end_in_a_sentence),
        NN_TEST(an_output_that_cannot_be_is_told),
        NN_TEST(no_handle_stays_open),
    };
    int code = nni_run_suite("import", tests, sizeof tests / sizeof *tests);
    return fixture_end(NULL) ? code : 1;
}
