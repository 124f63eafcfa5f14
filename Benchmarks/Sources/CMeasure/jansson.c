// The yardstick for reading messages and files.
#define _GNU_SOURCE
#include <fcntl.h>
#include <fts.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "measure.h"

int64_t measure_jansson(const char *text, size_t count, int times) {
    int64_t start = measure_thread_nanoseconds();
    for (int time = 0; time < times; time++) {
        json_t *root = json_loadb(text, count, JSON_REJECT_DUPLICATES, NULL);
        if (!root) return -1;
        json_decref(root);
    }
    return measure_thread_nanoseconds() - start;
}

const char *measure_jansson_version(void) { return jansson_version_str(); }

int measure_parse_file(const char *bytes, size_t count, void *context) {
    json_t *root = json_loadb(bytes, count, JSON_REJECT_DUPLICATES, NULL);
    if (!root) return -1;
    json_decref(root);
    *(int64_t *)context += (int64_t)count;
    return 0;
}

static char *read_file(const char *path, size_t *count) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0) return NULL;
    char *bytes = fstat(file, &status) == 0 ? malloc((size_t)status.st_size + 1) : NULL;
    ssize_t got = 0;
    for (*count = 0; bytes && (got = read(file, bytes + *count, (size_t)status.st_size - *count)) > 0;) {
        *count += (size_t)got;
    }
    close(file);
    return bytes;
}

static int has_suffix(const char *name, size_t length) {
    return length > 5 && strcmp(name + length - 5, ".json") == 0;
}

int64_t measure_folder(
    const char *path, int (*each)(const char *bytes, size_t count, void *context), void *context) {
    char *const roots[] = {(char *)path, NULL};
    FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    int64_t files = 0;
    if (!walk) return -1;
    for (FTSENT *entry; files >= 0 && (entry = fts_read(walk));) {
        if (entry->fts_info != FTS_F || !has_suffix(entry->fts_name, entry->fts_namelen)) continue;
        size_t count = 0;
        char *bytes = read_file(entry->fts_accpath, &count);
        files = bytes && each(bytes, count, context) == 0 ? files + 1 : -1;
        free(bytes);
    }
    fts_close(walk);
    return files;
}
