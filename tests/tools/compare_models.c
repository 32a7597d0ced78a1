/* SPDX-License-Identifier: MIT */
/* compare_models A.h5 B.h5: prints the largest difference between two checkpoints' weights over the largest weight;
 * exits 1 where it exceeds the third argument, 2 where the networks differ or a file cannot be read. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "checkpoint/checkpoint.h"

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    nn_comm alone = nni_comm_alone();
    nn_error error;
    nni_checkpoint *a = NULL, *b = NULL;
    if (nni_checkpoint_read(argv[1], &alone, &a, &error) != NN_OK ||
        nni_checkpoint_read(argv[2], &alone, &b, &error) != NN_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 2;
    }
    if (a->network->flat_count != b->network->flat_count)
        return 2;
    double difference = 0, largest = 0;
    for (size_t i = 0; i < a->network->flat_count; i++) {
        const double one = (double)a->network->parameters[i], other = (double)b->network->parameters[i];
        difference = fmax(difference, fabs(one - other));
        largest = fmax(largest, fabs(one));
    }
    printf("%.3g\n", difference / largest);
    const int code = difference <= atof(argv[3]) * largest ? 0 : 1;
    nni_checkpoint_free(a);
    nni_checkpoint_free(b);
    return code;
}
