/* SPDX-License-Identifier: MIT */
/* The network, drawn and as a table. */
#include "draw/html.h"
#include "draw/pictures.h"
#include "report/page/section.h"
#include "support/memory.h"

enum {
    NOTE = 96,
    SHOWN = 24, /* layers; of more, the first ones and as many last ones */
};

/* "batch norm, dropout 0.2". @return NULL: neither */
static const char *note_of(const nni_layer_shape *layer, char note[NOTE])
{
    char dropout[32] = "";
    const char *norm = layer->normalization;
    if (layer->dropout > 0)
        snprintf(dropout, sizeof dropout, "%sdropout %g", norm ? ", " : "", layer->dropout);
    snprintf(note, NOTE, "%.48s%s%s", norm ? norm : "", norm ? " norm" : "", dropout);
    return note[0] ? note : NULL;
}

/* @return layers between the first and the last ones that are not shown */
static size_t left_out(const nni_history *run)
{
    return run->layer_count > SHOWN ? run->layer_count - SHOWN : 0;
}

/* @return the layer in a place of those that are shown */
static size_t shown_layer(const nni_history *run, size_t place)
{
    return place < SHOWN / 2 ? place : place + left_out(run);
}

static nn_status draw(const nni_page *page, const char *description, nn_error *error)
{
    const nni_history *run = page->run;
    const size_t shown = run->layer_count - left_out(run), gap = left_out(run) > 0, count = 1 + shown + gap;
    char between[48];
    nni_drawn_layer *layers = NULL;
    char(*notes)[NOTE] = NULL;
    nn_status status = nni_allocate(count, sizeof *layers, "the drawn network", &layers, error);
    if (status == NN_OK)
        status = nni_allocate(count, sizeof *notes, "the drawn network", &notes, error);
    if (status == NN_OK) {
        layers[0] = (nni_drawn_layer){.label = "input", .units = run->inputs};
        for (size_t place = 0; place < shown; place++) {
            const nni_layer_shape *layer = &run->layers[shown_layer(run, place)];
            const size_t i = 1 + place + (place < SHOWN / 2 ? 0 : gap);
            layers[i] = (nni_drawn_layer){.label = layer->activation ? layer->activation : "",
                                          .units = layer->units,
                                          .parameters = layer->parameters,
                                          .note = note_of(layer, notes[i])};
        }
        snprintf(between, sizeof between, "%zu layers", left_out(run));
        if (gap)
            layers[1 + SHOWN / 2] = (nni_drawn_layer){.label = between};
        if (!nni_draw_network(page->out, "Layers", description, layers, count))
            status = nn_fail(error, NN_SYSTEM, "no memory for the drawn network");
    }
    nni_release(notes);
    nni_release(layers);
    return status;
}

static void put_count(FILE *out, size_t count)
{
    char text[NNI_HTML_NUMBER];
    fprintf(out, "<td class=\"number\">%s</td>", nni_html_number((double)count, 15, text));
}

static void put_table(const nni_page *page)
{
    const nni_history *run = page->run;
    fputs("<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\" class=\"number\">layer</th>"
          "<th scope=\"col\" class=\"number\">inputs</th><th scope=\"col\" class=\"number\">units</th>"
          "<th scope=\"col\">activation</th><th scope=\"col\">normalization, dropout</th>"
          "<th scope=\"col\" class=\"number\">parameters</th></tr></thead>\n<tbody>\n",
          page->out);
    for (size_t place = 0; place < run->layer_count - left_out(run); place++) {
        const size_t i = shown_layer(run, place);
        const nni_layer_shape *layer = &run->layers[i];
        char note[NOTE];
        if (place == SHOWN / 2 && left_out(run) > 0)
            fprintf(page->out, "<tr><td class=\"number\">&hellip;</td><td colspan=\"5\">%zu layers</td></tr>\n",
                    left_out(run));
        fprintf(page->out, "<tr><th scope=\"row\" class=\"number\">%zu</th>", i);
        put_count(page->out, i == 0 ? run->inputs : run->layers[i - 1].units);
        put_count(page->out, layer->units);
        fputs("<td>", page->out);
        nni_html_put(page->out, layer->activation ? layer->activation : "");
        fputs("</td><td>", page->out);
        nni_html_put(page->out, note_of(layer, note) ? note : "");
        fputs("</td>", page->out);
        put_count(page->out, layer->parameters);
        fputs("</tr>\n", page->out);
    }
    fputs("</tbody>\n</table></div>\n", page->out);
}

nn_status nni_section_network(const nni_page *page, nn_error *error)
{
    const nni_history *run = page->run;
    char description[160], inputs[NNI_HTML_NUMBER], parameters[NNI_HTML_NUMBER];
    if (run->layer_count == 0)
        return NN_OK;
    snprintf(description, sizeof description, "%s %s, %zu %s, %s parameters",
             nni_html_number((double)run->inputs, 15, inputs), run->inputs == 1 ? "input" : "inputs", run->layer_count,
             run->layer_count == 1 ? "layer" : "layers",
             nni_html_number((double)nni_history_parameters(run), 15, parameters));
    nni_section_begin(page->out, "network", "Network");
    fprintf(page->out, "<p>%s.", description);
    if (left_out(run) > 0)
        fprintf(page->out, " The picture and the table show the first %d and the last %d layers.", SHOWN / 2,
                SHOWN / 2);
    fputs("</p>\n", page->out);
    const nn_status status = draw(page, description, error);
    put_table(page);
    nni_section_end(page->out);
    return status;
}
