/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "draw/html.h"
#include "draw/plot.h"
#include "kernels/elementwise/elementwise.h"
#include "report/page/section.h"
#include "report/theory/parts.h"

enum { POINTS = 321 }; /* from -END to END: a step of 1/32 has no rounding error */
static const double END = 5;

/* An activation and its derivative at places of its input. */
struct graph {
    double x[POINTS], value[POINTS], derivative[POINTS];
};

/* Of one that goes over rows: the first output of three, by the first input, the others being 0. */
static void trace_rows(nn_activation activation, struct graph *graph)
{
    for (size_t i = 0; i < POINTS; i++) {
        nni_real row[3] = {(nni_real)graph->x[i], 0, 0}, delta[3] = {1, 0, 0};
        nni_activate_rows(activation, row, 1, 3);
        nni_activate_row_backward(activation, row, 3, delta);
        graph->value[i] = (double)row[0];
        graph->derivative[i] = (double)delta[0];
    }
}

static void trace(nn_activation activation, struct graph *graph)
{
    nni_real inputs[POINTS], outputs[POINTS], delta[POINTS];
    const nni_activation_entry *entry = nni_activation_of(activation);
    for (size_t i = 0; i < POINTS; i++) {
        graph->x[i] = END * (2 * (double)i / (POINTS - 1) - 1);
        inputs[i] = (nni_real)graph->x[i];
        delta[i] = 1;
    }
    if (entry->over_rows) {
        trace_rows(activation, graph);
        return;
    }
    nni_activate_to(activation, inputs, outputs, POINTS);
    nni_activate_backward(activation, entry->needs_input ? inputs : outputs, delta, POINTS);
    for (size_t i = 0; i < POINTS; i++) {
        graph->value[i] = (double)outputs[i];
        graph->derivative[i] = (double)delta[i];
    }
}

/* Where the derivative is next to nothing at an end: it goes to 0 there, or stays at a small slope. */
enum end { STEEP, VANISHES, SMALL };

static enum end end_of(double last, double neighbour)
{
    return fabs(last) >= 0.05 ? STEEP : last != 0 && last == neighbour ? SMALL : VANISHES;
}

/* What the derivative does at the ends, where gradients vanish or do not. */
static const char *describe(nni_texts *texts, const struct graph *graph)
{
    double most = -INFINITY;
    for (size_t i = 0; i < POINTS; i++)
        most = fmax(most, graph->derivative[i]);
    const enum end left = end_of(graph->derivative[0], graph->derivative[1]);
    const enum end right = end_of(graph->derivative[POINTS - 1], graph->derivative[POINTS - 2]);
    const char *ends =
        left == VANISHES && right == VANISHES ? "It vanishes at both ends: a unit far from 0 hardly learns."
        : left == VANISHES  ? "It vanishes on the left: a unit that is negative for all rows hardly learns."
        : right == VANISHES ? "It vanishes on the right: a unit that is large for all rows hardly learns."
        : left == SMALL     ? "It is small on the left: a unit that is negative for all rows learns slowly."
        : right == SMALL    ? "It is small on the right: a unit that is large for all rows learns slowly."
                            : "It vanishes nowhere.";
    return nni_text(texts, "The derivative is %s at most. %s", nni_html_number(most, 3, (char[NNI_HTML_NUMBER]){""}),
                    ends);
}

static bool draw(FILE *out, nni_texts *texts, nn_activation activation)
{
    const nni_activation_entry *entry = nni_activation_of(activation);
    struct graph graph;
    trace(activation, &graph);
    const char *description = describe(texts, &graph);
    const nni_series series[] = {
        {.name = entry->kind.name,
         .form = NNI_SERIES_LINE,
         .x = graph.x,
         .y = graph.value,
         .count = POINTS,
         .colour = 0},
        {.name = "derivative",
         .form = NNI_SERIES_LINE,
         .x = graph.x,
         .y = graph.derivative,
         .count = POINTS,
         .colour = 1,
         .dashed = true},
    };
    fputs("<div>\n", out);
    const bool drawn = nni_draw_plot(
        out, &(nni_plot){.title = nni_text(texts, "%s%s", entry->kind.name,
                                           entry->over_rows ? ": the first of 3 outputs, the other inputs 0" : ""),
                         .description = nni_text(texts, "The function %s and its derivative from -5 to 5. %s",
                                                 entry->kind.help, description),
                         .x = {.least = -END, .most = END},
                         .y = {.least = NAN, .most = NAN},
                         .series = series,
                         .series_count = 2,
                         .legend = true,
                         .width = 340,
                         .height = 250});
    fputs("<p class=\"note\">", out);
    nni_html_put(out, entry->kind.help);
    fprintf(out, ". %s</p>\n</div>\n", description);
    return drawn;
}

nn_status nni_theory_activations(FILE *out, nn_error *error)
{
    nni_texts texts = {0};
    bool drawn = true;
    nni_section_begin(out, "activations", "Activations and their derivatives");
    fputs("<p>The functions &sigma; that a recipe may name, computed by the loops that train. Backpropagation "
          "multiplies the gradient by the derivative once for each layer on its way down,</p>\n"
          "<p class=\"formula\"><var>&delta;</var><sub><var>l</var></sub> = "
          "(<var>W</var><sub><var>l</var>+1</sub><sup>T</sup>&thinsp;<var>&delta;</var><sub><var>l</var>+1</sub>) "
          "&#8857; &sigma;&prime;(<var>o</var><sub><var>l</var></sub>),</p>\n"
          "<p>so a derivative well below 1, such as the sigmoid's, leaves little of it after a few layers, and one "
          "that is 0 stops it. That is why relu and its relatives, whose derivative is 1 on one side, made deep "
          "networks trainable; why a relu unit that is negative for every row is dead and stays so; and why the "
          "smooth ones keep a little slope there.</p>\n"
          "<div class=\"figures small\">\n",
          out);
    for (size_t i = 0; i < nni_activation_domain.count && drawn; i++)
        if (nni_domain_name(&nni_activation_domain, i))
            drawn = draw(out, &texts, (nn_activation)i);
    fputs("</div>\n", out);
    nni_section_end(out);
    return nni_texts_end(&texts, drawn, error);
}
