#include "nntrain/version.h"

const char *nn_version(void)
{
    return NNTRAIN_VERSION;
}
