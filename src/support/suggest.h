/* SPDX-License-Identifier: MIT */
/** "Did you mean": the word of a list that somebody probably meant by another one. */
#ifndef NNI_SUPPORT_SUGGEST_H
#define NNI_SUPPORT_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

/** How sure a suggestion is. */
typedef enum nni_likeness {
    NNI_UNLIKE,
    NNI_TYPO,    /**< at most two letters are added, left out, changed or swapped */
    NNI_SYNONYM, /**< another program's word for it, or the same but for case, '_' and '-' */
} nni_likeness;

/** A search in work; zeroed but for `written`, nothing was found yet. */
typedef struct nni_suggestion {
    const char *written;
    const char *word; /**< the likeliest so far; NULL: none is like what was written */
    nni_likeness likeness;
    size_t distance; /**< of a typo: letters */
} nni_suggestion;

/** Looks at one word more. Of words that are equally like the first one stays. @return whether it is the likeliest so
 * far */
bool nni_suggest(nni_suggestion *search, const char *word);

/** What to add to "there is no such word": " (did you mean WORD?)", or nothing. */
typedef struct nni_suggested {
    char text[64];
} nni_suggested;

/** Looks through a list of words. */
nni_suggested nni_suggest_among(const char *written, const char *const *words, size_t count);

#endif
