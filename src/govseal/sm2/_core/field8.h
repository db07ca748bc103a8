/* Eight field elements at once, one in each 64-bit lane of five AVX-512 registers.
 *
 * Radix, Montgomery factor and tables are those of field.h: lane l of an fe8 is an fe,
 * value = sum n[i]·2^(52·i) of that lane. What differs is the laziness. The multiplier of 52 bits
 * reads nothing above bit 51 of a limb, so an element has one of two shapes:
 *
 *     tight   every limb in [0, 2^52);
 *     loose   limbs are signed words, |n[i]| <= 2^61, as sums and uncarried products leave them.
 *
 * Multiplications take tight elements. The value lies in [0, m·p] for magnitude m in every lane and in
 * either shape; m <= 16 keeps it below 2^260, so that a carry chain makes the element tight. A build
 * with GOVSEAL_VERIFY carries the magnitude and a bound of the limbs along and checks both.
 *
 * All of this is constant time, and is to be called where tier >= TIER_IFMA alone.
 */
#ifndef GOVSEAL_FIELD8_H
#define GOVSEAL_FIELD8_H

#include "field.h"
#include "tier.h"

#if HAS_LANES
#include <immintrin.h>

#define FE8_LANES 8
#define LANE_INLINE static inline __attribute__((always_inline, unused))

typedef struct {
    __m512i n[5];
#ifdef GOVSEAL_VERIFY
    int magnitude;
    int looseness; /* |n[i]| < looseness·2^52; 0 if tight */
#endif
} fe8;

/* Eight packed elements: lane l of n[i] is word i of an fe_storage. */
typedef struct {
    __m512i n[4];
} fe8_storage;

#define FE8_MAX_MAGNITUDE 16

TARGET_BEGIN(TARGET_IFMA)

/* Lane l from and to a[l]. Loads every magnitude and leaves tight magnitude 2; stores a tight
 * element of magnitude <= 2, as such fe. */
static void fe8_load(fe8 *r, const fe a[FE8_LANES]);
static void fe8_store(fe r[FE8_LANES], const fe8 *a);

/* The same element in every lane; a has magnitude 1 or 2 and carried limbs. Tight, the same
 * magnitude. */
LANE_INLINE void fe8_set_all(fe8 *r, const fe *a);

/* Unpacks eight elements: tight, magnitude 1. Packs a normalised element. */
LANE_INLINE void fe8_from_storage(fe8 *r, const fe8_storage *a);
LANE_INLINE void fe8_to_storage(fe8_storage *r, const fe8 *a);

/* r = a, by whole registers. */
LANE_INLINE void fe8_copy(fe8 *r, const fe8 *a);

/* r = a + b. Any shapes; leaves loose, m(a) + m(b). */
LANE_INLINE void fe8_add(fe8 *r, const fe8 *a, const fe8 *b);

/* r = a - b, where m(b) <= bound, a constant. Any shapes; leaves loose, m(a) + bound. */
LANE_INLINE void fe8_sub(fe8 *r, const fe8 *a, const fe8 *b, int bound);

/* r = -a, where m(a) <= bound. Any shape; leaves loose, magnitude bound. */
LANE_INLINE void fe8_negate(fe8 *r, const fe8 *a, int bound);

/* r = -r in the given lanes, where m(r) <= bound. Any shape; leaves loose, magnitude bound. */
LANE_INLINE void fe8_negate_if(fe8 *r, __mmask8 lanes, int bound);

/* r = 2^shift·a. Any shape; leaves loose, 2^shift·m(a). */
LANE_INLINE void fe8_shift(fe8 *r, const fe8 *a, int shift);

/* Makes an element of magnitude <= 16 tight: the same value in carried limbs. */
LANE_INLINE void fe8_carry(fe8 *r);

/* Makes an element of magnitude <= 64 tight and of magnitude 2. */
LANE_INLINE void fe8_weaken(fe8 *r);

/* r = a·b, r = a², of tight elements. Leaves magnitude m(a)·m(b)/16 (rounded up) + 1, where that is
 * at most 16; tight. */
static void fe8_mul(fe8 *r, const fe8 *a, const fe8 *b);
static void fe8_sqr(fe8 *r, const fe8 *a);

/* The same as part of the caller's code, and left loose: where sums follow, one carry serves all. */
LANE_INLINE void fe8_mul_loose(fe8 *r, const fe8 *a, const fe8 *b);
LANE_INLINE void fe8_sqr_loose(fe8 *r, const fe8 *a);

/* The canonical form in every lane, from a tight element. */
static void fe8_normalize(fe8 *r);

/* Bit l says whether lane l is ≡ 0. Takes a tight element. */
static __mmask8 fe8_is_zero(const fe8 *a);

/* r = lanes ? a : r in every lane. Leaves the larger bounds. */
LANE_INLINE void fe8_cmov(fe8 *r, const fe8 *a, __mmask8 lanes);

/* Lane l of r is lane l ^ distance of a; distance is 1, 2 or 4. */
LANE_INLINE void fe8_exchange(fe8 *r, const fe8 *a, int distance);

/* r = a^-1 in every lane, and 0 where a ≡ 0: one scalar inversion for all. Takes a tight element of
 * magnitude <= 2; leaves tight, magnitude 2. */
static void fe8_inv(fe8 *r, const fe8 *a);

TARGET_END

#endif
#endif
