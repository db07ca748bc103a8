/* Multiplications of public values in eight lanes (TIER_IFMA): eight sums s·G + t·P at once, or one
 * sum cut into eight parts.
 *
 * All lanes do the same steps, so scalars are written with odd digits only: with k' the odd one of k
 * and n - k, windows of w bits B of (k' - 1)/2 stand for the odd digits 2B + 1 - 2^w, the highest
 * with its top bit set. There is no digit zero and no infinity on the way.
 *
 * The additions are incomplete: where two operands happen to be equal, opposite or infinity, the
 * result has Z = 0, and whatever is added later keeps Z = 0 (Z3 = Z1·h, or 2·Y·Z). So one look at
 * the end tells whether a lane holds its sum; the caller does such a lane again with ecmult_var.
 */
#ifndef GOVSEAL_ECMULT8_H
#define GOVSEAL_ECMULT8_H

#include "ecmult.h"
#include "group8.h"

#if HAS_LANES

/* A table without doublings for one point P: rows of the odd multiples 1, 3, …, 2^w - 1 of 2^(w·i)·P,
 * one row of 2^(w-1) entries for each window of w bits. */
#define COMB8_WIDTH_POINT 4     /* 64 rows of 8 entries: 32 KB */
#define COMB8_WIDTH_GENERATOR 8 /* 32 rows of 128 entries: 256 KB */
#define COMB8_ENTRIES(width) (1 << ((width)-1))
#define COMB8_SIZE(width) (256 / (width)*COMB8_ENTRIES(width))

typedef struct {
    ge_storage entries[COMB8_SIZE(COMB8_WIDTH_POINT)];
} comb8;

TARGET_BEGIN(TARGET_IFMA)

/* Fills the table of G, from ecmult_build's; once per process, before the sums. */
static void ecmult8_build(void);

/* Fills the table of a point that has one in parts. */
static void comb8_set_var(comb8 *r, const ecmult_table *a);

/* Lane l of r = s[l]·G + t[l]·a[l], for normalised points and scalars in [1, n-1]. */
static void ecmult8_var(gej8 *r, const scalar s[FE8_LANES], const ge a[FE8_LANES], const scalar t[FE8_LANES]);

/* The same with the points' tables. */
static void ecmult8_comb_var(gex8 *r, const scalar s[FE8_LANES], const comb8 *const a[FE8_LANES],
                             const scalar t[FE8_LANES]);

/* Every lane of r = s·G + t·a, with the point's table, and without. */
static void ecmult8_one_var(gex8 *r, const scalar *s, const comb8 *a, const scalar *t);
static void ecmult8_plain_var(gex8 *r, const scalar *s, const ge *a, const scalar *t);

TARGET_END

#endif

#endif
