/* SPDX-License-Identifier: MIT */
/** The locale "C" for the calling thread: numbers have a point, whatever locale the program has set. */
#ifndef NNI_SUPPORT_SYSTEM_C_LOCALE_H
#define NNI_SUPPORT_SYSTEM_C_LOCALE_H

#include <locale.h>

/** The locale of a thread before it entered "C". */
typedef struct nni_c_locale {
    locale_t own, before;
} nni_c_locale;

/** Enters it; calls may be nested. A thread that is begun meanwhile has the program's locale. */
nni_c_locale nni_c_locale_enter(void);

/** Goes back to the locale of before. */
void nni_c_locale_leave(nni_c_locale locale);

#endif
