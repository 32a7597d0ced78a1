/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "import/csv/facts.h"
#include "import/csv/names.h"
#include "support/printable.h"

/* Lines of columns, and of advice of each sort; levels from which on a column of texts is seldom a category; rows that
 * it takes for two columns to agree by more than chance. */
enum { MOST_COLUMNS = 30, MOST_ADVICE = 5, MANY_LEVELS = 50, ROWS_OF_PROOF = 20, NAME_WIDTH = 24 };

/* A report in work. */
typedef struct report {
    const nni_csv_table *table;
    const nni_csv_facts *facts;
    FILE *out;
} report;

/* --- what became of a column --- */

static double missing_of(const report *of, const nni_csv_column *column)
{
    const nni_csv_feature_facts *features = of->facts->features + column->first;
    double ones = 0;
    if (column->kind == NNI_CSV_NUMBER)
        return features->missing;
    for (size_t t = 0; column->kind == NNI_CSV_TEXT && t < column->texts.count; t++)
        ones += features[t].ones;
    return column->kind == NNI_CSV_TEXT ? of->facts->rows - ones : 0;
}

static bool is_constant(const report *of, const nni_csv_column *column)
{
    const nni_csv_feature_facts *facts = of->facts->features + column->first;
    return column->kind == NNI_CSV_NUMBER && facts->rows > 1 && facts->least == facts->most;
}

static const char *name_kind(const nni_csv_column *column, bool like)
{
    switch (column->kind) {
    case NNI_CSV_DROPPED:
        return like ? "left out: the file of --like has no feature of it" : "dropped, as you say";
    case NNI_CSV_INDEX:
        return "dropped: an index without a name, which counts the rows";
    case NNI_CSV_EMPTY:
        return "dropped: empty";
    case NNI_CSV_NUMBER:
        return column->calendar == NNI_CSV_DAYS      ? "date -> days since 1970"
               : column->calendar == NNI_CSV_SECONDS ? "date and time -> seconds since 1970"
                                                     : "number";
    case NNI_CSV_TEXT:
        return "category";
    default:
        return "label";
    }
}

static void print_name(FILE *out, const char *name)
{
    char shown[4 * NAME_WIDTH];
    fputs(nni_printable(name, shown, sizeof shown), out);
}

static void print_classes(const report *of, const nni_csv_column *column)
{
    enum { MOST_BYTES = 60 };
    const nni_string_set *texts = &column->texts;
    size_t bytes = 0;
    fprintf(of->out, ": %zu %s: ", texts->count, texts->count == 1 ? "class" : "classes");
    for (size_t t = 0; t < texts->count; t++) {
        bytes += strlen(texts->text[t]) + 2;
        if (bytes > MOST_BYTES && t > 0) {
            fprintf(of->out, ", ...");
            return;
        }
        fprintf(of->out, "%s", t > 0 ? ", " : "");
        print_name(of->out, texts->text[t]);
    }
}

static void print_column(const report *of, const nni_csv_column *column, bool first, int width)
{
    char name[4 * NAME_WIDTH];
    const double missing = missing_of(of, column);
    size_t characters = 0;
    nni_printable(column->name, name, sizeof name);
    for (const char *c = name; *c; c++)
        characters += ((unsigned char)*c & 0xC0) != 0x80;
    fprintf(of->out, "%-8s %s%*s  %s", first ? "columns" : "", name,
            characters < (size_t)width ? width - (int)characters : 0, "", name_kind(column, of->table->job->like));
    if (column->kind == NNI_CSV_TEXT)
        fprintf(of->out, ", %zu level%s -> %zu feature%s", column->texts.count, column->texts.count == 1 ? "" : "s",
                column->texts.count, column->texts.count == 1 ? "" : "s");
    else if (column->kind == NNI_CSV_LABEL)
        print_classes(of, column);
    else if (column->kind == NNI_CSV_CLASS)
        fprintf(of->out, ": whole numbers, so classes, %.0f to %.0f", of->facts->labels[column->first].least,
                of->facts->labels[column->first].most);
    else if (column->kind == NNI_CSV_TARGET)
        fprintf(of->out, ": values from %.6g to %.6g", of->facts->labels[column->first].least,
                of->facts->labels[column->first].most);
    else if (column->kind == NNI_CSV_DROPPED && of->table->job->like && of->table->labels == 0)
        fprintf(of->out, "; if it is the label, --label names it");
    if (missing > 0)
        fprintf(of->out, ", %.0f missing%s", missing,
                column->kind == NNI_CSV_TEXT && of->table->job->unknown ? " or unknown" : "");
    if (is_constant(of, column))
        fprintf(of->out, ", the same in every row: %.6g", of->facts->features[column->first].least);
    fputc('\n', of->out);
}

/* What there is something to say of comes before mere numbers. */
static bool is_plain(const report *of, const nni_csv_column *column)
{
    return column->kind == NNI_CSV_NUMBER && column->calendar == NNI_CSV_NO_DATES && missing_of(of, column) == 0 &&
           !is_constant(of, column);
}

static bool is_label(const nni_csv_column *column)
{
    return column->kind == NNI_CSV_CLASS || column->kind == NNI_CSV_LABEL || column->kind == NNI_CSV_TARGET;
}

/* 0: the label, 1: what is not plain, 2: plain numbers */
static size_t rank_of(const report *of, const nni_csv_column *column)
{
    return is_label(column) ? 0 : is_plain(of, column) ? 2 : 1;
}

/* "         ... and 170 more numbers, 3 more categories" */
static void print_rest(const report *of, const size_t left[6])
{
    static const char *const nouns[6][2] = {{"number", "numbers"},    {"category", "categories"}, {"date", "dates"},
                                            {"left out", "left out"}, {"label", "labels"},        {NULL, NULL}};
    const char *before = "         ... and ";
    for (size_t k = 0; k < 5; k++) {
        if (left[k] == 0)
            continue;
        fprintf(of->out, "%s%zu more %s", before, left[k], nouns[k][left[k] != 1]);
        before = ", ";
    }
    fputc('\n', of->out);
}

static size_t noun_of(const nni_csv_column *column)
{
    if (is_label(column))
        return 4;
    if (column->kind == NNI_CSV_NUMBER)
        return column->calendar == NNI_CSV_NO_DATES ? 0 : 2;
    return column->kind == NNI_CSV_TEXT ? 1 : 3;
}

static void print_columns(const report *of)
{
    const nni_csv_table *table = of->table;
    size_t counts[3] = {0}, left[6] = {0}, size = table->count <= MOST_COLUMNS ? MOST_COLUMNS : MOST_COLUMNS - 1;
    int width = 0;
    for (size_t c = 0; c < table->count; c++) {
        const size_t length = strlen(table->columns[c].name);
        counts[rank_of(of, &table->columns[c])]++;
        width = length > (size_t)width && length <= NAME_WIDTH ? (int)length : width;
    }
    for (size_t r = 0; r < 3; r++) { /* how many of each there is room for */
        counts[r] = counts[r] < size ? counts[r] : size;
        size -= counts[r];
    }
    bool first = true;
    for (size_t c = 0; c < table->count; c++) {
        const nni_csv_column *column = &table->columns[c];
        size_t *shown = &counts[rank_of(of, column)];
        if (*shown == 0) {
            left[noun_of(column)]++;
            left[5]++;
            continue;
        }
        --*shown;
        print_column(of, column, first, width);
        first = false;
    }
    if (left[5] > 0)
        print_rest(of, left);
}

/* --- advice --- */

/* Of each sort some lines, then how many more there are. @return whether this one is to be told */
static bool has_room(size_t *reported)
{
    return ++*reported <= MOST_ADVICE;
}

static void end_sort(const report *of, size_t reported, const char *what)
{
    if (reported > MOST_ADVICE)
        fprintf(of->out, "advice   and %zu more columns that %s\n", reported - MOST_ADVICE, what);
}

static const char *begin_advice(const report *of, size_t c, char spelled[NNI_CSV_SPELLED])
{
    fprintf(of->out, "advice   column ");
    print_name(of->out, of->table->columns[c].name);
    return nni_csv_spell(of->table, c, spelled);
}

/* Names and free text are read as categories, too: seldom meant, and each text becomes a feature. */
static void advise_of_levels(const report *of)
{
    char spelled[NNI_CSV_SPELLED];
    size_t reported = 0;
    for (size_t c = 0; c < of->table->count; c++) {
        const nni_csv_column *column = &of->table->columns[c];
        const double levels = (double)column->texts.count, present = of->facts->rows - missing_of(of, column);
        if (column->kind != NNI_CSV_TEXT || (levels < MANY_LEVELS && !column->ambiguous) || !has_room(&reported))
            continue;
        begin_advice(of, c, spelled);
        fprintf(of->out, " has %.0f levels, a feature each", levels);
        if (column->ambiguous)
            fprintf(of->out, ", of dates whose day and month may change places; as 2024-03-01 they become numbers");
        else if (levels > present / 2)
            fprintf(of->out, ", most of them in one row alone, as identifiers are");
        fprintf(of->out, "; --drop %s leaves it out\n", spelled);
    }
    end_sort(of, reported, "have as many levels");
}

static void advise_of_indices(const report *of)
{
    char spelled[NNI_CSV_SPELLED];
    size_t reported = 0;
    for (size_t c = 0; c < of->table->count; c++) {
        const nni_csv_column *column = &of->table->columns[c];
        if (column->kind != NNI_CSV_NUMBER || !column->counts || !has_room(&reported))
            continue;
        begin_advice(of, c, spelled);
        fprintf(of->out, " counts the rows (%.0f, %.0f, ...) and tells nothing of them; --drop %s leaves it out\n",
                of->facts->features[column->first].x0, of->facts->features[column->first].x0 + 1, spelled);
    }
    end_sort(of, reported, "count the rows");
}

/* Each column is compared with those before it that are called as it is; the first two are told. */
static void advise_of_names(const report *of)
{
    char spelled[NNI_CSV_SPELLED];
    size_t reported = 0;
    nni_string_set names = {.text = NULL};
    for (size_t c = 0; c < of->table->count && of->table->header; c++) {
        const char *name = of->table->columns[c].name;
        size_t before = 0;
        nn_error unused;
        if (nni_string_set_find(&names, name) == SIZE_MAX) {
            if (nni_string_set_add(&names, name, &unused) != NN_OK)
                break;
            continue;
        }
        while (strcmp(of->table->columns[before].name, name) != 0)
            before++;
        if (!has_room(&reported))
            continue;
        fprintf(of->out, "advice   columns %zu and %zu, counted from 0, are both called ", before, c);
        print_name(of->out, name);
        fprintf(of->out, "; an option finds one by its number, as in --drop %s\n",
                nni_csv_spell(of->table, c, spelled));
    }
    nni_string_set_free(&names);
    end_sort(of, reported, "are called as others are");
}

/* Pearson's correlation with the label. */
static double correlation(const nni_csv_feature_facts *of)
{
    const double xx = of->xx - of->x * of->x / of->rows, yy = of->yy - of->y * of->y / of->rows,
                 xy = of->xy - of->x * of->y / of->rows;
    return of->rows > 0 && xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

/* Each level has a class of its own. */
static bool renames_label(const report *of, const nni_csv_column *column)
{
    const nni_csv_feature_facts *features = of->facts->features + column->first;
    if (of->table->columns[of->table->label].kind == NNI_CSV_TARGET || column->texts.count < 2 ||
        column->texts.count >= MANY_LEVELS)
        return false;
    for (size_t t = 0; t < column->texts.count; t++)
        for (size_t before = 0; before <= t; before++)
            if (features[t].class < 0 || (before < t && features[before].class == features[t].class))
                return false;
    return true;
}

static void advise_of_leaks(const report *of)
{
    const double alike = 0.999;
    char spelled[NNI_CSV_SPELLED];
    size_t reported = 0;
    if (of->table->label == SIZE_MAX || of->facts->training_rows < ROWS_OF_PROOF)
        return;
    for (size_t c = 0; c < of->table->count; c++) {
        const nni_csv_column *column = &of->table->columns[c];
        const nni_csv_feature_facts *facts = of->facts->features + column->first;
        const double r = column->kind == NNI_CSV_NUMBER && facts->rows >= ROWS_OF_PROOF ? correlation(facts) : 0;
        const bool renames = column->kind == NNI_CSV_TEXT && renames_label(of, column);
        if ((fabs(r) <= alike && !renames) || !has_room(&reported))
            continue;
        begin_advice(of, c, spelled);
        if (renames)
            fprintf(of->out, " gives the label away: each of its levels has one class");
        else
            fprintf(of->out, " gives the label away: they correlate with %.4f", r);
        fprintf(of->out, "; where it is not known before the label is, leave it out by --drop %s\n", spelled);
    }
    end_sort(of, reported, "give the label away");
}

static void advise_of_missing(const report *of)
{
    for (size_t c = 0; c < of->table->count; c++)
        if (of->table->columns[c].kind == NNI_CSV_NUMBER && missing_of(of, &of->table->columns[c]) > 0) {
            fprintf(of->out,
                    "advice   numbers that are missing are NaN, which a training takes with data.impute: mean\n");
            return;
        }
}

static void advise_of_label(const report *of)
{
    const nni_csv_table *table = of->table;
    if (table->label == SIZE_MAX)
        fprintf(of->out, "advice   no column is the label, so there is no y; --label COLUMN names it\n");
    else if (table->columns[table->label].kind == NNI_CSV_CLASS && of->facts->labels[0].most >= MANY_LEVELS)
        fprintf(of->out, "advice   the label has classes up to %.0f; --values has it predicted as a number\n",
                of->facts->labels[0].most);
}

static void advise_of_width(const report *of)
{
    if (of->table->wide == SIZE_MAX)
        return;
    if (of->table->job->like) {
        fprintf(of->out, "stored   as float64, as in the file of --like\n");
        return;
    }
    fprintf(of->out, "stored   as float64, since float32 would round column ");
    print_name(of->out, of->table->columns[of->table->wide].name);
    fprintf(of->out, " too much\n");
}

void nni_csv_report(const nni_csv_table *table, const nni_csv_facts *facts, FILE *out)
{
    const report of = {table, facts, out};
    print_columns(&of);
    advise_of_width(&of);
    advise_of_missing(&of);
    if (table->job->like)
        return; /* what the columns are was settled before */
    advise_of_label(&of);
    advise_of_names(&of);
    advise_of_indices(&of);
    advise_of_levels(&of);
    advise_of_leaks(&of);
}
