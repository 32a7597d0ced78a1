/* SPDX-License-Identifier: MIT */
#include "cli/choose.h"

#include <stdio.h>
#include <string.h>

#include "data/dataset/split.h"
#include "support/memory.h"
#include "train/run/format.h"

/* --- which split --- */

static bool has_test(const nn_recipe *recipe)
{
    const nni_holdout holdout = nni_holdout_of_test(&recipe->data, recipe->seed);
    return nni_split_is_given(&recipe->data.test) || nni_holdout_takes(&holdout);
}

static bool has_validation(const nn_recipe *recipe)
{
    const nni_holdout holdout = nni_holdout_of_validation(&recipe->data, recipe->seed);
    return nni_split_is_given(&recipe->data.validation) || nni_holdout_takes(&holdout);
}

static const nni_split_settings *split_of(const nn_recipe *recipe, nni_split split)
{
    if (split == NNI_SPLIT_TEST && nni_split_is_given(&recipe->data.test))
        return &recipe->data.test;
    if (split == NNI_SPLIT_VALIDATION && nni_split_is_given(&recipe->data.validation))
        return &recipe->data.validation;
    return &recipe->data.train;
}

/* Whether the rows are some of those of data.train. */
static bool is_held_out(const nn_recipe *recipe, nni_split split)
{
    const nni_holdout test = nni_holdout_of_test(&recipe->data, recipe->seed),
                      validation = nni_holdout_of_validation(&recipe->data, recipe->seed);
    switch (split) {
    case NNI_SPLIT_TEST:
        return nni_holdout_takes(&test);
    case NNI_SPLIT_VALIDATION:
        return nni_holdout_takes(&validation);
    case NNI_SPLIT_TRAIN:
        return nni_holdout_takes(&test) || nni_holdout_takes(&validation);
    default:
        return false;
    }
}

static nn_status fail_without(const nni_model_arguments *given, const char *rows, const char *other, nn_error *error)
{
    return nn_fail(
        error, NN_USAGE,
        "the recipe of %s holds no %srows out; %s--split train takes those it was trained on, --data FILE.h5 "
        "others",
        given->model, rows, other);
}

static nn_status choose_split(const nni_model_arguments *given, nni_model_session *session, nn_error *error)
{
    const nn_recipe *recipe = session->recipe;
    const bool test = has_test(recipe), validation = has_validation(recipe);
    session->split = given->split;
    if (given->split == NNI_SPLIT_UNSAID && !given->data) {
        if (!test && !validation)
            return fail_without(given, "", "", error);
        session->split = test ? NNI_SPLIT_TEST : NNI_SPLIT_VALIDATION;
    }
    session->held_out = is_held_out(recipe, session->split);
    session->base = split_of(recipe, session->split);
    if (given->data) /* whose splits are called as is usual, where the recipe has none */
        return NN_OK;
    if (session->split == NNI_SPLIT_TEST && !test)
        return fail_without(given, "test ", validation ? "--split validation takes its validation rows, " : "", error);
    if (session->split == NNI_SPLIT_VALIDATION && !validation)
        return fail_without(given, "validation ", test ? "--split test takes its test rows, " : "", error);
    return NN_OK;
}

/* --- which datasets --- */

static const char *without_slash(const char *name)
{
    return name + strspn(name, "/");
}

static bool same_name(const char *a, const char *b)
{
    return a && b && strcmp(without_slash(a), without_slash(b)) == 0;
}

static const char *last_part(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

/* A single feature has the shape of targets. */
static bool is_target(const nni_data_settings *data, const char *name)
{
    return strcmp(last_part(name), last_part(data->train.y)) == 0 ||
           (data->train.w && strcmp(last_part(name), last_part(data->train.w)) == 0);
}

size_t nni_model_list_fitting(const nni_model_session *session, const char *but, char *text, size_t room)
{
    const nni_string_set *fitting = &session->found.fitting;
    size_t listed = 0, used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < fitting->count; i++) {
        if (is_target(&session->recipe->data, fitting->text[i]) || same_name(fitting->text[i], but))
            continue;
        if (used + strlen(fitting->text[i]) + 8 < room)
            used += (size_t)snprintf(text + used, room - used, "%s%s", listed > 0 ? ", " : "", fitting->text[i]);
        listed++;
    }
    return listed;
}

static nn_status fail_to_choose(const nni_model_arguments *given, const nni_model_session *session, nn_error *error)
{
    char names[300];
    const nni_figure features = nni_figure_plural(session->model->network->inputs, "feature");
    const nni_string_set *all = &session->found.all;
    if (nni_model_list_fitting(session, NULL, names, sizeof names) > 1)
        return nn_fail(error, NN_DATA, "%s has several datasets of %s a row: %s; choose one with --x", given->data,
                       features.text, names);
    size_t used = 0;
    names[0] = '\0';
    for (size_t i = 0; i < all->count && used + strlen(all->text[i]) + 8 < sizeof names; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "", all->text[i]);
    return nn_fail(error, NN_DATA, "%s has no dataset of %s a row, which the model takes; it holds %s", given->data,
                   features.text, all->count > 0 ? names : "no datasets");
}

/* Names of the recipe come first, those of the test split before those of training, else the one that fits. */
static nn_status find_features(const nni_model_arguments *given, nni_model_session *session, nn_error *error)
{
    const nni_data_settings *data = &session->recipe->data;
    enum { PREFERRED = 2 };
    const char *preferred[PREFERRED] = {data->train.x, data->train.x};
    if (nni_split_is_given(&data->test))
        preferred[0] = data->test.x;
    nni_dataset_spec spec = nni_dataset_spec_of(&data->train, &data->train);
    spec.file = given->data, spec.files = NULL, spec.file_count = 0;
    spec.external = given->external;
    NN_TRY(nni_candidates_find(&spec, session->model->network->inputs, preferred, given->x ? 0 : PREFERRED,
                               session->comm, &session->found, error));
    char names[300];
    const nni_string_set *fitting = &session->found.fitting;
    const bool single = nni_model_list_fitting(session, NULL, names, sizeof names) == 1;
    session->x = given->x;
    for (size_t i = 0; i < fitting->count && !session->x; i++) {
        const char *name = fitting->text[i];
        const bool known = same_name(name, preferred[0]) || same_name(name, preferred[1]);
        if (known || (single && !is_target(data, name)))
            session->x = name;
    }
    for (size_t i = 0; i < PREFERRED && fitting->count == 0 && !session->x; i++)
        if (nni_string_set_find(&session->found.all, preferred[i]) != SIZE_MAX)
            session->x = preferred[i]; /* to be told what does not fit about it */
    return session->x ? NN_OK : fail_to_choose(given, session, error);
}

/* Those of the recipe belong to its features; others are looked for in the same group, under the same name. */
static nn_status find_targets(nni_model_session *session, nn_error *error)
{
    const nni_data_settings *data = &session->recipe->data;
    const char *y = data->train.y;
    if (nni_split_is_given(&data->test) && same_name(session->x, data->test.x)) {
        session->base = &data->test;
        session->y = data->test.y;
        return NN_OK;
    }
    if (same_name(session->x, data->train.x)) {
        session->y = y;
        return NN_OK;
    }
    const size_t group = (size_t)(last_part(session->x) - session->x), room = group + strlen(last_part(y)) + 1;
    NN_TRY(nni_allocate(room, 1, "a name", &session->beside, error));
    snprintf(session->beside, room, "%.*s%s", (int)group, session->x, last_part(y));
    session->y = session->beside;
    /* Features may have been named alone, of the recipe's targets. */
    const char *const known[] = {data->test.y, y};
    for (size_t i = 0; i < 2 && nni_string_set_find(&session->found.all, session->beside) == SIZE_MAX; i++)
        if (known[i] && nni_string_set_find(&session->found.all, known[i]) != SIZE_MAX)
            session->y = known[i];
    return NN_OK;
}

/* Of a file that the recipe has no such split of, as the recipe's defaults call it. */
static const char *usual_name(nni_split split, bool features)
{
    if (split == NNI_SPLIT_TEST)
        return features ? "/test/x" : "/test/y";
    return features ? "/validation/x" : "/validation/y";
}

static void name_datasets(const nni_model_arguments *given, nni_model_session *session)
{
    const nn_recipe *recipe = session->recipe;
    const bool unknown = (session->split == NNI_SPLIT_TEST && !has_test(recipe)) ||
                         (session->split == NNI_SPLIT_VALIDATION && !has_validation(recipe));
    session->x = given->x ? given->x : unknown ? usual_name(session->split, true) : session->base->x;
    session->y = given->y ? given->y : unknown ? usual_name(session->split, false) : session->base->y;
    session->w = given->w ? given->w : given->data && !session->held_out ? NULL : session->base->w;
}

static nn_status refuse_other_names(const nni_model_arguments *given, const nni_model_session *session, nn_error *error)
{
    const char *const option = given->x ? "--x" : given->y ? "--y" : given->w ? "--w" : given->label ? "--label" : NULL;
    if (!session->held_out || !option)
        return NN_OK;
    return nn_fail(error, NN_USAGE,
                   "%s: the %s rows are carved off the recipe's %s, so other datasets or columns have none; leave it "
                   "out, or add --split all",
                   option,
                   session->split == NNI_SPLIT_TEST         ? "test"
                   : session->split == NNI_SPLIT_VALIDATION ? "validation"
                                                            : "training",
                   session->recipe->data.train.x);
}

/* "age,size" into the columns. */
static nn_status cut_label(char *label, nni_model_session *session, nn_error *error)
{
    size_t count = 1;
    for (const char *at = label; *at; at++)
        count += *at == ',';
    NN_TRY(nni_allocate(count, sizeof *session->label, "the names of columns", &session->label, error));
    for (char *at = label; at;) {
        char *comma = strchr(at, ',');
        session->label[session->label_count++] = at;
        if (comma)
            *comma = '\0';
        if (*at == '\0')
            return nn_fail(error, NN_USAGE, "--label: a name is empty; write columns of y as a,b or 0,2");
        at = comma ? comma + 1 : NULL;
    }
    return NN_OK;
}

nn_status nni_model_choose(const nni_model_arguments *given, bool with_targets, nni_model_session *session,
                           nn_error *error)
{
    nn_comm *comm = session->comm;
    NN_TRY(choose_split(given, session, error));
    NN_TRY(refuse_other_names(given, session, error));
    if (session->split == NNI_SPLIT_UNSAID) {
        NN_TRY(find_features(given, session, error));
        NN_TRY(nn_comm_agree(comm, find_targets(session, error), error));
        session->y = given->y ? given->y : session->y;
        session->w = given->w;
    } else {
        name_datasets(given, session);
    }
    if (with_targets && given->label)
        return nn_comm_agree(comm, cut_label(given->label, session, error), error);
    if (!with_targets)
        session->y = session->w = NULL;
    return NN_OK;
}
