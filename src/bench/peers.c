/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* RTLD_DEEPBIND */
#include "bench/peers.h"

#include <dlfcn.h>
#include <stdlib.h>

/* A library as the build found it, and what to call in it. */
struct library {
    const char *name, *path; /* path "": not built in */
    const char *multiply;
    const char *set_threads; /* NULL: OpenMP's setting holds */
    bool wide_threads;       /* whether that takes a 64-bit number */
};

/* The paths are the build's, see src/CMakeLists.txt. */
static const struct library libraries[NNI_BENCH_MOST_PEERS] = {
    {"OpenBLAS", NNTRAIN_BENCH_OPENBLAS, "cblas_sgemm", "openblas_set_num_threads", false},
    {"BLIS", NNTRAIN_BENCH_BLIS, "cblas_sgemm", "bli_thread_set_num_threads", true},
    {"oneDNN", NNTRAIN_BENCH_DNNL, "dnnl_sgemm", NULL, false},
};

nn_status nni_bench_peers_built(nn_error *error)
{
    for (size_t i = 0; i < NNI_BENCH_MOST_PEERS; i++)
        if (libraries[i].path[0] != '\0')
            return NN_OK;
    return nn_fail(error, NN_USAGE,
                   "--peers: this nntrain was built without other libraries to compare with; install libopenblas-dev, "
                   "libblis-dev and libdnnl-dev and build with -DNNTRAIN_BENCH_PEERS=ON");
}

/* dlsym gives an object pointer, and POSIX lets it be one to a function; ISO C has no cast for it. */
typedef union nni_symbol {
    void *object;
    nni_cblas_sgemm *cblas;
    nni_dnnl_sgemm *dnnl;
    void (*set_threads)(int threads);
    void (*set_threads_wide)(int64_t threads);
} nni_symbol;

static nn_status find_symbol(const struct library *library, void *handle, const char *name, nni_symbol *symbol,
                             nn_error *error)
{
    symbol->object = dlsym(handle, name);
    if (symbol->object)
        return NN_OK;
    return nn_fail(error, NN_SYSTEM, "%s: %s has no %s; install Debian's package and build again", library->name,
                   library->path, name);
}

/* Each library finds its own symbols first, so that two cblas_sgemm do not meet. The address sanitizer refuses that. */
static int open_flags(void)
{
#ifdef __SANITIZE_ADDRESS__
    return RTLD_NOW | RTLD_LOCAL;
#else
    return RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
#endif
}

static nn_status open_library(const struct library *library, size_t threads, nni_bench_peer *peer, nn_error *error)
{
    void *handle = dlopen(library->path, open_flags());
    if (!handle)
        return nn_fail(error, NN_SYSTEM, "cannot open %s: %s; install it or build without it", library->name,
                       dlerror());
    nni_symbol multiply, set_threads;
    NN_TRY(find_symbol(library, handle, library->multiply, &multiply, error));
    *peer = (nni_bench_peer){.name = library->name};
    if (!library->set_threads) {
        peer->dnnl = multiply.dnnl;
        return NN_OK;
    }
    peer->cblas = multiply.cblas;
    NN_TRY(find_symbol(library, handle, library->set_threads, &set_threads, error));
    if (library->wide_threads)
        set_threads.set_threads_wide((int64_t)threads);
    else
        set_threads.set_threads((int)threads);
    return NN_OK;
}

nn_status nni_bench_peers_open(size_t threads, nni_bench_peers *peers, nn_error *error)
{
    NN_TRY(nni_bench_peers_built(error));
    /* With these OpenBLAS takes the kernels and blocks of another processor than the one it finds. */
    unsetenv("OPENBLAS_CORETYPE");
    unsetenv("OPENBLAS_L2_SIZE");
    /* Its idle threads look for work for 2^26 cycles, some 27 ms in which they take a core from whose turn is next;
     * 2^18 are 0.1 ms, more than passes between two calls of its own turn. */
    setenv("OPENBLAS_THREAD_TIMEOUT", "18", 0);
    peers->count = 0;
    for (size_t i = 0; i < NNI_BENCH_MOST_PEERS; i++)
        if (libraries[i].path[0] != '\0')
            NN_TRY(open_library(&libraries[i], threads, &peers->peers[peers->count++], error));
    return NN_OK;
}

void nni_bench_peer_multiply(const nni_bench_peer *peer, const nni_bench_product *product)
{
    enum { ROW_MAJOR = 101, AS_IT_IS = 111, TRANSPOSED = 112 }; /* of CBLAS */
    const nni_bench_shape s = product->shape;
    const bool a_transposed = s.orientation == NNI_BENCH_DW, b_transposed = s.orientation == NNI_BENCH_FORWARD;
    const size_t a_stride = a_transposed ? s.rows : s.depth, b_stride = b_transposed ? s.depth : s.columns;
    if (peer->dnnl)
        peer->dnnl(a_transposed ? 'T' : 'N', b_transposed ? 'T' : 'N', (ptrdiff_t)s.rows, (ptrdiff_t)s.columns,
                   (ptrdiff_t)s.depth, 1, product->a, (ptrdiff_t)a_stride, product->b, (ptrdiff_t)b_stride, 0,
                   product->c, (ptrdiff_t)s.columns);
    else
        peer->cblas(ROW_MAJOR, a_transposed ? TRANSPOSED : AS_IT_IS, b_transposed ? TRANSPOSED : AS_IT_IS, (int)s.rows,
                    (int)s.columns, (int)s.depth, 1, product->a, (int)a_stride, product->b, (int)b_stride, 0,
                    product->c, (int)s.columns);
}
