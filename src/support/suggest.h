/** "Did you mean": the word of a list that somebody probably meant by another one. */
#ifndef NNI_SUPPORT_SUGGEST_H
#define NNI_SUPPORT_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

/** How sure a suggestion is. */
typedef enum nn_likeness {
    NN_UNLIKE,
    NN_TYPO,    /**< at most two letters are added, left out, changed or swapped */
    NN_SYNONYM, /**< another program's word for it, or the same but for case, '_' and '-' */
} nn_likeness;

/** A search in work; zeroed but for `written`, nothing was found yet. */
typedef struct nn_suggestion {
    const char *written;
    const char *word; /**< the likeliest so far; NULL: none is like what was written */
    nn_likeness likeness;
    size_t distance; /**< of a typo: letters */
} nn_suggestion;

/** Looks at one word more. Of words that are equally like the first one stays. @return whether it is the likeliest so
 * far */
bool nn_suggest(nn_suggestion *search, const char *word);

/** What to add to "there is no such word": " (did you mean WORD?)", or nothing. */
typedef struct nn_suggested {
    char text[64];
} nn_suggested;

/** Looks through a list of words. */
nn_suggested nn_suggest_among(const char *written, const char *const *words, size_t count);

#endif
