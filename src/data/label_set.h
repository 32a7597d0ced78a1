/** Set of the distinct whole numbers in a column of targets. */
#ifndef NN_DATA_LABEL_SET_H
#define NN_DATA_LABEL_SET_H

#include "nntrain/comm.h"
#include "nntrain/dataset.h"

enum { NN_LABEL_LIST = 160 }; /**< bytes that hold any list */

enum { NN_LABEL_SET_RECENT = 1 << 12 };

/** Zeroed, it is empty. Owns its arrays. */
struct nn_label_set {
    int64_t *number; /**< [count] ascending, once united */
    size_t count;
    bool floats;    /**< y holds them in a floating type */
    bool many;      /**< more than NN_TEXTS_MOST distinct numbers, which are not kept */
    bool fraction;  /**< a number was not whole, or beyond the 53 bits a double counts in; none are kept then */
    nn_texts texts; /**< in decimal, until united */
    struct nn_label_seen {
        int64_t number;
        bool is;
    } recent[NN_LABEL_SET_RECENT]; /**< numbers that need no look at the texts */
};

nn_status nn_label_set_add(nn_label_set *set, int64_t number, nn_error *error);

/** Makes the set that of all ranks, with its numbers in order. Collective and agreed. */
nn_status nn_label_set_unite(nn_label_set *set, nn_comm *comm, nn_error *error);

/** @return whether the set lists all numbers there are, two at least */
bool nn_label_set_is_known(const nn_label_set *set);

/** Writes "1 to 7", "-1 and 1" or "10, 20, 30, ..., 90". @param numbers  [count] ascending. @return text */
const char *nn_label_list(const int64_t *numbers, size_t count, char text[NN_LABEL_LIST]);

/** Writes "the 7 whole numbers from 1 to 7". @return text */
const char *nn_label_list_tell(const int64_t *numbers, size_t count, char text[NN_LABEL_LIST]);

/** NULL is fine. */
void nn_label_set_free(nn_label_set *set);

#endif
