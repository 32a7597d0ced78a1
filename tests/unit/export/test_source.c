/* SPDX-License-Identifier: MIT */
/* Models as C and Fortran: a few hundred small ones, of every combination that the domains' tables have, are written,
 * compiled into one library, and asked for predictions, which must be the trainer's: in C bit for bit where the trainer
 * fuses multiply-adds and so does the compiler. */
#include <dlfcn.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/source/c.h"
#include "export/source/fortran.h"
#include "export/source/fortran_formulas.h"
#include "export/source/fortran_names.h"
#include "export/source/int8.h"
#include "kernels/isa/isa.h"
#include "metrics/subject.h"
#include "model/norms.h"
#include "support/next_random.h"
#include "support/suite.h"

enum { MOST_MODELS = 1024, MOST_INPUTS = 6, MOST_OUTPUTS = 4, ROWS = 8, HIDDEN = 7, WIDE = 19 };

static char folder[] = "/tmp/nntrain-source-XXXXXX";

/* --- models --- */

/* What the training rows tell of the type of x, where a feature lies far from 0. */
typedef enum feature_range {
    RANGE_OF_FLOATS,    /* x is float and scaled in float */
    RANGE_BESIDE_FLOAT, /* x is float and scaled in double: another feature has a range of doubles */
    RANGE_OF_DOUBLES,   /* x is double */
    RANGE_UNKNOWN,      /* x is double */
} feature_range;

/* What a model is made of; enumerators of the domains. */
typedef struct choice {
    nn_activation first, second, last;
    nn_norm_kind norm;
    nn_feature_scaling features;
    nn_target_scaling targets;
    bool imputes, named;
    bool alone; /* the network is the last activation of one feature */
    feature_range range;
    nni_source_type type;
    bool fortran;
} choice;

/* A model, and the function that it becomes. */
typedef struct made {
    choice choice;
    char name[24];
    nn_network *network;
    nni_feature_scaler *features;
    nni_target_scaler *targets;
    nni_string_set names;
    nn_prediction predicts;
} made;

static made models[MOST_MODELS];
static size_t model_count;
static uint64_t state = 1;

static double number(double least, double most)
{
    state = next_random(state);
    return least + (most - least) * (double)(state >> 11) / 9007199254740992.0;
}

static const char *const hostile[] = {
    "plain",
    "\"quoted\" \\ 'twice' ''",
    "line\nfeed\r\ttab",
    "*/ /* ?\?/ ?\?= %s %d ! & //",
    "\303\244\t\001\177 end\\",
};

static void fill_network(made *model)
{
    nn_network *network = model->network;
    for (size_t t = 0; t < network->tensor_count; t++) {
        const nni_tensor *tensor = &network->tensors[t];
        const double most = tensor->role == NNI_TENSOR_WEIGHT ? 1.5 / sqrt((double)tensor->columns) : 1;
        for (size_t i = 0; i < tensor->count; i++)
            network->parameters[tensor->offset + i] =
                model->choice.alone ? tensor->role == NNI_TENSOR_WEIGHT : (nni_real)number(-most, most);
    }
    for (size_t i = 0; i < network->statistics_count; i++)
        network->statistics[i] = (nni_real)number(0.1, 2);
}

static void fill_scalings(made *model)
{
    nni_feature_scaler *features = model->features;
    for (size_t j = 0; features->kind != NN_NORMALIZE_NONE && j < features->features; j++) {
        features->offset[j] = j == 1 ? 12345.678 : number(-3, 3);
        features->scale[j] = j == 2 ? 0 : number(0.1, 2);
    }
    if (features->kind == NN_NORMALIZE_ROBUST)
        features->limit = 1.7;
    if (features->kind == NN_NORMALIZE_UNIT || features->kind == NN_NORMALIZE_STANDARD_ALL)
        for (size_t j = 0; j < features->features; j++)
            features->offset[j] = 3.3, features->scale[j] = 0.7;
    const feature_range range = model->choice.range;
    if (range == RANGE_BESIDE_FLOAT)
        features->offset[1] = 12345.678, features->scale[1] = 1;
    else if (range != RANGE_OF_FLOATS)
        features->offset[1] = 1.7e9 + 0.3, features->scale[1] = 0.03;
    nni_feature_scaler_round(features);
    for (size_t j = 0; features->least && j < features->features; j++) {
        const bool wide = range == RANGE_OF_DOUBLES || (range == RANGE_BESIDE_FLOAT && j == 0);
        features->least[j] = features->most[j] = (double)(float)features->offset[j];
        features->most[j] += wide ? 0.1 : 0;
    }
    for (size_t j = 0; model->choice.imputes && j < features->features; j++)
        features->missing[j] = (nni_real)number(-1, 1);
    for (size_t k = 0; model->targets->kind != NN_TARGETS_NONE && k < model->targets->outputs; k++) {
        model->targets->offset[k] = number(-2, 2);
        model->targets->scale[k] = number(0.5, 3);
    }
}

static nni_trained trained_of(const made *model)
{
    return (nni_trained){.network = model->network,
                         .feature_scaler = model->features,
                         .target_scaler = model->targets,
                         .predicts = model->predicts,
                         .class_names = &model->names,
                         .epochs = 3,
                         .recipe = ""};
}

/* Adds a model, and writes its source. */
static void add(choice of)
{
    made *model = &models[model_count];
    const size_t inputs = of.alone ? 1 : 3 + model_count % (MOST_INPUTS - 2);
    const size_t outputs = of.alone ? 1 : of.last == NN_SOFTMAX ? MOST_OUTPUTS : 1 + model_count % MOST_OUTPUTS;
    const nni_layer_settings layers[] = {
        {.units = HIDDEN, .activation = of.first, .normalization = of.norm},
        {.units = WIDE, .activation = of.second, .normalization = of.norm},
        {.units = outputs, .activation = of.last},
    };
    CU_ASSERT_FATAL(model_count < MOST_MODELS);
    *model = (made){.choice = of, .predicts = of.named ? NN_PREDICTS_CLASSES : NN_PREDICTS_VALUES};
    snprintf(model->name, sizeof model->name, "m%zu", model_count++);
    CU_ASSERT_FATAL(
        nni_network_create(inputs, of.alone ? layers + 2 : layers, of.alone ? 1 : 3, &model->network, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_feature_scaler_create(of.features, inputs, &model->features, NULL) == NN_OK);
    CU_ASSERT_FATAL(nni_target_scaler_create(of.targets, outputs, &model->targets, NULL) == NN_OK);
    if (of.imputes)
        CU_ASSERT_FATAL(nni_feature_scaler_impute(model->features, NULL) == NN_OK);
    for (size_t i = 0; of.named && i < sizeof hostile / sizeof *hostile; i++)
        CU_ASSERT_FATAL(nni_string_set_add(&model->names, hostile[i], NULL) == NN_OK);
    if (of.range != RANGE_UNKNOWN)
        CU_ASSERT_FATAL(nni_feature_scaler_take_range(model->features, NULL) == NN_OK);
    fill_network(model);
    fill_scalings(model);
    char path[128];
    nn_error error = {0};
    const nni_model_format *format = of.fortran ? &nni_model_format_fortran : &nni_model_format_c;
    const nni_export_settings settings = {.type = of.type};
    const nni_trained trained = trained_of(model);
    snprintf(path, sizeof path, "%s/%s%s", folder, model->name, format->extension);
    CU_ASSERT(format->write(&trained, &settings, path, &error) == NN_OK);
    if (error.status != NN_OK)
        printf("%s\n", error.message);
}

static size_t kinds(const nni_domain *domain)
{
    size_t count = 0;
    for (size_t i = 0; i < domain->count; i++)
        count += nni_domain_kind(domain, i) != NULL;
    return count;
}

/* Every activation with every norm and every scaling of features; targets, last layers and names in turns of other
 * lengths. AUTO, the last of the scalings, is none of a trained model. */
static void add_all(nni_source_type type, bool fortran, size_t step)
{
    const size_t activations = kinds(&nni_activation_domain), norms = kinds(&nni_norm_domain);
    const size_t features = kinds(&nni_feature_scaling_domain) - 1, targets = kinds(&nni_target_scaling_domain) - 1;
    for (size_t i = 0; i < activations * norms * features; i += step) {
        choice of = {.first = (nn_activation)(i % activations),
                     .second = (nn_activation)((i + 3) % activations),
                     .last = (nn_activation)((i * 5 + i / activations) % activations),
                     .norm = (nn_norm_kind)(i / activations % norms),
                     .features = (nn_feature_scaling)(i / activations / norms),
                     .targets = (nn_target_scaling)(i * 3 % targets),
                     .imputes = i / 2 % 2,
                     .named = i % 7 < 4,
                     .type = type,
                     .fortran = fortran};
        if (nni_activation_of(of.first)->over_rows) /* last layers alone */
            of.first = NN_LINEAR;
        if (nni_activation_of(of.second)->over_rows)
            of.second = NN_TANH;
        add(of);
    }
}

/* Each activation of one number. */
static void add_activations(nni_source_type type, bool fortran)
{
    for (size_t i = 0; i < kinds(&nni_activation_domain); i++)
        if (!nni_activation_of((nn_activation)i)->over_rows)
            add((choice){.alone = true, .last = (nn_activation)i, .type = type, .fortran = fortran});
}

/* Every scaling of features with every range. */
static void add_far(nni_source_type type, feature_range first, bool fortran)
{
    const size_t features = kinds(&nni_feature_scaling_domain) - 1;
    for (size_t i = 0; i < features; i++)
        for (feature_range range = first; i != NN_NORMALIZE_NONE && range <= RANGE_UNKNOWN; range++)
            add((choice){.first = NN_TANH,
                         .second = NN_SIGMOID,
                         .last = NN_LINEAR,
                         .features = (nn_feature_scaling)i,
                         .imputes = i % 2,
                         .range = range,
                         .type = type,
                         .fortran = fortran});
}

/* --- the compilers --- */

static bool have(const char *command)
{
    char line[256];
    snprintf(line, sizeof line, "command -v %s >/dev/null", command);
    return system(line) == 0;
}

static bool fuses(void)
{
#if defined(__x86_64__) || defined(__aarch64__)
    return nni_isa_in_use()->fused;
#else
    return false;
#endif
}

/* Writes a C file that includes models `first` ... `end` - 1, each with names of its own for what is static in it: a
 * call of the compiler for each model would take twice as long. */
static void write_joined(size_t first, size_t end)
{
    char line[256];
    snprintf(line, sizeof line, "%s/joined_%zu.c", folder, first);
    FILE *file = fopen(line, "w");
    CU_ASSERT_FATAL(file != NULL);
    fputs("#include <float.h>\n#include <math.h>\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n"
          "#include <string.h>\n",
          file);
    for (size_t i = first; i < end; i++) {
        const char *name = models[i].name;
        if (models[i].choice.fortran)
            continue;
        fprintf(file, "#define M%s_SELF_TEST\n", name + 1);
        fprintf(file, "#define STATIC(name) %s_##name\n#include \"names.h\"\n#include \"%s.c\"\n", name, name);
        fputs("#include \"no_names.h\"\n#undef STATIC\n", file);
    }
    fclose(file);
}

/* All .c and .f90 files of the folder into one library, C by two calls at once. */
static void *compile(void)
{
    enum { JOINED = 20 };
    char line[2048];
    const char *machine = "";
#ifdef __x86_64__
    machine = fuses() ? "-mfma" : "";
#endif
    for (size_t i = 0; i < model_count; i += JOINED)
        write_joined(i, i + JOINED < model_count ? i + JOINED : model_count);
    snprintf(line, sizeof line,
             "cd %s && grep -hE '^(static|typedef|enum|[}])' m*.c | grep -oE '[A-Za-z_][A-Za-z_0-9]*( =|[[(;])' | "
             "grep -oE '^[A-Za-z_0-9]+' | grep -vx sizeof | sort -u >names && "
             "sed 's/.*/#define & STATIC(&)/' names >names.h && sed 's/.*/#undef &/' names >no_names.h && "
             "cc='%s -std=c99 -Wall -Wextra -pedantic -Werror -fPIC %s' && fortran= && if ls m*.f90 >/dev/null 2>&1; "
             "then fortran=-lgfortran; cat m*.f90 >all.f90; fi && { [ -z \"$fortran\" ] || "
             "echo gfortran -std=f2018 -Wall -Werror -fPIC -c all.f90; echo $cc -O1 -c m0.c -o alone; "
             "ls joined*.c | sed \"s|.*|$cc -O0 -c &|\"; } | xargs -P 2 -d '\\n' -I@ sh -c @ && "
             "$cc -shared -o models.so *.o $fortran -lm",
             folder, NNTRAIN_CC, machine);
    CU_ASSERT_FATAL(system(line) == 0);
    snprintf(line, sizeof line, "%s/models.so", folder);
    void *library = dlopen(line, RTLD_NOW);
    if (!library)
        printf("%s\n", dlerror());
    CU_ASSERT_PTR_NOT_NULL_FATAL(library);
    return library;
}

/* --- predictions --- */

typedef void predict_float(const float *x, float *y);
typedef void predict_float_of_double(const double *x, float *y);
typedef void predict_double(const double *x, double *y);

static bool takes_double(const made *model)
{
    return model->choice.type == NNI_SOURCE_DOUBLE || model->choice.range >= RANGE_OF_DOUBLES;
}

static bool scales_in_double(const made *model)
{
    return takes_double(model) || model->choice.range == RANGE_BESIDE_FLOAT;
}

/* A function of the library: object and function pointers have the same bytes in POSIX. */
static void find(void *library, const made *model, const char *function, void *pointer)
{
    char symbol[64];
    snprintf(symbol, sizeof symbol, model->choice.fortran ? "__%s_MOD_%s" : "%s_%s", model->name, function);
    void *found = dlsym(library, symbol);
    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    memcpy(pointer, &found, sizeof found);
}

static void draw_row(const made *model, size_t row, double *x)
{
    const nni_feature_scaler *features = model->features;
    for (size_t j = 0; j < features->features; j++) {
        const double scaled = number(-3, 3);
        x[j] = features->scale[j] != 0 ? features->offset[j] + scaled / features->scale[j] : 5;
        if (!takes_double(model))
            x[j] = (double)(float)x[j];
    }
    if (row == 1 && model->choice.imputes)
        x[0] = x[2] = (double)NAN;
}

static void trainers(const made *model, const nn_network *network, const double *x, double *y)
{
    nni_workspace *work = NULL;
    nni_real scaled[MOST_INPUTS];
    CU_ASSERT_FATAL(nni_workspace_create(network, 1, 1, 0, &work, NULL) == NN_OK);
    float narrow[MOST_INPUTS];
    for (size_t j = 0; j < network->inputs; j++)
        narrow[j] = (float)x[j];
    if (scales_in_double(model))
        nni_feature_scaler_apply(model->features, NNI_DOUBLE, x, scaled);
    else
        nni_feature_scaler_apply(model->features, NNI_FLOAT, narrow, scaled);
    nni_network_infer(network, scaled, 1, work);
    nni_network_activate_output(network, 1, work);
    nni_target_scaler_restore(model->targets, nni_network_output(network, work), 1, y);
    nni_workspace_free(work);
}

static void predict(void *library, const made *model, const double *x, double *y)
{
    float narrow[MOST_INPUTS], predicted[MOST_OUTPUTS];
    predict_float *of_floats;
    predict_float_of_double *mixed;
    predict_double *of_doubles;
    if (model->choice.type == NNI_SOURCE_DOUBLE) {
        find(library, model, "predict", &of_doubles);
        of_doubles(x, y);
        return;
    }
    if (takes_double(model)) {
        find(library, model, "predict", &mixed);
        mixed(x, predicted);
    } else {
        for (size_t j = 0; j < model->network->inputs; j++)
            narrow[j] = (float)x[j];
        find(library, model, "predict", &of_floats);
        of_floats(narrow, predicted);
    }
    for (size_t k = 0; k < model->network->outputs; k++)
        y[k] = (double)predicted[k];
}

/* The tolerance is what is promised: 1e-5 of the largest output, which scalings undone multiply by 1 / scale. */
static void compare(const made *model, const double *y, const double *expected)
{
    const bool exact = fuses() && !model->choice.fortran && model->choice.type == NNI_SOURCE_FLOAT;
    double largest = 1;
    for (size_t k = 0; k < model->network->outputs; k++)
        largest = fmax(largest, fabs(expected[k]));
    for (size_t k = 0; k < model->network->outputs; k++) {
        const bool agrees = exact ? y[k] == (double)(float)expected[k] : fabs(y[k] - expected[k]) <= 2e-5 * largest;
        CU_ASSERT(agrees);
        if (!agrees)
            printf("%s (%s, %s, %s; %s): %.9g for %.9g\n", model->name, nn_activation_name(model->choice.first),
                   nn_activation_name(model->choice.second), nn_activation_name(model->choice.last),
                   nn_norm_name(model->choice.norm), y[k], expected[k]);
    }
}

/* Of an activation alone: over its range and beyond. Without the same bits, 1e-6 of the value is what rounding takes;
 * the difference of numbers near 1 loses 1e-15 more. */
static void compare_range(void *library, const made *model)
{
    const float ends[] = {0, 1e-40F, 1e-20F, 1e-3F, 1e10F, 1e30F, FLT_MAX, INFINITY, NAN};
    const bool exact = fuses() && !model->choice.fortran && model->choice.type == NNI_SOURCE_FLOAT;
    enum { ENDS = sizeof ends / sizeof *ends, POINTS = 500 };
    for (int i = -ENDS; i < POINTS; i++) {
        const float value = i < 0 ? ends[-i - 1] * (i % 2 ? 1 : -1) : (float)(i - POINTS / 2) * 0.1571F;
        const double x[1] = {(double)value};
        double y, expected;
        trainers(model, model->network, x, &expected);
        predict(library, model, x, &y);
        const bool equal = y == expected || (isnan(y) && isnan(expected));
        const bool agrees = equal || (!exact && fabs(y - expected) <= 1e-6 * fabs(expected) + 1e-15);
        CU_ASSERT(agrees);
        if (!agrees)
            printf("%s (%s alone) of %.9g: %.9g for %.9g\n", model->name, nn_activation_name(model->choice.last), x[0],
                   y, expected);
    }
}

static void compare_classes(void *library, const made *model, const double *y)
{
    int (*class_of)(const float *), (*class_of_doubles)(const double *);
    const char *(*class_name)(int);
    float narrow[MOST_OUTPUTS];
    const size_t expected = nni_class_of_values(y, model->network->outputs);
    for (size_t k = 0; k < model->network->outputs; k++)
        narrow[k] = (float)y[k];
    if (model->choice.type == NNI_SOURCE_DOUBLE) {
        find(library, model, model->choice.fortran ? "class_of" : "class", &class_of_doubles);
        CU_ASSERT_EQUAL((size_t)class_of_doubles(y), expected);
    } else {
        find(library, model, model->choice.fortran ? "class_of" : "class", &class_of);
        CU_ASSERT_EQUAL((size_t)class_of(narrow), expected);
    }
    if (model->choice.fortran)
        return;
    find(library, model, "class_name", &class_name);
    for (size_t i = 0; i < model->names.count; i++)
        CU_ASSERT_STRING_EQUAL(class_name((int)i), model->names.text[i]);
    CU_ASSERT_PTR_NULL(class_name(-1));
    CU_ASSERT_PTR_NULL(class_name((int)model->names.count));
}

/* As GFortran returns a text: its address and length come first. */
static void compare_fortran_names(void *library, const made *model)
{
    void (*class_name)(char **, size_t *, const int *);
    find(library, model, "class_name", &class_name);
    for (int i = 0; i < (int)model->names.count; i++) {
        char *text = NULL;
        size_t length = 0;
        class_name(&text, &length, &i);
        CU_ASSERT(length == strlen(model->names.text[i]) && memcmp(text, model->names.text[i], length) == 0);
        free(text);
    }
}

static void compare_model(void *library, const made *model)
{
    nn_network *rounded = NULL;
    int (*self_test)(void);
    if (model->choice.alone) {
        compare_range(library, model);
        return;
    }
    CU_ASSERT_FATAL(nni_source_network(model->network, model->choice.type == NNI_SOURCE_INT8, &rounded, NULL) == NN_OK);
    for (size_t row = 0; row < ROWS; row++) {
        double x[MOST_INPUTS], y[MOST_OUTPUTS], expected[MOST_OUTPUTS];
        draw_row(model, row, x);
        trainers(model, rounded, x, expected);
        predict(library, model, x, y);
        compare(model, y, expected);
        if (model->choice.named)
            compare_classes(library, model, y);
    }
    if (model->choice.named && model->choice.fortran)
        compare_fortran_names(library, model);
    find(library, model, "self_test", &self_test);
    CU_ASSERT_EQUAL(self_test(), 0);
    nn_network_free(rounded);
}

/* A module by each word that stands in one of them, but for those that are refused. */
static void modules_can_have_all_names_that_are_not_refused(void)
{
    char line[512], word[64];
    size_t refused = 0, taken = 0;
    snprintf(line, sizeof line,
             "cd %s && mkdir bare && for file in m*.f90; do sed 's/!.*//' $file >bare/$file; done && cd bare && "
             "sed \"s/'[^']*'//g\" *.f90 | grep -oiE '\\b[a-z][a-z0-9_]*' | sort -u",
             folder);
    FILE *words = popen(line, "r");
    snprintf(line, sizeof line, "%s/words", folder);
    FILE *list = fopen(line, "w");
    CU_ASSERT_FATAL(words != NULL && list != NULL);
    while (fscanf(words, "%63s", word) == 1)
        if (nni_fortran_has_name(word))
            refused++;
        else
            taken += fprintf(list, "%s\n", word) > 0;
    CU_ASSERT(fclose(list) == 0 && pclose(words) == 0);
    CU_ASSERT(refused >= 40 && taken >= 40);
    snprintf(line, sizeof line,
             "cd %s/bare && while read -r word; do file=$(grep -lwi $word *.f90 | head -n 1) && "
             "sed \"s/^module .*/module $word/\" $file || exit 1; done <../words >../named.f90 && "
             "gfortran -std=f2018 -fsyntax-only ../named.f90",
             folder);
    CU_ASSERT(system(line) == 0);
}

static void source_predicts_what_the_trainer_predicts(void)
{
    const bool fortran = have("gfortran");
    add_all(NNI_SOURCE_FLOAT, false, 2); /* in which every activation stands first or second */
    add_all(NNI_SOURCE_DOUBLE, false, 17);
    add_all(NNI_SOURCE_INT8, false, 17);
    add_activations(NNI_SOURCE_FLOAT, false);
    add_activations(NNI_SOURCE_DOUBLE, false);
    add_far(NNI_SOURCE_FLOAT, RANGE_BESIDE_FLOAT, false);
    add_far(NNI_SOURCE_INT8, RANGE_UNKNOWN, false);
    if (fortran) {
        add_all(NNI_SOURCE_FLOAT, true, 7);
        add_all(NNI_SOURCE_DOUBLE, true, 43);
        add_activations(NNI_SOURCE_FLOAT, true);
        add_far(NNI_SOURCE_FLOAT, RANGE_BESIDE_FLOAT, true);
    } else
        printf("without gfortran: Fortran source is not compiled\n");
    CU_ASSERT(model_count >= (fortran ? 200 : 140));
    void *library = compile();
    for (size_t i = 0; i < model_count; i++)
        compare_model(library, &models[i]);
    dlclose(library);
    if (fortran)
        modules_can_have_all_names_that_are_not_refused();
    for (size_t i = 0; i < model_count; i++) {
        nn_network_free(models[i].network);
        nni_feature_scaler_free(models[i].features);
        nni_target_scaler_free(models[i].targets);
        nni_string_set_free(&models[i].names);
    }
}

static void every_activation_has_a_formula_in_fortran(void)
{
    for (size_t i = 0; i < nni_activation_domain.count; i++)
        CU_ASSERT_PTR_NOT_NULL(nni_fortran_formula_of((nn_activation)i));
}

int main(void)
{
    static const nni_test tests[] = {
        NN_TEST(every_activation_has_a_formula_in_fortran),
        NN_TEST(source_predicts_what_the_trainer_predicts),
    };
    char line[64];
    if (!mkdtemp(folder))
        return 1;
    const int code = nni_run_suite("source", tests, sizeof tests / sizeof *tests);
    snprintf(line, sizeof line, "rm -r %s", folder);
    return system(line) == 0 ? code : 1;
}
