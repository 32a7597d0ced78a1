/* SPDX-License-Identifier: MIT */
/** What the files of nni_probe share. */
#ifndef NNI_HDF5_PROBE_INSIDE_H
#define NNI_HDF5_PROBE_INSIDE_H

#include "hdf5/file.h"
#include "hdf5/probe/probe.h"
#include "hdf5/rows.h"

/** Owns its memory and what is open. */
struct nni_probe {
    nn_comm *comm;
    const char *path, *name;
    nn_external external;
    nni_hdf5_printer printer;
    hid_t file;           /* of all ranks together, where HDF5 does that */
    hid_t alone;          /* of this process */
    nni_hdf5_table table; /* of `alone` */
    nni_hdf5_layout layout;
    nni_probe_facts facts;
    char *memory; /* [count, row_bytes] */
};

/** @return whether zlib comes first when the probe's table is read */
bool nni_probe_is_deflated(const nni_probe *probe);

#endif
