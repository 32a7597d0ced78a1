/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath */
#include "report/history/history.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report/history/parts.h"
#include "support/files.h"
#include "support/memory.h"

/* The folder that a user names: it, or that of a file in it. */
static nn_status find_folder(const char *named, nni_history *history, nn_error *error)
{
    struct stat facts;
    char folder[PATH_MAX], real[PATH_MAX];
    if (stat(named, &facts) != 0)
        return nn_fail(error, NN_DATA,
                       "%s is not there; name the folder of a run, which has metrics.jsonl and "
                       "recipe.yaml",
                       named);
    if (S_ISDIR(facts.st_mode) ? snprintf(folder, sizeof folder, "%s", named) >= PATH_MAX
                               : !nni_folder_of(named, folder))
        return nn_fail(error, NN_DATA, "%s: the name is too long", named);
    for (size_t length = strlen(folder); length > 1 && folder[length - 1] == '/';)
        folder[--length] = '\0';
    NN_TRY(nni_copy_text(folder, &history->folder, error));
    const char *slash = strrchr(folder, '/'), *name = slash ? slash + 1 : folder;
    if ((strcmp(name, ".") == 0 || strcmp(name, "..") == 0) && realpath(folder, real)) {
        slash = strrchr(real, '/');
        name = slash ? slash + 1 : real;
    }
    return nni_copy_text(*name ? name : folder, &history->name, error);
}

static nn_status read_all(const char *folder, nni_history_wanted wanted, nni_history *history, nn_error *error)
{
    char path[PATH_MAX];
    history->record_seconds = (double)NAN;
    NN_TRY(find_folder(folder, history, error));
    if (!nni_history_has(history, "metrics.jsonl", path) && !nni_history_has(history, "recipe.yaml", path))
        return nn_fail(error, NN_DATA,
                       "%s is no run: it holds neither metrics.jsonl nor recipe.yaml; name a folder that "
                       "`nntrain train` has written",
                       history->folder);
    NN_TRY(nni_history_read_recipe(history, error));
    NN_TRY(nni_history_read_metrics(history, error));
    NN_TRY(nni_history_read_records(history, wanted.records, error));
    if (wanted.predictions)
        NN_TRY(nni_history_read_predictions(history, error));
    const bool unknown = history->layer_count == 0 || history->origin_count == 0;
    return wanted.weights || (wanted.records && unknown) ? nni_history_read_model(history, error) : NN_OK;
}

nn_status nni_history_read(const char *folder, nni_history_wanted wanted, nni_history **result, nn_error *error)
{
    nni_history *history = NULL;
    NN_TRY(nni_allocate(1, sizeof *history, "the history of a run", &history, error));
    const nn_status status = read_all(folder, wanted, history, error);
    if (status != NN_OK) {
        nni_history_free(history);
        return status;
    }
    *result = history;
    return NN_OK;
}

static void free_origin(nni_run_origin *origin)
{
    nni_release(origin->time);
    nni_release(origin->version);
    nni_release(origin->instruction_set);
    nni_release(origin->processor);
    nni_release(origin->mpi);
    nni_release(origin->hdf5);
    nni_release(origin->compiler);
    nni_release(origin->data_file);
    nni_release(origin->asked);
    nni_string_set_free(&origin->hosts);
}

void nni_history_free(nni_history *history)
{
    if (!history)
        return;
    nni_history_free_records(history);
    nni_history_free_predictions(history->predictions);
    for (size_t i = 0; i < history->curve_count; i++) {
        nni_release(history->curves[i].name);
        nni_release(history->curves[i].values);
    }
    for (size_t i = 0; i < history->origin_count; i++)
        free_origin(&history->origins[i]);
    for (size_t i = 0; i < history->layer_count; i++) {
        nni_release(history->layers[i].activation);
        nni_release(history->layers[i].normalization);
    }
    nni_release(history->curves);
    nni_release(history->origins);
    nni_release(history->layers);
    nni_release(history->epoch);
    nni_release(history->folder);
    nni_release(history->name);
    nni_release(history->end_message);
    nni_release(history->end_time);
    nni_release(history->recipe);
    nni_release(history->watched);
    nni_release(history->first_weights);
    nni_string_set_free(&history->feature_names);
    nni_string_set_free(&history->class_names);
    nni_string_set_free(&history->output_names);
    nni_string_set_free(&history->notes);
    nni_release(history);
}
