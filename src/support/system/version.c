/* SPDX-License-Identifier: MIT */
#include "nntrain/version.h"

const char *nn_version(void)
{
    return NNTRAIN_VERSION;
}

int nn_version_number(void)
{
    return NNTRAIN_VERSION_NUMBER;
}
