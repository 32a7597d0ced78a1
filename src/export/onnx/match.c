/* SPDX-License-Identifier: MIT */
#include "export/onnx/match.h"

#include <math.h>
#include <string.h>

/* Products of products, at most. */
enum { FACTORS_MAX = 4, DEPTH_MAX = 4 };

/* A product of values, as a tree of Mul, Div by a number and Pow with a whole exponent has it. */
typedef struct product {
    double number;      /* of all constant factors that are one number */
    const char *vector; /* a constant factor of each unit; NULL: none */
    const char *factors[FACTORS_MAX];
    size_t count; /* more than FACTORS_MAX: it is none of ours */
} product;

static void add_factor(product *of, const char *value)
{
    if (of->count < FACTORS_MAX)
        of->factors[of->count] = value;
    of->count++;
}

static void add_constant(const nni_onnx_graph *graph, product *of, const char *value)
{
    const double number = nni_onnx_number(graph, value);
    if (number == number)
        of->number *= number;
    else if (of->vector)
        of->count = FACTORS_MAX + 1;
    else
        of->vector = value;
}

/* @param stop  a value that is a factor as it is; NULL: none */
static void flatten(const nni_onnx_graph *graph, const char *value, const char *stop, unsigned depth, product *of)
{
    const NniOnnx__NodeProto *node = stop && strcmp(value, stop) == 0 ? NULL : nni_onnx_producer(graph, value);
    if (nni_onnx_is_constant(graph, value)) {
        add_constant(graph, of, value);
    } else if (depth < DEPTH_MAX && nni_onnx_is(node, "Mul")) {
        flatten(graph, nni_onnx_input_of(node, 0), stop, depth + 1, of);
        flatten(graph, nni_onnx_input_of(node, 1), stop, depth + 1, of);
    } else if (depth < DEPTH_MAX && nni_onnx_is(node, "Div") &&
               nni_onnx_is_constant(graph, nni_onnx_input_of(node, 1))) {
        of->number /= nni_onnx_number(graph, nni_onnx_input_of(node, 1));
        flatten(graph, nni_onnx_input_of(node, 0), stop, depth + 1, of);
    } else if (nni_onnx_is(node, "Pow") && nni_onnx_is_number(graph, nni_onnx_input_of(node, 1), 3)) {
        for (int i = 0; i < 3; i++)
            add_factor(of, nni_onnx_input_of(node, 0));
    } else {
        add_factor(of, value);
    }
}

static bool near(double value, double expected)
{
    return fabs(value - expected) <= 1e-5 * fabs(expected);
}

/* @return whether a value is `number` times x to the power of `power` */
static bool is_power(const nni_onnx_graph *graph, const char *value, double number, const char *x, size_t power)
{
    product of = {.number = 1};
    flatten(graph, value, x, 0, &of);
    bool good = near(of.number, number) && !of.vector && of.count == power;
    for (size_t i = 0; good && i < power; i++)
        good = strcmp(of.factors[i], x) == 0;
    return good;
}

/* @return the other input of a node that adds; NULL: it does not, or `is` says yes of neither */
static const char *other_term(const nni_onnx_graph *graph, const NniOnnx__NodeProto *node, double number, const char *x)
{
    for (size_t i = 0; i < 2 && nni_onnx_is(node, "Add"); i++) {
        const char *value = nni_onnx_input_of(node, i);
        if (x ? strcmp(value, x) == 0 : nni_onnx_is_number(graph, value, number))
            return nni_onnx_input_of(node, 1 - i);
    }
    return NULL;
}

/* sqrt(2/pi) (x + 0.044715 x^3) */
static bool is_bent(const nni_onnx_graph *graph, const char *value, const char *x)
{
    product of = {.number = 1};
    flatten(graph, value, x, 0, &of);
    if (!near(of.number, 0.7978845608028654) || of.vector || of.count != 1)
        return false;
    const char *cubic = other_term(graph, nni_onnx_producer(graph, of.factors[0]), 0, x);
    return cubic && is_power(graph, cubic, 0.044715, x, 3);
}

/* @return whether number * x * gate is an activation */
static bool is_gate(const nni_onnx_graph *graph, double number, const char *x, const char *gate,
                    nn_activation *activation)
{
    const NniOnnx__NodeProto *node = nni_onnx_producer(graph, gate);
    if (nni_onnx_is(node, "Sigmoid") && near(number, 1) && strcmp(nni_onnx_input_of(node, 0), x) == 0) {
        *activation = NN_SILU;
        return true;
    }
    const char *function = other_term(graph, node, 1, NULL);
    const NniOnnx__NodeProto *of = function ? nni_onnx_producer(graph, function) : NULL;
    if (!near(number, 0.5) || !of)
        return false;
    *activation = nni_onnx_is(of, "Erf") ? NN_GELU : NN_GELU_TANH;
    return (nni_onnx_is(of, "Erf") && is_power(graph, nni_onnx_input_of(of, 0), 0.7071067811865476, x, 1)) ||
           (nni_onnx_is(of, "Tanh") && is_bent(graph, nni_onnx_input_of(of, 0), x));
}

bool nni_onnx_match_gate(const nni_onnx_graph *graph, const NniOnnx__NodeProto *node, nn_activation *activation,
                         const char **input, const char **scale)
{
    product of = {.number = 1};
    if (!nni_onnx_is(node, "Mul") || node->n_output == 0)
        return false;
    flatten(graph, node->output[0], NULL, 0, &of);
    for (size_t i = 0; i < 2 && of.count == 2; i++)
        if (is_gate(graph, of.number, of.factors[i], of.factors[1 - i], activation)) {
            *input = of.factors[i];
            *scale = of.vector;
            return true;
        }
    return false;
}

/* --- norms --- */

/* @return what a node takes the mean of, over the units of a row; NULL: it does not */
static const char *mean_of(const nni_onnx_graph *graph, const char *value)
{
    const NniOnnx__NodeProto *node = nni_onnx_producer(graph, value);
    if (!nni_onnx_is(node, "ReduceMean") || nni_onnx_int(node, "keepdims", 1) != 1)
        return NULL;
    const NniOnnx__AttributeProto *axes = nni_onnx_attribute(node, "axes");
    const bool last = axes ? axes->n_ints == 1 && (axes->ints[0] == -1 || axes->ints[0] == 1)
                           : nni_onnx_is_number(graph, nni_onnx_input_of(node, 1), -1) ||
                                 nni_onnx_is_number(graph, nni_onnx_input_of(node, 1), 1);
    return last ? nni_onnx_input_of(node, 0) : NULL;
}

static bool is_square(const nni_onnx_graph *graph, const char *value, const char *x)
{
    const NniOnnx__NodeProto *node = nni_onnx_producer(graph, value);
    return node && strcmp(nni_onnx_input_of(node, 0), x) == 0 &&
           ((nni_onnx_is(node, "Pow") && nni_onnx_is_number(graph, nni_onnx_input_of(node, 1), 2)) ||
            (nni_onnx_is(node, "Mul") && strcmp(nni_onnx_input_of(node, 1), x) == 0));
}

bool nni_onnx_match_layer_norm(const nni_onnx_graph *graph, const NniOnnx__NodeProto *node, const char **input,
                               const char **epsilon)
{
    if (!nni_onnx_is(node, "Div"))
        return false;
    const char *centred = nni_onnx_input_of(node, 0);
    const NniOnnx__NodeProto *less = nni_onnx_producer(graph, centred);
    const NniOnnx__NodeProto *root = nni_onnx_producer(graph, nni_onnx_input_of(node, 1));
    if (!nni_onnx_is(less, "Sub") || !nni_onnx_is(root, "Sqrt"))
        return false;
    const char *mean = mean_of(graph, nni_onnx_input_of(less, 1));
    const NniOnnx__NodeProto *sum = nni_onnx_producer(graph, nni_onnx_input_of(root, 0));
    if (!mean || strcmp(mean, nni_onnx_input_of(less, 0)) != 0 || !nni_onnx_is(sum, "Add"))
        return false;
    const char *square = mean_of(graph, nni_onnx_input_of(sum, 0));
    *input = mean;
    *epsilon = nni_onnx_input_of(sum, 1);
    return square && is_square(graph, square, centred) && nni_onnx_is_constant(graph, *epsilon);
}

bool nni_onnx_match_two_classes(const nni_onnx_graph *graph, const NniOnnx__NodeProto *node, const char **input)
{
    if (!nni_onnx_is(node, "Concat") || node->n_input != 2)
        return false;
    const NniOnnx__NodeProto *rest = nni_onnx_producer(graph, node->input[0]);
    *input = node->input[1];
    return nni_onnx_is(rest, "Sub") && nni_onnx_is_number(graph, nni_onnx_input_of(rest, 0), 1) &&
           strcmp(nni_onnx_input_of(rest, 1), *input) == 0;
}
