/* SPDX-License-Identifier: MIT */
/* replay FOLDER: gives each file of a corpus to a target, so that what was found once stays mended without libFuzzer.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target.h"

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* In memory of its very size, that a sanitizer sees a step beyond it. */
static void replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    fuzz_expect(file && fseek(file, 0, SEEK_END) == 0, "a file that can be read");
    const long size = ftell(file);
    uint8_t *bytes = malloc(size > 0 ? (size_t)size : 1);
    rewind(file);
    fuzz_expect(bytes && (size == 0 || fread(bytes, (size_t)size, 1, file) == 1), "all of its bytes");
    fclose(file);
    LLVMFuzzerTestOneInput(bytes, (size_t)size);
    free(bytes);
}

int main(int argc, char **argv)
{
    struct dirent **entries = NULL;
    const int count = argc == 2 ? scandir(argv[1], &entries, is_visible, alphasort) : -1;
    if (count <= 0) {
        fprintf(stderr, "usage: replay FOLDER, with files in it\n");
        return 2;
    }
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], entries[i]->d_name);
        fprintf(stderr, "%s\n", path);
        replay(path);
        free(entries[i]);
    }
    free(entries);
    fuzz_clean();
    return 0;
}
