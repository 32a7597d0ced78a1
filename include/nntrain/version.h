/** Which nntrain this is. */
#ifndef NNTRAIN_VERSION_H
#define NNTRAIN_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

/** @return e.g. "0.1.0" */
const char *nn_version(void);

#ifdef __cplusplus
}
#endif

#endif
