/* SPDX-License-Identifier: MIT */
/** @file
 * Which nntrain this is: of the headers that a program was compiled with, and of the library that it runs with.
 */
#ifndef NNTRAIN_VERSION_H
#define NNTRAIN_VERSION_H

#include "nntrain/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CMake reads the version of the project here. */
#define NNTRAIN_VERSION_MAJOR 0 /**< Grows where the API breaks; while it is 0, the minor version does. */
#define NNTRAIN_VERSION_MINOR 2 /**< Grows where the API grows. */
#define NNTRAIN_VERSION_PATCH 0 /**< Grows where mistakes are mended. */
/** Version of the headers as text. */
#define NNTRAIN_VERSION "0.2.0"
/** Version of the headers as a number that grows: major * 10000 + minor * 100 + patch. */
#define NNTRAIN_VERSION_NUMBER (NNTRAIN_VERSION_MAJOR * 10000 + NNTRAIN_VERSION_MINOR * 100 + NNTRAIN_VERSION_PATCH)

/** @return version of the library as text, e.g. "0.2.0" */
NN_API const char *nn_version(void);

/** @return version of the library as a number, to be compared with NNTRAIN_VERSION_NUMBER */
NN_API int nn_version_number(void);

#ifdef __cplusplus
}
#endif

#endif
