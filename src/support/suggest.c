/* SPDX-License-Identifier: MIT */
#include "support/suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "support/extremes.h"

enum { LONGEST_WORD = 40 };

/* Words of other programs, without '_' and '-' and in small letters, and what they are called here: one or more words,
 * of which a place knows at most one. */
static const struct {
    const char *theirs, *ours;
} synonyms[] = {
    /* keys */
    {"lr", "learning_rate"},
    {"rate", "learning_rate"},
    {"eta", "learning_rate"},
    {"eta0", "learning_rate"},
    {"stepsize", "learning_rate"},
    {"learningrateinit", "learning_rate"},
    {"batchsize", "batch"},
    {"minibatch", "batch"},
    {"nepochs", "epochs"},
    {"numepochs", "epochs"},
    {"maxepochs", "epochs"},
    {"maxiter", "epochs"},
    {"iterations", "epochs"},
    {"hiddenlayersizes", "layers"},
    {"hiddenlayers", "layers"},
    {"hidden", "layers"},
    {"neurons", "units"},
    {"nodes", "units"},
    {"width", "units"},
    {"size", "units"},
    {"nunits", "units"},
    {"hiddensize", "units"},
    {"outfeatures", "units"},
    {"batchnorm", "normalization batch"},
    {"layernorm", "normalization layer"},
    {"norm", "normalization"},
    {"nonlinearity", "activation"},
    {"dropoutrate", "dropout"},
    {"init", "initializer"},
    {"weightinit", "initializer"},
    {"kernelinitializer", "initializer"},
    {"wd", "weight_decay"},
    {"eps", "epsilon"},
    {"alpha", "l2"},
    {"lambda", "l2"},
    {"maxnorm", "clip_norm"},
    {"clipnorm", "clip_norm"},
    {"gradclip", "clip_norm"},
    {"clipgradnorm", "clip_norm"},
    {"weights", "class_weights"},
    {"criterion", "loss"},
    {"lossfn", "loss"},
    {"lossfunction", "loss"},
    {"objective", "loss"},
    {"solver", "optimizer"},
    {"scheduler", "schedule"},
    {"lrscheduler", "schedule"},
    {"lrschedule", "schedule"},
    {"model", "network"},
    {"architecture", "network"},
    {"randomstate", "seed"},
    {"randomseed", "seed"},
    {"earlystopping", "stop"},
    {"niternochange", "patience"},
    {"tol", "tolerance"},
    {"mindelta", "tolerance"},
    {"validationsplit", "validation"},
    {"validset", "validation"},
    {"val", "validation"},
    {"testsize", "test"},
    {"nsplits", "fold"},
    {"normalise", "normalize"},
    {"scale", "normalize"},
    {"scaling", "normalize"},
    {"scaler", "normalize"},
    {"dtype", "precision"},
    {"amp", "precision"},
    {"numworkers", "threads"},
    {"njobs", "threads"},
    {"accumulationsteps", "accumulate"},
    {"restorebestweights", "restore_best"},
    {"topk", "top_k"},
    /* activations */
    {"logistic", "sigmoid"},
    {"identity", "linear"},
    {"swish", "silu"},
    {"lrelu", "leaky_relu"},
    {"geluapprox", "gelu_tanh"},
    /* losses */
    {"bce", "binary_cross_entropy"},
    {"bceloss", "binary_cross_entropy"},
    {"bcewithlogits", "binary_cross_entropy"},
    {"bcewithlogitsloss", "binary_cross_entropy"},
    {"ce", "cross_entropy"},
    {"crossentropyloss", "cross_entropy"},
    {"nll", "cross_entropy"},
    {"nllloss", "cross_entropy"},
    {"logloss", "cross_entropy"},
    {"categoricalcrossentropy", "cross_entropy"},
    {"sparsecategoricalcrossentropy", "cross_entropy"},
    {"softmaxcrossentropy", "cross_entropy"},
    {"mseloss", "mse"},
    {"meansquarederror", "mse"},
    {"squarederror", "mse"},
    {"l2loss", "mse"},
    {"maeloss", "mae"},
    {"meanabsoluteerror", "mae"},
    {"absoluteerror", "mae"},
    {"l1loss", "mae"},
    {"smoothl1", "huber"},
    {"smoothl1loss", "huber"},
    {"huberloss", "huber"},
    {"jaccard", "iou"},
    {"dice", "iou"},
    /* optimizers, schedules, weights */
    {"gd", "sgd"},
    {"gradientdescent", "sgd"},
    {"momentum", "sgd"},
    {"nesterov", "sgd"},
    {"nadam", "adam"},
    {"cosineannealing", "cosine"},
    {"cosineannealinglr", "cosine"},
    {"cosinedecay", "cosine"},
    {"reducelronplateau", "plateau"},
    {"steplr", "step"},
    {"exponentiallr", "exponential"},
    {"exponentialdecay", "exponential"},
    {"xavier", "glorot"},
    {"xaviernormal", "glorot_normal"},
    {"xavieruniform", "glorot_uniform"},
    {"kaiming", "he"},
    {"kaimingnormal", "he_normal"},
    {"kaiminguniform", "he_uniform"},
    /* scaling, precision, metrics */
    {"zscore", "standard"},
    {"standardize", "standard"},
    {"standardise", "standard"},
    {"standardscaler", "standard"},
    {"std", "standard"},
    {"minmaxscaler", "minmax"},
    {"bfloat16", "bf16"},
    {"mixed", "bf16"},
    {"fp16", "bf16"},
    {"half", "bf16"},
    {"fp32", "float32"},
    {"float", "float32"},
    {"acc", "accuracy"},
    {"valaccuracy", "accuracy"},
    {"valacc", "accuracy"},
    {"valloss", "loss"},
    {"auc", "auroc"},
    {"rocauc", "auroc"},
    {"f1score", "f1"},
    {"r2score", "r2"},
    {"jaccardscore", "iou"},
    /* commands and options */
    {"fit", "train"},
    {"run", "train"},
    {"learn", "train"},
    {"evaluate", "eval"},
    {"test", "eval"},
    {"score", "eval"},
    {"validate", "eval"},
    {"infer", "predict"},
    {"inference", "predict"},
    {"info", "inspect"},
    {"show", "inspect"},
    {"describe", "inspect"},
    {"gradcheck", "check"},
    {"convert", "import"},
    {"load", "import"},
    {"benchmark", "bench"},
    {"make", "generate"},
    {"create", "generate"},
    {"out", "output"},
    {"outdir", "output"},
    {"outputdir", "output"},
    {"verbose", "progress"},
    {"target", "label"},
    {"y", "label"},
    {"sep", "delimiter"},
    {"separator", "delimiter"},
    {"nanvalues", "missing"},
    {"checkpoint", "model"},
    {"override", "set"},
    {"param", "set"},
    {"continue", "resume"},
    /* formats */
    {"text", "csv"},
    {"numpy", "npy"},
    {"npz", "npy"},
    {"libsvm", "svmlight"},
    {"svm", "svmlight"},
    {"mnist", "idx"},
};

/* Small letters, without what parts words. @return false where it is too long to be any of ours */
static bool simplify(const char *word, char simple[LONGEST_WORD + 1])
{
    size_t length = 0;
    for (; *word; word++) {
        if (strchr("_- .", *word))
            continue;
        if (length == LONGEST_WORD)
            return false;
        simple[length++] = (char)tolower((unsigned char)*word);
    }
    simple[length] = '\0';
    return length > 0;
}

static bool holds_word(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (; *list; list += strcspn(list, " "), list += *list == ' ')
        if (strcspn(list, " ") == length && memcmp(list, word, length) == 0)
            return true;
    return false;
}

static bool is_synonym(const char *simple, const char *word)
{
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
        if (strcmp(synonyms[i].theirs, simple) == 0 && holds_word(synonyms[i].ours, word))
            return true;
    return false;
}

/* Letters to add, drop, change or swap with their neighbour: optimal string alignment, three rows at a time. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t rows[3][LONGEST_WORD + 1];
    const size_t a_length = strlen(a), b_length = strlen(b);
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = nni_smaller(above[j - 1] + (a[i - 1] != b[j - 1]), nni_smaller(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = nni_smaller(row[j], before[j - 2] + 1);
        }
    }
    return row[b_length];
}

bool nni_suggest(nni_suggestion *search, const char *word)
{
    char written[LONGEST_WORD + 1], simple[LONGEST_WORD + 1];
    if (search->likeness == NNI_SYNONYM || !simplify(search->written, written) || !simplify(word, simple))
        return false;
    if (strcmp(written, simple) == 0 || is_synonym(written, word)) {
        search->word = word;
        search->likeness = NNI_SYNONYM;
        return true;
    }
    /* A slip of two letters is a guess worth making, unless it changes half of the word. */
    const size_t distance = edit_distance(written, simple);
    if (distance > 2 || 2 * distance >= strlen(word) || (search->word && distance >= search->distance))
        return false;
    search->word = word;
    search->likeness = NNI_TYPO;
    search->distance = distance;
    return true;
}

nni_suggested nni_suggest_among(const char *written, const char *const *words, size_t count)
{
    nni_suggestion search = {.written = written};
    nni_suggested suggested = {.text = ""};
    for (size_t i = 0; i < count; i++)
        nni_suggest(&search, words[i]);
    if (search.word)
        snprintf(suggested.text, sizeof suggested.text, " (did you mean %s?)", search.word);
    return suggested;
}
