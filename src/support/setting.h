/**
 * Settings as tables: what a recipe may say about a subject stands beside the code that uses it.
 *
 * A domain (activation, loss, optimizer ...) is a table with an entry for each of its kinds, indexed by their
 * enumerators. The recipe's schema, its checks and messages, `nntrain help recipe` and the manual's tables are made
 * from these tables.
 */
#ifndef NNI_SUPPORT_SETTING_H
#define NNI_SUPPORT_SETTING_H

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

/** How a value is written and kept. */
typedef enum nni_setting_type {
    NNI_SETTING_TEXT,     /**< char *, owned */
    NNI_SETTING_BOOL,     /**< bool */
    NNI_SETTING_COUNT,    /**< size_t or uint64_t */
    NNI_SETTING_AUTO,     /**< size_t: a count, or the word auto, which is 0 */
    NNI_SETTING_NUMBER,   /**< double */
    NNI_SETTING_KIND,     /**< enum: a kind of a domain */
    NNI_SETTING_SECTION,  /**< struct of settings */
    NNI_SETTING_TEXTS,    /**< char **, owned, and its count */
    NNI_SETTING_COUNTS,   /**< size_t *, owned, and its count */
    NNI_SETTING_NUMBERS,  /**< double *, owned, and its count */
    NNI_SETTING_SECTIONS, /**< struct *, owned, and its count */
} nni_setting_type;

/** One setting of a section; a section is an array of them that a NULL key ends. */
typedef struct nni_setting {
    const char *key;
    nni_setting_type type;
    size_t offset;                      /**< of the member in the section's struct */
    size_t count_offset;                /**< lists: of the uint32_t with their length */
    const char *value;                  /**< where it is left out, as YAML; NULL: see required */
    bool required;                      /**< must be written; else, without a value, it stays out */
    double least, most;                 /**< numbers, counts and lengths of lists; both 0: any */
    bool above;                         /**< more than `least` and less than `most`, not equal */
    const nni_domain *domain;           /**< NNI_SETTING_KIND */
    const struct nni_setting *settings; /**< sections */
    size_t size;                        /**< NNI_SETTING_SECTIONS: bytes of the struct */
    const char *help;                   /**< one line without a full stop */
} nni_setting;

/** @return the entry of an enumerator; NULL: the domain has no such kind */
const nni_kind *nni_domain_kind(const nni_domain *domain, size_t value);

/** @return its name; "unknown" for a value outside the domain */
const char *nni_domain_name(const nni_domain *domain, size_t value);

/** @return the enumerator of a name; domain->count: there is none */
size_t nni_domain_find(const nni_domain *domain, const char *name);

/** @return whether a kind has a setting. @param value  receives its default, which may be NULL; may be NULL */
bool nni_kind_has(const nni_kind *kind, const char *key, const char **value);

#endif
