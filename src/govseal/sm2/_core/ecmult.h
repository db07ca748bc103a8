/* Multiplications of public values, in variable time: what a verification needs. */
#ifndef GOVSEAL_ECMULT_H
#define GOVSEAL_ECMULT_H

#include "group.h"
#include "scalar.h"

/* Widths of the non-adjacent forms: digits are odd and below 2^(width-1) in absolute value, so a
 * table holds 2^(width-2) odd multiples. */
#define ECMULT_WIDTH_POINT 5
#define ECMULT_WIDTH_GENERATOR 10
#define ECMULT_ENTRIES_POINT (1 << (ECMULT_WIDTH_POINT - 2))         /* 8 */
#define ECMULT_ENTRIES_GENERATOR (1 << (ECMULT_WIDTH_GENERATOR - 2)) /* 256: 16 KB */

/* Fills the table of odd multiples of G; once per process, before the first multiplication. */
static void ecmult_build(void);

/* r = s·G + t·a, for every s and t. */
static void ecmult_var(gej *r, const scalar *s, const ge *a, const scalar *t);

#endif
