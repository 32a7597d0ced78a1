/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "draw/html.h"
#include "report/sections/frames.h"
#include "report/theory/parts.h"
#include "support/extremes.h"

void nni_theory_introduce_descents(FILE *out)
{
    fputs("<p>A single unit with one input has two parameters, a weight and a bias, so its loss is a surface over a "
          "plane. The darker, the larger the loss; from one line to the next it changes by the same factor. The "
          "orange line is the path of gradient descent, with a dot for each of the first steps. A step goes against "
          "the gradient,</p>\n"
          "<p class=\"formula\"><var>&theta;</var> &larr; <var>&theta;</var> &minus; "
          "<var>&eta;</var>&thinsp;&nabla;<var>E</var>(<var>&theta;</var>),</p>\n"
          "<p>at a right angle to the line it starts from, and <var>&eta;</var>, the learning rate, says how far. "
          "Near a minimum <var>&theta;</var>* every smooth loss is a bowl, and along an axis of the bowl with "
          "curvature <var>&lambda;</var> (an eigenvalue of the matrix of second derivatives) a step changes the "
          "distance from the minimum to</p>\n"
          "<p class=\"formula\"><var>d</var> &larr; (1 &minus; <var>&eta;&lambda;</var>)&thinsp;<var>d</var>.</p>\n"
          "<p>It shrinks as long as 0 &lt; <var>&eta;</var> &lt; 2/<var>&lambda;</var>. The steepest axis sets the "
          "limit, 2 over the largest <var>&lambda;</var>: beyond it every step lands higher on the opposite wall. "
          "The flattest axis sets the time: there it takes some 1/(<var>&eta;&lambda;</var>) steps to come three "
          "times as near. The more the curvatures differ, the worse a single rate suits both, which is why features "
          "are scaled and why optimizers with momentum or with a rate for each parameter exist.</p>\n",
          out);
}

/* --- the bowl --- */

/* Curvatures along the two axes of the surface, the larger first; NAN where it is no bowl with straight sides. */
struct bowl {
    double steep, flat;
    double least; /* loss */
};

static double loss_at(const nni_surface *surface, size_t column, size_t row)
{
    return (double)surface->loss[row * surface->width + column];
}

/* By differences over a quarter of the grid, which are exact where the loss is quadratic; whether it is, the corners
 * tell. */
static struct bowl bowl_of(const nni_surface *surface)
{
    struct bowl bowl = {.steep = NAN, .flat = NAN, .least = INFINITY};
    for (size_t i = 0; i < surface->width * surface->height; i++)
        bowl.least = fmin(bowl.least, (double)surface->loss[i]);
    if (surface->width < 9 || surface->height < 9)
        return bowl;
    const size_t x = surface->width / 2, y = surface->height / 2, dx = x / 2, dy = y / 2;
    const double u = (double)dx * (surface->most[0] - surface->least[0]) / (double)(surface->width - 1);
    const double v = (double)dy * (surface->most[1] - surface->least[1]) / (double)(surface->height - 1);
    const double centre = loss_at(surface, x, y);
    const double left = loss_at(surface, x - dx, y), right = loss_at(surface, x + dx, y);
    const double below = loss_at(surface, x, y - dy), above = loss_at(surface, x, y + dy);
    const double xx = (left - 2 * centre + right) / (u * u), yy = (below - 2 * centre + above) / (v * v);
    const double xy = (loss_at(surface, x + dx, y + dy) - loss_at(surface, x - dx, y + dy) -
                       loss_at(surface, x + dx, y - dy) + loss_at(surface, x - dx, y - dy)) /
                      (4 * u * v);
    const double a = -(double)x / (double)dx * u, b = -(double)y / (double)dy * v; /* the first corner */
    const double expected = centre + a * (right - left) / (2 * u) + b * (above - below) / (2 * v) + xx * a * a / 2 +
                            yy * b * b / 2 + xy * a * b;
    if (!(fabs(expected - loss_at(surface, 0, 0)) < 0.01 * (1 + fabs(expected))))
        return bowl;
    const double mean = (xx + yy) / 2, spread = hypot((xx - yy) / 2, xy);
    bowl.steep = mean + spread;
    bowl.flat = mean - spread;
    return bowl;
}

static void put_bowl(FILE *out, nni_texts *texts, const struct bowl *bowl)
{
    if (!(bowl->flat > 0))
        return;
    fprintf(
        out, "<p>%s</p>\n",
        nni_text(texts,
                 "Here the curvatures are %s across the valley and %s along it. Plain gradient descent on all rows at "
                 "once diverges at rates above %s. Along the valley its step at half that rate removes %s %% of the "
                 "distance.",
                 NNI_FIGURE(bowl->steep), NNI_FIGURE(bowl->flat), NNI_FIGURE(2 / bowl->steep),
                 nni_html_number(100 * bowl->flat / bowl->steep, 2, (char[NNI_HTML_NUMBER]){""})));
}

/* --- the paths --- */

/* What became of a run: a word for its title, and a sentence. */
struct verdict {
    const char *word, *sentence;
};

/* Whether each of the first steps ends further from the lowest point of the grid than it began. */
static bool goes_away(const nni_surface *surface, size_t steps)
{
    size_t lowest = 0;
    for (size_t i = 1; i < surface->width * surface->height; i++)
        if (surface->loss[i] < surface->loss[lowest] || isnan(surface->loss[lowest]))
            lowest = i;
    const size_t place[] = {lowest % surface->width, lowest / surface->width};
    const size_t last[] = {nni_larger(surface->width, 2) - 1, nni_larger(surface->height, 2) - 1};
    double at[2], before = -1;
    for (int k = 0; k < 2; k++)
        at[k] = surface->least[k] + (surface->most[k] - surface->least[k]) * (double)place[k] / (double)last[k];
    for (size_t i = 0; i <= steps; i++) {
        const double distance = hypot(surface->path[2 * i] - at[0], surface->path[2 * i + 1] - at[1]);
        if (!(distance > before))
            return false;
        before = distance;
    }
    return steps > 0;
}

/* surface: what is drawn, with the path of the run */
static struct verdict judge(nni_texts *texts, const nni_history *run, const nni_surface *surface,
                            const struct bowl *bowl)
{
    const size_t left = nni_surface_left_at(surface), steps = surface->path_count - 1;
    const double loss = nni_history_last(run, "train_loss");
    if (left < surface->path_count)
        return (struct verdict){
            .word = run->state == NNI_RUN_DIVERGED ? "diverges" : "leaves the picture",
            .sentence = nni_text(
                texts, "%s step %.0f the path leaves the picture%s.",
                goes_away(surface, left) ? "Every step lands further from the minimum: at" : "At",
                surface->path_step[left],
                run->state == NNI_RUN_DIVERGED ? ", and the run ends when its loss is no longer a number" : "")};
    if (run->state == NNI_RUN_DIVERGED)
        return (struct verdict){.word = "diverges",
                                .sentence = "The run ended because its loss was no longer a number."};
    if (loss <= 1.01 * bowl->least)
        return (struct verdict){.word = "arrives",
                                .sentence = nni_text(texts, "It reaches the bottom: a loss of %s after %zu steps.",
                                                     NNI_FIGURE(loss), steps)};
    return (struct verdict){
        .word = "slow",
        .sentence =
            nni_text(texts, "After %zu steps it is still on its way: the loss is %s, and that of the bottom %s.", steps,
                     NNI_FIGURE(loss), NNI_FIGURE(bowl->least))};
}

/* Of surfaces over different ranges the widest, over which all paths are drawn at one scale. */
static const nni_surface *widest(nni_theory_group group)
{
    const nni_surface *best = NULL;
    double most = -INFINITY;
    for (size_t i = 0; i < group.count; i++) {
        const nni_surface *surface = &group.runs[i]->surface;
        const double area = (surface->most[0] - surface->least[0]) * (surface->most[1] - surface->least[1]);
        if (!best || area > most) {
            best = surface;
            most = area;
        }
    }
    return best;
}

nn_status nni_theory_descents(FILE *out, nni_theory_group group, nn_error *error)
{
    nni_texts texts = {0};
    const nni_surface *ground = widest(group);
    const struct bowl bowl = bowl_of(ground);
    bool drawn = true;
    fputs("<h3>", out);
    nni_html_put(out, nni_theory_data(&texts, group.runs[0]));
    fputs("</h3>\n", out);
    put_bowl(out, &texts, &bowl);
    fputs("<div class=\"figures small\">\n", out);
    for (size_t i = 0; i < group.count && drawn; i++) {
        const nni_history *run = group.runs[i];
        nni_surface surface = *ground;
        surface.path = run->surface.path;
        surface.path_step = run->surface.path_step;
        surface.path_count = run->surface.path_count;
        const struct verdict verdict = judge(&texts, run, &surface, &bowl);
        fputs("<div>\n", out);
        drawn = nni_draw_surface(
            out, &surface, nni_text(&texts, "Rate %s: %s", NNI_FIGURE(nni_theory_rate(run)), verdict.word),
            nni_text(&texts, "Loss over weight and bias, and the path of gradient descent in the run %s. %s", run->name,
                     verdict.sentence));
        fprintf(out, "<p class=\"note\">%s</p>\n</div>\n", verdict.sentence);
    }
    fputs("</div>\n", out);
    return nni_texts_end(&texts, drawn, error);
}
