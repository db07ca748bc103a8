/* What all fuzz targets share: a check, and input that is read piece by piece or copied. */
#ifndef GOVSEAL_TESTS_FUZZ_INPUT_H
#define GOVSEAL_TESTS_FUZZ_INPUT_H

#include <string.h>

#include "check.h"

#undef CHECK /* libFuzzer keeps the input of an abort, not that of an exit */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

typedef int fuzz_target(const uint8_t *data, size_t size);

typedef struct {
    const uint8_t *data;
    size_t size;
} fuzz_input;

static size_t below(size_t limit) {
    return (size_t)(test_random() >> 16) % limit;
}

/* The next size bytes; zeroes where the input has ended. */
static void take(unsigned char *out, fuzz_input *in, size_t size) {
    const size_t there = size < in->size ? size : in->size;
    memset(out, 0, size);
    if (there != 0) {
        memcpy(out, in->data, there);
        in->data += there;
        in->size -= there;
    }
}

static unsigned take_byte(fuzz_input *in) {
    unsigned char byte;
    take(&byte, in, 1);
    return byte;
}

/* A copy of exactly this size, so that the sanitizer sees a read past its end. */
static unsigned char *copy_of(const uint8_t *data, size_t size) {
    unsigned char *copy = malloc(size == 0 ? 1 : size);
    CHECK(copy != NULL);
    if (size != 0) {
        memcpy(copy, data, size);
    }
    return copy;
}

#endif
