/* SPDX-License-Identifier: MIT */
/**
 * Settings as tables: what a recipe may say about a subject stands beside the code that uses it.
 *
 * A domain (activation, loss, optimizer ...) is a table with an entry for each of its kinds, indexed by their
 * enumerators. The recipe's schema, its checks and messages, `nntrain help recipe` and the manual's tables are made
 * from these tables.
 */
#ifndef NNI_SUPPORT_SETTING_H
#define NNI_SUPPORT_SETTING_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/** A setting that only some kinds of a domain have. */
typedef struct nni_kind_setting {
    const char *key;
    const char *value; /**< where it is left out, as YAML; NULL: it then stays out */
} nni_kind_setting;

/** What every entry of a domain's table begins with. */
typedef struct nni_kind {
    const char *name;                 /**< as recipes and checkpoints write it; NULL: the enumerator has no kind */
    const char *help;                 /**< one line without a full stop */
    const nni_kind_setting *settings; /**< ended by a NULL key; NULL: none of its own */
} nni_kind;

/** A domain: entries that begin with an nni_kind, [count] of `stride` bytes each, by enumerator. */
typedef struct nni_domain {
    const char *noun; /**< "activation" */
    const void *table;
    size_t stride, count;
} nni_domain;

/** A number of epochs or of steps: one of them, or neither. */
typedef struct nni_interval {
    size_t epochs, steps;
} nni_interval;

/** How a value is written, and what it becomes in a struct. */
typedef enum nni_setting_type {
    NNI_SETTING_TEXT,     /**< char *, owned */
    NNI_SETTING_BOOL,     /**< bool */
    NNI_SETTING_COUNT,    /**< whole number of 0 or more: size_t or uint64_t */
    NNI_SETTING_NUMBER,   /**< double */
    NNI_SETTING_BYTES,    /**< "512K", "4M" or "2G", of 1024 and its powers: size_t */
    NNI_SETTING_SECONDS,  /**< "90 seconds", "30 minutes" or "2 hours": double */
    NNI_SETTING_INTERVAL, /**< "10 epochs" or "500 steps": nni_interval */
    NNI_SETTING_KIND,     /**< name of a domain: its enum, of the size of an int */
    NNI_SETTING_SECTION,  /**< mapping of keys: a struct */
    NNI_SETTING_TEXTS,    /**< list: char **, owned */
    NNI_SETTING_COUNTS,   /**< list: size_t *, owned */
    NNI_SETTING_NUMBERS,  /**< list: double *, owned */
    NNI_SETTING_SECTIONS, /**< list of mappings: a struct *, owned */
} nni_setting_type;

/**
 * One setting of a section; a section is an array of them that a NULL key ends.
 *
 * Which settings a section has may depend on the kind that it names (nni_kind.settings): one that kinds list and that
 * has no value here belongs to those kinds alone. A value with a kind goes before the one here.
 */
typedef struct nni_setting {
    const char *key, *help; /**< help: one line without a full stop */
    nni_setting_type type;
    size_t offset;         /**< of the member in the section's struct */
    size_t size;           /**< of the member; lists: of an element */
    size_t beside;         /**< offset of a second member: lists: of the uint32_t with their length; bytes, seconds and
                              intervals: of a char * that keeps what was written; 0: none */
    const char *value;     /**< where it is left out, as YAML; NULL: see required */
    bool required;         /**< left out, it is missed; else, without a value, it stays out */
    const char *word;      /**< that may stand instead of a value and becomes 0: "auto", "never" */
    double least, most;    /**< numbers, and elements of lists of them; both 0: any */
    bool above, below;     /**< more than `least`, less than `most` */
    size_t fewest, utmost; /**< lists: lengths; 0: 1 and any */
    const char *usual;     /**< ends the message about a value that cannot be: "0.9 is usual"; NULL: its default */
    const nni_domain *domain;           /**< of NNI_SETTING_KIND */
    const struct nni_setting *settings; /**< of sections */
} nni_setting;

/** Ranges, within the entry of a setting. */
#define NNI_FROM_0          .least = 0, .most = INFINITY
#define NNI_FROM_1          .least = 1, .most = INFINITY
#define NNI_ABOVE_0         .above = true, .most = INFINITY
#define NNI_FROM_0_TO_1     .most = 1, .below = true /* without 1 */
#define NNI_BETWEEN_0_AND_1 .above = true, .most = 1, .below = true

/** Starts the entry of a member: {NNI_SETTING(COUNT, nni_layer_settings, units), .help = "..."}. */
#define NNI_SETTING(kind, structure, member) NNI_SETTING_KEY(#member, kind, structure, member)

/** The same for a key that is not the name of the member. */
#define NNI_SETTING_KEY(name, kind, structure, member)                                                                 \
    .key = (name), .type = NNI_SETTING_##kind, .offset = offsetof(structure, member),                                  \
    .size = sizeof(((structure *)0)->member)

/** The same for a list; its length is the member `member`_count. */
#define NNI_SETTING_LIST(kind, structure, member, length)                                                              \
    .key = #member, .type = NNI_SETTING_##kind, .offset = offsetof(structure, member),                                 \
    .size = sizeof(*((structure *)0)->member), .beside = offsetof(structure, length)

/** The settings of a kind: NNI_KIND_SETTINGS({"factor", "0.5"}, {"limit", NULL}). */
#define NNI_KIND_SETTINGS(...)                                                                                         \
    (const nni_kind_setting[])                                                                                         \
    {                                                                                                                  \
        __VA_ARGS__,                                                                                                   \
        {                                                                                                              \
            0                                                                                                          \
        }                                                                                                              \
    }

/** A domain from its noun and its table. */
#define NNI_DOMAIN(name, entries)                                                                                      \
    {                                                                                                                  \
        .noun = (name), .table = (entries), .stride = sizeof *(entries), .count = sizeof(entries) / sizeof *(entries)  \
    }

/** @return the entry of an enumerator; NULL: the domain has no such kind */
const nni_kind *nni_domain_kind(const nni_domain *domain, size_t value);

/** @return its name; "unknown" for a value outside the domain */
const char *nni_domain_name(const nni_domain *domain, size_t value);

/** @return the enumerator of a name; domain->count: there is none */
size_t nni_domain_find(const nni_domain *domain, const char *name);

/** @return whether a kind has a setting. @param value  receives its default, which may be NULL; may be NULL */
bool nni_kind_has(const nni_kind *kind, const char *key, const char **value);

/** @return whether any kind of a domain has settings of its own */
bool nni_domain_has_settings(const nni_domain *domain);

/** @return whether any kind of a domain has a setting */
bool nni_domain_has(const nni_domain *domain, const char *key);

/** @return the setting of a name; NULL: the section has none */
const nni_setting *nni_section_find(const nni_setting *section, const char *key);

/** @return the setting whose kind decides which others the section has; NULL: none does */
const nni_setting *nni_section_kind(const nni_setting *section);

/** @return the section of a setting, of its elements where it is a list; NULL: it is a value */
const nni_setting *nni_setting_section(const nni_setting *setting);

#endif
