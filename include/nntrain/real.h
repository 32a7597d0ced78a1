/** The scalar of weights, activations and gradients. */
#ifndef NNTRAIN_REAL_H
#define NNTRAIN_REAL_H

/* The same sources built with NNTRAIN_DOUBLE give a double library, which the gradient checks use: central differences
 * in float32 cannot tell a wrong derivative from rounding. */
#ifdef NNTRAIN_DOUBLE
typedef double nn_real;
#else
typedef float nn_real;
#endif

#endif
