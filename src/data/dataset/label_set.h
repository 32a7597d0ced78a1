/* SPDX-License-Identifier: MIT */
/** Set of the distinct whole numbers in a column of targets. */
#ifndef NNI_DATA_DATASET_LABEL_SET_H
#define NNI_DATA_DATASET_LABEL_SET_H

#include "comm/comm.h"
#include "data/dataset/spec.h"
#include "support/string_set.h"

enum { NNI_LABEL_LIST = 160 }; /**< bytes that hold any list */

/** Labels that may well be classes; more are rather values. */
enum { NNI_LABELS_FEW = 100 };

enum { NNI_LABEL_SET_RECENT = 1 << 12 };

/** Owns its arrays. */
typedef struct nni_label_set {
    int64_t *number; /**< [count] ascending, once united */
    size_t count;
    bool floats;          /**< y holds them in a floating type */
    size_t most;          /**< distinct numbers that are kept, NNI_STRING_SET_MAX at most */
    bool many;            /**< there are more, none of which is kept */
    bool fraction;        /**< a number was not whole, or beyond the 53 bits a double counts in; none are kept then */
    nni_string_set texts; /**< in decimal, until united */
    struct nni_label_seen {
        int64_t number;
        bool is;
    } recent[NNI_LABEL_SET_RECENT]; /**< cache of numbers found before, which saves a search of the texts */
} nni_label_set;

/** Makes an empty set. @param head  that the labels are for: only few matter to one that predicts a value */
nn_status nni_label_set_create(nni_head head, nni_label_set **set, nn_error *error);

nn_status nni_label_set_add(nni_label_set *set, int64_t number, nn_error *error);

/** Makes the set that of all ranks, with its numbers in order. Collective and agreed. */
nn_status nni_label_set_unite(nni_label_set *set, nn_comm *comm, nn_error *error);

/** @return whether the set lists all numbers there are, two at least */
bool nni_label_set_is_known(const nni_label_set *set);

/** Writes "1 to 7", "-1 and 1" or "10, 20, 30, ..., 90". @param numbers  [count] ascending. @return text */
const char *nni_label_list(const int64_t *numbers, size_t count, char text[NNI_LABEL_LIST]);

/** Writes "the 7 whole numbers from 1 to 7". @return text */
const char *nni_label_list_describe(const int64_t *numbers, size_t count, char text[NNI_LABEL_LIST]);

/** NULL is fine. */
void nni_label_set_free(nni_label_set *set);

#endif
