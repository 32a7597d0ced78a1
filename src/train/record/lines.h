/* SPDX-License-Identifier: MIT */
/** records.jsonl: a line an event. Rank 0 has it; on the others nothing is written. */
#ifndef NNI_TRAIN_RECORD_LINES_H
#define NNI_TRAIN_RECORD_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "support/json.h"
#include "train/run/run.h"
#include "train/run_folder/epoch_lines.h"

typedef struct nni_record_lines {
    const nni_run *run; /**< borrowed */
    nni_epoch_lines file;
    bool warned; /**< that something could not be written */
} nni_record_lines;

/** Opens the file, without lines later than the run's counters; or warns. */
void nni_record_lines_open(nni_record_lines *lines, const nni_run *run);

/** @return whether somebody else removed the file, or all of the folder, of which metrics.jsonl warns; it begins anew
 */
bool nni_record_lines_lost(nni_record_lines *lines);

/** The run went back to an earlier step: lines of later ones go; or warns. */
void nni_record_lines_go_back(nni_record_lines *lines);

/** Closes the file. */
void nni_record_lines_close(nni_record_lines *lines);

/** Begins a line {"epoch": N, "event": EVENT; its end is nni_json_end(json, '}'). @return false: nothing is to be
 * written */
bool nni_record_line(nni_record_lines *lines, const char *event, nni_json *json);

/** The lines since the last flush go to the file: all of them or, with a warning, none. @return which */
bool nni_record_lines_flush(nni_record_lines *lines);

#endif
