/* SPDX-License-Identifier: MIT */
/** Augmentation: training sees every image a little changed, and changed anew in each epoch. */
#ifndef NNI_DATA_LOADING_AUGMENT_H
#define NNI_DATA_LOADING_AUGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "data/dataset/dataset.h"
#include "data/settings.h"
#include "nntrain/status.h"
#include "support/real.h"

typedef struct nni_augment nni_augment;

/**
 * Takes what rows of a split are augmented by. Local.
 *
 * An image that the recipe leaves out is what x holds: [rows, height, width] or [rows, height, width, channels]; for
 * noise alone, whatever it holds.
 *
 * @param recipe   with something to be changed
 * @param dataset  already normalised (nni_dataset_normalize), if ever; needed in this call alone
 * @param seed     of the recipe
 * @return NN_DATA where the pixels of the image are not the dataset's features, naming both, where x holds no images,
 * or channels first, and where they are too small for what is to be done
 */
nn_status nni_augment_create(const nni_augment_settings *recipe, const nni_dataset *dataset, uint64_t seed,
                             nni_augment **augment, nn_error *error);
void nni_augment_free(nni_augment *augment);

/**
 * Augments a row in place: mirrored, moved, noise added, a square cut out, in this order, as far as the recipe asks.
 *
 * Each mirroring happens with probability 1/2; the distances moved down and to the right are uniform in -shift ..
 * shift; the centre of the square is uniform over the pixels, and what of the square lies outside is left off (DeVries
 * and Taylor, 2017). Pixels moved in from outside and those of the square are what a 0 in the file is after
 * normalisation.
 *
 * What becomes of a row depends on it, seed, epoch and sample alone, hence not on ranks, threads or batches. Without
 * threads, but for several at once.
 *
 * @param sample  number of the row in the split, below 2^64 / features
 * @param row     [height, width, channels]
 */
void nni_augment_row(const nni_augment *augment, uint64_t epoch, uint64_t sample, nni_real *row);

#endif
