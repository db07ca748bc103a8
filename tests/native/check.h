/* The little that the native tests share: a check that survives -DNDEBUG, and random test values. */
#ifndef GOVSEAL_TESTS_CHECK_H
#define GOVSEAL_TESTS_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s: failed: %s\n", __FILE__, __LINE__, __func__, #condition);  \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* xorshift64*: reproducible; the seed comes from the command line. */
static uint64_t test_random_state = 1;

static uint64_t test_random(void) {
    test_random_state ^= test_random_state >> 12;
    test_random_state ^= test_random_state << 25;
    test_random_state ^= test_random_state >> 27;
    return test_random_state * UINT64_C(0x2545f4914f6cdd1d);
}

/* Words that love the edges: zeros, ones and values next to a power of two. */
static uint64_t test_random_word(void) {
    const uint64_t x = test_random();
    switch (x & 7) {
    case 0:
        return 0;
    case 1:
        return UINT64_MAX;
    case 2:
        return (UINT64_C(1) << (x >> 58)) - (x >> 3 & 1);
    default:
        return test_random();
    }
}

static void test_random_words(uint64_t words[4]) {
    for (int i = 0; i < 4; i++) {
        words[i] = test_random_word();
    }
}

#endif
