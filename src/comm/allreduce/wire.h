/* SPDX-License-Identifier: MIT */
/** How elements travel between ranks: as they are, or rounded to bfloat16, at half the bytes. Local. */
#ifndef NNI_COMM_ALLREDUCE_WIRE_H
#define NNI_COMM_ALLREDUCE_WIRE_H

#include <mpi.h>

#include "comm/comm.h"
#include "support/element.h"

/** How elements of a type are sent, received and added. */
typedef struct nni_element_wire {
    size_t size;       /**< bytes in memory */
    size_t sent;       /**< bytes of a message; as many: it is sent from the array itself */
    MPI_Datatype type; /**< of what is sent */
    /** sum = a + b, of elements that would be sent: a and b are rounded as the wire rounds; sum may be a or b */
    void (*add)(const void *a, const void *b, void *sum, size_t count);
    /** sum = sum + message, likewise. */
    void (*add_message)(const void *message, void *sum, size_t count);
    void (*pack)(const void *values, void *message, size_t count);
    void (*unpack)(const void *message, void *values, size_t count);
} nni_element_wire;

/** @param element  NNI_REAL or NNI_DOUBLE, of which floats alone are rounded */
nni_element_wire nni_element_wire_of(nni_element element, nni_wire wire);

#endif
