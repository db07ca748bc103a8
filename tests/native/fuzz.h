/* What the fuzz targets share. Each fuzz_*.h is one target, and fuzz.c runs them. Each reads its input as numbers and choices, so that random
 * bytes reach what lies behind the first checks, and compares every tier with the portable one.
 */
#ifndef GOVSEAL_TESTS_FUZZ_H
#define GOVSEAL_TESTS_FUZZ_H

#include "core.h"

#include "check.h"

#undef CHECK /* libFuzzer keeps the input of an abort, not that of an exit */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

typedef struct {
    const uint8_t *data;
    size_t size;
} fuzz_input;

static core_tier best_tier;

static void fuzz_setup(void) {
    static int is_done = 0;
    if (!is_done) {
        is_done = 1;
        best_tier = tier = tier_best();
        signature_build_tables();
        prepared_build_tables();
    }
    tier = TIER_PORTABLE;
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

/* A key of the next bytes; where they are no d in [1, n-2], of 1. */
static void take_key(private_key *key, public_key *public, fuzz_input *in) {
    static const unsigned char one[SCALAR_SIZE] = {[SCALAR_SIZE - 1] = 1};
    unsigned char d[SCALAR_SIZE];
    take(d, in, sizeof d);
    if (!private_key_load(key, public, d)) {
        CHECK(private_key_load(key, public, one));
    }
}

/* A nonce in [1, n-1]. */
static void take_nonce(scalar *k, fuzz_input *in) {
    unsigned char bytes[SCALAR_SIZE];
    take(bytes, in, sizeof bytes);
    (void)scalar_set_bytes(k, bytes);
    k->d[0] |= scalar_is_zero(k);
}

/* for (each tier from portable up) */
#define EACH_TIER(name)                                                                            \
    (int name = TIER_PORTABLE; name <= (int)best_tier && (tier = (core_tier)name, 1); name++)

#endif
