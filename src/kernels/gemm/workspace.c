#include "kernels/gemm/product.h"
#include "kernels/isa/dispatch.h"
#include "support/memory.h"

static const nn_gemm_kernel *float_kernel(nn_isa isa)
{
    switch (isa) {
#if defined(__x86_64__)
    case NN_ISA_AVX512:
        return &nn_gemm_avx512;
    case NN_ISA_AVX2:
        return &nn_gemm_avx2;
#endif
    default:
        return &nn_gemm_portable;
    }
}

#ifdef NNTRAIN_DOUBLE
/* Double is for checks of the mathematics, which rounding would hide. */
static const nn_gemm_kernel *bf16_kernel(nn_isa isa)
{
    return float_kernel(isa);
}
#else
/* AVX-512 alone does not have it: where its extension is missing, AVX2 widens. */
static const nn_gemm_kernel *bf16_kernel(nn_isa isa)
{
    switch (isa) {
#if defined(__x86_64__)
    case NN_ISA_AVX512:
        return nn_cpu_has_bf16() ? &nn_gemm_bf16_avx512 : &nn_gemm_bf16_avx2;
    case NN_ISA_AVX2:
        return &nn_gemm_bf16_avx2;
#endif
    default:
        return &nn_gemm_bf16_portable;
    }
}
#endif

static const nn_gemm_kernel *kernel_of(nn_isa isa, nn_precision precision)
{
    return precision == NN_BF16 ? bf16_kernel(isa) : float_kernel(isa);
}

nn_status nn_gemm_space_create(nn_precision precision, size_t threads, nn_gemm_space **space, nn_error *error)
{
    return nn_gemm_space_create_for(nn_kernels_isa(), precision, threads, space, error);
}

nn_status nn_gemm_space_create_for(nn_isa isa, nn_precision precision, size_t threads, nn_gemm_space **space,
                                   nn_error *error)
{
    const nn_gemm_kernel *kernel = kernel_of(isa, precision);
    nn_gemm_space *s = NULL;
    NN_TRY(nn_allocate(1, sizeof *s, "the work space of products", &s, error));
    s->threads = threads ? threads : 1;
    s->kernel = kernel;
    s->room = nn_gemm_room_of(kernel);
    /* Only what is used takes memory, where the thread that uses it is. */
    nn_status status = nn_reserve(s->threads * s->room.a, sizeof(nn_real), "packed rows of products", &s->a, error);
    if (status == NN_OK)
        status = nn_allocate(s->threads * s->room.b, sizeof(nn_real), "packed columns of products", &s->b, error);
    if (status == NN_OK)
        status = nn_allocate(s->threads * s->room.own, sizeof(nn_real), "packed columns of products", &s->own, error);
    if (status == NN_OK)
        status = nn_allocate(s->threads * NN_GEMM_SLOTS, kernel->rows * kernel->slot_columns * sizeof(nn_real),
                             "tiles of products", &s->scratch, error);
    if (status != NN_OK) {
        nn_gemm_space_free(s);
        return status;
    }
    *space = s;
    return NN_OK;
}

void nn_gemm_space_pause(nn_gemm_space *space, nn_gemm_pause *pause, void *context)
{
    space->pause = pause;
    space->context = context;
}

void nn_gemm_space_share(nn_gemm_space *space, bool read_by_all)
{
    space->b_read_by_all = read_by_all;
}

void nn_gemm_space_free(nn_gemm_space *space)
{
    if (!space)
        return;
    nn_release(space->a);
    nn_release(space->b);
    nn_release(space->own);
    nn_release(space->scratch);
    nn_release(space);
}
