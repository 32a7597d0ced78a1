/** Which nntrain this is. */
#ifndef NNTRAIN_VERSION_H
#define NNTRAIN_VERSION_H

/** @return e.g. "0.1.0" */
const char *nn_version(void);

#endif
