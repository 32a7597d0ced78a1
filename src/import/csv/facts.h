/* SPDX-License-Identifier: MIT */
/** What rank 0 finds out about the columns of a table while it writes their rows. */
#ifndef NNI_IMPORT_CSV_FACTS_H
#define NNI_IMPORT_CSV_FACTS_H

#include "import/csv/table.h"

/** Of one feature. Sums are over the training rows that have it, of differences from the first of them. */
typedef struct nni_csv_feature_facts {
    double missing;       /* rows of both splits */
    double rows;          /* training rows that have it */
    double x0, x, xx, xy; /* the first value; sums of x, x^2, x y */
    double y, yy;         /* of the label, of several the first, over the same rows */
    double least, most;
    double ones; /* rows of both splits where it is 1 */
    int class;   /* of all training rows where it is 1; NNI_CSV_NO_CLASS, NNI_CSV_CLASSES */
} nni_csv_feature_facts;

enum { NNI_CSV_NO_CLASS = -1, NNI_CSV_CLASSES = -2 };

/** Of one label, over the training rows. */
typedef struct nni_csv_label_facts {
    double first, least, most;
} nni_csv_label_facts;

typedef struct nni_csv_facts {
    nni_csv_feature_facts *features; /* [features of the table] */
    nni_csv_label_facts *labels;     /* [labels of the table] */
    double rows, training_rows;
} nni_csv_facts;

nn_status nni_csv_facts_create(const nni_csv_table *table, nni_csv_facts *facts, nn_error *error);
void nni_csv_facts_free(nni_csv_facts *facts);

/**
 * Adds rows, which come in the order of the file: so every figure is the same on any number of ranks and threads.
 *
 * @param training  of the split that is trained on
 * @param x         [rows, features], floats or doubles as the table says
 * @param y         [rows, labels]; of a table without a label anything
 */
void nni_csv_facts_add(nni_csv_facts *facts, const nni_csv_table *table, bool training, const void *x,
                       const nni_csv_target *y, size_t rows);

/** Gives in some 30 lines what became of every column, and what is to be thought about. Once all rows were added. */
void nni_csv_report(const nni_csv_table *table, const nni_csv_facts *facts, FILE *out);

#endif
