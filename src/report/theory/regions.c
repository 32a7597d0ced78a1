/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "draw/html.h"
#include "draw/plot.h"
#include "report/sections/frames.h"
#include "report/theory/parts.h"
#include "support/memory.h"

enum { SIDE = 360 }; /* pixels of the picture behind a plot */

void nni_theory_introduce_regions(FILE *out)
{
    fputs("<p>Each picture shows what a network of two inputs answers at every point of their plane. The colour is "
          "that of the predicted class, stronger where it is further ahead of the next; where none is ahead, the "
          "picture is white. Dots are rows of the data in the colours of their true classes, so a dot on ground of "
          "another "
          "colour is a mistake.</p>\n"
          "<p>A layer computes</p>\n"
          "<p class=\"formula\"><var>a</var> = &sigma;(<var>W</var><var>x</var> + <var>b</var>).</p>\n"
          "<p>Leave out &sigma;, and layers in a row become one, however many there are and however wide:</p>\n"
          "<p class=\"formula\"><var>W</var><sub>2</sub>(<var>W</var><sub>1</sub><var>x</var> + "
          "<var>b</var><sub>1</sub>) + <var>b</var><sub>2</sub> = "
          "(<var>W</var><sub>2</sub><var>W</var><sub>1</sub>)<var>x</var> + "
          "(<var>W</var><sub>2</sub><var>b</var><sub>1</sub> + <var>b</var><sub>2</sub>).</p>\n"
          "<p>Between two classes such a network is undecided where <var>w</var>&middot;<var>x</var> + <var>c</var> "
          "= 0, which is a straight line. No straight line separates a ring from the ring around it, two spirals, or "
          "the corners of XOR, so however long it trains a good part of the rows stays wrong: at best one of XOR's "
          "four. With a bent &sigma; the hidden units map the plane to a space of their own. There the border is "
          "still flat; seen from the plane it is a curve.</p>\n",
          out);
}

static double accuracy_of(const nni_history *run)
{
    const double accuracy = nni_history_last(run, "test_accuracy");
    return isnan(accuracy) ? nni_history_last(run, "train_accuracy") : accuracy;
}

static const char *what_it_reached(nni_texts *texts, const nni_history *run)
{
    const double accuracy = accuracy_of(run);
    return isnan(accuracy) ? nni_text(texts, "loss %s", NNI_FIGURE(nni_history_last(run, "train_loss")))
                           : nni_text(texts, "accuracy %s", NNI_FIGURE(accuracy));
}

/* The last frame at some size, with axes, beside those of the other runs. */
static bool draw_last(FILE *out, nni_texts *texts, const nni_history *run)
{
    const nni_frame *frame = &run->frames[run->frame_count - 1];
    unsigned char *rgb = NULL;
    bool good = nni_allocate(3 * (size_t)SIDE, SIDE, "a picture", &rgb, NULL) == NN_OK &&
                nni_frame_picture(run, frame, SIDE, SIDE, true, rgb);
    if (good) {
        const char *reached = what_it_reached(texts, run);
        good = nni_draw_plot(
            out, &(nni_plot){.title = nni_text(texts, "%s: %s", nni_theory_network(texts, run), reached),
                             .description =
                                 nni_text(texts,
                                          "The plane of two inputs, coloured by the class that the run %s predicts: "
                                          "%s after %s epochs.",
                                          run->name, reached, NNI_FIGURE(frame->epoch)),
                             .x = {.title = nni_theory_input(run, 0), .least = frame->least[0], .most = frame->most[0]},
                             .y = {.title = nni_theory_input(run, 1), .least = frame->least[1], .most = frame->most[1]},
                             .width = 340,
                             .height = 340,
                             .background = rgb,
                             .background_width = SIDE,
                             .background_height = SIDE});
    }
    nni_release(rgb);
    return good;
}

/* What the figures of the linear networks and of the others say, in a sentence. */
static void put_verdict(FILE *out, nni_texts *texts, nni_theory_group group)
{
    double linear = NAN, best = NAN;
    for (size_t i = 0; i < group.count; i++) {
        const double accuracy = accuracy_of(group.runs[i]);
        if (nni_theory_is_linear(group.runs[i]))
            linear = fmax(linear, accuracy); /* the other one where one is NaN */
        else
            best = fmax(best, accuracy);
    }
    if (linear < best)
        fprintf(out, "<p>%s</p>\n",
                nni_text(texts,
                         "Accuracy on the same rows: %s with linear layers, %s with a nonlinearity between them.",
                         NNI_FIGURE(linear), NNI_FIGURE(best)));
}

nn_status nni_theory_regions(FILE *out, nni_theory_group group, nn_error *error)
{
    nni_texts texts = {0};
    bool drawn = true;
    fputs("<h3>", out);
    nni_html_put(out, nni_theory_data(&texts, group.runs[0]));
    fputs("</h3>\n", out);
    put_verdict(out, &texts, group);
    fputs("<div class=\"figures small\">\n", out);
    for (size_t i = 0; i < group.count && drawn; i++)
        drawn = draw_last(out, &texts, group.runs[i]);
    fputs("</div>\n", out);
    for (size_t i = 0; i < group.count && drawn; i++) {
        const char *network = nni_theory_network(&texts, group.runs[i]);
        drawn = nni_draw_frames(
            out, group.runs[i], nni_text(&texts, "Over the epochs: %s", network),
            nni_text(&texts, "Regions of the classes after some epochs of the run %s.", group.runs[i]->name));
    }
    return nni_texts_end(&texts, drawn, error);
}
