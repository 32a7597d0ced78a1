/** What the files of nn_probe share. */
#ifndef NNI_HDF5_PROBE_PROBE_INSIDE_H
#define NNI_HDF5_PROBE_PROBE_INSIDE_H

#include "hdf5/probe/probe.h"
#include "hdf5/read.h"

/** Owns its memory and what is open. */
struct nn_probe {
    nn_comm *comm;
    const char *path, *name;
    nn_external external;
    nn_hdf5_printer printer;
    hid_t file;          /* of all ranks together, where HDF5 does that */
    hid_t alone;         /* of this process */
    nn_hdf5_table table; /* of `alone` */
    nn_hdf5_layout layout;
    nn_probe_facts facts;
    char *memory; /* [count, row_bytes] */
};

/** @return whether zlib comes first when the probe's table is read */
bool nn_probe_is_deflated(const nn_probe *probe);

#endif
