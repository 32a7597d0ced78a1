/*
 * Soft Jaccard distance of a row: 1 - (I + 1) / (U + 1), I = sum_j a y, U = sum_j (a + y - a y) (Rahman and Wang,
 * 2016). For a and y of 0 and 1 these are the sizes of intersection and union; the ones keep a row without any positive
 * defined.
 */
#include "model/losses/loss.h"

typedef struct overlap {
    double intersection, united; /* with the ones */
} overlap;

static overlap measure(const nni_loss_row *row, const nni_real *a)
{
    overlap sum = {1, 1};
    for (size_t j = 0; j < row->outputs; j++) {
        const double y = (double)nni_loss_target(row, j), both = (double)a[j] * y;
        sum.intersection += both;
        sum.united += (double)a[j] + y - both;
    }
    return sum;
}

static double jaccard_distance(const nni_loss_row *row, const nni_real *a, double earlier)
{
    const overlap sum = measure(row, a);
    (void)earlier;
    return 1 - sum.intersection / sum.united;
}

/* d(1 - I/U)/da = (I (1 - y) - U y) / U^2 */
static void jaccard_slope(const nni_loss_row *row, const nni_real *a, nni_real scale, nni_real *delta)
{
    const overlap sum = measure(row, a);
    const double factor = (double)scale / (sum.united * sum.united);
    for (size_t j = 0; j < row->outputs; j++) {
        const double y = (double)nni_loss_target(row, j);
        delta[j] = (nni_real)(factor * (sum.intersection * (1 - y) - sum.united * y));
    }
}

const nni_loss_rule nni_loss_iou = {.of_outputs = jaccard_distance, .slope = jaccard_slope};
