#ifndef GOVSEAL_SCALAR_IMPL_H
#define GOVSEAL_SCALAR_IMPL_H

#include "modinv.h"
#include "scalar.h"

static const scalar SCALAR_N = {{UINT64_C(0x53bbf40939d54123), UINT64_C(0x7203df6b21c6052b),
                                 UINT64_C(0xffffffffffffffff), UINT64_C(0xfffffffeffffffff)}};
/* 2^512 mod n, and -n^-1 mod 2^64 */
static const scalar SCALAR_R2 = {{UINT64_C(0x901192af7c114f20), UINT64_C(0x3464504ade6fa2fa),
                                  UINT64_C(0x620fc84c3affe0d4), UINT64_C(0x1eb5e412a22b3d3b)}};
#define SCALAR_QUOTIENT UINT64_C(0x327f9e8872350975)

static const modinv_modulus SCALAR_MODULUS = {
    {{0x13bbf40939d54123, 0x080f7dac871814ad, 0x3ffffffffffffff7, 0x3fffffbfffffffff, 0xff}},
    UINT64_C(0x0d8061778dcaf68b)};

#ifdef GOVSEAL_VERIFY
static void scalar_verify(const scalar *a) {
    uint64_t unused[4];
    VERIFY_CHECK(words_sub(unused, a->d, SCALAR_N.d) == 1);
}
#else
#define scalar_verify(a) ((void)(a))
#endif

static void scalar_cmov(scalar *r, const scalar *a, uint64_t flag) {
    const uint64_t take = mask_from_bit(flag);
    UNROLL
    for (int i = 0; i < 4; i++) {
        r->d[i] = (a->d[i] & take) | (r->d[i] & ~take);
    }
}

/* r = overflow·2^256 + words, minus n once if that is not negative. Takes a value below 2n.
 * Returns 1 if nothing was subtracted. */
static uint64_t scalar_reduce(scalar *r, const uint64_t words[4], uint64_t overflow) {
    scalar reduced;
    uint64_t below;
    memmove(r->d, words, sizeof r->d);
    below = words_sub(reduced.d, r->d, SCALAR_N.d) & (overflow ^ 1);
    scalar_cmov(r, &reduced, below ^ 1);
    scalar_verify(r);
    return below;
}

static void scalar_set_words(scalar *r, const uint64_t words[4]) {
    scalar_reduce(r, words, 0);
}

static uint64_t scalar_set_bytes(scalar *r, const unsigned char bytes[32]) {
    uint64_t words[4];
    words_load(words, bytes);
    const uint64_t below = scalar_reduce(r, words, 0);
    wipe(words, sizeof words);
    return below;
}

static void scalar_get_bytes(unsigned char bytes[32], const scalar *a) {
    words_store(bytes, a->d);
}

static void scalar_add(scalar *r, const scalar *a, const scalar *b) {
    uint64_t sum[4];
    u128 carry = 0;
    UNROLL
    for (int i = 0; i < 4; i++) {
        carry += (u128)a->d[i] + b->d[i];
        sum[i] = (uint64_t)carry;
        carry >>= 64;
    }
    scalar_reduce(r, sum, (uint64_t)carry);
}

static void scalar_sub(scalar *r, const scalar *a, const scalar *b) {
    const uint64_t borrow = mask_from_bit(words_sub(r->d, a->d, b->d));
    u128 carry = 0;
    UNROLL
    for (int i = 0; i < 4; i++) {
        carry += (u128)r->d[i] + (SCALAR_N.d[i] & borrow);
        r->d[i] = (uint64_t)carry;
        carry >>= 64;
    }
    scalar_verify(r);
}

static void scalar_negate(scalar *r, const scalar *a) {
    static const scalar zero = {{0, 0, 0, 0}};
    scalar_sub(r, &zero, a);
}

/* One word of b at a time: t += a·b[i]; t = (t + q·n)/2^64. t stays below 2n < 2^257. */
static void scalar_mul_montgomery(scalar *r, const scalar *a, const scalar *b) {
    uint64_t t[5] = {0, 0, 0, 0, 0};
    UNROLL
    for (int i = 0; i < 4; i++) {
        uint64_t q, top;
        u128 c = 0;
        UNROLL
        for (int j = 0; j < 4; j++) {
            c += (u128)a->d[j] * b->d[i] + t[j];
            t[j] = (uint64_t)c;
            c >>= 64;
        }
        c += t[4];
        t[4] = (uint64_t)c;
        top = (uint64_t)(c >> 64);
        q = t[0] * SCALAR_QUOTIENT;
        c = ((u128)q * SCALAR_N.d[0] + t[0]) >> 64;
        UNROLL
        for (int j = 1; j < 4; j++) {
            c += (u128)q * SCALAR_N.d[j] + t[j];
            t[j - 1] = (uint64_t)c;
            c >>= 64;
        }
        c += t[4];
        t[3] = (uint64_t)c;
        t[4] = (uint64_t)(c >> 64) + top;
    }
    scalar_reduce(r, t, t[4]);
    wipe(t, sizeof t);
}

static void scalar_to_montgomery(scalar *r, const scalar *a) {
    scalar_mul_montgomery(r, a, &SCALAR_R2);
}

static void scalar_inverse(scalar *r, const scalar *a) {
    modinv(r->d, a->d, &SCALAR_MODULUS);
    scalar_verify(r);
}

static uint64_t scalar_is_zero(const scalar *a) {
    return is_zero_word(a->d[0] | a->d[1] | a->d[2] | a->d[3]);
}

static uint64_t scalar_is_odd(const scalar *a) {
    return a->d[0] & 1;
}

#endif
