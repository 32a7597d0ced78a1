/* SPDX-License-Identifier: MIT */
/* The page of one run: which sections it has, in their order. */
#include "report/page/page.h"
#include "report/page/section.h"

static const nni_section sections[] = {
    nni_section_summary, nni_section_curves, nni_section_classes, nni_section_values, nni_section_pictures,
    nni_section_weights, nni_section_speed,  nni_section_network, nni_section_recipe, nni_section_provenance,
};

nn_status nni_report_run_page(FILE *out, const nni_history *run, const nni_report_options *options, nn_error *error)
{
    const nni_page page = {.out = out, .run = run, .share = options->share};
    nni_page_begin(out, run->name);
    const nn_status status = nni_page_sections(&page, sections, sizeof sections / sizeof *sections, error);
    nni_page_end(out);
    return status;
}
