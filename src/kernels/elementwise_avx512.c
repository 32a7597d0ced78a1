#include "kernels/elementwise_loops.h"

const nn_elementwise_kernels nn_elementwise_avx512 = {
    .activate = {[NN_LINEAR] = keep, [NN_SIGMOID] = sigmoid, [NN_TANH] = hyperbolic, [NN_RELU] = relu},
    .activate_backward = {[NN_LINEAR] = keep_backward,
                          [NN_SIGMOID] = sigmoid_backward,
                          [NN_TANH] = hyperbolic_backward,
                          [NN_RELU] = relu_backward},
    .softmax_row = softmax_row,
    .add = add,
    .sgd_step = sgd_step,
};
