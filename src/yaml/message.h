/* SPDX-License-Identifier: MIT */
/** Messages about values of a tree: where the value is, what it should have been, which words there are. */
#ifndef NNI_YAML_MESSAGE_H
#define NNI_YAML_MESSAGE_H

#include "support/setting.h"
#include "yaml/tree.h"

/** The way from the root to a value, kept on the stack of a walk. */
typedef struct nni_yaml_path {
    const struct nni_yaml_path *parent;
    const char *key; /**< NULL: an element of a list */
    size_t index;
} nni_yaml_path;

/** A sentence in the making; what does not fit is cut. */
typedef struct nni_sentence {
    char text[600];
    size_t length;
} nni_sentence;

void nni_say(nni_sentence *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Adds "network.layers[0]". */
void nni_say_path(nni_sentence *to, const nni_yaml_path *at);

/** @return "network.layers[0]: ", or nothing at the root */
nni_sentence nni_start_sentence(const nni_yaml_path *at);

nn_status nni_fail_with(nn_error *error, nni_yaml_place place, const nni_sentence *what);

/** Adds the kinds of a domain: "sgd, adam". */
void nni_say_kinds(nni_sentence *to, const nni_domain *domain);

/** Adds the kinds of a domain that have a setting: "sgd, rmsprop or lars". */
void nni_say_kinds_with(nni_sentence *to, const nni_domain *domain, const char *key);

/** Adds the range of a setting that has one: "more than 0", "from 1 to 4096". */
void nni_say_range(nni_sentence *to, const nni_setting *setting);

/** Adds the keys of a section. */
void nni_say_keys(nni_sentence *to, const nni_setting *section);

/** Adds " (did you mean adam?)" where a kind is like what was written. */
void nni_say_nearest_kind(nni_sentence *to, const nni_domain *domain, const char *written);

/** Adds the same of a key: of the section or, where that is surer, of another one below the root. */
void nni_say_nearest_key(nni_sentence *to, const nni_setting *section, const nni_setting *root, const char *written);

/** Checks the type of a single value. @param wrong  receives what is wrong with it; stays empty where nothing is */
void nni_yaml_check_value(nni_yaml_node *node, const nni_setting *setting, nni_sentence *wrong);

/** @return the setting that may stand for a whole section: its first, where that is a kind called "name"; or NULL */
const nni_setting *nni_yaml_short_form(const nni_setting *section);

#endif
