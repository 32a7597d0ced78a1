/* SPDX-License-Identifier: MIT */
/** What the writer and the reader of safetensors files share. */
#ifndef NNI_EXPORT_SAFETENSORS_LAYOUT_H
#define NNI_EXPORT_SAFETENSORS_LAYOUT_H

/** Version of what nntrain writes into __metadata__; raised whenever an older reader would misread it. */
enum { NNI_SAFETENSORS_VERSION = 1 };

#endif
