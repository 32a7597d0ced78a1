/* SPDX-License-Identifier: MIT */
/** Texts of a page that is to be given away: without hosts, paths and user names. */
#ifndef NNI_REPORT_PAGE_SHARE_H
#define NNI_REPORT_PAGE_SHARE_H

#include "report/page/section.h"

/**
 * Writes a text as nni_html_put does. On a page to be shared every path in it is its last component alone, or
 * nothing where that names a user, and every host that the run knows is "HOST".
 */
void nni_share_put(const nni_page *page, const char *text);

#endif
