/* SPDX-License-Identifier: MIT */
/** The event `begin`: where and on what a training begins or goes on. */
#ifndef NNI_TRAIN_RECORD_BEGIN_H
#define NNI_TRAIN_RECORD_BEGIN_H

#include "support/string_set.h"
#include "train/record/lines.h"

/** Finds the names of the hosts. Collective. @param hosts  empty; receives them on rank 0 */
nn_status nni_record_hosts(const nni_run *run, nni_string_set *hosts, nn_error *error);

/** Writes the event. Local. */
void nni_record_begin(nni_record_lines *lines, const nni_run *run, const nni_string_set *hosts);

/** Member "time": now, in UTC by ISO 8601. */
void nni_record_time(nni_json *json);

#endif
