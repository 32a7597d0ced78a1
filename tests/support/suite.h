/* SPDX-License-Identifier: MIT */
/** Runs a table of CUnit tests as one program: prints the failures and a summary, exits 1 where a test failed. */
#ifndef NN_TESTS_SUITE_H
#define NN_TESTS_SUITE_H

#include <CUnit/Basic.h>
#include <stdio.h>

#define NN_TEST(function)                                                                                              \
    {                                                                                                                  \
#function, function                                                                                            \
    }

typedef struct nni_test {
    const char *name;
    CU_TestFunc run;
} nni_test;

/** @return the exit code of the program */
static inline int nni_run_suite(const char *suite_name, const nni_test *tests, size_t count)
{
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite(suite_name, NULL, NULL);
    for (size_t i = 0; suite && i < count; i++)
        if (!CU_add_test(suite, tests[i].name, tests[i].run))
            suite = NULL;
    if (!suite) {
        fprintf(stderr, "cannot register %s: %s\n", suite_name, CU_get_error_msg());
        CU_cleanup_registry();
        return 1;
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures == 0 ? 0 : 1;
}

#endif
