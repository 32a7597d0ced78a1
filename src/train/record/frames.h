/* SPDX-License-Identifier: MIT */
/** The event `frame`: what a network of one or two inputs computes over a grid of them, while it learns. */
#ifndef NNI_TRAIN_RECORD_FRAMES_H
#define NNI_TRAIN_RECORD_FRAMES_H

#include "train/record/lines.h"
#include "train/record/probe.h"

typedef struct nni_record_frames nni_record_frames;

/**
 * Plans the frames and takes what they need. Local.
 *
 * @param frames  receives NULL where there are none: of more inputs, of too many classes, or where the recipe asks for
 * none
 */
nn_status nni_record_frames_create(const nni_run *run, nni_record_frames **frames, nn_error *error);
void nni_record_frames_free(nni_record_frames *frames);

/** Finds the range of the inputs in the training rows. Collective. */
nn_status nni_record_frames_begin(nni_record_frames *frames, nn_comm *comm, nn_error *error);

/** @return whether a frame is planned after so many epochs. On rank 0. @param last  they are the last */
bool nni_record_frames_due(const nni_record_frames *frames, uint64_t epoch, bool last);

/** Writes a frame. On rank 0. */
void nni_record_frame(nni_record_frames *frames, nni_probe *probe, nni_record_lines *lines);

#endif
