/** Classes that have names: y holds the names themselves, or numbers that the file's /classes names. */
#ifndef NNI_DATA_DATASET_LABELS_H
#define NNI_DATA_DATASET_LABELS_H

#include "data/dataset/dataset.h"
#include "data/dataset/label_set.h"
#include "hdf5/read.h"

/** What the classes of a split are called, and how y tells them. */
struct nn_labels {
    nn_texts names;   /**< [classes] */
    bool texts;       /**< y holds them; else numbers */
    nn_texts own;     /**< what the file calls its numbers, where that is something else */
    int64_t *number;  /**< [own.count] class of each number of the file, -1: none; NULL: its numbers are the classes */
    int64_t *integer; /**< [names.count] ascending, which the names are in decimal; NULL: names are something else. y
                         holds them unless it holds texts or names of its own */
};

/**
 * Reads what a file calls its classes: the dataset /classes of different texts [classes]. Local; anything else of that
 * name, and none, leaves the names empty.
 */
void nn_labels_read_names(hid_t file, nn_texts *names);

/**
 * Labels of a y that holds numbers.
 *
 * @param own     what the file calls them; may be empty
 * @param labels  receives them; NULL: classes are numbers alone
 */
nn_status nn_labels_of_numbers(const nn_dataset_spec *spec, const nn_texts *own, nn_labels **labels, nn_error *error);

/**
 * Labels of a y that holds texts: those of the spec, or the different texts of all ranks' rows, sorted. Collective and
 * agreed.
 *
 * @param rows  of y that belong to this rank
 * @return NN_DATA where there are more than NN_TEXTS_MOST, one is empty or longer than NN_LABEL_MOST bytes
 */
nn_status nn_labels_of_texts(const nn_dataset_spec *spec, const nn_hdf5_rows *rows, nn_comm *comm, nn_labels **labels,
                             nn_error *error);

/** Labels of a y that holds whole numbers, each the name of a class. Local. */
nn_status nn_labels_of_integers(const nn_label_set *set, nn_labels **labels, nn_error *error);

/** @param copy  receives NULL where there are none; to be freed also after a failure */
nn_status nn_labels_copy(const nn_labels *labels, nn_labels **copy, nn_error *error);
void nn_labels_free(nn_labels *labels);

/** @return whether nn_labels_translate has anything to do; labels may be NULL */
static inline bool nn_labels_translates(const nn_labels *labels)
{
    return labels && (labels->number || (labels->integer && !labels->texts));
}

/** Numbers of the file into classes, in place; NN_DATA where a row has none. @param first  row of the file */
nn_status nn_labels_translate(const nn_hdf5_rows *rows, int64_t *classes, uint64_t first, size_t count,
                              nn_error *error);

/** The class of a row's text. */
nn_status nn_labels_look_up(const nn_hdf5_rows *rows, const char *text, uint64_t row, int64_t *class, nn_error *error);

#endif
