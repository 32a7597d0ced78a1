/* SPDX-License-Identifier: MIT */
/* Where, when and of what the run was made. */
#include <inttypes.h>
#include <math.h>

#include "draw/html.h"
#include "report/page/section.h"
#include "report/page/share.h"
#include "report/page/words.h"

static void begin_fact(const nni_page *page, const char *what)
{
    fprintf(page->out, "<tr><th scope=\"row\">%s</th><td>", what);
}

static void end_fact(const nni_page *page)
{
    fputs("</td></tr>\n", page->out);
}

/* A text that may be missing. */
static void put_fact(const nni_page *page, const char *what, const char *text)
{
    if (!text || !*text)
        return;
    begin_fact(page, what);
    nni_share_put(page, text);
    end_fact(page);
}

static void put_time(const nni_page *page, const char *what, const char *time)
{
    if (time)
        put_fact(page, what, nni_time_in_words(time).text);
}

static void put_count(FILE *out, double count, const char *noun)
{
    char text[NNI_HTML_NUMBER];
    fprintf(out, "%s %s%s", nni_html_number(count, 15, text), noun, count == 1 ? "" : "s");
}

static void put_hosts(const nni_page *page, const nni_run_origin *origin)
{
    enum { LISTED = 16 };
    if (origin->hosts.count > 0)
        put_count(page->out, (double)origin->hosts.count, "host");
    for (size_t i = 0; i < origin->hosts.count && i < LISTED && !page->share; i++) {
        fputs(i == 0 ? " (" : ", ", page->out);
        nni_html_put(page->out, origin->hosts.text[i]);
    }
    if (origin->hosts.count > 0 && !page->share)
        fputs(origin->hosts.count > LISTED ? ", ...)" : ")", page->out);
}

/* "1,437 training and 360 test rows with 64 features", as far as they are known. */
static void put_splits(const nni_page *page, const nni_run_origin *origin)
{
    const size_t rows[] = {origin->train_rows, origin->validation_rows, origin->test_rows};
    static const char *const names[] = {"training", "validation", "test"};
    size_t left = 0, last = 0;
    for (size_t i = 0; i < 3; i++) {
        left += rows[i] > 0;
        last = rows[i] > 0 ? rows[i] : last;
    }
    if (left == 0)
        return;
    begin_fact(page, "rows");
    for (size_t i = 0; i < 3; i++) {
        char text[NNI_HTML_NUMBER];
        if (rows[i] == 0)
            continue;
        left--;
        fprintf(page->out, "%s %s%s", nni_html_number((double)rows[i], 15, text), names[i],
                left > 1    ? ", "
                : left == 1 ? " and "
                            : "");
    }
    fprintf(page->out, " row%s", last == 1 ? "" : "s");
    if (origin->features > 0) {
        fputs(" with ", page->out);
        put_count(page->out, (double)origin->features, "feature");
    }
    end_fact(page);
}

/* "2 ranks with 4 threads each on 1 host", as far as they are known. */
static void put_parallel(const nni_page *page, const nni_run_origin *origin)
{
    if (origin->ranks == 0)
        return;
    begin_fact(page, "parallel");
    put_count(page->out, (double)origin->ranks, "rank");
    if (origin->threads > 0) {
        fputs(" with ", page->out);
        put_count(page->out, (double)origin->threads, "thread");
        fputs(origin->ranks > 1 ? " each" : "", page->out);
    }
    if (origin->hosts.count > 0) {
        fputs(" on ", page->out);
        put_hosts(page, origin);
    }
    end_fact(page);
}

static void put_origin(const nni_page *page, const nni_run_origin *origin)
{
    const nni_history *run = page->run;
    fputs("<div class=\"scroll\" tabindex=\"0\"><table class=\"facts\">\n<tbody>\n", page->out);
    if (!page->share)
        put_fact(page, "folder", run->folder);
    put_time(page, "begun", run->origins[0].time);
    put_time(page, "ended", run->end_time);
    put_fact(page, "data", origin->data_file);
    if (origin->data_bytes > 0) {
        begin_fact(page, "size of the data");
        put_count(page->out, (double)origin->data_bytes, "byte");
        end_fact(page);
    }
    if (origin->data_digest != 0) {
        begin_fact(page, "digest of the data");
        fprintf(page->out, "<code>%016" PRIx64 "</code> (XXH3)", origin->data_digest);
        end_fact(page);
    }
    put_splits(page, origin);
    put_fact(page, "nntrain", origin->version);
    put_fact(page, "MPI", origin->mpi);
    put_fact(page, "HDF5", origin->hdf5);
    put_fact(page, "compiler", origin->compiler);
    put_fact(page, "processor", origin->processor);
    put_fact(page, "instruction set", origin->instruction_set);
    put_parallel(page, origin);
    if (isfinite(run->record_seconds)) {
        char text[NNI_HTML_NUMBER];
        begin_fact(page, "recording for this report");
        fprintf(page->out, "%s s", nni_html_number(run->record_seconds, 2, text));
        end_fact(page);
    }
    fputs("</tbody>\n</table></div>\n", page->out);
}

/* A cell with a count; empty: not known. */
static void put_known(FILE *out, double count)
{
    char text[NNI_HTML_NUMBER] = "";
    fprintf(out, "<td class=\"number\">%s</td>", count >= 0 ? nni_html_number(count, 15, text) : "");
}

/* The beginning and every resumption, a line each. */
static void put_sessions(const nni_page *page)
{
    const nni_history *run = page->run;
    fputs("<h3>Beginning and resumptions</h3>\n<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>"
          "<th scope=\"col\" class=\"number\">after epoch</th><th scope=\"col\">time</th><th scope=\"col\">nntrain</th>"
          "<th scope=\"col\" class=\"number\">ranks</th><th scope=\"col\" class=\"number\">threads</th>"
          "<th scope=\"col\">instruction set</th><th scope=\"col\">on</th></tr></thead>\n<tbody>\n",
          page->out);
    for (size_t i = 0; i < run->origin_count; i++) {
        const nni_run_origin *origin = &run->origins[i];
        fputs("<tr>", page->out);
        put_known(page->out, origin->epoch);
        fputs("<td>", page->out);
        nni_html_put(page->out, origin->time ? nni_time_in_words(origin->time).text : "");
        fputs("</td><td>", page->out);
        nni_html_put(page->out, origin->version ? origin->version : "");
        fputs("</td>", page->out);
        put_known(page->out, origin->ranks > 0 ? (double)origin->ranks : -1);
        put_known(page->out, origin->threads > 0 ? (double)origin->threads : -1);
        fputs("<td>", page->out);
        nni_html_put(page->out, origin->instruction_set ? origin->instruction_set : "");
        fputs("</td><td>", page->out);
        put_hosts(page, origin);
        fputs("</td></tr>\n", page->out);
    }
    fputs("</tbody>\n</table></div>\n", page->out);
}

nn_status nni_section_provenance(const nni_page *page, nn_error *error)
{
    const nni_history *run = page->run;
    (void)error;
    if (run->origin_count == 0)
        return NN_OK;
    nni_section_begin(page->out, "provenance", "Provenance");
    put_origin(page, &run->origins[run->origin_count - 1]);
    if (run->origin_count > 1)
        put_sessions(page);
    nni_section_end(page->out);
    return NN_OK;
}
