/* SPDX-License-Identifier: MIT */
/** The reference of recipes, made from the tables of their settings. */
#ifndef NNI_RECIPE_REFERENCE_H
#define NNI_RECIPE_REFERENCE_H

#include <stdio.h>

#include "nntrain/status.h"

typedef enum nni_reference_style {
    NNI_REFERENCE_TEXT,     /**< for a terminal */
    NNI_REFERENCE_MARKDOWN, /**< tables of the manual */
    NNI_REFERENCE_MAN,      /**< sub-sections of a manual page */
} nni_reference_style;

/**
 * Writes every key of recipes with its type, range, default and a line of help, and every kind with its own keys.
 *
 * @param path  of a section or a value, such as training.stop or network.layers; NULL: all
 * @return NN_USAGE where there is no such path
 */
nn_status nni_recipe_reference(FILE *out, nni_reference_style style, const char *path, nn_error *error);

/** Writes text into a manual page, whose special characters it escapes. */
void nni_reference_roff(FILE *out, const char *text);

#endif
