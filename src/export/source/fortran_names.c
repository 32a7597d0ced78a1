/* SPDX-License-Identifier: MIT */
#include "export/source/fortran_names.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "kernels/elementwise/activation.h"

/* What modules declare, bring in and call; what is local to a procedure may be a module's name. */
static const char *const names[] = {
    "predict",
    "self_test",
    "class_of",
    "class_name",
    "kind_of_x",
    "kind_of_y",
    "features",
    "outputs",
    "classes",
    "wide",
    "feature_offset",
    "feature_scale",
    "feature_missing",
    "target_offset",
    "target_scale",
    "test_rows",
    "test_expected",
    "test_tolerance",
    "dense",
    "layer_norm",
    "real32",
    "real64",
    "iso_fortran_env",
    "ieee_arithmetic",
    "ieee_is_nan",
    "abs",
    "all",
    "char",
    "erfc",
    "exp",
    "log",
    "max",
    "maxloc",
    "maxval",
    "merge",
    "min",
    "present",
    "real",
    "size",
    "sqrt",
    "sum",
    "tanh",

};

/* With the number of a layer behind. */
static const char *const numbered[] = {"weight_", "bias_", "gamma_", "beta_", "mean_", "inverse_"};

static const char activation[] = "act_"; /* with the name of one behind */

enum { NAMES = sizeof names / sizeof *names, NUMBERED = sizeof numbered / sizeof *numbered, MOST_DIGITS = 20 };

static bool is_number(const char *text)
{
    const size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits <= MOST_DIGITS && text[digits] == '\0';
}

static bool is_activation(const char *text)
{
    for (size_t i = 0; i < nni_activation_domain.count; i++)
        if (strcasecmp(text, nn_activation_name((nn_activation)i)) == 0)
            return true;
    return false;
}

bool nni_fortran_has_name(const char *name)
{
    for (size_t i = 0; i < NAMES; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    for (size_t i = 0; i < NUMBERED; i++) {
        const size_t length = strlen(numbered[i]);
        if (strncasecmp(name, numbered[i], length) == 0 && is_number(name + length))
            return true;
    }
    return strncasecmp(name, activation, strlen(activation)) == 0 && is_activation(name + strlen(activation));
}

nn_status nni_fortran_check_name(const char *name, nn_error *error)
{
    char list[900];
    size_t length = 0;
    if (!nni_fortran_has_name(name))
        return NN_OK;
    for (size_t i = 0; i < NAMES && length < sizeof list; i++)
        length += (size_t)snprintf(list + length, sizeof list - length, "%s, ", names[i]);
    for (size_t i = 0; i < NUMBERED && length < sizeof list; i++)
        length += (size_t)snprintf(list + length, sizeof list - length, "%s0, ", numbered[i]);
    return nn_fail(
        error, NN_USAGE,
        "--name %s: no module can be called by a name that stands in it; take none of %sand so on, %srelu and "
        "so on",
        name, list, activation);
}

bool nni_fortran_is_free_form(const char *path)
{
    static const char *const extensions[] = {".f90", ".f95", ".f03", ".f08"};
    enum { LENGTH = 4 };
    const size_t length = strlen(path);
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
        if (length > LENGTH && path[length - LENGTH - 1] != '/' &&
            strcasecmp(path + length - LENGTH, extensions[i]) == 0)
            return true;
    return false;
}
