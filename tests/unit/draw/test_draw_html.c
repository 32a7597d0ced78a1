/* SPDX-License-Identifier: MIT */
/* Text and images within pages: nothing of a file or user becomes markup, numbers read well, a PNG holds its pixels. */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "draw/html.h"
#include "support/next_random.h"
#include "support/suite.h"

/* --- texts --- */

static void expect(const char *text, size_t most, bool lines, const char *expected)
{
    char *written = NULL;
    size_t size;
    FILE *out = open_memstream(&written, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    if (lines)
        nni_html_put_lines(out, text);
    else if (most > 0)
        nni_html_put_short(out, text, most);
    else
        nni_html_put(out, text);
    fclose(out);
    if (strcmp(written, expected) != 0)
        fprintf(stderr, "%s instead of %s\n", written, expected);
    CU_ASSERT_STRING_EQUAL(written, expected);
    free(written);
}

static void no_text_becomes_markup_or_turns_a_line(void)
{
    expect("<script>alert(\"1\")&'", 0, false, "&lt;script&gt;alert(&quot;1&quot;)&amp;&#39;");
    expect("a\nb\x1b[31m", 0, false, "a\\nb\\x1b[31m");
    expect("a\n\tb\x01<", 0, true, "a\n\tb\\x01&lt;");
    expect("\xE2\x80\xAE"
           "evil",
           0, false, "\\xe2\\x80\\xaeevil"); /* a direction override */
    expect("\xFF\xC3", 0, false, "\\xff\\xc3");
    expect("Gr\xC3\xBC\xC3\x9F", 0, false, "Gr\xC3\xBC\xC3\x9F");
}

static void long_texts_end_in_an_ellipsis(void)
{
    expect("abcdef", 6, false, "abcdef");
    expect("abcdef", 5, false, "abcd\xE2\x80\xA6");
    expect("<<<<<<", 3, false, "&lt;&lt;\xE2\x80\xA6");
    expect("\xC3\xBC\xC3\xBC\xC3\xBC", 3, false, "\xC3\xBC\xC3\xBC\xC3\xBC");
    expect("ab", 1, false, "\xE2\x80\xA6");
    expect("", 1, false, "");
}

static void numbers_read_well(void)
{
    const struct {
        double value;
        int digits;
        const char *text;
    } cases[] = {
        {0, 3, "0"},
        {-0.0, 3, "0"},
        {1, 3, "1"},
        {1.5, 3, "1.5"},
        {0.1, 17, "0.10000000000000001"},
        {2.0 / 3, 3, "0.667"},
        {-2.0 / 3, 4, "-0.6667"},
        {9999, 4, "9999"},
        {9999.6, 4, "10,000"}, /* rounded before it is grouped */
        {12345678, 8, "12,345,678"},
        {-12345.67, 7, "-12,345.67"},
        {123456, 3, "123,000"},
        {0.0001, 3, "0.0001"},
        {0.00001234, 3, "1.23e-5"},
        {9.9996e-5, 4, "0.0001"},
        {999999999999999.0, 15, "999,999,999,999,999"},
        {1e15, 3, "1e15"},
        {1.25e300, 3, "1.25e300"},
        {5e-324, 2, "4.9e-324"},
        {-DBL_MAX, 17, "-1.7976931348623157e308"},
        {NAN, 3, "NaN"},
        {INFINITY, 3, "infinity"},
        {-INFINITY, 3, "-infinity"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[NNI_HTML_NUMBER];
        CU_ASSERT_STRING_EQUAL(nni_html_number(cases[i].value, cases[i].digits, text), cases[i].text);
        if (strcmp(text, cases[i].text) != 0)
            fprintf(stderr, "%s instead of %s\n", text, cases[i].text);
    }
}

/* --- PNG --- */

/* Undoes base64. @return bytes */
static size_t decode(const char *text, unsigned char *bytes)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t count = 0;
    uint32_t bits = 0;
    int held = 0;
    for (; *text && *text != '='; text++) {
        bits = bits << 6 | (uint32_t)(strchr(alphabet, *text) - alphabet);
        held += 6;
        if (held >= 8)
            bytes[count++] = (unsigned char)(bits >> (held -= 8));
    }
    return count;
}

static uint32_t word(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Undoes the filter of a row of RGB or of indices (ISO/IEC 15948, 9.2). */
static void unfilter(int filter, unsigned char *row, const unsigned char *above, size_t bytes, size_t pixel)
{
    for (size_t i = 0; i < bytes; i++) {
        const int a = i >= pixel ? row[i - pixel] : 0, b = above ? above[i] : 0,
                  c = above && i >= pixel ? above[i - pixel] : 0;
        const int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);
        const int paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
        const int by[] = {0, a, b, (a + b) / 2, paeth};
        row[i] = (unsigned char)(row[i] + by[filter]);
    }
}

/* Writes an image, reads it as a viewer does, and compares all pixels. @return bits of a sample, negative with a
 * palette */
static int check_image(const unsigned char *rgb, size_t width, size_t height)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    CU_ASSERT_TRUE(nni_html_put_png(out, rgb, width, height));
    fclose(out);
    static const char prefix[] = "data:image/png;base64,";
    CU_ASSERT_EQUAL_FATAL(strncmp(text, prefix, sizeof prefix - 1), 0);
    unsigned char *png = malloc(size), *packed = malloc(size);
    const size_t bytes = decode(text + sizeof prefix - 1, png);
    CU_ASSERT_EQUAL_FATAL(memcmp(png, "\x89PNG\r\n\x1a\n", 8), 0);
    unsigned char palette[768] = {0};
    size_t packed_bytes = 0;
    int bits = 0, kind = -1;
    for (size_t at = 8; at < bytes; at += 12 + word(png + at)) {
        const size_t length = word(png + at);
        CU_ASSERT_EQUAL(crc32(0, png + at + 4, (uInt)length + 4), word(png + at + 8 + length));
        if (memcmp(png + at + 4, "IHDR", 4) == 0) {
            CU_ASSERT_EQUAL(word(png + at + 8), width);
            CU_ASSERT_EQUAL(word(png + at + 12), height);
            bits = png[at + 16];
            kind = png[at + 17];
        } else if (memcmp(png + at + 4, "PLTE", 4) == 0)
            memcpy(palette, png + at + 8, length);
        else if (memcmp(png + at + 4, "IDAT", 4) == 0) {
            memcpy(packed + packed_bytes, png + at + 8, length);
            packed_bytes += length;
        }
    }
    const size_t row_bytes = kind == 2 ? 3 * width : (width * (size_t)bits + 7) / 8;
    uLongf all = (uLongf)(height * (row_bytes + 1));
    unsigned char *rows = malloc(all);
    CU_ASSERT_EQUAL_FATAL(uncompress(rows, &all, packed, (uLong)packed_bytes), Z_OK);
    CU_ASSERT_EQUAL_FATAL(all, height * (row_bytes + 1));
    size_t wrong = 0;
    for (size_t y = 0; y < height; y++) {
        unsigned char *row = rows + y * (row_bytes + 1) + 1;
        unfilter(row[-1], row, y > 0 ? row - row_bytes - 1 : NULL, row_bytes, kind == 2 ? 3 : 1);
        for (size_t x = 0; x < width; x++) {
            const size_t bit = x * (size_t)bits;
            const unsigned index = kind == 2 ? 0 : row[bit / 8] >> (8 - bits - (int)(bit % 8)) & ((1 << bits) - 1);
            wrong += memcmp(kind == 2 ? row + 3 * x : palette + 3 * index, rgb + 3 * (y * width + x), 3) != 0;
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    free(rows);
    free(packed);
    free(png);
    free(text);
    return kind == 3 ? -bits : bits;
}

static void images_hold_their_pixels_in_as_few_bits_as_their_colours_need(void)
{
    enum { WIDTH = 37, HEIGHT = 23 };
    static const struct {
        unsigned colours;
        int bits;
    } cases[] = {{1, -1}, {2, -1}, {3, -2}, {4, -2}, {5, -4}, {16, -4}, {17, -8}, {256, -8}, {257, 8}};
    unsigned char rgb[3 * WIDTH * HEIGHT];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (unsigned pixel = 0; pixel < WIDTH * HEIGHT; pixel++) {
            const unsigned colour = pixel % cases[i].colours;
            rgb[3 * pixel] = (unsigned char)(7 * colour);
            rgb[3 * pixel + 1] = (unsigned char)(colour >> 8);
            rgb[3 * pixel + 2] = (unsigned char)(255 - colour);
        }
        CU_ASSERT_EQUAL(check_image(rgb, WIDTH, HEIGHT), cases[i].bits);
        check_image(rgb, 1, 1);
        check_image(rgb, 1, HEIGHT);
    }
}

static void photographs_hold_their_pixels(void)
{
    enum { WIDTH = 64, HEIGHT = 48 };
    unsigned char rgb[3 * WIDTH * HEIGHT];
    uint64_t state = 1;
    for (size_t i = 0; i < sizeof rgb;
         i++) { /* smooth, then noise, so that rows differ in the filter that suits them */
        state = next_random(state);
        rgb[i] = (unsigned char)(i / 3 % WIDTH * 3 + i / (3 * WIDTH) * 2 + (i > sizeof rgb / 2 ? state >> 58 : 0));
    }
    CU_ASSERT_EQUAL(check_image(rgb, WIDTH, HEIGHT), 8);
}

int main(void)
{
    const nni_test tests[] = {
        NN_TEST(no_text_becomes_markup_or_turns_a_line),
        NN_TEST(long_texts_end_in_an_ellipsis),
        NN_TEST(numbers_read_well),
        NN_TEST(images_hold_their_pixels_in_as_few_bits_as_their_colours_need),
        NN_TEST(photographs_hold_their_pixels),
    };
    return nni_run_suite("draw_html", tests, sizeof tests / sizeof *tests);
}
