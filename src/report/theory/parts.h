/* SPDX-License-Identifier: MIT */
/** The page of the theory: its pictures, each of runs that belong together, and what is said of a run in a few words.
 */
#ifndef NNI_REPORT_THEORY_PARTS_H
#define NNI_REPORT_THEORY_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "nntrain/status.h"
#include "report/history/history.h"
#include "report/page/parts.h"

/** Runs on the same data that are drawn together, in the order of theory.c. All pictures of a kind are in one section;
 * a function of a kind writes what is said once (introduce), and then is called for each group. */
typedef struct nni_theory_group {
    const nni_history *const *runs; /**< [count] */
    size_t count;
} nni_theory_group;

/** Decision regions of networks of two inputs: linear layers before others. */
void nni_theory_introduce_regions(FILE *out);
nn_status nni_theory_regions(FILE *out, nni_theory_group group, nn_error *error);

/** Functions of one input that networks with more and more units learn. */
void nni_theory_introduce_fits(FILE *out);
nn_status nni_theory_fits(FILE *out, nni_theory_group group, nn_error *error);

/** Loss surfaces of two parameters with the paths of gradient descent at several rates. */
void nni_theory_introduce_descents(FILE *out);
nn_status nni_theory_descents(FILE *out, nni_theory_group group, nn_error *error);

/** The activations and their derivatives, from the program's own table. */
nn_status nni_theory_activations(FILE *out, nn_error *error);

/** @return whether all layers but the last are linear */
bool nni_theory_is_linear(const nni_history *run);

/** @return units of all layers but the last */
size_t nni_theory_hidden_units(const nni_history *run);

/** @return the first learning rate of a run; NAN: not known */
double nni_theory_rate(const nni_history *run);

/** @return hidden layers in words: "64 relu, 32 relu" */
const char *nni_theory_network(nni_texts *texts, const nni_history *run);

/** @return the name of one of two inputs; x, x1 or x2 with small digits where the data has no names */
const char *nni_theory_input(const nni_history *run, size_t input);

/** @return the name of the data: its file without folder and ending; "data" where it is not known */
const char *nni_theory_data(nni_texts *texts, const nni_history *run);

#endif
