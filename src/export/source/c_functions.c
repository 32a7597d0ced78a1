/* SPDX-License-Identifier: MIT */
#include "export/source/c_functions.h"

#include <string.h>

#include "export/source/c_constants.h"
#include "export/source/numbers.h"

/* --- classes --- */

/* In quotes; all but letters, digits, spaces and a few signs as octal, which no digit after it can join. */
static void put_text(const char *text, FILE *out)
{
    const char *plain = " _-+.,:()/<>=";
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        const bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        if (letter || strchr(plain, *c))
            fputc(*c, out);
        else
            fprintf(out, "\\%03o", *c);
    }
    fputc('"', out);
}

void nni_c_put_classes(const nni_source_plan *plan, FILE *out)
{
    const nni_string_set *names = plan->model->class_names;
    if (plan->model->predicts == NN_PREDICTS_CLASSES) {
        fprintf(out, "\nint %s_class(const %s y[%s_OUTPUTS])\n{\n", plan->name, nni_c_real(plan), plan->upper);
        if (plan->network->outputs == 1)
            fprintf(out, "    return y[0] >= 0.5%s;\n}\n", plan->type == NNI_SOURCE_DOUBLE ? "" : "f");
        else
            fprintf(out,
                    "    int largest = 0;\n"
                    "    for (int j = 1; j < %s_OUTPUTS; j++)\n"
                    "        if (y[j] > y[largest])\n"
                    "            largest = j;\n"
                    "    return largest;\n}\n",
                    plan->upper);
    }
    if (names->count == 0)
        return;
    fprintf(out, "\nconst char *%s_class_name(int number)\n{\n    static const char *const names[%s_CLASSES] = {\n",
            plan->name, plan->upper);
    for (size_t i = 0; i < names->count; i++) {
        fputs("        ", out);
        put_text(names->text[i], out);
        fputs(",\n", out);
    }
    fprintf(out, "    };\n    return number >= 0 && number < %s_CLASSES ? names[number] : 0;\n}\n", plan->upper);
}

/* --- the self-test --- */

static void put_rows(const nni_source_plan *plan, FILE *out)
{
    const size_t count = NNI_SOURCE_TESTED * plan->network->inputs;
    nni_word_list list = {.out = out, .indent = "        ", .continued = ""};
    fprintf(out, "    static const %s rows[%zu] = {\n", nni_c_x(plan), count);
    for (size_t i = 0; i < count; i++) {
        const double x = plan->sample.x[i];
        nni_word_list_add(&list, plan->types.x == NNI_DOUBLE ? nni_number_double(x, "").text
                                                             : nni_number_float((float)x, "f").text);
    }
    fputs("\n    };\n", out);
}

static void put_doubles(const char *name, const double *values, size_t count, FILE *out)
{
    nni_word_list list = {.out = out, .indent = "        ", .continued = ""};
    fprintf(out, "    static const double %s[%zu] = {\n", name, count);
    for (size_t i = 0; i < count; i++)
        nni_word_list_add(&list, nni_number_double(values[i], "").text);
    fputs("\n    };\n", out);
}

void nni_c_put_self_test(const nni_source_plan *plan, FILE *out)
{
    const nni_sample *sample = &plan->sample;
    const size_t outputs = plan->network->outputs;
    const char *name = plan->name, *upper = plan->upper;
    fprintf(
        out,
        "\n#ifdef %s_SELF_TEST\n"
        "/* Rows in the range of the training, what the trainer computes of them, and the difference that may be. */\n"
        "int %s_self_test(void)\n{\n",
        upper, name);
    put_rows(plan, out);
    put_doubles("expected", sample->expected, NNI_SOURCE_TESTED * outputs, out);
    put_doubles("tolerance", sample->tolerance, outputs, out);
    fprintf(out,
            "    for (int i = 0; i < %d; i++) {\n"
            "        real y[%s_OUTPUTS];\n"
            "        %s_predict(rows + (size_t)i * %s_FEATURES, y);\n"
            "        for (size_t j = 0; j < %s_OUTPUTS; j++) {\n"
            "            double difference = (double)y[j] - expected[(size_t)i * %s_OUTPUTS + j];\n"
            "            if (!(difference <= tolerance[j] && -difference <= tolerance[j])) /* also NaN */\n"
            "                return i + 1;\n"
            "        }\n"
            "    }\n"
            "    return 0;\n}\n"
            "#endif\n",
            NNI_SOURCE_TESTED, upper, name, upper, upper, upper);
}
