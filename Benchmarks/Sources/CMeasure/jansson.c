// The yardstick for reading a message.
#include "measure.h"

#include <jansson.h>

int64_t measure_jansson(const char *text, size_t count, int times) {
    int64_t start = measure_nanoseconds();
    for (int time = 0; time < times; time++) {
        json_t *root = json_loadb(text, count, JSON_REJECT_DUPLICATES, NULL);
        if (!root) return -1;
        json_decref(root);
    }
    return measure_nanoseconds() - start;
}
