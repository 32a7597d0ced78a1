/** What is read of a split when it is opened: every row once, looked at, and kept where there is room. */
#ifndef NNI_DATA_DATASET_READ_H
#define NNI_DATA_DATASET_READ_H

#include "data/dataset/dataset.h"
#include "hdf5/file.h"
#include "hdf5/layout.h"

/** The datasets of a split. */
typedef struct nni_dataset_layouts {
    nni_hdf5_layout x, y, w; /**< y and w as far as there are any */
} nni_dataset_layouts;

/**
 * Reads this rank's rows of an open file: x, y and w as far as the spec names them. Collective and agreed.
 *
 * Fills the arrays that the dataset has, its digests, x_range, and the outputs of classes. NN_DATA where a number is
 * not finite, a class or a weight negative, naming the row.
 */
nn_status nni_dataset_read(nni_dataset *dataset, const nni_dataset_spec *spec, const nni_dataset_layouts *layouts,
                           hid_t file, nn_comm *comm, nn_error *error);

#endif
