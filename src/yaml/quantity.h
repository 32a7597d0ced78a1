/* SPDX-License-Identifier: MIT */
/** Quantities as people write them: counts, sizes, lengths of time, numbers of epochs or steps. */
#ifndef NNI_YAML_QUANTITY_H
#define NNI_YAML_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "support/setting.h"

/** Reads a whole number of 0 or more from the start of `text`. @return what is behind it; NULL where none that fits */
const char *nni_read_count(const char *text, size_t *count);

/** Reads "512K", "4M" or "2G", of 1024 and its powers. @return whether it is such a size, more than 0 */
bool nni_read_bytes(const char *text, size_t *bytes);

/** Reads "90 seconds", "30 minutes" or "2 hours". @return whether it is such a length, more than 0 */
bool nni_read_seconds(const char *text, double *seconds);

/** Reads "10 epochs" or "500 steps". @return whether it is such an interval */
bool nni_read_interval(const char *text, nni_interval *interval);

#endif
