// Tells the size of a data set, on any number of ranks: mpirun -np 4 describe circles.h5
#include <nntrain/nntrain.h>

#include <cstdio>

static nn_status describe(const char *file, nn_comm *comm, nn_error *error)
{
    nn_dataset_spec spec = {};
    spec.file = file;
    spec.x = "/train/x";
    spec.y = "/train/y";
    nn_dataset *rows = nullptr;
    NN_TRY(nn_dataset_open(&spec, 16, true, comm, &rows, error));
    if (comm->rank == 0)
        std::printf("%zu rows x %zu features on %d ranks\n", rows->rows, rows->features, comm->size);
    nn_dataset_free(rows);
    return NN_OK;
}

int main(int argc, char **argv)
{
    nn_error error;
    nn_comm *comm = nullptr;
    if (nn_comm_create(&argc, &argv, &comm, &error) != NN_OK) {
        std::fprintf(stderr, "%s\n", error.message);
        return NN_SYSTEM;
    }
    const nn_status status = describe(argc > 1 ? argv[1] : "circles.h5", comm, &error);
    if (status != NN_OK && comm->rank == 0)
        std::fprintf(stderr, "%s\n", error.message);
    nn_comm_free(comm);
    return status;
}
