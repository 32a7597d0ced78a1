/* SPDX-License-Identifier: MIT */
/** Settings of several runs, by their resolved recipes: which of them differ. */
#ifndef NNI_REPORT_COMPARE_SETTINGS_H
#define NNI_REPORT_COMPARE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "nntrain/status.h"
#include "report/history/history.h"
#include "support/string_set.h"

/** A setting over all runs. Files and folders are named by their last component. */
typedef struct nni_run_setting {
    nni_string_set values; /**< distinct ones */
    size_t *value_of;      /**< [runs] index of a run's value; SIZE_MAX: its recipe has no such setting */
    size_t present;        /**< runs that have it */
    bool list;             /**< a list of mappings in one line; its elements are settings of their own */
    bool differs;          /**< between runs, and not just because another setting does */
} nni_run_setting;

/** The settings of all recipes. All zero: there are none. */
typedef struct nni_run_settings {
    nni_string_set paths;  /**< "optimizer.learning_rate", "network.layers[0].units"; names of kinds as "optimizer" */
    nni_run_setting *each; /**< [paths.count] */
    size_t runs;
    size_t recipes; /**< runs whose recipe could be read */
    size_t *order;  /**< [paths.count] indices, section after section as the recipe has them */
} nni_run_settings;

/** Reads recipes. A run without one, or with one that is no YAML, has no settings. @return NN_SYSTEM */
nn_status nni_run_settings_read(const nni_history *const *runs, size_t count, nni_run_settings *settings,
                                nn_error *error);

void nni_run_settings_free(nni_run_settings *settings);

/** @return a run's value of a setting; NULL: it has none */
const char *nni_run_setting_value(const nni_run_setting *setting, size_t run);

/** @return value of a setting by its path; NULL: the run has none */
const char *nni_run_settings_find(const nni_run_settings *settings, const char *path, size_t run);

/** Takes all values of a setting as numbers. @param numbers  [runs] receives them, NAN where there is none; NULL: only
 * asked. @return false where a value is no number */
bool nni_run_setting_numbers(const nni_run_setting *setting, size_t runs, double *numbers);

#endif
