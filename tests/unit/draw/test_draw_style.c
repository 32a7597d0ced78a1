/* SPDX-License-Identifier: MIT */
/* The style sheet's colours: what is drawn with them is seen on light and on dark ground (WCAG 2.1: 4.5 for texts, 3
 * for graphics), and series are told apart, by the colour-blind, too. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/plot.h"
#include "support/suite.h"

/* What nni_draw_style writes for light ground, and for dark: each from where its colours begin. */
static char *sheet, *grounds[2];

static void the_style_sheet_has_colours_for_both_grounds(void)
{
    static size_t size;
    FILE *out = open_memstream(&sheet, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    nni_draw_style(out);
    fclose(out);
    grounds[0] = strstr(sheet, "--ground:");
    CU_ASSERT_PTR_NOT_NULL_FATAL(grounds[0]);
    grounds[1] = strstr(grounds[0] + 1, "--ground:");
    CU_ASSERT_PTR_NOT_NULL_FATAL(grounds[1]);
}

/* @return the colour that follows the first place of a text: #fff or #ffffff */
static unsigned colour_after(const char *from, const char *text)
{
    const char *at = strstr(from, text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    at += strlen(text);
    CU_ASSERT_EQUAL_FATAL(*at, '#');
    char *end;
    const unsigned value = (unsigned)strtoul(at + 1, &end, 16);
    if (end - at == 7)
        return value;
    CU_ASSERT_EQUAL_FATAL(end - at, 4);
    return 17 * ((value & 0xF00) << 8 | (value & 0xF0) << 4 | (value & 0xF));
}

static void linear_of(unsigned rgb, double linear[3])
{
    for (int i = 0; i < 3; i++) {
        const double value = (rgb >> (16 - 8 * i) & 0xFF) / 255.0;
        linear[i] = value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
    }
}

static double luminance(unsigned rgb)
{
    double linear[3];
    linear_of(rgb, linear);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

static double contrast(unsigned a, unsigned b)
{
    const double first = luminance(a), second = luminance(b);
    return (fmax(first, second) + 0.05) / (fmin(first, second) + 0.05);
}

static void texts_and_series_stand_out_from_their_ground(void)
{
    for (int dark = 0; dark < 2; dark++) {
        const unsigned surfaces[] = {colour_after(grounds[dark], "--ground:"), colour_after(grounds[dark], "--panel:")};
        for (int i = 0; i < 2; i++) {
            CU_ASSERT(contrast(surfaces[i], colour_after(grounds[dark], "--ink:")) >= 4.5);
            CU_ASSERT(contrast(surfaces[i], colour_after(grounds[dark], "--muted:")) >= 4.5);
            for (int series = 0; series < NNI_DRAW_COLOURS; series++) {
                char name[32];
                snprintf(name, sizeof name, "--s%d:", series);
                CU_ASSERT(contrast(surfaces[i], colour_after(grounds[dark], name)) >= 3);
            }
        }
        CU_ASSERT(contrast(surfaces[0], colour_after(grounds[dark], "--axis:")) >= 3);
    }
    for (size_t series = 0; series < NNI_DRAW_COLOURS; series++) {
        char name[32];
        snprintf(name, sizeof name, "--s%zu:", series);
        CU_ASSERT_EQUAL(nni_draw_rgb(series), colour_after(grounds[0], name));
    }
}

static void texts_stand_out_from_their_cells(void)
{
    for (int dark = 0; dark < 2; dark++)
        for (int level = 0; level < 16; level++) {
            char cell[32], text[32];
            snprintf(cell, sizeof cell, ".h%d path{fill:", level);
            snprintf(text, sizeof text, ".h%d text{fill:", level);
            CU_ASSERT(contrast(colour_after(grounds[dark], cell), colour_after(grounds[dark], text)) >= 4.5);
        }
}

/* CIE 1976 L*a*b* of linear sRGB, D65. */
static void lab_of(const double linear[3], double lab[3])
{
    static const double to_xyz[3][3] = {{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}};
    static const double white[3] = {0.9505, 1, 1.089};
    double f[3];
    for (int i = 0; i < 3; i++) {
        double sum = 0;
        for (int k = 0; k < 3; k++)
            sum += to_xyz[i][k] * fmin(fmax(linear[k], 0), 1);
        sum /= white[i];
        f[i] = sum > 0.008856 ? cbrt(sum) : 7.787 * sum + 16.0 / 116;
    }
    lab[0] = 116 * f[1] - 16;
    lab[1] = 500 * (f[0] - f[1]);
    lab[2] = 200 * (f[1] - f[2]);
}

/* Machado, Oliveira and Fernandes (2009): how linear sRGB is seen without one kind of cone. */
static void series_are_told_apart_by_the_colour_blind(void)
{
    static const double eyes[4][3][3] = {
        {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
        {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
        {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
        {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}};
    const double least = 17.5; /* a just noticeable difference is some 2.3 */
    for (int dark = 0; dark < 2; dark++)
        for (int eye = 0; eye < 4; eye++) {
            double lab[NNI_DRAW_COLOURS][3];
            for (int series = 0; series < NNI_DRAW_COLOURS; series++) {
                char name[32];
                double linear[3], seen[3];
                snprintf(name, sizeof name, "--s%d:", series);
                linear_of(colour_after(grounds[dark], name), linear);
                for (int i = 0; i < 3; i++)
                    seen[i] = eyes[eye][i][0] * linear[0] + eyes[eye][i][1] * linear[1] + eyes[eye][i][2] * linear[2];
                lab_of(seen, lab[series]);
                for (int other = 0; other < series; other++)
                    CU_ASSERT(hypot(hypot(lab[series][0] - lab[other][0], lab[series][1] - lab[other][1]),
                                    lab[series][2] - lab[other][2]) >= least);
            }
        }
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(the_style_sheet_has_colours_for_both_grounds),
        NN_TEST(texts_and_series_stand_out_from_their_ground),
        NN_TEST(texts_stand_out_from_their_cells),
        NN_TEST(series_are_told_apart_by_the_colour_blind),
    };
    const int failed = nni_run_suite("draw_style", tests, sizeof tests / sizeof *tests);
    free(sheet);
    return failed;
}
