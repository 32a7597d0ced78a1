/* SPDX-License-Identifier: MIT */
/* Intrinsic functions in double precision are nearer to the exact value than the trainer's polynomials in single. No
 * exponential overflows, also where programs stop at that, and NaN stays NaN, which max and min do not promise. */
#include "export/source/fortran_formulas.h"

#include <stddef.h>

#define SIGMOID_OF_Z "exp(min(z, 0.0_wide)) / (1 + exp(-abs(z)))"

/* A factor that is 0 below -800, where x may be infinite. */
#define X_TIMES(factor) "merge(0.0_wide, x * (" factor "), x < -800)"

static const nni_fortran_formula formulas[] = {
    [NN_LINEAR] = {"x", NULL},
    [NN_SIGMOID] = {SIGMOID_OF_Z, "x"},
    [NN_TANH] = {"tanh(x)", NULL},
    [NN_RELU] = {"merge(0.0_wide, x, x <= 0)", NULL},
    [NN_LEAKY_RELU] = {"merge(0.01_wide * x, x, x < 0)", NULL},
    [NN_ELU] = {"merge(exp(min(x, 0.0_wide)) - 1, x, x < 0)", NULL},
    [NN_SELU] = {"merge(1.75809934084737686_wide * (exp(min(x, 0.0_wide)) - 1), 1.05070098735548049_wide * x, x < 0)",
                 NULL},
    [NN_GELU] = {X_TIMES("erfc(-z) / 2"), "0.707106781186547524_wide * x"},
    [NN_GELU_TANH] = {X_TIMES(SIGMOID_OF_Z), "1.59576912160573071_wide * x * (1 + 0.044715_wide * x * x)"},
    [NN_SILU] = {X_TIMES(SIGMOID_OF_Z), "x"},
    /* Below -17, 1 + e^x keeps too few digits of e^x. */
    [NN_SOFTPLUS] = {"merge(exp(min(x, 0.0_wide)), max(x, 0.0_wide) + log(1 + exp(-abs(x))), x < -17)", NULL},
    [NN_SOFTMAX] = {"exp(x - maxval(x)) / sum(exp(x - maxval(x)))", NULL},
};

const nni_fortran_formula *nni_fortran_formula_of(nn_activation activation)
{
    const size_t index = (size_t)activation, count = sizeof formulas / sizeof *formulas;
    return index < count && formulas[index].value ? &formulas[index] : NULL;
}
