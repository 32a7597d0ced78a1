/** The whole library: a header a subject, and this one over all. */
#ifndef NNTRAIN_NNTRAIN_H
#define NNTRAIN_NNTRAIN_H

#include "nntrain/kinds.h"
#include "nntrain/status.h"
#include "nntrain/version.h"

#endif
