/* SPDX-License-Identifier: MIT */
#include "report/page/words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool nni_metric_begins(const nni_history *run, size_t curve, const char **metric)
{
    const char *other;
    if (nni_figure_split_of(run->curves[curve].name, metric) == NNI_FIGURE_OF_NONE)
        return false;
    for (size_t i = 0; i < curve; i++)
        if (nni_figure_split_of(run->curves[i].name, &other) != NNI_FIGURE_OF_NONE && strcmp(*metric, other) == 0)
            return false;
    return true;
}

/* A word between underscores as people write it; most are as they are. */
static const char *special_word(const char *word, size_t length)
{
    static const char *const special[][2] = {{"auroc", "AUROC"}, {"f1", "F1"},        {"rmse", "RMSE"},
                                             {"mae", "MAE"},     {"r2", "R\xC2\xB2"}, {"iou", "IoU"}};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strlen(special[i][0]) == length && strncmp(word, special[i][0], length) == 0)
            return special[i][1];
    return NULL;
}

nni_words nni_metric_in_words(const char *metric)
{
    nni_words words = {.text = ""};
    size_t length = 0, letters = strlen(metric);
    if (strcmp(metric, "top_k") == 0)
        return (nni_words){.text = "top-k accuracy"};
    if (letters > 6 && strcmp(metric + letters - 6, "_micro") == 0) { /* "micro F1" */
        length = (size_t)snprintf(words.text, sizeof words.text, "micro");
        letters -= 6;
    }
    for (const char *word = metric, *end; word < metric + letters && length < sizeof words.text;
         word = *end ? end + 1 : end) {
        end = word + strcspn(word, "_");
        const char *special = special_word(word, (size_t)(end - word));
        length += (size_t)snprintf(words.text + length, sizeof words.text - length, "%s%.*s", length > 0 ? " " : "",
                                   (int)(special ? strlen(special) : (size_t)(end - word)), special ? special : word);
    }
    return words;
}

nni_words nni_metric_title(const char *metric)
{
    nni_words words = nni_metric_in_words(metric);
    words.text[0] = (char)toupper((unsigned char)words.text[0]);
    return words;
}

nni_words nni_time_in_words(const char *time)
{
    nni_words words = {.text = ""};
    const char *t = strchr(time, 'T');
    const size_t length = strlen(time);
    if (length == 20 && t == time + 10 && time[length - 1] == 'Z')
        snprintf(words.text, sizeof words.text, "%.10s %.8s UTC", time, t + 1);
    else
        snprintf(words.text, sizeof words.text, "%s", time);
    return words;
}
