/* Constant-time multiplication of the base point G by a secret.
 *
 * The scalar is written in 43 signed odd digits of 6 bits: there is no digit zero, so there is no
 * point at infinity, no skipped addition and no doubling. Row i of the table holds the odd
 * multiples 1, 3, …, 63 of 2^(6i)·G; a digit is looked up by reading its whole row. ecmult_gen8.h
 * does the same in eight lanes, with the same table.
 */
#ifndef GOVSEAL_ECMULT_GEN_H
#define GOVSEAL_ECMULT_GEN_H

#include "group.h"
#include "scalar.h"

#define GEN_WINDOW 6
#define GEN_ROWS 43                       /* 43·6 = 258 >= 256 bits */
#define GEN_ENTRIES (1 << (GEN_WINDOW - 1)) /* 32: 86 KB in all */

/* ecmult_gen_table[row][j][i] is word j of the entry (2i+1)·2^(6·row)·G: words 0..3 are those of x,
 * 4..7 those of y, packed as in ge_storage. */
#define GEN_WORDS 8
static uint64_t ecmult_gen_table[GEN_ROWS][GEN_WORDS][GEN_ENTRIES] __attribute__((aligned(64)));

/* The digits of a scalar k, and what the rows have in common. With k' the odd one of k and n-k, and
 * K = (k' + 2^258 - 1)/2 = sum b_j·2^j:
 *
 *     k' = 2K - (2^258 - 1) = sum (2·b_j - 1)·2^j,
 *
 * so six bits B of K at position 6i stand for the odd digit 2B - 63: positive from B = 32 on, and
 * then entry B - 32 of row i; else minus entry 31 - B. */
typedef struct {
    uint64_t words[5];
    uint64_t negated; /* 1 if k' = n-k */
} ecmult_gen_digits;

static void ecmult_gen_recode(ecmult_gen_digits *r, const scalar *k);

/* Fills the table; once per process, before the first multiplication. */
static void ecmult_gen_build(void);

/* r = k·G, normalised, for k in [1, n-1]. Constant time. */
static void ecmult_gen(ge *r, const scalar *k);

/* The same by scalar code, whatever the tier. */
static void ecmult_gen_scalar(ge *r, const scalar *k);

/* x[i] = the x coordinate of k[i]·G as an integer in four words, for 1 to GEN_MANY_MAX scalars. */
#define GEN_MANY_MAX 128
static void ecmult_gen_many_x(uint64_t (*x)[4], const scalar *k, size_t count);

#endif
