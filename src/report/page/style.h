/* SPDX-License-Identifier: MIT */
/** What a page carries within itself beside its contents: style sheet and script. style.cmake makes the file that
 * defines them. */
#ifndef NNI_REPORT_PAGE_STYLE_H
#define NNI_REPORT_PAGE_STYLE_H

#include <stddef.h>

/** The lines of page.css and of page.js, ended by NULL; newlines are in between, the last line is empty. */
extern const char *const nni_page_css[];
extern const char *const nni_page_script[];

/** SHA-256 of page.js in base64, for the page's Content-Security-Policy: no other script runs. */
extern const char nni_page_script_digest[];

#endif
