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

/* A point whose multiples are kept for good has them in parts: row i holds those of 2^(32i)·a. A
 * digit at bit 32i + j of a scalar is then added when j doublings are left, so 31 doublings serve
 * all 256 bits. */
#define ECMULT_PARTS 8
#define ECMULT_SPACING 32
typedef struct {
    ge_storage rows[ECMULT_PARTS][ECMULT_ENTRIES_POINT]; /* (2j+1)·2^(32i)·a: 4 KB */
} ecmult_table;

/* Fill the tables of odd multiples of G: once per process, before the first ecmult_var, and then
 * before the first ecmult_table_var. */
static void ecmult_build(void);
static void ecmult_build_parts(void);

/* r = s·G + t·a, for every s and t. */
static void ecmult_var(gej *r, const scalar *s, const ge *a, const scalar *t);

/* The table of a, for about the price of one ecmult_var; and the same sum with it, for a third. */
static void ecmult_table_set_var(ecmult_table *r, const ge *a);
static void ecmult_table_var(gej *r, const scalar *s, const ecmult_table *a, const scalar *t);

#endif
