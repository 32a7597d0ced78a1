/* SPDX-License-Identifier: MIT */
/** Numbers in source code, in the shortest form that is read back as the same bits, with a decimal point. */
#ifndef NNI_EXPORT_SOURCE_NUMBERS_H
#define NNI_EXPORT_SOURCE_NUMBERS_H

#include <stddef.h>
#include <stdio.h>

/** A number as text. */
typedef struct nni_number {
    char text[40];
} nni_number;

/** @return a float: 1.0, 0.1, 1e-05. @param suffix  of at most 10 characters: "f" in C */
nni_number nni_number_float(float value, const char *suffix);

/** @return a double, likewise */
nni_number nni_number_double(double value, const char *suffix);

/** A list of words in lines of limited length. */
typedef struct nni_word_list {
    FILE *out;
    const char *indent;    /**< begins a line */
    const char *continued; /**< ends a line that another follows: "" or " &" */
    size_t column;         /**< 0: nothing is written yet */
} nni_word_list;

/** Writes a word, a comma before it unless it is the first, on a new line where the line would be too long. */
void nni_word_list_add(nni_word_list *list, const char *word);

#endif
