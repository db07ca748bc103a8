/* What every file of the core needs: widths, checks, constant-time masks, wiping.
 *
 * Conventions of this directory
 *   - X.h states contracts and representations, X_impl.h holds the code; module.c includes all of
 *     them and is the only compilation unit, so everything is static.
 *   - A function whose name ends in _var may take time that depends on its arguments and is used on
 *     public values only. All others run in constant time: no branch and no address depends on a
 *     value (a return value that a caller branches on is named in the contract).
 *   - Unless a contract says otherwise, outputs may alias inputs, and every pointer is valid.
 */
#ifndef GOVSEAL_UTIL_H
#define GOVSEAL_UTIL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if !defined(__SIZEOF_INT128__)
#error "the SM2 core needs a 64-bit compiler with __int128 (gcc or clang)"
#endif
__extension__ typedef unsigned __int128 u128;
__extension__ typedef __int128 i128; /* >> is arithmetic: true of gcc and clang */

/* -DGOVSEAL_VERIFY turns stated bounds into run-time checks; a shipped build has none. */
#ifdef GOVSEAL_VERIFY
#include <stdio.h>
#include <stdlib.h>
#define VERIFY_CHECK(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: bound violated: %s\n", __FILE__, __LINE__, #condition);        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)
#define VERIFY_SETUP(statement)                                                                    \
    do {                                                                                           \
        statement;                                                                                 \
    } while (0)
#else
#define VERIFY_CHECK(condition) ((void)0)
#define VERIFY_SETUP(statement) ((void)0)
#endif

/* -DGOVSEAL_CTIME (tests only): tells valgrind which memory is secret, and which values derived from
 * it are public. Memcheck then reports every branch and every address that depends on the rest. */
#ifdef GOVSEAL_CTIME
#include <valgrind/memcheck.h>
#define CLASSIFY(pointer, size) VALGRIND_MAKE_MEM_UNDEFINED(pointer, size)
#define DECLASSIFY(pointer, size) VALGRIND_MAKE_MEM_DEFINED(pointer, size)
#else
#define CLASSIFY(pointer, size) ((void)0)
#define DECLASSIFY(pointer, size) ((void)0)
#endif

/* -DGOVSEAL_TESTING (tests only): counts how often a rare path is taken. */
#ifdef GOVSEAL_TESTING
#define COUNT_PATH(name) (path_counter.name++)
static struct {
    uint64_t add_var_double, add_var_infinity, add_last_double, verify_second_x, verify8_undecided,
        nonce_candidate, gen_lanes_redone;
} path_counter;
#else
#define COUNT_PATH(name) ((void)0)
#endif

/* -DGOVSEAL_TESTING (tests only): what cannot be met by chance happens so many times. */
#ifdef GOVSEAL_TESTING
static struct {
    int refuse_nonce; /* the standard asks for another nonce */
    int spoil_point;  /* a bit of x of k·G flips */
    int spoil_s;      /* a bit of s flips */
} testing_events;
#define TESTING_EVENT(name) (testing_events.name > 0 && testing_events.name-- > 0)
#else
#define TESTING_EVENT(name) 0
#endif

/* Before a short loop of constant length: -O2 alone leaves such loops rolled. */
#define UNROLL _Pragma("GCC unroll 16")

/* Hides a value from the optimiser, so that it cannot turn mask arithmetic into a branch. */
static inline uint64_t value_barrier(uint64_t x) {
    __asm__("" : "+r"(x));
    return x;
}

/* All ones if bit is 1, zero if bit is 0. */
static inline uint64_t mask_from_bit(uint64_t bit) {
    VERIFY_CHECK(bit <= 1);
    return value_barrier(0 - bit);
}

/* 1 if x is zero, else 0. */
static inline uint64_t is_zero_word(uint64_t x) {
    x = value_barrier(x);
    return (~(x | (0 - x))) >> 63;
}

/* Zeroes memory that held a secret; the compiler may not drop it. */
static inline void wipe(void *memory, size_t size) {
    memset(memory, 0, size);
    __asm__ volatile("" : : "r"(memory) : "memory");
}

/* A function that keeps a frame of its own, so that its caller can wipe what it leaves there. */
#define OWN_FRAME __attribute__((noinline))

/* Zeroes the stack below the caller, where the functions it has called left temporaries that no
 * wipe of theirs names: spilled limbs, operands of the last addition. What touches secrets is
 * therefore an OWN_FRAME, and this is called by who called it: tests/native/wipe_tests.c looks. */
static __attribute__((noinline, unused)) void wipe_stack(void) {
    unsigned char below[12288]; /* eight lanes spill more than 8 KB */
    wipe(below, sizeof below);
}

/* Four 64-bit words, least significant first, from and to 32 bytes big-endian. */
static inline void words_load(uint64_t words[4], const unsigned char bytes[32]) {
    for (int i = 0; i < 4; i++) {
        uint64_t word = 0;
        for (int j = 0; j < 8; j++) {
            word = word << 8 | bytes[8 * (3 - i) + j];
        }
        words[i] = word;
    }
}

static inline void words_store(unsigned char bytes[32], const uint64_t words[4]) {
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 8; j++) {
            bytes[8 * (3 - i) + j] = (unsigned char)(words[i] >> (56 - 8 * j));
        }
    }
}

/* r = a - b over four words; returns the borrow, 0 or 1. */
static inline uint64_t words_sub(uint64_t r[4], const uint64_t a[4], const uint64_t b[4]) {
    uint64_t borrow = 0;
    UNROLL
    for (int i = 0; i < 4; i++) {
        const u128 difference = (u128)a[i] - b[i] - borrow;
        r[i] = (uint64_t)difference;
        borrow = (uint64_t)(difference >> 64) & 1;
    }
    return borrow;
}

#endif
