/* SPDX-License-Identifier: MIT */
#include "train/run_folder/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint/list.h"
#include "support/files.h"

static const char runs[] = "runs";

nn_status nni_folder_join(const char *folder, const char *name, char path[PATH_MAX], nn_error *error)
{
    if (snprintf(path, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        return nn_fail(error, NN_SYSTEM, "%s/%s: the name is too long", folder, name);
    return NN_OK;
}

nn_status nni_folder_checkpoint(const char *folder, uint64_t step, char path[PATH_MAX], nn_error *error)
{
    char name[NNI_CHECKPOINT_NAME];
    nni_checkpoint_name(step, name);
    return nni_folder_join(folder, name, path, error);
}

static bool exists(const char *folder, const char *name)
{
    char path[PATH_MAX];
    return nni_folder_join(folder, name, path, NULL) == NN_OK && access(path, F_OK) == 0;
}

/* What can be continued, or is a result. A run that diverged before its first checkpoint left nothing to be kept: its
 * metrics give way to those of the next one. */
static bool holds_a_run(const char *folder)
{
    uint64_t *steps = NULL;
    size_t count = 0;
    nni_checkpoint_list(folder, &steps, &count, NULL);
    free(steps);
    return count > 0 || exists(folder, "model.h5");
}

static bool is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static nn_status make_folders(const char *path, bool *created, nn_error *error)
{
    const int reason = nni_make_folders(path, created);
    if (reason != 0)
        return nn_fail(error, NN_SYSTEM, "cannot make the output folder %s: %s; name another with --output", path,
                       strerror(reason));
    return NN_OK;
}

/* Number of a folder of this run: "name" is 1, "name-2" is 2; 0: another run's. */
static unsigned number_of(const char *entry, const char *name)
{
    const size_t length = strlen(name);
    if (strncmp(entry, name, length) != 0)
        return 0;
    if (entry[length] == '\0')
        return 1;
    char again[NAME_MAX + 1];
    unsigned number = 0;
    if (sscanf(entry + length, "-%u", &number) != 1 || number < 2)
        return 0;
    snprintf(again, sizeof again, "%s-%u", name, number);
    return strcmp(entry, again) == 0 ? number : 0;
}

/* Highest number of this run's folders under runs/; 0: there is none. */
static unsigned newest_number(const char *name)
{
    unsigned newest = 0;
    DIR *open_folder = opendir(runs);
    if (!open_folder)
        return 0;
    for (struct dirent *entry; (entry = readdir(open_folder));) {
        unsigned number = number_of(entry->d_name, name);
        if (number > newest)
            newest = number;
    }
    closedir(open_folder);
    return newest;
}

static nn_status numbered(const char *name, unsigned number, char path[PATH_MAX], nn_error *error)
{
    char numbered_name[NAME_MAX + 1];
    int length = number == 1 ? snprintf(numbered_name, sizeof numbered_name, "%s", name)
                             : snprintf(numbered_name, sizeof numbered_name, "%s-%u", name, number);
    if (length >= (int)sizeof numbered_name)
        return nn_fail(error, NN_USAGE, "the run's name %s is too long; name a folder with --output", name);
    return nni_folder_join(runs, numbered_name, path, error);
}

/* mkdir decides: of two runs that start at once, each gets a folder of its own. */
static nn_status make_next(const char *name, nni_folder *folder, nn_error *error)
{
    bool created;
    NN_TRY(make_folders(runs, &created, error));
    for (unsigned number = newest_number(name) + 1;; number++) {
        NN_TRY(numbered(name, number, folder->path, error));
        folder->created = mkdir(folder->path, 0777) == 0;
        if (folder->created)
            return NN_OK;
        if (errno != EEXIST)
            return nn_fail(error, NN_SYSTEM, "cannot make the output folder %s: %s; name another with --output",
                           folder->path, strerror(errno));
    }
}

/* Whether a file is directly in a folder, by whatever names. */
static bool is_inside(const char *file, const char *folder)
{
    char beside[PATH_MAX];
    struct stat one, other;
    return nni_folder_of(file, beside) && stat(beside, &one) == 0 && stat(folder, &other) == 0 &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static nn_status open_named(const nn_train_options *options, nni_folder *folder, nn_error *error)
{
    if (snprintf(folder->path, sizeof folder->path, "%s", options->output) >= (int)sizeof folder->path)
        return nn_fail(error, NN_USAGE, "--output: the name is too long");
    size_t length = strlen(folder->path);
    while (length > 1 && folder->path[length - 1] == '/')
        folder->path[--length] = '\0';
    return make_folders(folder->path, &folder->created, error);
}

/* Removes partial files of a run that was killed while it wrote them. A run that was suspended then fails to rename its
 * own. */
static void remove_partial_files(const char *folder)
{
    static const char *const names[] = {"recipe.yaml", "metrics.jsonl",  "records.jsonl", "best.h5",
                                        "model.h5",    "predictions.h5", "report.html"};
    enum { NAMES = sizeof names / sizeof *names };
    const char ending[] = ".partial";
    DIR *open_folder = opendir(folder);
    if (!open_folder)
        return;
    for (struct dirent *entry; (entry = readdir(open_folder));) {
        const size_t length = strlen(entry->d_name);
        char path[PATH_MAX];
        uint64_t step;
        if (length <= strlen(ending) || strcmp(entry->d_name + length - strlen(ending), ending) != 0 ||
            nni_folder_join(folder, entry->d_name, path, NULL) != NN_OK)
            continue;
        entry->d_name[length - strlen(ending)] = '\0';
        bool ours = nni_checkpoint_step(entry->d_name, &step);
        for (size_t i = 0; i < NAMES; i++)
            ours = ours || strcmp(entry->d_name, names[i]) == 0;
        if (ours)
            unlink(path);
    }
    closedir(open_folder);
}

/* Of the folder as it is once nobody else writes into it. */
static nn_status check_contents(const nn_train_options *options, const nni_folder *folder, nn_error *error)
{
    if (options->resume_file && holds_a_run(folder->path) && !is_inside(options->resume_file, folder->path))
        return nn_fail(error, NN_USAGE,
                       "%s already holds another run than that of %s; name a new --output, or leave it out to continue "
                       "where the checkpoint is",
                       folder->path, options->resume_file);
    if (!options->resume && holds_a_run(folder->path))
        return nn_fail(error, NN_USAGE, "%s already holds a run; continue it with --resume or name another --output",
                       folder->path);
    return NN_OK;
}

/* The folder a checkpoint is in. */
static nn_status open_beside(const char *file, nni_folder *folder, nn_error *error)
{
    if (!nni_folder_of(file, folder->path))
        return nn_fail(error, NN_USAGE, "--resume: the name is too long");
    if (!is_folder(folder->path))
        return nn_fail(error, NN_DATA, "cannot open checkpoint %s: there is no folder %s", file, folder->path);
    return NN_OK;
}

nn_status nni_folder_open(const nn_train_options *options, nni_folder *folder, nni_run_lock **lock, nn_error *error)
{
    *folder = (nni_folder){.created = false};
    *lock = NULL;
    unsigned newest = 0;
    if (options->output)
        NN_TRY(open_named(options, folder, error));
    else if (options->resume_file)
        NN_TRY(open_beside(options->resume_file, folder, error));
    else if (options->resume && (newest = newest_number(options->name)) > 0)
        NN_TRY(numbered(options->name, newest, folder->path, error));
    else
        NN_TRY(make_next(options->name, folder, error));
    if (access(folder->path, W_OK | X_OK) != 0)
        return nn_fail(error, NN_SYSTEM, "cannot write into %s: %s; name another folder with --output", folder->path,
                       strerror(errno));
    NN_TRY(nni_run_lock_take(folder->path, options->resume, options->out, lock, error));
    if (options->output)
        NN_TRY(check_contents(options, folder, error));
    remove_partial_files(folder->path);
    return NN_OK;
}

void nni_folder_abandon(const nni_folder *folder)
{
    if (folder->created)
        rmdir(folder->path); /* refuses where something is in it, as it should */
}
