/* SPDX-License-Identifier: MIT */
#include "inspect/type.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>

#include "support/printable.h"

/* Fields of a compound, or members of an enumeration, that are listed; and compounds within compounds. */
enum { LISTED_MOST = 32, NESTED_MOST = 4 };

static void print_nested(FILE *out, hid_t type, int depth);

static void print_number(FILE *out, hid_t type)
{
    const unsigned bits = (unsigned)(8 * H5Tget_size(type));
    const bool big = H5Tget_order(type) == H5T_ORDER_BE && bits > 8;
    const char *kind = H5Tget_class(type) == H5T_FLOAT ? "float" : H5Tget_sign(type) == H5T_SGN_NONE ? "uint" : "int";
    fprintf(out, "%s%u%s", kind, bits, big ? " big-endian" : "");
}

static void print_text_type(FILE *out, hid_t type)
{
    if (H5Tis_variable_str(type) > 0)
        fprintf(out, "text of variable length");
    else
        fprintf(out, "text of %zu bytes", H5Tget_size(type));
}

static void print_member_name(FILE *out, hid_t type, unsigned member)
{
    char *name = H5Tget_member_name(type, member);
    nni_print_text(out, name ? name : "?");
    H5free_memory(name);
}

static void print_fields(FILE *out, hid_t type, int depth)
{
    const int fields = H5Tget_nmembers(type);
    fprintf(out, "compound of %d field%s", fields, fields == 1 ? "" : "s");
    if (depth == NESTED_MOST)
        return;
    for (int i = 0; i < fields && i < LISTED_MOST; i++) {
        hid_t field = H5Tget_member_type(type, (unsigned)i);
        fprintf(out, "%s", i > 0 ? ", " : depth > 0 ? " (" : ": ");
        print_member_name(out, type, (unsigned)i);
        fputc(' ', out);
        print_nested(out, field, depth + 1);
        H5Tclose(field);
    }
    fprintf(out, "%s%s", fields > LISTED_MOST ? ", ..." : "", depth > 0 && fields > 0 ? ")" : "");
}

/* The value of a member, as the number that it is. */
static void print_member_value(FILE *out, hid_t type, hid_t base, unsigned member)
{
    union {
        int64_t number;
        uint64_t positive;
        unsigned char bytes[64]; /* of the type in the file, then of an int64 */
    } value = {0};
    const bool is_positive = H5Tget_sign(base) == H5T_SGN_NONE;
    if (H5Tget_size(base) > sizeof value || H5Tget_member_value(type, member, &value) < 0 ||
        H5Tconvert(base, is_positive ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64, 1, &value, NULL, H5P_DEFAULT) < 0)
        fputc('?', out);
    else if (is_positive)
        fprintf(out, "%" PRIu64, value.positive);
    else
        fprintf(out, "%" PRId64, value.number);
}

static void print_members(FILE *out, hid_t type)
{
    hid_t base = H5Tget_super(type);
    const int members = H5Tget_nmembers(type);
    fprintf(out, "enumeration of ");
    print_number(out, base);
    for (int i = 0; i < members && i < LISTED_MOST; i++) {
        fprintf(out, "%s", i > 0 ? ", " : " (");
        print_member_name(out, type, (unsigned)i);
        fprintf(out, " = ");
        print_member_value(out, type, base, (unsigned)i);
    }
    fprintf(out, "%s%s", members > LISTED_MOST ? ", ..." : "", members > 0 ? ")" : "");
    H5Tclose(base);
}

static void print_array(FILE *out, hid_t type, int depth)
{
    hid_t base = H5Tget_super(type);
    hsize_t dims[H5S_MAX_RANK];
    const int rank = H5Tget_array_dims2(type, dims);
    fprintf(out, "arrays of ");
    for (int d = 0; d < rank; d++)
        fprintf(out, "%s%" PRIu64, d ? " x " : "", (uint64_t)dims[d]);
    fputc(' ', out);
    if (depth < NESTED_MOST)
        print_nested(out, base, depth + 1);
    else
        fprintf(out, "values");
    H5Tclose(base);
}

static void print_nested(FILE *out, hid_t type, int depth)
{
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
    case H5T_FLOAT:
        print_number(out, type);
        break;
    case H5T_STRING:
        print_text_type(out, type);
        break;
    case H5T_COMPOUND:
        print_fields(out, type, depth);
        break;
    case H5T_ENUM:
        print_members(out, type);
        break;
    case H5T_ARRAY:
        print_array(out, type, depth);
        break;
    default:
        fprintf(out, "a type that is no number");
    }
}

void nni_inspect_print_type(FILE *out, hid_t type)
{
    print_nested(out, type, 0);
}
