/* SPDX-License-Identifier: MIT */
/** The scalar of weights, activations and gradients. */
#ifndef NNI_SUPPORT_REAL_H
#define NNI_SUPPORT_REAL_H

/* The same sources built with NNTRAIN_DOUBLE give a double library, which the gradient checks use: central differences
 * in float32 cannot tell a wrong derivative from rounding. */
#ifdef NNTRAIN_DOUBLE
typedef double nni_real;
#else
typedef float nni_real;
#endif

#endif
