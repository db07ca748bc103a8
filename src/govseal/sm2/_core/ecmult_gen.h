/* Constant-time multiplication of the base point G by a secret.
 *
 * The scalar is written in 43 signed odd digits of 6 bits: there is no digit zero, so there is no
 * point at infinity, no skipped addition and no doubling. Row i of the table holds the odd
 * multiples 1, 3, …, 63 of 2^(6i)·G; a digit is looked up by reading its whole row.
 */
#ifndef GOVSEAL_ECMULT_GEN_H
#define GOVSEAL_ECMULT_GEN_H

#include "group.h"
#include "scalar.h"

#define GEN_WINDOW 6
#define GEN_ROWS 43                       /* 43·6 = 258 >= 256 bits */
#define GEN_ENTRIES (1 << (GEN_WINDOW - 1)) /* 32: 86 KB in all */

/* Fills the table; once per process, before the first multiplication. */
static void ecmult_gen_build(void);

/* r = k·G, normalised, for k in [1, n-1]. Constant time. */
static void ecmult_gen(ge *r, const scalar *k);

#endif
