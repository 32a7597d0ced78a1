/* SPDX-License-Identifier: MIT */
#include "report/report.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/page/section.h"
#include "support/files.h"

static nn_status write_page(FILE *out, const nni_history *const *runs, size_t count, const nni_report_options *options,
                            nn_error *error)
{
    if (options->theory)
        return nni_report_theory_page(out, runs, count, options, error);
    if (count > 1)
        return nni_report_compare_page(out, runs, count, options, error);
    return nni_report_run_page(out, runs[0], options, error);
}

nn_status nni_report_write(const nni_history *const *runs, size_t count, const nni_report_options *options,
                           const char *path, nn_error *error)
{
    nni_draft draft = {.file = NULL};
    NN_TRY(nni_draft_open(path, &draft, error));
    nn_status status = write_page(draft.file, runs, count, options, error);
    if (status == NN_OK)
        status = nni_draft_commit_unsynced(&draft, error); /* it can be made again */
    nni_draft_drop(&draft);
    return status;
}

bool nni_report_is_one(const char *path)
{
    struct stat facts;
    int file = -1;
    char head[NNI_PAGE_HEAD + 1] = "";
    if (nni_open_to_read(path, &file, &facts, NULL) != NN_OK)
        return false;
    const ssize_t count = read(file, head, NNI_PAGE_HEAD);
    close(file);
    return count > 0 && strstr(head, "content=\"" NNI_PAGE_GENERATOR);
}
