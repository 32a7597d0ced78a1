/* SPDX-License-Identifier: MIT */
/** TFRecord files: a length and bytes, each with a checksum, record after record. */
#ifndef NNI_REPORT_EVENTS_TFRECORD_H
#define NNI_REPORT_EVENTS_TFRECORD_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** @return CRC-32C (Castagnoli; RFC 3720, appendix B.4) of some bytes */
uint32_t nni_crc32c(const void *bytes, size_t count);

/** Writes a record; the stream's errors stay with it. */
void nni_tfrecord_write(FILE *out, const void *bytes, size_t count);

#endif
