/* SPDX-License-Identifier: MIT */
#include "support/json.h"

#include <math.h>
#include <string.h>

#include "support/utf8.h"

void nni_json_put(FILE *out, const char *text)
{
    size_t left = strlen(text);
    fputc('"', out);
    for (size_t bytes; left > 0; text += bytes, left -= bytes) {
        const unsigned char c = (unsigned char)*text, next = (unsigned char)text[1];
        const size_t found = nni_utf8_character(text, left);
        bytes = found > 0 ? found : 1;
        if (found == 0)
            fputs("\\ufffd", out);
        else if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7F || (c == 0xC2 && next < 0xA0)) /* C0, DEL and C1, which a terminal obeys */
            fprintf(out, "\\u%04x", c == 0xC2 ? next : c);
        else
            fwrite(text, 1, bytes, out);
    }
    fputc('"', out);
}

void nni_json_put_base64(FILE *out, const void *bytes, size_t count)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *at = bytes;
    for (size_t i = 0; i < count; i += 3) {
        const size_t left = count - i;
        const unsigned three =
            (unsigned)at[i] << 16 | (left > 1 ? (unsigned)at[i + 1] << 8 : 0) | (left > 2 ? at[i + 2] : 0);
        const char four[] = {digits[three >> 18], digits[three >> 12 & 63], left > 1 ? digits[three >> 6 & 63] : '=',
                             left > 2 ? digits[three & 63] : '='};
        fwrite(four, 1, sizeof four, out);
    }
}

static void put_line(nni_json *json)
{
    if (json->flat)
        return;
    fputc('\n', json->out);
    for (unsigned i = 0; i < json->depth; i++)
        fputs("  ", json->out);
}

static void lead(nni_json *json, const char *name)
{
    if (json->follows)
        fputs(json->flat ? ", " : ",", json->out);
    if (json->depth > 0)
        put_line(json);
    if (name) {
        nni_json_put(json->out, name);
        fputs(": ", json->out);
    }
    json->follows = true;
}

void nni_json_begin(nni_json *json, const char *name, char bracket)
{
    lead(json, name);
    fputc(bracket, json->out);
    json->depth++;
    json->follows = false;
}

void nni_json_end(nni_json *json, char bracket)
{
    json->depth--;
    if (json->follows)
        put_line(json);
    fputc(bracket, json->out);
    json->follows = true;
    if (json->depth == 0)
        fputc('\n', json->out);
}

void nni_json_text(nni_json *json, const char *name, const char *text)
{
    lead(json, name);
    nni_json_put(json->out, text);
}

void nni_json_count(nni_json *json, const char *name, size_t count)
{
    lead(json, name);
    fprintf(json->out, "%zu", count);
}

void nni_json_truth(nni_json *json, const char *name, bool truth)
{
    lead(json, name);
    fputs(truth ? "true" : "false", json->out);
}

static void put_number(const nni_json *json, double number)
{
    if (isfinite(number))
        fprintf(json->out, "%.*g", json->digits > 0 ? json->digits : 6, number);
    else
        fputs("null", json->out);
}

void nni_json_number(nni_json *json, const char *name, double number)
{
    lead(json, name);
    put_number(json, number);
}

void nni_json_numbers(nni_json *json, const char *name, const double *numbers, size_t count)
{
    lead(json, name);
    for (size_t i = 0; i < count; i++) {
        fputs(i == 0 ? "[" : ", ", json->out);
        put_number(json, numbers[i]);
    }
    fputs(count > 0 ? "]" : "[]", json->out);
}

void nni_json_bytes(nni_json *json, const char *name, const void *bytes, size_t count)
{
    lead(json, name);
    fputc('"', json->out);
    nni_json_put_base64(json->out, bytes, count);
    fputc('"', json->out);
}
