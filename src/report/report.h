/* SPDX-License-Identifier: MIT */
/** Reports: what runs recorded as one HTML file that needs nothing else. */
#ifndef NNI_REPORT_REPORT_H
#define NNI_REPORT_REPORT_H

#include "report/page/page.h"

/**
 * Writes the report of one run, or of several side by side. Local.
 *
 * @param runs  [count]
 * @param path  an existing file is replaced, once the new one is complete
 * @return NN_SYSTEM naming file and reason
 */
nn_status nni_report_write(const nni_history *const *runs, size_t count, const nni_report_options *options,
                           const char *path, nn_error *error);

/** @return whether a file is a report, which the program may replace or remove. Local. */
bool nni_report_is_one(const char *path);

#endif
