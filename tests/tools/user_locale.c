/* SPDX-License-Identifier: MIT */
/* A library to be preloaded: the program has the locale of its environment, as one that calls setlocale. */
#include <locale.h>

__attribute__((constructor)) static void set_locale(void)
{
    setlocale(LC_ALL, "");
}
