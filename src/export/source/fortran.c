/* SPDX-License-Identifier: MIT */
/* A Fortran 2018 module: pure procedures and constants, for a compiler and nothing else. */
#include "export/source/fortran.h"

#include <string.h>

#include "export/source/fortran_constants.h"
#include "export/source/fortran_formulas.h"
#include "export/source/fortran_names.h"
#include "export/source/numbers.h"
#include "export/source/plan.h"
#include "kernels/elementwise/activation.h"
#include "model/norms.h"
#include "support/files.h"
#include "support/memory.h"

/* --- the beginning --- */

static bool computes_in_double(const nni_source_plan *plan)
{
    return plan->type == NNI_SOURCE_DOUBLE;
}

static bool has_norm(const nni_source_plan *plan, nn_norm_kind norm)
{
    bool has = false;
    for (size_t l = 0; l < plan->network->layer_count; l++)
        has = has || plan->network->layers[l].norm == norm;
    return has;
}

static void put_beginning(const nni_source_plan *plan, FILE *out)
{
    const nn_network *network = plan->network;
    const size_t classes = plan->model->class_names->count;
    fprintf(out, "! %s, a network of %zu parameters written by nntrain after %zu epochs of training%s:\n!   ",
            plan->name, network->parameter_count, (size_t)plan->model->epochs,
            plan->model->network->precision == NN_BF16 ? " with products of bfloat16" : "");
    nni_source_put_layers(plan, out);
    fputc('\n', out);
    nni_source_put_type_of_x(plan, "! ", out);
    nni_source_put_difference(plan, "! ", "\n! as measured by arithmetic of float without fused multiply-add.", out);
    fprintf(out,
            "module %s\n"
            "  use, intrinsic :: iso_fortran_env, only: real32, real64\n",
            plan->name);
    if (plan->model->feature_scaler->missing)
        fputs("  use, intrinsic :: ieee_arithmetic, only: ieee_is_nan\n", out);
    fprintf(out,
            "  implicit none\n"
            "  private\n"
            "  integer, parameter :: wide = real64\n"
            "  integer, parameter, public :: kind_of_x = %s, kind_of_y = %s, features = %zu, outputs = %zu\n",
            plan->types.x == NNI_DOUBLE ? "real64" : "real32", computes_in_double(plan) ? "real64" : "real32",
            network->inputs, network->outputs);
    if (classes > 0)
        fprintf(out, "  integer, parameter, public :: classes = %zu\n", classes);
    fprintf(out, "  public :: predict, self_test%s%s\n",
            plan->model->predicts == NN_PREDICTS_CLASSES ? ", class_of" : "", classes > 0 ? ", class_name" : "");
}

/* --- constants --- */

static void put_numbered(const char *name, size_t layer, const nni_real *values, size_t count, FILE *out)
{
    char numbered[48];
    snprintf(numbered, sizeof numbered, "%s_%zu", name, layer);
    nni_fortran_put_reals(numbered, values, count, out);
}

static nn_status put_layer_constants(const nn_network *network, size_t index, FILE *out, nn_error *error)
{
    const nni_layer *layer = &network->layers[index];
    const nni_real *parameters = network->parameters, *statistics = network->statistics;
    put_numbered("weight", index, parameters + layer->weight, layer->outputs * layer->inputs, out);
    if (nni_layer_has_bias(layer))
        put_numbered("bias", index, parameters + layer->bias, layer->outputs, out);
    if (!nni_norm_is_on(layer->norm))
        return NN_OK;
    put_numbered("gamma", index, parameters + layer->gamma, layer->outputs, out);
    put_numbered("beta", index, parameters + layer->beta, layer->outputs, out);
    if (!nni_layer_has_statistics(layer))
        return NN_OK;
    nni_real *inverse = NULL;
    NN_TRY(nni_allocate(layer->outputs, sizeof *inverse, "the deviations of a layer", &inverse, error));
    for (size_t j = 0; j < layer->outputs; j++)
        inverse[j] = nni_batch_norm_inverse(statistics[layer->running_variance + j]);
    put_numbered("mean", index, statistics + layer->running_mean, layer->outputs, out);
    put_numbered("inverse", index, inverse, layer->outputs, out);
    nni_release(inverse);
    return NN_OK;
}

/* As the trainer takes x of either type. */
static void put_features(const nni_source_plan *plan, const char *name, const double *wide, const nni_real *rounded,
                         FILE *out)
{
    if (plan->types.scaled == NNI_DOUBLE)
        nni_fortran_put_doubles(name, wide, plan->network->inputs, out);
    else
        nni_fortran_put_reals(name, rounded, plan->network->inputs, out);
}

static nn_status put_constants(const nni_source_plan *plan, FILE *out, nn_error *error)
{
    const nni_feature_scaler *features = plan->model->feature_scaler;
    const nni_target_scaler *targets = plan->model->target_scaler;
    if (plan->scales) {
        put_features(plan, "feature_offset", features->offset, features->offset_real, out);
        put_features(plan, "feature_scale", features->scale, features->scale_real, out);
        if (features->missing)
            nni_fortran_put_reals("feature_missing", features->missing, features->features, out);
    }
    for (size_t l = 0; l < plan->network->layer_count; l++)
        NN_TRY(put_layer_constants(plan->network, l, out, error));
    if (targets->kind != NN_TARGETS_NONE) {
        nni_fortran_put_doubles("target_offset", targets->offset, targets->outputs, out);
        nni_fortran_put_doubles("target_scale", targets->scale, targets->outputs, out);
    }
    return NN_OK;
}

/* --- procedures that predict calls --- */

static nn_status put_activation(nn_activation activation, FILE *out, nn_error *error)
{
    const nni_fortran_formula *formula = nni_fortran_formula_of(activation);
    const char *name = nn_activation_name(activation);
    const bool over_rows = nni_activation_of(activation)->over_rows;
    if (!formula)
        return nn_fail(error, NN_USAGE, "activation %s cannot be written in Fortran; export c has it", name);
    fprintf(out, "\n  %s function act_%s(given) result(y)\n    real(kind_of_y), intent(in) :: given%s\n",
            over_rows ? "pure" : "elemental", name, over_rows ? "(:)" : "");
    fprintf(out, "    real(kind_of_y) :: y%s\n    real(wide) :: x%s%s\n", over_rows ? "(size(given))" : "",
            over_rows ? "(size(given))" : "", formula->inner ? ", z" : "");
    fputs("    x = real(given, wide)\n", out);
    if (formula->inner)
        fprintf(out, "    z = %s\n", formula->inner);
    fprintf(out, "    y = real(%s, kind_of_y)\n  end function\n", formula->value);
    return NN_OK;
}

static nn_status put_activations(const nni_source_plan *plan, FILE *out, nn_error *error)
{
    for (size_t l = 0; l < plan->network->layer_count; l++) {
        const nn_activation activation = plan->network->layers[l].activation;
        bool seen = activation == NN_LINEAR;
        for (size_t before = 0; before < l; before++)
            seen = seen || plan->network->layers[before].activation == activation;
        if (!seen)
            NN_TRY(put_activation(activation, out, error));
    }
    return NN_OK;
}

static const char dense[] = "\n"
                            "  ! Each sum in the order of the inputs, the bias last.\n"
                            "  pure subroutine dense(weight, from, to, bias)\n"
                            "    real(real32), intent(in) :: weight(:)\n"
                            "    real(kind_of_y), intent(in) :: from(:)\n"
                            "    real(kind_of_y), intent(out) :: to(:)\n"
                            "    real(real32), intent(in), optional :: bias(:)\n"
                            "    real(kind_of_y) :: total\n"
                            "    integer :: i, k\n"
                            "    do i = 1, size(to)\n"
                            "      total = 0\n"
                            "      do k = 1, size(from)\n"
                            "        total = total + from(k) * weight((i - 1) * size(from) + k)\n"
                            "      end do\n"
                            "      to(i) = total\n"
                            "      if (present(bias)) to(i) = total + bias(i)\n"
                            "    end do\n"
                            "  end subroutine\n";

static const char layer_norm[] = "\n"
                                 "  pure subroutine layer_norm(values, gamma, beta)\n"
                                 "    real(kind_of_y), intent(inout) :: values(:)\n"
                                 "    real(real32), intent(in) :: gamma(:), beta(:)\n"
                                 "    real(wide) :: apart(size(values))\n"
                                 "    apart = real(values, wide) - sum(real(values, wide)) / size(values)\n"
                                 "    apart = apart / sqrt(sum(apart**2) / size(values) + %s_wide)\n"
                                 "    values = real(apart * gamma + beta, kind_of_y)\n"
                                 "  end subroutine\n";

/* --- predict --- */

static void put_scaling(const nni_source_plan *plan, FILE *out)
{
    const nni_feature_scaler *scaler = plan->model->feature_scaler;
    const nni_number limit = nni_number_double(scaler->limit, "");
    fputs(plan->types.scaled == NNI_DOUBLE
              ? "    a(1:features) = real((real(x, wide) - feature_offset) * feature_scale, kind_of_y)\n"
              : "    a(1:features) = (x - feature_offset) * feature_scale\n",
          out);
    if (scaler->limit > 0) {
        fprintf(out, "    where (a(1:features) > %s_wide) a(1:features) = real(%s_wide, kind_of_y)\n", limit.text,
                limit.text);
        fprintf(out, "    where (a(1:features) < -%s_wide) a(1:features) = real(-%s_wide, kind_of_y)\n", limit.text,
                limit.text);
    }
    if (scaler->missing)
        fputs("    where (ieee_is_nan(a(1:features))) a(1:features) = feature_missing\n", out);
}

static void put_layer(const nni_source_plan *plan, size_t index, FILE *out)
{
    const nni_layer *layer = &plan->network->layers[index];
    const bool first = index == 0 && !plan->scales, last = index + 1 == plan->network->layer_count;
    const char now = nni_source_buffer(plan, index) ? 'b' : 'a';
    char from[32] = "x", to[32] = "y", bias[32] = "";
    if (!first)
        snprintf(from, sizeof from, "%c(1:%zu)", now == 'b' ? 'a' : 'b', layer->inputs);
    if (!last)
        snprintf(to, sizeof to, "%c(1:%zu)", now, layer->outputs);
    if (nni_layer_has_bias(layer))
        snprintf(bias, sizeof bias, ", bias_%zu", index);
    fprintf(out, "    call dense(weight_%zu, %s, %s%s)\n", index, from, to, bias);
    if (nni_layer_has_statistics(layer))
        fprintf(out, "    %s = gamma_%zu * ((%s - mean_%zu) * inverse_%zu) + beta_%zu\n", to, index, to, index, index,
                index);
    else if (nni_norm_is_on(layer->norm))
        fprintf(out, "    call layer_norm(%s, gamma_%zu, beta_%zu)\n", to, index, index);
    if (layer->activation != NN_LINEAR)
        fprintf(out, "    %s = act_%s(%s)\n", to, nn_activation_name(layer->activation), to);
}

static void put_predict(const nni_source_plan *plan, FILE *out)
{
    const nn_target_scaling targets = plan->model->target_scaler->kind;
    fputs("\n  ! Predicts one row, in the units of the data", out);
    fputs(plan->model->feature_scaler->missing ? "; NaN stands for a missing value.\n" : ".\n", out);
    fputs("  pure subroutine predict(x, y)\n"
          "    real(kind_of_x), intent(in) :: x(features)\n"
          "    real(kind_of_y), intent(out) :: y(outputs)\n",
          out);
    for (size_t i = 0; i < 2; i++)
        if (plan->buffer[i] > 0)
            fprintf(out, "    real(kind_of_y) :: %c(%zu)\n", i ? 'b' : 'a', plan->buffer[i]);
    if (plan->scales)
        put_scaling(plan, out);
    for (size_t l = 0; l < plan->network->layer_count; l++)
        put_layer(plan, l, out);
    if (targets == NN_TARGETS_LOG1P)
        fputs("    y = real(exp(real(y, wide) / target_scale + target_offset) - 1, kind_of_y)\n", out);
    else if (targets != NN_TARGETS_NONE)
        fputs("    y = real(real(y, wide) / target_scale + target_offset, kind_of_y)\n", out);
    fputs("  end subroutine\n", out);
}

/* --- classes and the self-test --- */

static void put_classes(const nni_source_plan *plan, FILE *out)
{
    const nni_string_set *names = plan->model->class_names;
    if (plan->model->predicts == NN_PREDICTS_CLASSES)
        fprintf(out,
                "\n  ! The class that a prediction speaks for, counted from 0: %s.\n"
                "  pure integer function class_of(y)\n"
                "    real(kind_of_y), intent(in) :: y(outputs)\n"
                "    class_of = %s\n"
                "  end function\n",
                plan->network->outputs == 1 ? "1 from 0.5 on" : "the most probable one",
                plan->network->outputs == 1 ? "merge(1, 0, y(1) >= 0.5_wide)" : "maxloc(y, 1) - 1");
    if (names->count == 0)
        return;
    fputs("\n  ! The name of a class, counted from 0; empty where there is no such class.\n"
          "  pure function class_name(number) result(text)\n"
          "    integer, intent(in) :: number\n"
          "    character(len=:), allocatable :: text\n"
          "    text = ''\n"
          "    select case (number)\n",
          out);
    for (size_t i = 0; i < names->count; i++) {
        fprintf(out, "    case (%zu)\n", i);
        nni_fortran_put_text(names->text[i], "      ", out);
    }
    fputs("    end select\n  end function\n", out);
}

static void put_self_test(FILE *out)
{
    fprintf(out,
            "\n  ! Predicts %d rows. 0, or the number of the first that differs by more than 1e-5 of the largest "
            "output from\n"
            "  ! what the trainer computes, in float, by the weights that stand here.\n"
            "  pure integer function self_test()\n"
            "    real(kind_of_y) :: y(outputs)\n"
            "    integer :: i\n"
            "    self_test = 0\n"
            "    do i = %d, 1, -1\n"
            "      call predict(test_rows((i - 1) * features + 1:i * features), y)\n"
            "      if (.not. all(abs(y - test_expected((i - 1) * outputs + 1:i * outputs)) <= test_tolerance)) &\n"
            "        self_test = i\n"
            "    end do\n"
            "  end function\n",
            NNI_SOURCE_TESTED, NNI_SOURCE_TESTED);
}

static void put_sample(const nni_source_plan *plan, FILE *out)
{
    const nni_sample *sample = &plan->sample;
    (plan->types.x == NNI_DOUBLE ? nni_fortran_put_doubles : nni_fortran_put_rounded)(
        "test_rows", sample->x, NNI_SOURCE_TESTED * plan->network->inputs, out);
    nni_fortran_put_doubles("test_expected", sample->expected, NNI_SOURCE_TESTED * plan->network->outputs, out);
    nni_fortran_put_doubles("test_tolerance", sample->tolerance, plan->network->outputs, out);
}

/* --- the file --- */

static nn_status put_module(const nni_source_plan *plan, FILE *out, nn_error *error)
{
    put_beginning(plan, out);
    NN_TRY(put_constants(plan, out, error));
    put_sample(plan, out);
    fputs("contains\n", out);
    put_predict(plan, out);
    put_classes(plan, out);
    put_self_test(out);
    fputs(dense, out);
    if (has_norm(plan, NN_NORM_LAYER))
        fprintf(out, layer_norm, nni_number_double(NNI_NORM_EPSILON, "").text);
    NN_TRY(put_activations(plan, out, error));
    fputs("end module\n", out);
    return NN_OK;
}

static nn_status write_fortran(const nni_trained *model, const nni_export_settings *settings, const char *path,
                               nn_error *error)
{
    nni_source_plan plan;
    nni_draft draft = {0};
    if (!nni_fortran_is_free_form(path))
        return nn_fail(error, NN_USAGE,
                       "%s: Fortran source needs a name that ends in .f90, .f95, .f03 or .f08, by which compilers know "
                       "its free form",
                       path);
    if (settings->name)
        NN_TRY(nni_fortran_check_name(settings->name, error));
    NN_TRY(nni_source_plan_create(model, settings, path, &plan, error));
    if (nni_fortran_has_name(plan.name))
        snprintf(plan.name + strlen(plan.name), sizeof plan.name - strlen(plan.name), "_model");
    nn_status status = nni_draft_open(path, &draft, error);
    if (status == NN_OK)
        status = put_module(&plan, draft.file, error);
    if (status == NN_OK)
        status = nni_draft_commit(&draft, error);
    nni_draft_drop(&draft);
    nni_source_plan_free(&plan);
    return status;
}

const nni_model_format nni_model_format_fortran = {
    .name = "fortran",
    .extension = ".f90",
    .help = "one Fortran 2018 module, which needs a compiler and nothing else",
    .options = NNI_EXPORT_NAME | NNI_EXPORT_TYPE,
    .write = write_fortran,
};
