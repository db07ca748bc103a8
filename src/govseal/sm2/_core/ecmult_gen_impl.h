#ifndef GOVSEAL_ECMULT_GEN_IMPL_H
#define GOVSEAL_ECMULT_GEN_IMPL_H

#include "ecmult_gen.h"

static ge_storage ecmult_gen_table[GEN_ROWS][GEN_ENTRIES] __attribute__((aligned(64)));

static void ecmult_gen_build(void) {
    gej multiples[2 * GEN_ENTRIES]; /* 1·B … 64·B of the row's base B */
    gej odd[GEN_ENTRIES + 1];       /* and the next base, 64·B, last */
    ge affine[GEN_ENTRIES + 1];
    ge base = GE_GENERATOR;

    for (int row = 0; row < GEN_ROWS; row++) {
        gej_multiples_var(multiples, &base, 2 * GEN_ENTRIES);
        for (int i = 0; i < GEN_ENTRIES; i++) {
            odd[i] = multiples[2 * i];
        }
        odd[GEN_ENTRIES] = multiples[2 * GEN_ENTRIES - 1];
        ge_set_gej_batch_var(affine, odd, GEN_ENTRIES + 1);
        for (int i = 0; i < GEN_ENTRIES; i++) {
            ge_to_storage(&ecmult_gen_table[row][i], &affine[i]);
        }
        base = affine[GEN_ENTRIES];
    }
}

/* What a multiplication leaves on the stack, in one place to be wiped. */
typedef struct {
    uint64_t recoded[5], negated;
    ge_storage packed;
    ge entry;
    gex sum;
    scalar odd, other;
} ecmult_gen_workspace;

/* entry = the point of window number row of the recoded scalar. A window B stands for the odd digit
 * 2B - 63: positive from B = 32 on, and then entry B - 32; else minus entry 31 - B. */
static void ecmult_gen_lookup(ecmult_gen_workspace *w, int row) {
    const int bit = row * GEN_WINDOW, word = bit / 64, shift = bit % 64;
    const uint64_t low = w->recoded[word] >> shift;
    const uint64_t high = shift == 0 ? 0 : w->recoded[word + 1] << (64 - shift);
    const uint64_t window = (low | high) & (2 * GEN_ENTRIES - 1);
    const uint64_t is_negative = (window >> (GEN_WINDOW - 1)) ^ 1;
    const uint64_t index = (window ^ mask_from_bit(is_negative)) & (GEN_ENTRIES - 1);

    ge_storage_select(&w->packed, ecmult_gen_table[row], GEN_ENTRIES, index);
    ge_from_storage(&w->entry, &w->packed);
    ge_negate_if(&w->entry, &w->entry, is_negative);
}

/* With k' the odd one of k and n-k, and K = (k' + 2^258 - 1)/2 = sum b_j·2^j:
 *
 *     k' = 2K - (2^258 - 1) = sum (2·b_j - 1)·2^j,
 *
 * so six bits B of K at position 6i give the odd digit 2B - 63. */
static void ecmult_gen_recode(ecmult_gen_workspace *w, const scalar *k) {
    w->negated = scalar_is_odd(k) ^ 1;
    w->odd = *k;
    scalar_negate(&w->other, k);
    scalar_cmov(&w->odd, &w->other, w->negated);
    /* (k' - 1)/2 + 2^257, as k' is odd */
    for (int i = 0; i < 3; i++) {
        w->recoded[i] = w->odd.d[i] >> 1 | w->odd.d[i + 1] << 63;
    }
    w->recoded[3] = w->odd.d[3] >> 1;
    w->recoded[4] = 2;
}

/* From the low rows to the high: before row i is added the sum is an odd number below 2^(6i) in
 * absolute value, times G, and the digit adds an odd multiple of 2^(6i). The two can only agree
 * modulo n when 2^(6i+6) reaches n, that is in the last row (and there only for the one
 * k' = 30·2^252 - n); and they never cancel, because k' ≠ 0 mod n. */
static void ecmult_gen(ge *r, const scalar *k) {
    ecmult_gen_workspace w;

    ecmult_gen_recode(&w, k);
    ecmult_gen_lookup(&w, 0);
    gex_set_ge(&w.sum, &w.entry);
    for (int row = 1; row < GEN_ROWS - 1; row++) {
        ecmult_gen_lookup(&w, row);
        gex_add_ge(&w.sum, &w.sum, &w.entry);
    }
    ecmult_gen_lookup(&w, GEN_ROWS - 1);
    gex_add_ge_or_double(&w.sum, &w.sum, &w.entry);
    ge_set_gex(r, &w.sum);
    ge_negate_if(r, r, w.negated);
    fe_normalize(&r->y);
    wipe(&w, sizeof w);
}

#endif
