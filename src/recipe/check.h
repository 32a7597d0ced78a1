/** What the checks of a recipe share. Each check is one subject, in a file with its kin. */
#ifndef NNI_RECIPE_CHECK_H
#define NNI_RECIPE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "recipe/schema.h"

/** A recipe in check; borrows all. */
typedef struct nni_check {
    nn_recipe *recipe;
    nni_yaml_node *root; /**< the tree the recipe was loaded from */
    const char *origin;
    nn_error *error;
} nni_check;

/** Fails with "PLACE: KEY: SENTENCE"; for a value nobody wrote, "ORIGIN: KEY (by default VALUE): SENTENCE". */
nn_status nni_check_fail(const nni_check *in, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Of two values that do not go together, the one written in the later text, which is the one to point at; the first of
 * two in one text. */
const char *nni_check_later(const nni_check *in, const char *key, const char *other);

/** Whether the recipe has a value at a key. */
bool nni_check_has(const nni_check *in, const char *key);

/** What a float must be; a key that the recipe lacks is always right. */
typedef enum nni_check_range {
    NNI_CHECK_ABOVE_0,    /**< value > 0 */
    NNI_CHECK_FROM_0,     /**< value >= 0 */
    NNI_CHECK_FROM_0_TO_1 /**< 0 <= value < 1 */
} nni_check_range;

/** @param usual  ends the message: "0.9 is usual"; or NULL */
nn_status nni_check_float(const nni_check *in, const char *key, double value, nni_check_range range, const char *usual);

/** @return whether the value at a key is the word auto, which the program replaces once it knows the data */
bool nni_check_is_auto(const nni_check *in, const char *key);

/** A number from 1 to `most`, or auto, which the recipe has as 0. */
nn_status nni_check_count(const nni_check *in, const char *key, size_t value, size_t most);

/** Reads a whole number of 0 or more from the start of `text`. @return what is behind it; NULL where none that fits */
const char *nni_check_read_count(const char *text, size_t *count);

/** Reads "512K", "4M" or "2G", of 1024 and its powers. @return whether it is such a size, more than 0 */
bool nni_check_read_bytes(const char *text, size_t *bytes);

/** Reads "10 epochs" or "500 steps". @param least  smallest number that may be */
nn_status nni_check_interval(const nni_check *in, const char *key, const char *text, size_t least,
                             nni_interval *interval);

nn_status nni_check_network(const nni_check *in);
nn_status nni_check_loss(const nni_check *in);
nn_status nni_check_optimizer(const nni_check *in);
nn_status nni_check_schedule(const nni_check *in);
nn_status nni_check_regularization(const nni_check *in);
nn_status nni_check_data(const nni_check *in);
nn_status nni_check_augment(const nni_check *in);
nn_status nni_check_parallel(const nni_check *in);
nn_status nni_check_training(const nni_check *in);
nn_status nni_check_stop(const nni_check *in);
nn_status nni_check_checkpoint(const nni_check *in);

#endif
