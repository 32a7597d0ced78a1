/* SPDX-License-Identifier: MIT */
/** Figures as text for people: counts, seconds, bytes. */
#ifndef NNI_TRAIN_RUN_FORMAT_H
#define NNI_TRAIN_RUN_FORMAT_H

#include <stddef.h>
#include <stdint.h>

/** A figure as text. */
typedef struct nni_figure {
    char text[32];
} nni_figure;

/** 1234567 as "1,234,567". */
nni_figure nni_figure_count(uint64_t count);

/** Seconds as "0.08 s", "8.1 s", "12 s", "3:07 min", "2:03:07 h". */
nni_figure nni_figure_seconds(double seconds);

/** 0.25 as "0.25". */
nni_figure nni_figure_number(double number);

/** Bytes as "512 KiB", "1.5 GiB". */
nni_figure nni_figure_bytes(double bytes);

/** "1 rank", "8 ranks". */
nni_figure nni_figure_plural(uint64_t count, const char *noun);

#endif
