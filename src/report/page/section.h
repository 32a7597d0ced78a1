/* SPDX-License-Identifier: MIT */
/** Sections of a report's page: each writes its <section> with heading and figures, or nothing where the run has
 * nothing for it. page.c has their order. */
#ifndef NNI_REPORT_PAGE_SECTION_H
#define NNI_REPORT_PAGE_SECTION_H

#include <stdbool.h>
#include <stdio.h>

#include "nntrain/status.h"
#include "report/history/history.h"

/** What a page is made of and for. */
typedef struct nni_page {
    FILE *out;
    const nni_history *run;
    bool share; /**< without hosts, paths and user names */
} nni_page;

/** A section. @return NN_SYSTEM where memory runs out; errors of the stream are looked at once, at the end */
typedef nn_status (*nni_section)(const nni_page *page, nn_error *error);

nn_status nni_section_summary(const nni_page *page, nn_error *error);  /**< state, main figures, what went wrong */
nn_status nni_section_curves(const nni_page *page, nn_error *error);   /**< loss and metrics over epochs */
nn_status nni_section_classes(const nni_page *page, nn_error *error);  /**< confusion, ROC, calibration, mistakes */
nn_status nni_section_values(const nni_page *page, nn_error *error);   /**< predicted against true, residuals, worst */
nn_status nni_section_pictures(const nni_page *page, nn_error *error); /**< frames of one or two inputs */
nn_status nni_section_weights(const nni_page *page, nn_error *error); /**< norms, histograms, first layer, dead units */
nn_status nni_section_speed(const nni_page *page, nn_error *error);   /**< rows a second, waits, ranks, memory */
nn_status nni_section_network(const nni_page *page, nn_error *error); /**< the network drawn, its parameters */
nn_status nni_section_recipe(const nni_page *page, nn_error *error);  /**< settings, what differs from the defaults */
nn_status nni_section_provenance(const nni_page *page, nn_error *error); /**< versions, hosts, data */

/** Begins a section. @param id  of its heading, for links; @param title  safe text of ours */
void nni_section_begin(FILE *out, const char *id, const char *title);
void nni_section_end(FILE *out);

/** Writes a table of contents and the sections that have something to say, in their order. @param sections [count] */
nn_status nni_page_sections(const nni_page *page, const nni_section *sections, size_t count, nn_error *error);

/** Names the program in <meta name="generator">, within the first NNI_PAGE_HEAD bytes of a page: by it the command
 * knows what it may replace. */
#define NNI_PAGE_GENERATOR "nntrain report"
enum { NNI_PAGE_HEAD = 512 };

/** Begins a page: <!doctype html> ... <main>, with style sheet. @param title  escaped here */
void nni_page_begin(FILE *out, const char *title);
/** Ends it, with the script of hovering and of sorting tables (class "sortable"). */
void nni_page_end(FILE *out);

#endif
