/* SPDX-License-Identifier: MIT */
/* One C99 file and its header, for a compiler and nothing else. The functions are the trainer's own, copied from its
 * sources, so that no formula stands in the project twice and bits are the trainer's where the compiler fuses alike. */
#include "export/source/c.h"

#include <stdlib.h>
#include <string.h>

#include "export/source/c_constants.h"
#include "export/source/c_functions.h"
#include "export/source/excerpt.h"
#include "export/source/kernel_text.h"
#include "export/source/numbers.h"
#include "export/source/plan.h"
#include "kernels/elementwise/activation.h"
#include "model/norms.h"
#include "support/files.h"

/* --- the header --- */

static size_t scratch(const nni_source_plan *plan)
{
    const size_t count = plan->buffer[0] + plan->buffer[1];
    return count > 0 ? count : 1; /* no array of C is empty */
}

static void put_facts(const nni_source_plan *plan, FILE *out)
{
    fprintf(out, "/* %s: ", plan->name);
    nni_source_put_layers(plan, out);
    fprintf(out,
            ".\n *\n"
            " * Written by nntrain; %zu parameters, trained for %zu epochs%s.\n"
            " * Constants: %zu bytes. Scratch: %zu bytes, on the stack or the caller's.\n",
            plan->network->parameter_count, (size_t)plan->model->epochs,
            plan->model->network->precision == NN_BF16 ? ", there with products of bfloat16" : "",
            nni_c_constant_bytes(plan), scratch(plan) * nni_c_real_bytes(plan));
    nni_source_put_type_of_x(plan, " * ", out);
    nni_source_put_difference(
        plan, " * ", "\n * without fused multiply-add; with it they have the same bits, rounded to float.", out);
    fputs(" */\n", out);
}

static void put_header(const nni_source_plan *plan, FILE *out)
{
    const char *name = plan->name, *upper = plan->upper, *real = nni_c_real(plan), *x = nni_c_x(plan);
    put_facts(plan, out);
    fprintf(out,
            "#ifndef %s_H\n#define %s_H\n\n"
            "#define %s_FEATURES %zu\n"
            "#define %s_OUTPUTS %zu\n"
            "#define %s_SCRATCH %zu /* numbers that a prediction needs beside x and y */\n",
            upper, upper, upper, plan->network->inputs, upper, plan->network->outputs, upper, scratch(plan));
    if (plan->model->class_names->count > 0)
        fprintf(out, "#define %s_CLASSES %zu\n", upper, plan->model->class_names->count);
    fputs("\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n", out);
    fprintf(out,
            "/* Predicts one row, in the units of the data%s. Threads may call it at once. */\n"
            "void %s_predict(const %s x[%s_FEATURES], %s y[%s_OUTPUTS]);\n\n"
            "/* The same with scratch of the caller's in the place of the stack. */\n"
            "void %s_predict_in(const %s x[%s_FEATURES], %s y[%s_OUTPUTS], %s scratch[%s_SCRATCH]);\n",
            plan->model->feature_scaler->missing ? "; NaN stands for a missing value" : "", name, x, upper, real, upper,
            name, x, upper, real, upper, real, upper);
    if (plan->model->predicts == NN_PREDICTS_CLASSES)
        fprintf(out,
                "\n/* Returns the class that a prediction speaks for: %s. */\nint %s_class(const %s y[%s_OUTPUTS]);\n",
                plan->network->outputs == 1 ? "1 from 0.5 on" : "the most probable one", name, real, upper);
    if (plan->model->class_names->count > 0)
        fprintf(out,
                "\n/* Returns the name of a class, or a null pointer where there is no such class. */\n"
                "const char *%s_class_name(int number);\n",
                name);
    fprintf(
        out,
        "\n#ifdef %s_SELF_TEST\n"
        "/* Predicts %d rows and returns 0, or the number of the first that differs by more than 1e-5 of the largest\n"
        " * output from what the trainer computes, in float, by the weights that stand here. */\n"
        "int %s_self_test(void);\n#endif\n",
        upper, NNI_SOURCE_TESTED, name);
    fputs("\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n", out);
}

/* --- what the code is made of --- */

static void put_beginning(const nni_source_plan *plan, const char *header, FILE *out)
{
    bool root = plan->model->target_scaler->kind == NN_TARGETS_LOG1P;
    for (size_t l = 0; l < plan->network->layer_count; l++)
        root = root || plan->network->layers[l].norm == NN_NORM_LAYER;
    put_facts(plan, out);
    fprintf(out, "#include \"%s\"\n\n#include <float.h>\n%s", header, root ? "#include <math.h>\n" : "");
    fprintf(out,
            "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\n\n"
            "#ifdef __FAST_MATH__\n"
            "#error \"compile without -ffast-math: the order of operations is what makes these functions exact\"\n"
            "#endif\n"
            "#if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ == 2\n"
            "#error \"compile with -msse2 -mfpmath=sse: the x87 unit rounds otherwise\"\n"
            "#endif\n"
            "#if defined(__GNUC__) && !defined(__clang__)\n"
            "#define UNROLL _Pragma(\"GCC unroll 16\")\n"
            "#else\n"
            "#define UNROLL\n"
            "#endif\n"
            "#ifdef __clang__\n"
            "#pragma STDC FP_CONTRACT OFF /* as -ffp-contract=off or -std=c99 says to GCC */\n"
            "#endif\n\n"
            "typedef %s real;\n",
            nni_c_real(plan));
}

/* Functions of the trainer that the model needs. */
static nn_status put_kernels(const nni_source_plan *plan, FILE *out, nn_error *error)
{
    nni_excerpt *excerpt = NULL;
    NN_TRY(nni_excerpt_create(nni_kernel_text, plan->type == NNI_SOURCE_DOUBLE, &excerpt, error));
    bool found = nni_excerpt_take(excerpt, "multiply_add");
    for (size_t l = 0; l < plan->network->layer_count; l++) {
        const nni_layer *layer = &plan->network->layers[l];
        const nni_activation_entry *activation = nni_activation_of(layer->activation);
        char name[64];
        snprintf(name, sizeof name, "%s%s", activation->function, activation->over_rows ? "_row" : "");
        if (layer->activation != NN_LINEAR)
            found = nni_excerpt_take(excerpt, name) && found;
        if (nni_norm_is_on(layer->norm))
            found =
                nni_excerpt_take(excerpt, nni_layer_has_statistics(layer) ? "normalize_columns" : "normalize_row") &&
                found;
    }
    nni_excerpt_write(excerpt, out);
    nni_excerpt_free(excerpt);
    return found ? NN_OK
                 : nn_fail(error, NN_SYSTEM,
                           "this build of nntrain lacks the sources of some functions of the "
                           "model; configure and build it anew");
}

static void put_dense(const nni_source_plan *plan, FILE *out)
{
    const bool int8 = plan->type == NNI_SOURCE_INT8;
    fprintf(
        out,
        "\n/* out = weight in + bias, weight [outputs, inputs]; each sum in the order of the inputs, bias last. */\n"
        "static void dense(const %s *weight,%s const float *bias, const real *in, size_t inputs, real *out,\n"
        "                  size_t outputs)\n{\n"
        "    for (size_t i = 0; i < outputs; i++, weight += inputs) {\n"
        "        real sum = 0;\n"
        "        for (size_t k = 0; k < inputs; k++)\n"
        "            sum = multiply_add(in[k], %sweight[k], sum);\n"
        "%s"
        "        out[i] = bias ? sum + bias[i] : sum;\n"
        "    }\n}\n",
        int8 ? "signed char" : "float", int8 ? " const float *scale," : "", int8 ? "(real)" : "",
        int8 ? "        sum *= scale[i];\n" : "");
}

/* --- the steps of a prediction --- */

static void put_scaling(const nni_source_plan *plan, FILE *out)
{
    const nni_feature_scaler *scaler = plan->model->feature_scaler;
    const char *offset = nni_c_feature_index(scaler->offset, scaler->features);
    const char *scale = nni_c_feature_index(scaler->scale, scaler->features);
    fprintf(out,
            "    for (size_t j = 0; j < %s_FEATURES; j++) {\n"
            "        real value = (real)(((%s)x[j] - feature_offset[%s]) * feature_scale[%s]);\n",
            plan->upper, nni_c_scaled(plan), offset, scale);
    if (scaler->limit > 0) {
        const nni_number limit = plan->type == NNI_SOURCE_DOUBLE ? nni_number_double(scaler->limit, "")
                                                                 : nni_number_float((float)scaler->limit, "");
        fprintf(out,
                "        value = value > (real)%s ? (real)%s : value;\n"
                "        value = value < (real)-%s ? (real)-%s : value;\n",
                limit.text, limit.text, limit.text, limit.text);
    }
    fprintf(out, "        a[j] = %s;\n    }\n",
            scaler->missing ? "value == value ? value : feature_missing[j] /* NaN is missing */" : "value");
}

static void put_layer(const nni_source_plan *plan, size_t index, FILE *out)
{
    const nni_layer *layer = &plan->network->layers[index];
    const nni_activation_entry *activation = nni_activation_of(layer->activation);
    const bool first = index == 0 && !plan->scales, last = index + 1 == plan->network->layer_count;
    const size_t buffer = nni_source_buffer(plan, index);
    const char *to = last ? "y" : buffer ? "b" : "a", *from = first ? "x" : buffer ? "a" : "b";
    char number[24], bias[40] = "NULL", scale[40] = "";
    snprintf(number, sizeof number, "%zu", index);
    if (nni_layer_has_bias(layer))
        snprintf(bias, sizeof bias, "bias_%zu", index);
    if (plan->type == NNI_SOURCE_INT8)
        snprintf(scale, sizeof scale, "weight_scale_%zu, ", index);
    fprintf(out, "    dense(weight_%s, %s%s, %s, %zu, %s, %zu);\n", number, scale, bias, from, layer->inputs, to,
            layer->outputs);
    if (nni_layer_has_statistics(layer))
        fprintf(out, "    normalize_columns(%s, %s, %zu, mean_%s, inverse_%s, gamma_%s, beta_%s);\n", to, to,
                layer->outputs, number, number, number, number);
    else if (nni_norm_is_on(layer->norm))
        fprintf(out, "    normalize_row(%s, %s, %zu, gamma_%s, beta_%s, (real)%g);\n", to, to, layer->outputs, number,
                number, NNI_NORM_EPSILON);
    if (activation->over_rows)
        fprintf(out, "    %s_row(%s, %zu);\n", activation->function, to, layer->outputs);
    else if (layer->activation != NN_LINEAR)
        fprintf(out, "    for (size_t j = 0; j < %zu; j++)\n        %s[j] = %s(%s[j]);\n", layer->outputs, to,
                activation->function, to);
}

static void put_predict(const nni_source_plan *plan, FILE *out)
{
    const char *name = plan->name, *upper = plan->upper, *real = nni_c_real(plan), *x = nni_c_x(plan);
    const nn_target_scaling targets = plan->model->target_scaler->kind;
    fprintf(out, "\nvoid %s_predict_in(const %s x[%s_FEATURES], %s y[%s_OUTPUTS], %s scratch[%s_SCRATCH])\n{\n", name,
            x, upper, real, upper, real, upper);
    fputs(plan->buffer[0] > 0 ? "    real *const a = scratch;\n" : "    (void)scratch;\n", out);
    if (plan->buffer[1] > 0)
        fprintf(out, "    real *const b = scratch + %zu;\n", plan->buffer[0]);
    if (plan->scales)
        put_scaling(plan, out);
    for (size_t l = 0; l < plan->network->layer_count; l++)
        put_layer(plan, l, out);
    if (targets != NN_TARGETS_NONE)
        fprintf(out,
                "    for (size_t j = 0; j < %s_OUTPUTS; j++)\n"
                "        y[j] = (real)%s((double)y[j] / target_scale[j] + target_offset[j]);\n",
                upper, targets == NN_TARGETS_LOG1P ? "expm1" : "");
    fprintf(out,
            "}\n\nvoid %s_predict(const %s x[%s_FEATURES], %s y[%s_OUTPUTS])\n{\n"
            "    real scratch[%s_SCRATCH];\n    %s_predict_in(x, y, scratch);\n}\n",
            name, x, upper, real, upper, upper, name);
}

static nn_status put_code(const nni_source_plan *plan, const char *header, FILE *out, nn_error *error)
{
    put_beginning(plan, header, out);
    NN_TRY(put_kernels(plan, out, error));
    put_dense(plan, out);
    nni_c_put_constants(plan, out);
    put_predict(plan, out);
    nni_c_put_classes(plan, out);
    nni_c_put_self_test(plan, out);
    return NN_OK;
}

/* --- the files --- */

static nn_status put_files(const nni_source_plan *plan, nni_draft *code, nni_draft *header, const char *path,
                           nn_error *error)
{
    char beside[PATH_MAX];
    snprintf(beside, sizeof beside, "%s", path);
    char *base = strrchr(beside, '/') ? strrchr(beside, '/') + 1 : beside;
    base[strlen(base) - 1] = 'h';
    NN_TRY(nni_draft_open(path, code, error));
    NN_TRY(nni_draft_open(beside, header, error));
    put_header(plan, header->file);
    NN_TRY(put_code(plan, base, code->file, error));
    NN_TRY(nni_draft_commit(header, error));
    return nni_draft_commit(code, error);
}

static nn_status write_c(const nni_trained *model, const nni_export_settings *settings, const char *path,
                         nn_error *error)
{
    const size_t length = strlen(path);
    if (length < 3 || length >= PATH_MAX || strcmp(path + length - 2, ".c") != 0 || path[length - 3] == '/')
        return nn_fail(error, NN_USAGE, "%s: C source needs a name that ends in .c; its header goes beside it, with .h",
                       path);
    if (strpbrk(strrchr(path, '/') ? strrchr(path, '/') : path, "\"\\\n"))
        return nn_fail(error, NN_USAGE,
                       "%s: quotes, backslashes and line ends in the name would end the #include of the "
                       "header; take another name",
                       path);
    nni_source_plan plan;
    nni_draft code = {0}, header = {0};
    NN_TRY(nni_source_plan_create(model, settings, path, &plan, error));
    const nn_status status = put_files(&plan, &code, &header, path, error);
    nni_draft_drop(&code);
    nni_draft_drop(&header);
    nni_source_plan_free(&plan);
    return status;
}

const nni_model_format nni_model_format_c = {
    .name = "c",
    .extension = ".c",
    .help = "one C99 file and its header, which need a compiler and nothing else",
    .options = NNI_EXPORT_NAME | NNI_EXPORT_TYPE | NNI_EXPORT_INT8,
    .write = write_c,
};
