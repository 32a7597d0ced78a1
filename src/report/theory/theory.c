/* SPDX-License-Identifier: MIT */
/* The page of the theory: which runs belong to which picture, and in what order. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures/frame_colours.h"
#include "report/page/page.h"
#include "report/page/section.h"
#include "report/theory/parts.h"
#include "support/memory.h"

/* What a run is a picture of, in the order of the page. */
enum kind { REGIONS, FIT, DESCENT, NOTHING };

struct entry {
    const nni_history *run;
    enum kind kind;
    double order[3]; /* within the kind: of the data, then of the run */
    size_t place;    /* on the command line */
};

static enum kind kind_of(const nni_history *run)
{
    if (run->surface.loss && run->surface.path_count)
        return DESCENT;
    if (run->frame_count == 0)
        return NOTHING;
    return run->frames[0].height < 2 ? FIT : nni_frames_show_classes(run) ? REGIONS : NOTHING;
}

static const nni_run_origin *origin_of(const nni_history *run)
{
    static const nni_run_origin unknown;
    return run->origin_count ? &run->origins[0] : &unknown;
}

static int compare_texts(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

/* Small problems first; the same data is neighbours whatever file it lies in. */
static int compare_data(const nni_history *a, const nni_history *b)
{
    const nni_run_origin *first = origin_of(a), *second = origin_of(b);
    if (first->train_rows != second->train_rows)
        return first->train_rows < second->train_rows ? -1 : 1;
    if (first->data_digest == second->data_digest && first->data_digest)
        return 0;
    int files = compare_texts(first->data_file, second->data_file);
    return files || first->data_digest == second->data_digest ? files
           : first->data_digest < second->data_digest         ? -1
                                                              : 1;
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    const int data = compare_data(a->run, b->run);
    if (data)
        return data;
    for (size_t i = 0; i < sizeof a->order / sizeof *a->order; i++)
        if (a->order[i] < b->order[i] || a->order[i] > b->order[i])
            return a->order[i] < b->order[i] ? -1 : 1;
    return a->place < b->place ? -1 : 1;
}

static struct entry entry_of(const nni_history *run, size_t place)
{
    struct entry entry = {.run = run, .kind = kind_of(run), .place = place};
    if (entry.kind == REGIONS)
        entry.order[0] = !nni_theory_is_linear(run);
    entry.order[1] = entry.kind == DESCENT ? nni_theory_rate(run) : (double)nni_theory_hidden_units(run);
    return entry;
}

/* --- the page --- */

struct section {
    const char *id, *title;
    void (*introduce)(FILE *out);
    nn_status (*draw)(FILE *out, nni_theory_group group, nn_error *error);
};

static const struct section sections[] = {
    [REGIONS] = {"regions", "Why layers need a nonlinearity", nni_theory_introduce_regions, nni_theory_regions},
    [FIT] = {"fits", "One hidden layer, more and more units", nni_theory_introduce_fits, nni_theory_fits},
    [DESCENT] = {"descent", "Gradient descent at several learning rates", nni_theory_introduce_descents,
                 nni_theory_descents},
};

static size_t count_of(const struct entry *entries, size_t count, enum kind kind)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += entries[i].kind == kind;
    return found;
}

static void put_beginning(FILE *out, const struct entry *entries, size_t count)
{
    nni_page_begin(out, "The theory in pictures");
    fputs("<p>What textbooks say of neural networks, drawn from trainings that did it. Every picture but those of "
          "the activations is of a run of nntrain, as it recorded itself; <code>scripts/theory.sh</code> trains "
          "the problems of <code>datasets/theory</code> and makes such a page of them.</p>\n"
          "<nav class=\"contents\" aria-label=\"Contents\">\n"
          "<ul>\n",
          out);
    for (enum kind kind = REGIONS; kind < NOTHING; kind++)
        if (count_of(entries, count, kind))
            fprintf(out, "<li><a href=\"#%s\">%s</a></li>\n", sections[kind].id, sections[kind].title);
    fputs("<li><a href=\"#activations\">Activations and their derivatives</a></li>\n</ul>\n</nav>\n", out);
}

/* The runs of a kind, a group of the same data at a time. */
static nn_status put_section(FILE *out, const struct entry *entries, const nni_history *const *runs, size_t count,
                             const struct section *section, nn_error *error)
{
    nni_section_begin(out, section->id, section->title);
    section->introduce(out);
    nn_status status = NN_OK;
    for (size_t begin = 0, end; begin < count && status == NN_OK; begin = end) {
        for (end = begin + 1; end < count && compare_data(entries[begin].run, entries[end].run) == 0; end++)
            ;
        status = section->draw(out, (nni_theory_group){.runs = runs + begin, .count = end - begin}, error);
    }
    nni_section_end(out);
    return status;
}

static void put_others(FILE *out, const struct entry *entries, size_t count)
{
    if (count == 0)
        return;
    nni_section_begin(out, "others", "Runs without such a picture");
    fputs("<p>These have no recorded frames (<code>record.boundary</code>) of a function of one input or of "
          "classes over two inputs, nor two parameters with a recorded loss surface (<code>record.surface</code>): ",
          out);
    for (size_t i = 0; i < count; i++) {
        fputs(i ? ", " : "", out);
        nni_html_put(out, entries[i].run->name);
    }
    fputs(".</p>\n", out);
    nni_section_end(out);
}

nn_status nni_report_theory_page(FILE *out, const nni_history *const *runs, size_t count,
                                 const nni_report_options *options, nn_error *error)
{
    (void)options; /* names of runs and of data sets are all that the page tells of where it was made */
    struct entry *entries = NULL;
    const nni_history **sorted = NULL;
    nn_status status = nni_allocate(count, sizeof *entries, "the list of runs", &entries, error);
    if (status == NN_OK)
        status = nni_allocate(count, sizeof(void *), "the list of runs", &sorted, error);
    if (status == NN_OK) {
        for (size_t i = 0; i < count; i++)
            entries[i] = entry_of(runs[i], i);
        qsort(entries, count, sizeof *entries, compare_entries);
        if (count_of(entries, count, NOTHING) == count)
            status = nn_fail(error, NN_DATA,
                             "no run has what the theory draws: frames of a network of one or two inputs "
                             "(record.boundary) or the loss over its two parameters (record.surface); without --theory "
                             "there is a report");
    }
    if (status == NN_OK) {
        for (size_t i = 0; i < count; i++)
            sorted[i] = entries[i].run;
        put_beginning(out, entries, count);
        size_t at = 0;
        for (enum kind kind = REGIONS; kind < NOTHING && status == NN_OK; kind++) {
            const size_t of_kind = count_of(entries, count, kind);
            if (of_kind)
                status = put_section(out, entries + at, sorted + at, of_kind, &sections[kind], error);
            at += of_kind;
        }
        if (status == NN_OK)
            status = nni_theory_activations(out, error);
        put_others(out, entries + at, count - at);
        nni_page_end(out);
    }
    nni_release(sorted);
    nni_release(entries);
    return status;
}
