/* SPDX-License-Identifier: MIT */
/* From the output back to the input: a value has one node that makes it, and may have several that take it. */
#include "export/onnx/walk.h"

#include <math.h>
#include <string.h>

#include "export/onnx/format.h"
#include "export/onnx/match.h"
#include "support/memory.h"

/* A walk: how far it is, and what is behind it. */
typedef struct walk {
    const nni_onnx_graph *graph;
    const NniOnnx__NodeProto *node; /* that is looked at */
    const char *value;              /* that comes next */
    nni_onnx_steps *steps;          /* last first */
    nn_error *error;
} walk;

static const char *input(const walk *at, size_t i)
{
    return nni_onnx_input_of(at->node, i);
}

/* Appends a step. @return NULL where memory runs out */
static nni_onnx_step *add_step(walk *at, nni_onnx_step_kind kind)
{
    nni_onnx_steps *steps = at->steps;
    if (steps->count == steps->capacity) {
        const size_t capacity = steps->capacity > 0 ? 2 * steps->capacity : 16;
        nni_onnx_step *grown = NULL;
        if (nni_allocate(capacity, sizeof *grown, "the steps of the ONNX graph", &grown, at->error) != NN_OK)
            return NULL;
        if (steps->count > 0)
            memcpy(grown, steps->array, steps->count * sizeof *grown);
        nni_release(steps->array);
        steps->array = grown;
        steps->capacity = capacity;
    }
    nni_onnx_step *step = &steps->array[steps->count++];
    *step = (nni_onnx_step){.kind = kind, .node = at->node, .alpha = 1, .beta = 1};
    return step;
}

static nn_status take(const walk *at, const char *value, nni_onnx_array *array)
{
    return nni_onnx_array_read(at->graph, at->node, value, array, at->error);
}

/* A step with one constant. */
static nn_status add_with(walk *at, nni_onnx_step_kind kind, const char *value)
{
    nni_onnx_step *step = add_step(at, kind);
    return step ? take(at, value, &step->a) : NN_SYSTEM;
}

static nn_status add_activation(walk *at, nn_activation activation, const char *next)
{
    nni_onnx_step *step = add_step(at, NNI_ONNX_ACTIVATE);
    at->value = next;
    if (!step)
        return NN_SYSTEM;
    step->activation = activation;
    return NN_OK;
}

/* --- products and what is done to each element --- */

static nn_status walk_gemm(walk *at)
{
    if (nni_onnx_int(at->node, "transA", 0) != 0)
        return nni_onnx_refuse(at->graph, at->node, at->error, "transposes rows and columns of its input (transA)");
    nni_onnx_step *step = add_step(at, NNI_ONNX_PRODUCT);
    if (!step)
        return NN_SYSTEM;
    step->transposed = nni_onnx_int(at->node, "transB", 0) == 0;
    step->alpha = nni_onnx_float(at->node, "alpha", 1);
    step->beta = nni_onnx_float(at->node, "beta", 1);
    at->value = input(at, 0);
    NN_TRY(take(at, input(at, 1), &step->a));
    return *input(at, 2) ? take(at, input(at, 2), &step->b) : NN_OK;
}

static nn_status walk_matmul(walk *at)
{
    at->value = input(at, 0);
    NN_TRY(add_with(at, NNI_ONNX_PRODUCT, input(at, 1)));
    at->steps->array[at->steps->count - 1].transposed = true;
    return NN_OK;
}

/* An operator of a value and a constant. */
static nn_status walk_affine(walk *at, nni_onnx_step_kind kind)
{
    const bool first = nni_onnx_is_constant(at->graph, input(at, 0));
    if (first && kind != NNI_ONNX_ADD && kind != NNI_ONNX_MUL)
        return nni_onnx_refuse(at->graph, at->node, at->error, "has a constant first; nntrain has nothing like it");
    at->value = input(at, first ? 1 : 0);
    return add_with(at, kind, input(at, first ? 0 : 1));
}

static nn_status walk_add(walk *at)
{
    return walk_affine(at, NNI_ONNX_ADD);
}

static nn_status walk_sub(walk *at)
{
    const NniOnnx__NodeProto *before = nni_onnx_producer(at->graph, input(at, 0));
    if (nni_onnx_is(before, "Exp") && nni_onnx_is_number(at->graph, input(at, 1), 1)) {
        at->value = nni_onnx_input_of(before, 0);
        return add_step(at, NNI_ONNX_EXPM1) ? NN_OK : NN_SYSTEM;
    }
    return walk_affine(at, NNI_ONNX_SUB);
}

static nn_status walk_mul(walk *at)
{
    nn_activation activation = NN_LINEAR;
    const char *next = NULL, *scale = NULL;
    if (!nni_onnx_match_gate(at->graph, at->node, &activation, &next, &scale))
        return walk_affine(at, NNI_ONNX_MUL);
    if (scale)
        NN_TRY(add_with(at, NNI_ONNX_MUL, scale));
    return add_activation(at, activation, next);
}

static nn_status walk_div(walk *at)
{
    const char *next = NULL, *epsilon = NULL;
    if (!nni_onnx_match_layer_norm(at->graph, at->node, &next, &epsilon))
        return walk_affine(at, NNI_ONNX_DIV);
    nni_onnx_step *step = add_step(at, NNI_ONNX_LAYER_NORM);
    if (!step)
        return NN_SYSTEM;
    at->value = next;
    step->epsilon = nni_onnx_number(at->graph, epsilon);
    return NN_OK;
}

/* Features as scikit-learn's scalers have them. */
static nn_status add_scaler(walk *at, const char *attribute, nni_onnx_step_kind kind)
{
    const NniOnnx__AttributeProto *numbers = nni_onnx_attribute(at->node, attribute);
    if (!numbers || numbers->n_floats == 0)
        return NN_OK;
    nni_onnx_step *step = add_step(at, kind);
    if (!step)
        return NN_SYSTEM;
    NN_TRY(nni_reserve(numbers->n_floats, sizeof *step->a.values, "the scaling", &step->a.values, at->error));
    step->a.rows = 1;
    step->a.columns = numbers->n_floats;
    for (size_t i = 0; i < numbers->n_floats; i++)
        step->a.values[i] = (double)numbers->floats[i];
    return NN_OK;
}

static nn_status walk_scaler(walk *at)
{
    at->value = input(at, 0);
    NN_TRY(add_scaler(at, "scale", NNI_ONNX_MUL));
    return add_scaler(at, "offset", NNI_ONNX_SUB);
}

/* --- norms --- */

static nn_status walk_batch_norm(walk *at)
{
    nni_onnx_step *step = add_step(at, NNI_ONNX_BATCH_NORM);
    if (!step)
        return NN_SYSTEM;
    step->epsilon = nni_onnx_float(at->node, "epsilon", 1e-5);
    at->value = input(at, 0);
    NN_TRY(take(at, input(at, 1), &step->a));
    NN_TRY(take(at, input(at, 2), &step->b));
    NN_TRY(take(at, input(at, 3), &step->c));
    return take(at, input(at, 4), &step->d);
}

static nn_status walk_layer_norm(walk *at)
{
    const int64_t axis = nni_onnx_int(at->node, "axis", -1);
    if (axis != -1 && axis != 1)
        return nni_onnx_refuse(at->graph, at->node, at->error, "goes over other axes than the units of a layer");
    nni_onnx_step *step = add_step(at, NNI_ONNX_LAYER_NORM);
    if (!step)
        return NN_SYSTEM;
    step->epsilon = nni_onnx_float(at->node, "epsilon", 1e-5);
    at->value = input(at, 0);
    NN_TRY(take(at, input(at, 1), &step->a));
    return *input(at, 2) ? take(at, input(at, 2), &step->b) : NN_OK;
}

/* --- activations of one operator, with the parameters that nntrain has them with --- */

typedef struct activation_operator {
    const char *name;
    nn_activation activation;
    const char *parameter; /* NULL: none */
    double otherwise;      /* ONNX's default of it */
    double expected;
} activation_operator;

static const activation_operator activation_operators[] = {
    {"Relu", NN_RELU, NULL, 0, 0},
    {"Sigmoid", NN_SIGMOID, NULL, 0, 0},
    {"Tanh", NN_TANH, NULL, 0, 0},
    {"Softplus", NN_SOFTPLUS, NULL, 0, 0},
    {"LeakyRelu", NN_LEAKY_RELU, "alpha", 0.01, 0.01},
    {"Elu", NN_ELU, "alpha", 1, 1},
    {"Selu", NN_SELU, "alpha", 1.67326319217681884765625, 1.6732632423543772},
    {"Swish", NN_SILU, "alpha", 1, 1},
    {"Softmax", NN_SOFTMAX, NULL, 0, 0},
    {"Gelu", NN_GELU, NULL, 0, 0},
};
enum { ACTIVATION_OPERATORS = sizeof activation_operators / sizeof *activation_operators };

static nn_status walk_activation(walk *at, const activation_operator *by)
{
    nn_activation activation = by->activation;
    const double parameter = by->parameter ? nni_onnx_float(at->node, by->parameter, by->otherwise) : by->expected;
    if (fabs(parameter - by->expected) > 1e-6)
        return nni_onnx_refuse(at->graph, at->node, at->error, "has %s %g; nntrain's %s has %g", by->parameter,
                               parameter, nn_activation_name(by->activation), by->expected);
    const int64_t axis = nni_onnx_int(at->node, "axis", -1);
    if (activation == NN_SOFTMAX && axis != -1 && axis != 1)
        return nni_onnx_refuse(at->graph, at->node, at->error, "goes over another axis than the classes");
    const NniOnnx__AttributeProto *form = nni_onnx_attribute(at->node, "approximate");
    if (activation == NN_GELU && form && form->s.len == 4 && memcmp(form->s.data, "tanh", 4) == 0)
        activation = NN_GELU_TANH;
    return add_activation(at, activation, input(at, 0));
}

/* --- what leaves numbers as they are --- */

static nn_status walk_past(walk *at)
{
    at->value = input(at, 0);
    return NN_OK;
}

static nn_status walk_cast(walk *at)
{
    const int64_t type = nni_onnx_int(at->node, "to", 0);
    if (type != NNI_ONNX_FLOAT && type != NNI_ONNX_DOUBLE && type != NNI_ONNX_BFLOAT16)
        return nni_onnx_refuse(at->graph, at->node, at->error,
                               "converts to ONNX's type %lld; float and double are read", (long long)type);
    at->value = input(at, 0);
    if (type == NNI_ONNX_DOUBLE)
        return add_step(at, NNI_ONNX_WIDEN) ? NN_OK : NN_SYSTEM;
    return NN_OK;
}

static nn_status walk_flatten(walk *at)
{
    if (nni_onnx_int(at->node, "axis", 1) != 1)
        return nni_onnx_refuse(at->graph, at->node, at->error, "joins rows");
    return walk_past(at);
}

/* [rows, columns] as it is already: checked once the columns are known. A graph may compute the rows alone. */
static nn_status walk_reshape(walk *at)
{
    nni_onnx_array shape = {.values = NULL};
    const NniOnnx__NodeProto *sizes = nni_onnx_producer(at->graph, input(at, 1));
    const bool computed = nni_onnx_is(sizes, "Concat") && sizes->n_input == 2;
    NN_TRY(take(at, computed ? sizes->input[1] : input(at, 1), &shape));
    const size_t count = shape.rows * shape.columns + (computed ? 1 : 0);
    const double last = shape.values[shape.rows * shape.columns - 1];
    nni_onnx_array_free(&shape);
    if (count > 2)
        return nni_onnx_refuse(at->graph, at->node, at->error, "gives rows more than one dimension");
    at->value = input(at, 0);
    nni_onnx_step *step = add_step(at, NNI_ONNX_SHAPE);
    if (!step)
        return NN_SYSTEM;
    step->columns = count == 1 ? 1 : last > 0 && last < 0x1p53 ? (size_t)last : 0;
    return NN_OK;
}

/* --- features --- */

static nn_status walk_limit(walk *at)
{
    const double least = nni_onnx_number(at->graph, input(at, 1)), limit = nni_onnx_number(at->graph, input(at, 2));
    const bool even = least == -limit && limit > 0;
    if (!even)
        return nni_onnx_refuse(at->graph, at->node, at->error,
                               "limits to other bounds than -c and c; nntrain has nothing like it");
    nni_onnx_step *step = add_step(at, NNI_ONNX_LIMIT);
    if (!step)
        return NN_SYSTEM;
    step->limit = limit;
    at->value = input(at, 0);
    return NN_OK;
}

static nn_status walk_missing(walk *at)
{
    if (!nni_onnx_is(nni_onnx_producer(at->graph, input(at, 0)), "IsNaN"))
        return nni_onnx_refuse(at->graph, at->node, at->error, "chooses by something else than IsNaN");
    at->value = input(at, 2);
    return add_with(at, NNI_ONNX_MISSING, input(at, 1));
}

static nn_status walk_concat(walk *at)
{
    const char *next = NULL;
    if (!nni_onnx_match_two_classes(at->graph, at->node, &next))
        return nni_onnx_refuse(at->graph, at->node, at->error, "joins values; nntrain's layers follow each other");
    at->value = next;
    return NN_OK;
}

/* --- the walk --- */

static const struct {
    const char *name;
    nn_status (*walk)(walk *at);
} operators[] = {
    {"Gemm", walk_gemm},
    {"MatMul", walk_matmul},
    {"Add", walk_add},
    {"Sub", walk_sub},
    {"Mul", walk_mul},
    {"Div", walk_div},
    {"BatchNormalization", walk_batch_norm},
    {"LayerNormalization", walk_layer_norm},
    {"Identity", walk_past},
    {"Dropout", walk_past},
    {"ZipMap", walk_past},
    {"Cast", walk_cast},
    {"Flatten", walk_flatten},
    {"Reshape", walk_reshape},
    {"Scaler", walk_scaler},
    {"Clip", walk_limit},
    {"Where", walk_missing},
    {"Concat", walk_concat},
};

static nn_status walk_node(walk *at)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (nni_onnx_is(at->node, operators[i].name))
            return operators[i].walk(at);
    for (size_t i = 0; i < ACTIVATION_OPERATORS; i++)
        if (nni_onnx_is(at->node, activation_operators[i].name))
            return walk_activation(at, &activation_operators[i]);
    return nni_onnx_refuse(at->graph, at->node, at->error,
                           "is an operator that nntrain has nothing like: it reads networks of dense layers");
}

nn_status nni_onnx_walk(const nni_onnx_graph *graph, nni_onnx_steps *steps, nn_error *error)
{
    walk at = {.graph = graph, .steps = steps, .error = error};
    const char *first = NULL;
    NN_TRY(nni_onnx_find_input(graph, &first, error));
    NN_TRY(nni_onnx_find_output(graph, &at.value, error));
    /* A graph that goes in a circle, which none may, has no more nodes on its way than there are. */
    for (size_t i = 0; strcmp(at.value, first) != 0; i++) {
        at.node = nni_onnx_producer(graph, at.value);
        if (!at.node || i > graph->graph->n_node)
            return nn_fail(error, NN_DATA, "%s: '%.100s' does not come from the input '%.100s'", graph->path, at.value,
                           first);
        NN_TRY(walk_node(&at));
    }
    for (size_t i = 0; i < steps->count / 2; i++) {
        const nni_onnx_step step = steps->array[i];
        steps->array[i] = steps->array[steps->count - 1 - i];
        steps->array[steps->count - 1 - i] = step;
    }
    return NN_OK;
}

void nni_onnx_steps_free(nni_onnx_steps *steps)
{
    for (size_t i = 0; i < steps->count; i++) {
        nni_onnx_step *step = &steps->array[i];
        nni_onnx_array_free(&step->a);
        nni_onnx_array_free(&step->b);
        nni_onnx_array_free(&step->c);
        nni_onnx_array_free(&step->d);
    }
    nni_release(steps->array);
    *steps = (nni_onnx_steps){.array = NULL};
}
