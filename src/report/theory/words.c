/* SPDX-License-Identifier: MIT */
/* What is said of a run in a few words. */
#include <math.h>
#include <string.h>

#include "report/theory/parts.h"

bool nni_theory_is_linear(const nni_history *run)
{
    for (size_t i = 0; i + 1 < run->layer_count; i++)
        if (!run->layers[i].activation || strcmp(run->layers[i].activation, "linear") != 0)
            return false;
    return run->layer_count > 0;
}

size_t nni_theory_hidden_units(const nni_history *run)
{
    size_t units = 0;
    for (size_t i = 0; i + 1 < run->layer_count; i++)
        units += run->layers[i].units;
    return units;
}

double nni_theory_rate(const nni_history *run)
{
    const nni_curve *curve = nni_history_curve(run, "learning_rate");
    return curve && run->epochs ? curve->values[0] : NAN;
}

const char *nni_theory_network(nni_texts *texts, const nni_history *run)
{
    enum { NAMED = 6 };
    const size_t hidden = run->layer_count ? run->layer_count - 1 : 0;
    const char *words = hidden ? "" : "no hidden layer";
    for (size_t i = 0; i < hidden && i < NAMED; i++)
        words = nni_text(texts, "%s%s%zu %s", words, i ? ", " : "", run->layers[i].units,
                         run->layers[i].activation ? run->layers[i].activation : "units");
    return hidden > NAMED ? nni_text(texts, "%s ... (%zu hidden layers)", words, hidden) : words;
}

const char *nni_theory_input(const nni_history *run, size_t input)
{
    if (input < run->feature_names.count)
        return run->feature_names.text[input];
    return run->inputs == 1 ? "x" : input == 0 ? "x\u2081" : "x\u2082";
}

const char *nni_theory_data(nni_texts *texts, const nni_history *run)
{
    const char *file = run->origin_count ? run->origins[0].data_file : NULL;
    if (!file)
        return "data";
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file, *dot = strrchr(name, '.');
    return dot && dot > name ? nni_text(texts, "%.*s", (int)(dot - name), name) : name;
}
