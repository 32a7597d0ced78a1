/* SPDX-License-Identifier: MIT */
/** An excerpt of C sources: some of their functions, with the functions, constants, types and macros that these use. */
#ifndef NNI_EXPORT_SOURCE_EXCERPT_H
#define NNI_EXPORT_SOURCE_EXCERPT_H

#include <stdbool.h>
#include <stdio.h>

#include "nntrain/status.h"

/** C sources, cut into definitions. Owns its arrays. */
typedef struct nni_excerpt nni_excerpt;

/**
 * Cuts sources into definitions.
 *
 * They are laid out as clang-format leaves them. Of `#ifdef NNTRAIN_DOUBLE` one branch is taken; includes, and pragmas
 * but for unrolling, are left out.
 *
 * @param lines  ended by NULL; borrowed
 * @param wide   whether nni_real is double
 */
nn_status nni_excerpt_create(const char *const *lines, bool wide, nni_excerpt **excerpt, nn_error *error);
void nni_excerpt_free(nni_excerpt *excerpt);

/** Takes a definition, and what it uses, into the excerpt. @return false where the sources have none by the name */
bool nni_excerpt_take(nni_excerpt *excerpt, const char *name);

/** Writes what was taken, in the order of the sources, comments included; `real` stands for nni_real. */
void nni_excerpt_write(const nni_excerpt *excerpt, FILE *out);

#endif
