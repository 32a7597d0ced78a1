/* SPDX-License-Identifier: MIT */
/** @file
 * What the library exports: the functions marked NN_API, and nothing else.
 */
#ifndef NNTRAIN_EXPORT_H
#define NNTRAIN_EXPORT_H

/** Marks a function of the public API. */
#define NN_API __attribute__((visibility("default")))

#endif
