/* Eight points at once, lane by lane (field8.h): the formulas of group.h without its exceptions.
 *
 * All additions here are incomplete. They are right where neither operand is infinity and a ≠ ±b.
 * Any such accident, and infinity as an operand, leaves Z ≡ 0 (ZZ ≡ ZZZ ≡ 0) in that lane; and no
 * formula makes a zero Z anything else again. So a chain of them needs one look at Z in its end: where
 * it is zero the lane holds nothing, and the scalar code has to do that multiplication over again.
 *
 * All coordinates are tight. Those of magnitude 2 are taken and left throughout. Results may alias
 * operands.
 */
#ifndef GOVSEAL_GROUP8_H
#define GOVSEAL_GROUP8_H

#include "field8.h"
#include "group.h"

#if HAS_LANES

typedef struct {
    fe8 x, y;
} ge8; /* affine */

typedef struct {
    fe8 x, y, z;
} gej8; /* (X/Z², Y/Z³) */

typedef struct {
    fe8 x, y, zz, zzz;
} gex8; /* (X/ZZ, Y/ZZZ) with ZZ³ = ZZZ² */

TARGET_BEGIN(TARGET_IFMA)

/* Lane l from a[l]. */
static void ge8_load(ge8 *r, const ge a[FE8_LANES]);

LANE_INLINE void gej8_set_ge(gej8 *r, const ge8 *a);
LANE_INLINE void gex8_set_ge(gex8 *r, const ge8 *a);

/* r = a, or -a in the lanes of minus. */
LANE_INLINE void ge8_negate_if(ge8 *r, __mmask8 minus);

/* r = lanes ? a : r. */
LANE_INLINE void gej8_cmov(gej8 *r, const gej8 *a, __mmask8 lanes);
LANE_INLINE void gex8_cmov(gex8 *r, const gex8 *a, __mmask8 lanes);

/* r = 2a. 4M + 4S; right for every a, and infinity stays infinity. */
static void gej8_double(gej8 *r, const gej8 *a);

/* r = a + b, or a - b in the lanes of minus. 8M + 3S. */
static void gej8_add_ge(gej8 *r, const gej8 *a, const ge8 *b, __mmask8 minus);

/* r = a + b, or a - b in the lanes of minus. 8M + 2S. */
static void gex8_add_ge(gex8 *r, const gex8 *a, const ge8 *b, __mmask8 minus);

/* r = a + b. 12M + 2S. */
static void gex8_add(gex8 *r, const gex8 *a, const gex8 *b);

/* Lane l of r is lane l ^ distance of a; distance is 1, 2 or 4. */
LANE_INLINE void gex8_exchange(gex8 *r, const gex8 *a, int distance);

TARGET_END

#endif
#endif
