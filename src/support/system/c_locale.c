/* SPDX-License-Identifier: MIT */
#include "support/system/c_locale.h"

/* "C" is there from the beginning in glibc and musl: nothing is allocated that could fail. */
nni_c_locale nni_c_locale_enter(void)
{
    nni_c_locale locale = {.own = newlocale(LC_ALL_MASK, "C", (locale_t)0)};
    locale.before = uselocale(locale.own);
    return locale;
}

void nni_c_locale_leave(nni_c_locale locale)
{
    uselocale(locale.before);
    if (locale.own != (locale_t)0)
        freelocale(locale.own);
}
