/* SPDX-License-Identifier: MIT */
#include "support/inspect_fixture.h"

static const fixture_storage contiguous;

static void texts_are_told_with_their_length(void)
{
    hid_t file = create_file(), fixed = text_type(10), variable = text_type(H5T_VARIABLE);
    fixture_dataset(file, "a", fixed, fixed, 2, (hsize_t[]){2, 3}, contiguous, NULL);
    fixture_dataset(file, "b", variable, variable, 0, NULL, contiguous, NULL);
    H5Tclose(fixed);
    H5Tclose(variable);
    H5Fclose(file);
    inspect_file(&briefly);
    contains("2 x 3 text of 10 bytes\n");
    contains("one value text of variable length\n");
    free(said);
}

/* A compound of a, b with a name that would steer a terminal, and c, which has fields itself. */
static hid_t compound_type(void)
{
    hid_t inner = H5Tcreate(H5T_COMPOUND, 3), name = text_type(3), outer = H5Tcreate(H5T_COMPOUND, 19);
    const hsize_t two = 2;
    hid_t pair = H5Tarray_create2(H5T_STD_I16BE, 1, &two);
    H5Tinsert(inner, "text", 0, name);
    H5Tinsert(outer, "a", 0, H5T_IEEE_F32LE);
    H5Tinsert(outer, "b\033", 4, H5T_STD_U64LE);
    H5Tinsert(outer, "c", 12, inner);
    H5Tinsert(outer, "d", 15, pair);
    H5Tclose(pair);
    H5Tclose(name);
    H5Tclose(inner);
    return outer;
}

static void compounds_are_told_with_their_fields(void)
{
    hid_t file = create_file(), type = compound_type();
    fixture_dataset(file, "table", type, type, 1, (hsize_t[]){5}, contiguous, NULL);
    H5Tclose(type);
    H5Fclose(file);
    inspect_file(&briefly);
    contains("5 compound of 4 fields: a float32, b\\x1b uint64, c compound of 1 field (text text of 3 bytes), "
             "d arrays of 2 int16 big-endian\n");
    free(said);
}

static void compounds_of_many_fields_are_told_in_part(void)
{
    enum { FIELDS = 40 };
    hid_t file = create_file(), type = H5Tcreate(H5T_COMPOUND, FIELDS);
    for (size_t i = 0; i < FIELDS; i++) {
        char name[8];
        snprintf(name, sizeof name, "f%zu", i);
        H5Tinsert(type, name, i, H5T_STD_U8LE);
    }
    fixture_dataset(file, "table", type, type, 1, (hsize_t[]){5}, contiguous, NULL);
    H5Tclose(type);
    H5Fclose(file);
    inspect_file(&briefly);
    contains("compound of 40 fields: f0 uint8, f1 uint8,");
    contains("f31 uint8, ...\n");
    free(said);
}

static void compounds_in_compounds_end_somewhere(void)
{
    hid_t type = H5Tcopy(H5T_STD_U8LE);
    for (int depth = 0; depth < 10; depth++) {
        hid_t outer = H5Tcreate(H5T_COMPOUND, 1);
        H5Tinsert(outer, "in", 0, type);
        H5Tclose(type);
        type = outer;
    }
    hid_t file = create_file();
    fixture_dataset(file, "table", type, type, 1, (hsize_t[]){5}, contiguous, NULL);
    H5Tclose(type);
    H5Fclose(file);
    inspect_file(&briefly);
    contains(
        "compound of 1 field: in compound of 1 field (in compound of 1 field (in compound of 1 field (in compound of "
        "1 field)))\n");
    free(said);
}

static void enumerations_are_told_with_their_members(void)
{
    hid_t file = create_file(), type = H5Tenum_create(H5T_STD_I16BE);
    const struct {
        const char *name;
        short value;
    } members[] = {{"no", -2}, {"yes", 300}};
    for (size_t i = 0; i < 2; i++) {
        short value = members[i].value;
        H5Tconvert(H5T_NATIVE_SHORT, H5T_STD_I16BE, 1, &value, NULL, H5P_DEFAULT);
        H5Tenum_insert(type, members[i].name, &value);
    }
    fixture_dataset(file, "answers", type, type, 1, (hsize_t[]){5}, contiguous, NULL);
    H5Tclose(type);
    H5Fclose(file);
    inspect_file(&briefly);
    contains("5 enumeration of int16 big-endian (no = -2, yes = 300)\n");
    free(said);
}

static void truth_values_are_numbers(void)
{
    const signed char answers[] = {1, 0, 1, 1, 1}, no = 0, yes = 1;
    hid_t file = create_file(), type = H5Tenum_create(H5T_STD_I8LE);
    H5Tenum_insert(type, "FALSE", &no);
    H5Tenum_insert(type, "TRUE", &yes);
    fixture_dataset(file, "y", type, type, 1, (hsize_t[]){5}, contiguous, answers);
    H5Tclose(type);
    H5Fclose(file);
    inspect_file(&briefly);
    contains("5 enumeration of int8 (FALSE = 0, TRUE = 1)\n           values from 0 to 1\n"
             "           rows of each class: 0: 1, 1: 4\n");
    lacks("advice");
    free(said);
}

/* What is said of texts of 8 bytes, padded with zeros or written apart. */
static void inspect_texts(char (*texts)[8], size_t rows, bool variable)
{
    const char **pointers = calloc(rows, sizeof *pointers);
    for (size_t i = 0; i < rows; i++)
        pointers[i] = texts[i];
    hid_t file = create_file(), type = text_type(variable ? H5T_VARIABLE : 8);
    fixture_dataset(file, "y", type, type, 1, (hsize_t[]){rows}, contiguous,
                    variable ? (const void *)pointers : (const void *)texts);
    H5Tclose(type);
    H5Fclose(file);
    free(pointers);
    inspect_file(&briefly);
}

static void classes_that_are_spelled_out_are_counted(void)
{
    char texts[][8] = {"dog", "cat", "dog", "eel\033", "dog", "", "cat", "catfish"};
    for (int variable = 0; variable < 2; variable++) {
        inspect_texts(texts, 8, variable);
        contains("rows of each class: : 1, cat: 2, catfish: 1, dog: 3, eel\\x1b: 1\n");
        contains("advice   1 row is an empty text, which training takes for no class; leave it out\n");
        free(said);
        inspect_texts(texts + 2, 3, variable);
        contains("rows of each class: dog: 2, eel\\x1b: 1\n");
        lacks("advice");
        free(said);
        inspect_texts(texts, 2, variable);
        contains("           all different\n");
        free(said);
    }
}

/* More than are read at a time. */
static void classes_are_counted_up_to_1024(void)
{
    enum { ROWS = 5000 };
    static char texts[ROWS][8];
    for (size_t classes = 1024; classes <= 1025; classes++) {
        for (size_t i = 0; i < ROWS; i++)
            snprintf(texts[i], sizeof texts[i], "c%04zu", i % classes);
        for (int variable = 0; variable < 2; variable++) {
            inspect_texts(texts, ROWS, variable);
            if (classes == 1024) {
                contains("rows of each class: c0000: 5, c0001: 5,"); /* 5000 = 4 * 1024 + 904 */
                contains(" c0903: 5, c0904: 4,");
            } else
                contains("more than 1024 different texts, or longer than 255 bytes: no classes\n");
            free(said);
        }
    }
}

static void long_texts_are_no_classes(void)
{
    char text[257];
    memset(text, 'x', 256);
    text[256] = '\0';
    const char *const pointers[] = {text, text, text};
    for (size_t length = 255; length <= 256; length++) {
        text[255] = length == 256 ? 'x' : '\0';
        hid_t file = create_file(), type = text_type(H5T_VARIABLE);
        fixture_dataset(file, "notes", type, type, 1, (hsize_t[]){3}, contiguous, pointers);
        H5Tclose(type);
        H5Fclose(file);
        inspect_file(&briefly);
        contains(length == 255 ? "xxx: 3\n" : "or longer than 255 bytes: no classes\n");
        lacks("advice");
        free(said);
    }
}

int main(void)
{
    if (!fixture_begin(NULL))
        return 1;
    const nni_test tests[] = {
        NN_TEST(texts_are_told_with_their_length),
        NN_TEST(compounds_are_told_with_their_fields),
        NN_TEST(compounds_of_many_fields_are_told_in_part),
        NN_TEST(compounds_in_compounds_end_somewhere),
        NN_TEST(enumerations_are_told_with_their_members),
        NN_TEST(truth_values_are_numbers),
        NN_TEST(classes_that_are_spelled_out_are_counted),
        NN_TEST(classes_are_counted_up_to_1024),
        NN_TEST(long_texts_are_no_classes),
    };
    int code = nni_run_suite("inspect types", tests, sizeof tests / sizeof *tests);
    return fixture_end(NULL) ? code : 1;
}
