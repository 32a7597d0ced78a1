/* SPDX-License-Identifier: MIT */
/* The tables of settings, and the reference that is made from them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipe/reference.h"
#include "recipe/sections.h"
#include "support/suite.h"
#include "yaml/schema.h"

/* Calls visit with every section of the recipe, and its key. */
static void each_section(const nni_setting *section, const char *name,
                         void (*visit)(const nni_setting *section, const char *name))
{
    visit(section, name);
    for (const nni_setting *setting = section; setting->key; setting++)
        if (nni_setting_section(setting))
            each_section(setting->settings, setting->key, visit);
}

static void expect_help(const char *section_key, const char *key, const char *help)
{
    const bool good = help && *help && help[strlen(help) - 1] != '.' && !strchr(help, '\n');
    if (!good)
        printf("\n%s %s: help is '%s'\n", section_key, key, help ? help : "NULL");
    CU_ASSERT(good);
}

static void expect_section_helps(const nni_setting *section, const char *section_key)
{
    for (const nni_setting *setting = section; setting->key; setting++) {
        expect_help(section_key, setting->key, setting->help);
        for (size_t value = 0; setting->type == NNI_SETTING_KIND && value < setting->domain->count; value++) {
            const nni_kind *kind = nni_domain_kind(setting->domain, value);
            if (kind)
                expect_help(setting->domain->noun, kind->name, kind->help);
        }
    }
}

static void every_key_and_every_kind_has_a_line_of_help(void)
{
    each_section(nni_recipe_section, "", expect_section_helps);
}

static void expect_known_settings(const nni_setting *section, const char *section_key)
{
    const nni_setting *decides = nni_section_kind(section);
    for (size_t value = 0; decides && value < decides->domain->count; value++) {
        const nni_kind *kind = nni_domain_kind(decides->domain, value);
        for (const nni_kind_setting *its = kind ? kind->settings : NULL; its && its->key; its++) {
            const nni_setting *setting = nni_section_find(section, its->key);
            if (!setting)
                printf("\n%s: %s has %s, which is no key of the section\n", section_key, kind->name, its->key);
            CU_ASSERT_PTR_NOT_NULL(setting);
        }
    }
}

static void settings_of_a_kind_are_keys_of_its_section(void)
{
    each_section(nni_recipe_section, "", expect_known_settings);
}

/* Reads the section with nothing written but the kind; what it then has is the defaults alone. */
static void expect_good_defaults(const nni_setting *section, const char *section_key, const nni_setting *decides,
                                 const char *name)
{
    nni_yaml_pool *pool = NULL;
    nni_yaml_node *root = NULL;
    nn_error error = {.message = ""};
    char text[80];
    static const nni_yaml_source source = {.kind = NNI_YAML_DEFAULTS, .name = "defaults"};
    max_align_t structure[64] = {{0}};
    snprintf(text, sizeof text, decides ? "%s: %s\n" : "{}", decides ? decides->key : "", name);
    CU_ASSERT_EQUAL_FATAL(nni_yaml_pool_create(&pool, &error), NN_OK);
    CU_ASSERT_EQUAL_FATAL(nni_yaml_parse(pool, text, NNI_YAML_FILE, "t", &root, &error), NN_OK);
    nn_status status = nni_yaml_default(pool, root, section, (nni_yaml_place){.source = &source}, &error);
    if (status == NN_OK)
        status = nni_yaml_check(root, section, &error);
    if (status == NN_OK)
        status = nni_yaml_fill(root, section, structure, &error);
    if (status != NN_OK)
        printf("\n%s %s: %s\n", section_key, name, error.message);
    CU_ASSERT_EQUAL(status, NN_OK);
    nni_yaml_release(section, structure);
    nni_yaml_pool_free(pool);
}

static void expect_defaults_of_kinds(const nni_setting *section, const char *section_key)
{
    const nni_setting *decides = nni_section_kind(section);
    if (!decides)
        expect_good_defaults(section, section_key, NULL, "");
    for (size_t value = 0; decides && value < decides->domain->count; value++)
        if (nni_domain_kind(decides->domain, value))
            expect_good_defaults(section, section_key, decides, nni_domain_name(decides->domain, value));
}

static void defaults_of_every_kind_pass_the_checks(void)
{
    each_section(nni_recipe_section, "", expect_defaults_of_kinds);
}

static char *reference(nni_reference_style style, const char *path, nn_status expected, nn_error *error)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    CU_ASSERT_EQUAL(nni_recipe_reference(out, style, path, error), expected);
    fclose(out);
    return text;
}

static void expect_in_all_styles(const nni_setting *section, const char *section_key)
{
    static const char *const forms[] = {"\n  %s", "\n| `%s` |", "\n.B %s\n"};
    for (nni_reference_style style = NNI_REFERENCE_TEXT; style <= NNI_REFERENCE_MAN; style++) {
        char *all = reference(style, NULL, NN_OK, NULL);
        for (const nni_setting *setting = section; setting->key; setting++) {
            char form[100];
            snprintf(form, sizeof form, forms[style], setting->key);
            if (!strstr(all, form))
                printf("\nstyle %d: no %s.%s\n", (int)style, section_key, setting->key);
            CU_ASSERT_PTR_NOT_NULL(strstr(all, form));
        }
        free(all);
    }
}

static void the_reference_has_every_key_in_every_style(void)
{
    each_section(nni_recipe_section, "", expect_in_all_styles);
}

static void the_reference_of_a_key_tells_its_range_and_the_defaults_of_kinds(void)
{
    char *text = reference(NNI_REFERENCE_TEXT, "optimizer.epsilon", NN_OK, NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "number more than 0; default: 1e-10 (adagrad), 1e-8 (rmsprop,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "1e-6 (lamb)"));
    free(text);
    text = reference(NNI_REFERENCE_TEXT, "network.layers[0].units", NN_OK, NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "whole number from 1 to 16777216; must be written"));
    free(text);
}

static void a_path_that_recipes_have_not_is_refused(void)
{
    nn_error error;
    free(reference(NNI_REFERENCE_TEXT, "optimizer.momentun", NN_USAGE, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "recipes have no \"optimizer.momentun\" (did you mean momentum?)"));
    free(reference(NNI_REFERENCE_TEXT, "batch_size", NN_USAGE, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "(did you mean training.batch?)"));
    free(reference(NNI_REFERENCE_TEXT, "seed.more", NN_USAGE, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.message, "recipes have no \"seed.more\""));
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(every_key_and_every_kind_has_a_line_of_help),
        NN_TEST(settings_of_a_kind_are_keys_of_its_section),
        NN_TEST(defaults_of_every_kind_pass_the_checks),
        NN_TEST(the_reference_has_every_key_in_every_style),
        NN_TEST(the_reference_of_a_key_tells_its_range_and_the_defaults_of_kinds),
        NN_TEST(a_path_that_recipes_have_not_is_refused),
    };
    return nni_run_suite("reference of recipes", tests, sizeof tests / sizeof *tests);
}
