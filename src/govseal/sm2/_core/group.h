/* Points of y² = x³ - 3x + b (GB/T 32918.5).
 *
 * The formulas use a = -3 and never b: the tests run them on small groups of other b.
 */
#ifndef GOVSEAL_GROUP_H
#define GOVSEAL_GROUP_H

#include "field.h"

/* An affine point; never infinity. Coordinates of magnitude 1 or 2. */
typedef struct {
    fe x, y;
} ge;

/* The point (X/Z², Y/Z³); infinity has Z ≡ 0. X and Z of magnitude 1 or 2, Y of at most 4. */
typedef struct {
    fe x, y, z;
} gej;

/* The point (X/ZZ, Y/ZZZ) with ZZ³ = ZZZ²: cheaper to add to, dearer to double than a gej. Never
 * infinity. Coordinates of magnitude 1 or 2, but Y of at most 5. */
typedef struct {
    fe x, y, zz, zzz;
} gex;

/* An affine point packed for tables: 64 bytes. */
typedef struct {
    fe_storage x, y;
} ge_storage;

static const ge GE_GENERATOR;

/* Whether the coordinates satisfy the equation. */
static int ge_is_on_curve_var(const ge *a);

/* r = the point with this x and this parity of y (as an integer); returns 0 if there is none. */
static int ge_set_x_var(ge *r, const fe *x, int is_odd);

/* r = flag ? -a : a, for flag 0 or 1. a is normalised; r need not be. */
static void ge_negate_if(ge *r, const ge *a, uint64_t flag);

/* Packs a normalised point; unpacking leaves magnitude 1. */
static void ge_to_storage(ge_storage *r, const ge *a);
static void ge_from_storage(ge *r, const ge_storage *a);

/* r = table[index], 0 <= index < count, reading every entry. */
static inline void ge_storage_select(ge_storage *r, const ge_storage *table, int count,
                                     uint64_t index) __attribute__((always_inline));

static void gej_set_ge(gej *r, const ge *a);
static void gej_set_infinity(gej *r);

/* The normalised affine points of count points, with one inversion; 1 <= count <= GE_BATCH_MAX and
 * none is infinity. r and a may not overlap. */
#define GE_BATCH_MAX 64
static void ge_set_gej_batch_var(ge *r, const gej *a, int count);

static int gej_is_infinity_var(const gej *a);

/* r = 2a, for every a. */
static void gej_double(gej *r, const gej *a);

/* r = a + b, only where a is not infinity and a ≠ ±b. Constant time. */
static void gej_add_ge(gej *r, const gej *a, const ge *b);

/* The normalised affine point of a, which is not infinity. Constant time. */
static void ge_set_gej(ge *r, const gej *a);

/* r = a + b, for every a and b. */
static void gej_add_ge_var(gej *r, const gej *a, const ge *b);

/* r = a + b, only where a ≠ ±b. Constant time. Becomes part of its caller, which thereby chooses the
 * instructions; better a small function than a loop, for the registers' sake. */
static inline void gex_add_ge(gex *r, const gex *a, const ge *b) __attribute__((always_inline));

/* r = a + b, only where a ≠ -b; a = b is allowed and takes the same time. */
static void gex_add_ge_or_double(gex *r, const gex *a, const ge *b);

static void gex_set_ge(gex *r, const ge *a);

/* The normalised affine point of a. */
static void ge_set_gex(ge *r, const gex *a);

/* r[i] = (i+1)·a for i = 0..count-1. a has an order above count. */
static void gej_multiples_var(gej *r, const ge *a, int count);

#endif
