/* SPDX-License-Identifier: MIT */
/** What nni_inspect_data says of files that tests write. */
#ifndef NN_TESTS_INSPECT_FIXTURE_H
#define NN_TESTS_INSPECT_FIXTURE_H

#include "inspect/inspect.h"
#include "support/hdf5_fixture.h"
#include "support/suite.h"

static const nni_inspect_how briefly;
static char *said; /* to be released after each inspection */

/** What is said of the file x.h5, which is removed. */
static inline void inspect_file(const nni_inspect_how *how)
{
    size_t length = 0;
    FILE *out = open_memstream(&said, &length);
    nn_error error;
    CU_ASSERT_EQUAL(nni_inspect_data(fixture_path("x.h5"), how, out, &error), NN_OK);
    fclose(out);
    unlink(fixture_path("x.h5"));
}

static inline hid_t create_file(void)
{
    return H5Fcreate(fixture_path("x.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
}

static inline void contains(const char *expected)
{
    CU_ASSERT_PTR_NOT_NULL(strstr(said, expected));
    if (!strstr(said, expected))
        printf("\nno '%s' in:\n%s", expected, said);
}

static inline void lacks(const char *unexpected)
{
    CU_ASSERT_PTR_NULL(strstr(said, unexpected));
    if (strstr(said, unexpected))
        printf("\n'%s' in:\n%s", unexpected, said);
}

static inline hid_t text_type(size_t size)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size);
    return type;
}

#endif
