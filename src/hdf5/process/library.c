/* SPDX-License-Identifier: MIT */
#include "hdf5/process/library.h"

#include <hdf5.h>
#include <stdio.h>

const char *nni_hdf5_library(void)
{
    static char text[64];
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
#ifdef H5_HAVE_PARALLEL
    const char *kind = "parallel, through MPI-IO";
#else
    const char *kind = "serial, each rank reads alone";
#endif
    snprintf(text, sizeof text, "%u.%u.%u (%s)", major, minor, release, kind);
    return text;
}

void nni_disable_hdf5_atexit(void)
{
    H5dont_atexit();
    /* MPI_Finalize tidies up all the same, and with errors printed tells of what a damaged file left open. */
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}
