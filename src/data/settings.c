/* SPDX-License-Identifier: MIT */
#include "data/settings.h"

#include "model/feature_scaler.h"
#include "model/target_scaler.h"

/* --- kinds --- */

static const nni_kind imputations[] = {
    [NN_IMPUTE_NONE] = {.name = "none", .help = "a NaN in x is an error"},
    [NN_IMPUTE_MEAN] = {.name = "mean", .help = "a NaN in x is a missing value and becomes the mean of its feature"},
};

const nni_domain nni_imputation_domain = NNI_DOMAIN("imputation", imputations);

static const nni_kind externals[] = {
    [NN_EXTERNAL_INSIDE] = {.name = "inside",
                            .help = "links, virtual datasets and raw files lead below the folder of the data file"},
    [NN_EXTERNAL_ALLOW] = {.name = "allow", .help = "they may lead anywhere"},
};

static const nni_domain external_domain = NNI_DOMAIN("rule for external data", externals);

static const nni_kind flips[] = {
    [NN_FLIP_NONE] = {.name = "none", .help = "no mirror image"},
    [NN_FLIP_HORIZONTAL] = {.name = "horizontal", .help = "left and right change places, with probability 1/2"},
    [NN_FLIP_VERTICAL] = {.name = "vertical", .help = "top and bottom change places, with probability 1/2"},
    [NN_FLIP_BOTH] = {.name = "both", .help = "either, each with probability 1/2"},
};

static const nni_domain flip_domain = NNI_DOMAIN("flip", flips);

/* --- sections --- */

/* What each split has. */
#define SPLIT(name)                                                                                                    \
    {NNI_SETTING(TEXT, nni_split_settings, file), .help = "HDF5 file, or a pattern such as part-*.h5"},                \
        {NNI_SETTING_LIST(TEXTS, nni_split_settings, files, files_count),                                              \
         .help = "files and patterns whose rows follow each other, instead of file"},                                  \
        {NNI_SETTING(TEXT, nni_split_settings, x), .value = "/" name "/x", .help = "dataset of the features"},         \
        {NNI_SETTING(TEXT, nni_split_settings, y), .value = "/" name "/y", .help = "dataset of the targets"},          \
        {NNI_SETTING(TEXT, nni_split_settings, w), .help = "dataset of weights of the rows; absent: all are 1"},       \
        {NNI_SETTING_LIST(TEXTS, nni_split_settings, x_columns, x_columns_count),                                      \
         .help = "fields or numbers and ranges of columns that are features; absent: all, or those of train"},         \
    {                                                                                                                  \
        NNI_SETTING_LIST(TEXTS, nni_split_settings, y_columns, y_columns_count), .help = "the same of the targets"     \
    }

static const nni_setting train_section[] = {SPLIT("train"), {0}};

static const nni_setting validation_section[] = {
    SPLIT("validation"),
    {NNI_SETTING(NUMBER, nni_split_settings, fraction), NNI_BETWEEN_0_AND_1, .usual = "0.1 is usual",
     .help = "share of the training rows that is held out, after those for testing"},
    {NNI_SETTING(TEXT, nni_split_settings, fold),
     .help = "fold of the training rows that is held out, such as 2/5, the second of five"},
    {NNI_SETTING(BOOL, nni_split_settings, stratified), .help = "fraction and fold take of every class the same share"},
    {0},
};

static const nni_setting test_section[] = {
    SPLIT("test"),
    {NNI_SETTING(NUMBER, nni_split_settings, fraction), NNI_BETWEEN_0_AND_1, .usual = "0.2 is usual",
     .help = "share of the training rows that is held out"},
    {NNI_SETTING(BOOL, nni_split_settings, stratified), .help = "fraction takes of every class the same share"},
    {0},
};

static const nni_setting augment_section[] = {
    {NNI_SETTING_LIST(COUNTS, nni_augment_settings, image, image_count), .fewest = 2, .utmost = 3, .least = 1,
     .most = 1 << 16, /* three axes of it do not overflow */
     .help = "height, width and, where there are any, channels of a row; absent: as x has it"},
    {NNI_SETTING(COUNT, nni_augment_settings, shift), .help = "largest shift of an image along each axis, in pixels"},
    {NNI_SETTING(KIND, nni_augment_settings, flip), .domain = &flip_domain, .help = "mirror images"},
    {NNI_SETTING(NUMBER, nni_augment_settings, noise), NNI_FROM_0, .usual = "0.05 is usual",
     .help = "standard deviation of the noise that is added to each scaled value"},
    {NNI_SETTING(COUNT, nni_augment_settings, cutout),
     .help = "side of the square that is cut out, in pixels; 0: none"},
    {0},
};

const nni_setting nni_data_section[] = {
    {NNI_SETTING(SECTION, nni_data_settings, train), .required = true, .settings = train_section,
     .help = "training split"},
    {NNI_SETTING(SECTION, nni_data_settings, validation), .settings = validation_section,
     .help = "validation split, measured after each epoch; absent: none"},
    {NNI_SETTING(SECTION, nni_data_settings, test), .settings = test_section,
     .help = "test split, measured at the end; absent: none"},
    {NNI_SETTING(KIND, nni_data_settings, normalize), .value = "auto", .required = true,
     .domain = &nni_feature_scaling_domain, .help = "scaling of the features"},
    {NNI_SETTING(KIND, nni_data_settings, normalize_targets), .value = "auto", .required = true,
     .domain = &nni_target_scaling_domain, .help = "scaling of targets that are values; classes stay as they are"},
    {NNI_SETTING(KIND, nni_data_settings, impute), .value = "none", .required = true, .domain = &nni_imputation_domain,
     .help = "missing values"},
    {NNI_SETTING(KIND, nni_data_settings, external), .value = "inside", .required = true, .domain = &external_domain,
     .help = "where a file may have data outside of itself"},
    {NNI_SETTING_KEY("memory", BYTES, nni_data_settings, memory_bytes), .value = "auto", .required = true,
     .word = "auto", .usual = "512M or 4G",
     .help = "memory of a rank for rows, of which the rest is read ahead; auto: half of what the host has free, "
             "shared by its ranks"},
    {NNI_SETTING_KEY("window", BYTES, nni_data_settings, window_bytes), .beside = offsetof(nni_data_settings, window),
     .value = "128M", .required = true, .usual = "128M (the default) or 1G",
     .help = "size of the window of rows that are shuffled among each other, where there are more"},
    {NNI_SETTING(SECTION, nni_data_settings, augment), .settings = augment_section,
     .help = "augmentation of images, anew in each epoch; absent: none"},
    {0},
};
