/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "cli/cli.h"
#include "hdf5/process/library.h"
#include "kernels/isa/isa.h"
#include "nntrain/version.h"

/* _OPENMP is a date; these are the specifications behind the dates. */
static const char *openmp_version(void)
{
    switch (_OPENMP) {
    case 201107:
        return "3.1";
    case 201307:
        return "4.0";
    case 201511:
        return "4.5";
    case 201811:
        return "5.0";
    case 202011:
        return "5.1";
    case 202111:
        return "5.2";
    default:
        return "of another date";
    }
}

static void print_kernels(void)
{
    const nni_isa *isa;
    printf("kernels  %s (NNTRAIN_ISA: ", nni_isa_in_use()->title);
    for (size_t i = 0; (isa = nni_isa_at(i)); i++)
        printf("%s%s", i > 0 ? ", " : "", isa->name);
    puts(")");
}

void nni_cli_print_version(void)
{
    printf("nntrain  %s\n", nn_version());
    printf("MPI      %s\n", nni_comm_library());
    printf("HDF5     %s\n", nni_hdf5_library());
    printf("OpenMP   %s (%d)\n", openmp_version(), _OPENMP);
    print_kernels();
}
