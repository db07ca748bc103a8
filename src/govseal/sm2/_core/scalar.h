/* Integers modulo n, the prime order of the group; 2^255 < n < 2^256.
 *
 * A scalar holds four 64-bit words, least significant first, and is always fully reduced.
 */
#ifndef GOVSEAL_SCALAR_H
#define GOVSEAL_SCALAR_H

#include "util.h"

typedef struct {
    uint64_t d[4];
} scalar;

/* n as words. */
static const scalar SCALAR_N;

/* r = 32 bytes big-endian mod n. Returns 1 if the bytes were below n, else 0. */
static uint64_t scalar_set_bytes(scalar *r, const unsigned char bytes[32]);

/* r = four words mod n; for any value below 2^256. */
static void scalar_set_words(scalar *r, const uint64_t words[4]);

static void scalar_get_bytes(unsigned char bytes[32], const scalar *a);

/* r = a + b, a - b, -a mod n. */
static void scalar_add(scalar *r, const scalar *a, const scalar *b);
static void scalar_sub(scalar *r, const scalar *a, const scalar *b);
static void scalar_negate(scalar *r, const scalar *a);

/* r = a·b·2^-256 mod n: with one factor in Montgomery form (a·2^256) the plain product. */
static void scalar_mul_montgomery(scalar *r, const scalar *a, const scalar *b);

/* r = a·2^256 mod n. */
static void scalar_to_montgomery(scalar *r, const scalar *a);

/* r = a^-1 mod n, and 0 for 0. */
static void scalar_inverse(scalar *r, const scalar *a);

/* 1 if a is zero (or odd), else 0. */
static uint64_t scalar_is_zero(const scalar *a);
static uint64_t scalar_is_odd(const scalar *a);

/* r = flag ? a : r, for flag 0 or 1. */
static void scalar_cmov(scalar *r, const scalar *a, uint64_t flag);

#endif
