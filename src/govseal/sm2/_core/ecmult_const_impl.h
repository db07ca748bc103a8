#ifndef GOVSEAL_ECMULT_CONST_IMPL_H
#define GOVSEAL_ECMULT_CONST_IMPL_H

#include "ecmult_const.h"

/* What a multiplication leaves on the stack, in one place to be wiped. */
typedef struct {
    uint64_t recoded[4], negated;
    ge_storage packed;
    ge entry;
    gej sum;
    scalar odd, other;
} ecmult_const_workspace;

/* table[i] = (2i+1)·a. In variable time: the point is public. */
static void ecmult_const_table_var(ge_storage table[CONST_ENTRIES], const ge *a) {
    gej multiples[2 * CONST_ENTRIES - 1], odd[CONST_ENTRIES];
    ge affine[CONST_ENTRIES];

    gej_multiples_var(multiples, a, 2 * CONST_ENTRIES - 1);
    for (int i = 0; i < CONST_ENTRIES; i++) {
        odd[i] = multiples[2 * i];
    }
    ge_set_gej_batch_var(affine, odd, CONST_ENTRIES);
    for (int i = 0; i < CONST_ENTRIES; i++) {
        ge_to_storage(&table[i], &affine[i]);
    }
}

/* With k' the odd one of k and n-k, and K = (k' + 2^256 - 1)/2 = sum b_j·2^j:
 *
 *     k' = 2K - (2^256 - 1) = sum (2·b_j - 1)·2^j,
 *
 * so four bits B of K at position 4i give the odd digit 2B - 15. */
static void ecmult_const_recode(ecmult_const_workspace *w, const scalar *k) {
    w->negated = scalar_is_odd(k) ^ 1;
    w->odd = *k;
    scalar_negate(&w->other, k);
    scalar_cmov(&w->odd, &w->other, w->negated);
    /* (k' - 1)/2 + 2^255, as k' is odd */
    for (int i = 0; i < 3; i++) {
        w->recoded[i] = w->odd.d[i] >> 1 | w->odd.d[i + 1] << 63;
    }
    w->recoded[3] = w->odd.d[3] >> 1 | UINT64_C(1) << 63;
}

/* entry = the multiple for window number i. A window B stands for the odd digit 2B - 15: positive
 * from B = 8 on, and then entry B - 8; else minus entry 7 - B. */
static void ecmult_const_lookup(ecmult_const_workspace *w, const ge_storage table[CONST_ENTRIES],
                                int i) {
    const int bit = i * CONST_WINDOW;
    const uint64_t window = w->recoded[bit / 64] >> (bit % 64) & (2 * CONST_ENTRIES - 1);
    const uint64_t is_negative = (window >> (CONST_WINDOW - 1)) ^ 1;
    const uint64_t index = (window ^ mask_from_bit(is_negative)) & (CONST_ENTRIES - 1);

    ge_storage_select(&w->packed, table, CONST_ENTRIES, index);
    ge_from_storage(&w->entry, &w->packed);
    ge_negate_if(&w->entry, &w->entry, is_negative);
}

/* From the high digits to the low: a step takes the sum v·a to u·a, u = 16v + b with the next digit b.
 * The first m digits make v = 2·top - (2^(4m) - 1), where top are the highest 4m bits of K. The
 * highest bit is set, so v is an odd number in [1, 2^(4m) - 1], and the last one, k', is in [1, n-1]:
 * no sum is infinity, and 16v ≡ -b mod n never holds. Nor does 16v ≡ b, that is u ≡ 2b:
 *
 *   - u = 2b is out, as u is odd.
 *   - Before the last step u < 2^252, so u - 2b lies between -30 and n, and is not n either.
 *   - In the last step 1 <= u = k' <= n - 1 leaves k' = n + 2b with b < 0. From 2K = k' + 2^256 - 1
 *     and b = 2B - 15 comes b ≡ k' - 16 mod 32; with n ≡ 3 mod 32 that is b ≡ 2b - 13, which only the
 *     digit 13 satisfies, and it is not negative. */
static void ecmult_const(ge *r, const ge *a, const scalar *k) {
    ge_storage table[CONST_ENTRIES] __attribute__((aligned(64)));
    ecmult_const_workspace w;

    ecmult_const_table_var(table, a);
    ecmult_const_recode(&w, k);
    ecmult_const_lookup(&w, table, CONST_DIGITS - 1);
    gej_set_ge(&w.sum, &w.entry);
    for (int i = CONST_DIGITS - 2; i >= 0; i--) {
        for (int j = 0; j < CONST_WINDOW; j++) {
            gej_double(&w.sum, &w.sum);
        }
        ecmult_const_lookup(&w, table, i);
        gej_add_ge(&w.sum, &w.sum, &w.entry);
    }
    ge_set_gej(r, &w.sum);
    ge_negate_if(r, r, w.negated);
    fe_normalize(&r->y);
    wipe(&w, sizeof w);
}

#endif
