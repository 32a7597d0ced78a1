/* SPDX-License-Identifier: MIT */
#include "export/onnx/operators.h"

#include "export/onnx/format.h"

static const char *scalar(nni_onnx_build *build, double value)
{
    return nni_onnx_scalar(build, value, NNI_ONNX_FLOAT);
}

static const char *linear(nni_onnx_build *build, const char *x)
{
    (void)build;
    return x;
}

static const char *sigmoid(nni_onnx_build *build, const char *x)
{
    return NNI_ONNX_NODE(build, "Sigmoid", x);
}

static const char *hyperbolic_tangent(nni_onnx_build *build, const char *x)
{
    return NNI_ONNX_NODE(build, "Tanh", x);
}

static const char *relu(nni_onnx_build *build, const char *x)
{
    return NNI_ONNX_NODE(build, "Relu", x);
}

static const char *leaky_relu(nni_onnx_build *build, const char *x)
{
    const char *y = NNI_ONNX_NODE(build, "LeakyRelu", x);
    nni_onnx_set_float(build, "alpha", 0.01F);
    return y;
}

static const char *elu(nni_onnx_build *build, const char *x)
{
    const char *y = NNI_ONNX_NODE(build, "Elu", x);
    nni_onnx_set_float(build, "alpha", 1);
    return y;
}

static const char *selu(nni_onnx_build *build, const char *x)
{
    const char *y = NNI_ONNX_NODE(build, "Selu", x);
    nni_onnx_set_float(build, "alpha", 1.6732632423543772F);
    nni_onnx_set_float(build, "gamma", 1.0507009873554805F);
    return y;
}

/* x/2 (1 + f) */
static const char *half_gated(nni_onnx_build *build, const char *x, const char *f)
{
    const char *gate = NNI_ONNX_NODE(build, "Add", f, scalar(build, 1));
    return NNI_ONNX_NODE(build, "Mul", NNI_ONNX_NODE(build, "Mul", x, gate), scalar(build, 0.5));
}

/* Gelu is an operator from opset 20 on, which runtimes of 2023 do not have. */
static const char *gelu(nni_onnx_build *build, const char *x)
{
    const char *scaled = NNI_ONNX_NODE(build, "Div", x, scalar(build, 1.4142135623730951));
    return half_gated(build, x, NNI_ONNX_NODE(build, "Erf", scaled));
}

static const char *gelu_tanh(nni_onnx_build *build, const char *x)
{
    const char *cube = NNI_ONNX_NODE(build, "Mul", NNI_ONNX_NODE(build, "Mul", x, x), x);
    const char *bent = NNI_ONNX_NODE(build, "Mul", cube, scalar(build, 0.044715));
    const char *sum = NNI_ONNX_NODE(build, "Add", x, bent);
    const char *scaled = NNI_ONNX_NODE(build, "Mul", sum, scalar(build, 0.7978845608028654));
    return half_gated(build, x, NNI_ONNX_NODE(build, "Tanh", scaled));
}

static const char *silu(nni_onnx_build *build, const char *x)
{
    return NNI_ONNX_NODE(build, "Mul", x, NNI_ONNX_NODE(build, "Sigmoid", x));
}

static const char *softplus(nni_onnx_build *build, const char *x)
{
    return NNI_ONNX_NODE(build, "Softplus", x);
}

static const char *softmax(nni_onnx_build *build, const char *x)
{
    const char *y = NNI_ONNX_NODE(build, "Softmax", x);
    nni_onnx_set_int(build, "axis", -1);
    return y;
}

static const char *(*const activations[])(nni_onnx_build *build, const char *x) = {
    [NN_LINEAR] = linear,
    [NN_SIGMOID] = sigmoid,
    [NN_TANH] = hyperbolic_tangent,
    [NN_RELU] = relu,
    [NN_LEAKY_RELU] = leaky_relu,
    [NN_ELU] = elu,
    [NN_SELU] = selu,
    [NN_GELU] = gelu,
    [NN_GELU_TANH] = gelu_tanh,
    [NN_SILU] = silu,
    [NN_SOFTPLUS] = softplus,
    [NN_SOFTMAX] = softmax,
};

const char *nni_onnx_activation(nni_onnx_build *build, nn_activation activation, const char *value)
{
    const size_t index = (size_t)activation;
    return index < sizeof activations / sizeof *activations ? activations[index](build, value) : NULL;
}
