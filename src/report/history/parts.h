/* SPDX-License-Identifier: MIT */
/** What the files of this folder share: each reads a file of a run into its nni_history. */
#ifndef NNI_REPORT_HISTORY_PARTS_H
#define NNI_REPORT_HISTORY_PARTS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "report/history/history.h"
#include "support/json_read.h"

/** An object of a document. */
typedef struct nni_object {
    const nni_json_document *document;
    const nni_json_value *value; /**< NULL: there is none, and its members are none either */
} nni_object;

/* Each reads a file of the run. What is wrong with the file becomes a note; @return NN_SYSTEM where memory runs out. */

nn_status nni_history_read_recipe(nni_history *history, nn_error *error);
nn_status nni_history_read_metrics(nni_history *history, nn_error *error);
/** @param all  false: how the run began and ended, alone */
nn_status nni_history_read_records(nni_history *history, bool all, nn_error *error);

nn_status nni_history_read_predictions(nni_history *history, nn_error *error);
/** Weights of the first layer; network, names and origin where the records told none. */
nn_status nni_history_read_model(nni_history *history, nn_error *error);

/* The events of records.jsonl that begin and end a session; NN_DATA where the line is not as it should be. */

nn_status nni_history_read_begin(nni_object line, nni_history *history, nn_error *error);
nn_status nni_history_read_end(nni_object line, nni_history *history, nn_error *error);

/** Frees what one of them made. */
void nni_history_free_records(nni_history *history);
/** NULL is fine. */
void nni_history_free_predictions(nni_prediction_record *record);

/** Adds a sentence to the notes, unless they are very many already. */
void nni_history_note(nni_history *history, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Adds what a function said that failed, but for NN_SYSTEM. @return NN_OK, or NN_SYSTEM */
nn_status nni_history_excuse(nni_history *history, nn_status status, const nn_error *said, nn_error *error);

/** @return whether the folder has a file; its path */
bool nni_history_has(const nni_history *history, const char *name, char path[PATH_MAX]);

/**
 * Makes room for one more element of an array that grows by ones, zeroed.
 *
 * @param array  pointer to the array's, which has `count` elements now
 */
nn_status nni_history_grow(void *array, size_t count, size_t size, nn_error *error);

/** Lines of a text file, one at a time. */
typedef struct nni_lines {
    FILE *file;
    char *text;    /**< [length] the newest line, without its newline */
    size_t length; /**< of it */
    size_t number; /**< of it, from 1 on */
    bool torn;     /**< it has no newline: whoever writes it was killed, or is about to go on */
    size_t capacity;
    size_t bytes;          /**< of the file as it was opened */
    size_t bad, first_bad; /**< lines that were refused, number of the first of them */
} nni_lines;

/** @return NN_DATA naming file and reason. To be closed also after a failure */
nn_status nni_lines_open(const char *path, nni_lines *lines, nn_error *error);
/** @return false: there is none, or it cannot be read */
bool nni_lines_next(nni_lines *lines);
/** Goes back to before the first one. */
void nni_lines_rewind(nni_lines *lines);
/** Counts the newest line as one that could not be read, unless it is torn. */
void nni_lines_refuse(nni_lines *lines);
/** Notes how many they were. @param name  of the file */
void nni_lines_note(const nni_lines *lines, const char *name, nni_history *history);
void nni_lines_close(nni_lines *lines);

/* Members of a JSON object. */

/** @return a number; NAN: it is none, null or too large for a double. NULL is fine */
double nni_object_value(const nni_json_value *value);
nni_object nni_object_member(nni_object object, const char *name);
/** @return a member as nni_object_value has it */
double nni_object_number(nni_object object, const char *name);
/** @return a whole number; 0: there is none */
size_t nni_object_count(nni_object object, const char *name);
/** Copies a text; what is none leaves the copy as it is. */
nn_status nni_object_text(nni_object object, const char *name, char **copy, nn_error *error);
/** Adds the texts of an array to a set. */
nn_status nni_object_texts(nni_object object, const char *name, nni_string_set *set, nn_error *error);
/** @return elements of an array of numbers, null among them; SIZE_MAX: it is none */
size_t nni_object_length(nni_object object, const char *name);
/**
 * Copies an array of numbers; null becomes NAN.
 *
 * @param numbers  receives [count], to be released; stays as it is where there is no array of as many numbers
 */
nn_status nni_object_numbers(nni_object object, const char *name, size_t count, double **numbers, nn_error *error);
/**
 * Decodes base64 of little-endian float32.
 *
 * @param values  receives [count], to be released; stays as it is where there is no text of as many values
 */
nn_status nni_object_floats(nni_object object, const char *name, size_t count, float **values, nn_error *error);

#endif
