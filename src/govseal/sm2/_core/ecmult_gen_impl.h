#ifndef GOVSEAL_ECMULT_GEN_IMPL_H
#define GOVSEAL_ECMULT_GEN_IMPL_H

#include "ecmult_gen.h"

/* 128-bit lanes: SSE2 on every x86-64, NEON on every aarch64, plain words elsewhere. A wider scan
 * chosen at run time would replace ecmult_gen_select alone. */
typedef uint64_t lanes __attribute__((vector_size(16), may_alias));
#define GEN_LANES (sizeof(ge_storage) / sizeof(lanes))

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

/* r = row[index], reading every entry of the row. */
static void ecmult_gen_select(ge_storage *r, const ge_storage row[GEN_ENTRIES], uint64_t index) {
    lanes chosen[GEN_LANES];
    memset(chosen, 0, sizeof chosen);
    for (uint64_t i = 0; i < GEN_ENTRIES; i++) {
        const uint64_t match = mask_from_bit(is_zero_word(i ^ index));
        const lanes mask = {match, match};
        const lanes *entry = (const lanes *)&row[i];
        for (size_t j = 0; j < GEN_LANES; j++) {
            chosen[j] |= entry[j] & mask;
        }
    }
    memcpy(r, chosen, sizeof *r);
    wipe(chosen, sizeof chosen);
}

/* The point of window number row of the recoded scalar. A window B stands for the odd digit
 * 2B - 63: positive from B = 32 on, and then entry B - 32; else minus entry 31 - B. */
static void ecmult_gen_lookup(ge *r, const uint64_t recoded[5], int row) {
    const int bit = row * GEN_WINDOW, word = bit / 64, shift = bit % 64;
    const uint64_t low = recoded[word] >> shift;
    const uint64_t high = shift == 0 ? 0 : recoded[word + 1] << (64 - shift);
    const uint64_t window = (low | high) & (2 * GEN_ENTRIES - 1);
    const uint64_t is_negative = (window >> (GEN_WINDOW - 1)) ^ 1;
    const uint64_t index = (window ^ mask_from_bit(is_negative)) & (GEN_ENTRIES - 1);
    ge_storage packed;
    ge entry;

    ecmult_gen_select(&packed, ecmult_gen_table[row], index);
    ge_from_storage(&entry, &packed);
    ge_negate_if(r, &entry, is_negative);
    wipe(&packed, sizeof packed);
    wipe(&entry, sizeof entry);
}

/* With k' the odd one of k and n-k, and K = (k' + 2^258 - 1)/2 = sum b_j·2^j:
 *
 *     k' = 2K - (2^258 - 1) = sum (2·b_j - 1)·2^j,
 *
 * so six bits B of K at position 6i give the odd digit 2B - 63. */
static void ecmult_gen_recode(uint64_t recoded[5], uint64_t *negated, const scalar *k) {
    scalar odd = *k, other;
    *negated = scalar_is_odd(k) ^ 1;
    scalar_negate(&other, k);
    scalar_cmov(&odd, &other, *negated);
    /* (k' - 1)/2 + 2^257, as k' is odd */
    for (int i = 0; i < 3; i++) {
        recoded[i] = odd.d[i] >> 1 | odd.d[i + 1] << 63;
    }
    recoded[3] = odd.d[3] >> 1;
    recoded[4] = 2;
    wipe(&odd, sizeof odd);
    wipe(&other, sizeof other);
}

/* From the low rows to the high: before row i is added the sum is an odd number below 2^(6i) in
 * absolute value, times G, and the digit adds an odd multiple of 2^(6i). The two can only agree
 * modulo n when 2^(6i+6) reaches n, that is in the last row; and they never cancel there, because
 * k' ≠ 0 mod n. */
static void ecmult_gen(gej *r, const scalar *k) {
    static const fe zero = FE_CONST(0, 0, 0, 0, 0);
    uint64_t recoded[5], negated;
    fe minus_y;
    ge entry;

    ecmult_gen_recode(recoded, &negated, k);
    ecmult_gen_lookup(&entry, recoded, 0);
    gej_set_ge(r, &entry);
    for (int row = 1; row < GEN_ROWS - 1; row++) {
        ecmult_gen_lookup(&entry, recoded, row);
        gej_add_ge(r, r, &entry);
    }
    ecmult_gen_lookup(&entry, recoded, GEN_ROWS - 1);
    gej_add_ge_or_double(r, r, &entry);

    fe_sub(&minus_y, &zero, &r->y, 2);
    fe_weaken(&minus_y);
    fe_cmov(&r->y, &minus_y, negated);
    wipe(recoded, sizeof recoded);
    wipe(&negated, sizeof negated);
    wipe(&entry, sizeof entry);
    wipe(&minus_y, sizeof minus_y);
}

#endif
