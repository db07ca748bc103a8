/* The field GF(p), p = 2^256 - 2^224 - 2^96 + 2^64 - 1 (GB/T 32918.5).
 *
 * An fe holds x·2^260 mod p (Montgomery form) in five limbs: value = sum n[i]·2^(52·i).
 * Limbs are lazy: additions do not carry. An element has magnitude m when
 *
 *     value <= m·p   and   n[i] < m·2^52 for i = 0..3      (so n[4] < m·2^48).
 *
 * Each contract gives the magnitudes that it takes and leaves; a build with GOVSEAL_VERIFY carries
 * the magnitude along and checks it. The one canonical form, which fe_normalize makes, has
 * value < p and n[i] < 2^52.
 */
#ifndef GOVSEAL_FIELD_H
#define GOVSEAL_FIELD_H

#include "util.h"

typedef struct {
    uint64_t n[5];
#ifdef GOVSEAL_VERIFY
    int magnitude;
#endif
} fe;

/* A canonical element packed into four words, for tables. */
typedef struct {
    uint64_t n[4];
} fe_storage;

#define FE_MAX_MAGNITUDE 32

#ifdef GOVSEAL_VERIFY
#define FE_CONST(n0, n1, n2, n3, n4) {{(n0), (n1), (n2), (n3), (n4)}, 1}
#else
#define FE_CONST(n0, n1, n2, n3, n4) {{(n0), (n1), (n2), (n3), (n4)}}
#endif

static const fe FE_ONE; /* 1, that is 2^260 mod p */

/* r = the integer in 32 bytes big-endian. Returns 1 if it is below p, else 0 (r is then reduced).
 * Leaves magnitude 2. */
static uint64_t fe_set_bytes(fe *r, const unsigned char bytes[32]);

/* The integer in [0, p-1] as 32 bytes big-endian, or as four words. Magnitude <= 16. */
static void fe_get_bytes(unsigned char bytes[32], const fe *a);
static void fe_get_words(uint64_t words[4], const fe *a);

/* r = the integer in four words, any value below 2^256. Leaves magnitude 2. */
static void fe_set_words(fe *r, const uint64_t words[4]);

/* Packing keeps the Montgomery form. a must be normalised; unpacking leaves magnitude 1. */
static void fe_to_storage(fe_storage *r, const fe *a);
static void fe_from_storage(fe *r, const fe_storage *a);

/* r = a + b. Leaves magnitude m(a) + m(b). */
static inline void fe_add(fe *r, const fe *a, const fe *b);

/* r = factor·a for a small factor. Leaves magnitude factor·m(a). */
static inline void fe_scale(fe *r, const fe *a, int factor);

/* r = a - b, where m(b) <= bound. Leaves magnitude m(a) + bound + 1. */
static inline void fe_sub(fe *r, const fe *a, const fe *b, int bound);

/* r = -a, where m(a) <= bound. Leaves magnitude bound + 1. */
static inline void fe_negate(fe *r, const fe *a, int bound);

/* Brings any magnitude down to 2, without a full carry chain. */
static inline void fe_weaken(fe *r);

/* r = a·b, r = a². Leaves magnitude m(a)·m(b)/16 (rounded up) + 1, and limbs below 2^52.
 * Takes m(a)·m(b) <= 64. */
static void fe_mul(fe *r, const fe *a, const fe *b);
static void fe_sqr(fe *r, const fe *a);

/* r = a·b - c·d, with one reduction for both. Leaves magnitude m(a)·m(b)/16 (rounded up) + 2, and
 * limbs below 2^52. Takes m(a)·m(b) <= 64 and m(c)·m(d) <= 16. */
static void fe_mul_sub_mul(fe *r, const fe *a, const fe *b, const fe *c, const fe *d);

/* The same as part of the caller's code: for the two formulas where the time goes. */
static inline void fe_mul_inline(fe *r, const fe *a, const fe *b) __attribute__((always_inline));
static inline void fe_sqr_inline(fe *r, const fe *a) __attribute__((always_inline));
static inline void fe_mul_sub_mul_inline(fe *r, const fe *a, const fe *b, const fe *c, const fe *d)
    __attribute__((always_inline));

/* r = a·b - 8c². Leaves magnitude m(a)·m(b)/16 (rounded up) + 3. Takes m(a)·m(b) <= 64, m(c) <= 2. */
static inline void fe_mul_sub_8sqr_inline(fe *r, const fe *a, const fe *b, const fe *c)
    __attribute__((always_inline));

/* The canonical form. */
static void fe_normalize(fe *r);

/* Whether a ≡ 0: 1 or 0. */
static uint64_t fe_is_zero(const fe *a);
static int fe_is_zero_var(const fe *a);

/* Whether a ≡ b, where m(b) <= 2. */
static int fe_equal_var(const fe *a, const fe *b);

/* r = flag ? a : r, for flag 0 or 1. Leaves the larger magnitude. */
static inline void fe_cmov(fe *r, const fe *a, uint64_t flag);

/* r = a^-1, and 0 for 0. Leaves magnitude 2. */
static void fe_inv(fe *r, const fe *a);

/* r = a square root of a; returns 0 if there is none. Leaves magnitude 2. r must not alias a. */
static int fe_sqrt_var(fe *r, const fe *a);

#endif
