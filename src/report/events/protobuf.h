/* SPDX-License-Identifier: MIT */
/** A writer of protobuf's wire format: the fields of a message one after the other, by their numbers in its schema. */
#ifndef NNI_REPORT_EVENTS_PROTOBUF_H
#define NNI_REPORT_EVENTS_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A message being written. Owns its bytes; all zero it is empty. */
typedef struct nni_message {
    unsigned char *bytes;
    size_t count, capacity;
    bool failed; /**< memory ran out, and the rest was left out */
} nni_message;

void nni_message_integer(nni_message *message, unsigned field, uint64_t value);
void nni_message_float(nni_message *message, unsigned field, float value);
void nni_message_double(nni_message *message, unsigned field, double value);
void nni_message_bytes(nni_message *message, unsigned field, const void *bytes, size_t count);
void nni_message_text(nni_message *message, unsigned field, const char *text);
/** A repeated double, packed. */
void nni_message_doubles(nni_message *message, unsigned field, const double *values, size_t count);

/** Begins a message within the message. @return where, for nni_message_end */
size_t nni_message_begin(nni_message *message, unsigned field);
void nni_message_end(nni_message *message, size_t begin);

void nni_message_free(nni_message *message);

#endif
