/* SPDX-License-Identifier: MIT */
/* The frame of every report: head, style, table of contents, script. */
#include <stdlib.h>
#include <string.h>

#include "draw/html.h"
#include "draw/plot.h"
#include "nntrain/version.h"
#include "report/page/section.h"
#include "report/page/style.h"

/* What sections begin with; no text of a file or user can look like it, for its < is escaped. */
static const char heading[] = "<h2 id=\"";

void nni_section_begin(FILE *out, const char *id, const char *title)
{
    fprintf(out, "<section aria-labelledby=\"%s\">\n%s%s\">%s</h2>\n", id, heading, id, title);
}

void nni_section_end(FILE *out)
{
    fputs("</section>\n", out);
}

static void put_lines(FILE *out, const char *const *lines)
{
    for (size_t i = 0; lines[i]; i++)
        fprintf(out, "%s%s", i > 0 ? "\n" : "", lines[i]);
}

void nni_page_begin(FILE *out, const char *title)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", out);
    fprintf(out, "<meta name=\"generator\" content=\"%s %s\">\n", NNI_PAGE_GENERATOR, nn_version());
    fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"referrer\" content=\"no-referrer\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
          "style-src 'unsafe-inline'; script-src 'sha256-",
          out);
    fprintf(out, "%s'; base-uri 'none'; form-action 'none'\">\n<title>", nni_page_script_digest);
    nni_html_put(out, title);
    fputs("</title>\n<style>\n", out);
    nni_draw_style(out);
    put_lines(out, nni_page_css);
    fputs("</style>\n</head>\n<body>\n<header>\n<h1>", out);
    nni_html_put(out, title);
    fputs("</h1>\n</header>\n<main>\n", out);
}

void nni_page_end(FILE *out)
{
    fprintf(out,
            "</main>\n<footer>\n<p>Written by nntrain %s. This file needs no other and loads nothing.</p>\n</footer>\n",
            nn_version());
    fputs("<script>", out);
    put_lines(out, nni_page_script);
    fputs("</script>\n</body>\n</html>\n", out);
}

/* Links to the sections of a text that nni_section_begin began. */
static void put_contents(FILE *out, const char *body)
{
    fputs("<nav class=\"contents\" aria-label=\"Contents\">\n<ul>\n", out);
    for (const char *at = strstr(body, heading); at; at = strstr(at, heading)) {
        at += sizeof heading - 1;
        const size_t id = strcspn(at, "\"");
        const char *title = at + id + 2, *end = strstr(title, "</h2>");
        fprintf(out, "<li><a href=\"#%.*s\">%.*s</a></li>\n", (int)id, at, (int)(end - title), title);
    }
    fputs("</ul>\n</nav>\n", out);
}

nn_status nni_page_sections(const nni_page *page, const nni_section *sections, size_t count, nn_error *error)
{
    char *body = NULL;
    size_t length = 0;
    nni_page within = *page;
    within.out = open_memstream(&body, &length);
    if (!within.out)
        return nn_fail(error, NN_SYSTEM, "no memory for the report");
    nn_status status = NN_OK;
    for (size_t i = 0; i < count && status == NN_OK; i++)
        status = sections[i](&within, error);
    const bool good = !ferror(within.out);
    if ((fclose(within.out) != 0 || !good) && status == NN_OK)
        status = nn_fail(error, NN_SYSTEM, "no memory for the report");
    if (status == NN_OK) {
        put_contents(page->out, body);
        fwrite(body, 1, length, page->out);
    }
    free(body);
    return status;
}
