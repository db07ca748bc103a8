#ifndef GOVSEAL_ECMULT_IMPL_H
#define GOVSEAL_ECMULT_IMPL_H

#include "ecmult.h"

/* (2j+1)·2^(32i)·G: row 0 is what ecmult_var needs. */
static ge_storage ecmult_generator[ECMULT_PARTS][ECMULT_ENTRIES_GENERATOR];

/* r[i] = (2i+1)·a, normalised, for i = 0..count-1, count <= 32. */
static void ecmult_odd_multiples_var(ge *r, const ge *a, int count) {
    gej multiples[GE_BATCH_MAX], odd[GE_BATCH_MAX / 2];
    VERIFY_CHECK(2 * count <= GE_BATCH_MAX);
    gej_multiples_var(multiples, a, 2 * count - 1);
    for (int i = 0; i < count; i++) {
        odd[i] = multiples[2 * i];
    }
    ge_set_gej_batch_var(r, odd, count);
}

/* bases[i] = 2^(32i)·a, normalised. */
static void ecmult_part_bases_var(ge bases[ECMULT_PARTS], const ge *a) {
    gej powers[ECMULT_PARTS];
    gej_set_ge(&powers[0], a);
    for (int i = 1; i < ECMULT_PARTS; i++) {
        powers[i] = powers[i - 1];
        for (int j = 0; j < ECMULT_SPACING; j++) {
            gej_double(&powers[i], &powers[i]);
        }
    }
    ge_set_gej_batch_var(bases, powers, ECMULT_PARTS);
}

/* row[i] = (2i+1)·a in batches of 32: the first is 1, 3, …, 63; each next one is 64·a further on. */
static void ecmult_build_row(ge_storage row[ECMULT_ENTRIES_GENERATOR], const ge *a) {
    enum { BATCH = 32 };
    gej sums[BATCH];
    ge batch[BATCH], step;

    ecmult_odd_multiples_var(batch, a, BATCH);
    gej_set_ge(&sums[0], &batch[BATCH - 1]); /* 63·a */
    gej_add_ge_var(&sums[0], &sums[0], &batch[0]);
    ge_set_gej_batch_var(&step, &sums[0], 1);
    for (int done = 0; done < ECMULT_ENTRIES_GENERATOR; done += BATCH) {
        for (int i = 0; i < BATCH; i++) {
            ge_to_storage(&row[done + i], &batch[i]);
            gej_set_ge(&sums[i], &batch[i]);
            gej_add_ge_var(&sums[i], &sums[i], &step); /* 63·a + 64·a and so on: never equal */
        }
        ge_set_gej_batch_var(batch, sums, BATCH);
    }
}

static void ecmult_build(void) {
    ecmult_build_row(ecmult_generator[0], &GE_GENERATOR);
}

static void ecmult_build_parts(void) {
    ge bases[ECMULT_PARTS];
    ecmult_part_bases_var(bases, &GE_GENERATOR);
    for (int i = 1; i < ECMULT_PARTS; i++) {
        ecmult_build_row(ecmult_generator[i], &bases[i]);
    }
}

/* In two batches: every base and its double, then base + double, + double, … */
static void ecmult_table_set_var(ecmult_table *r, const ge *a) {
    enum { SUMS = ECMULT_PARTS * (ECMULT_ENTRIES_POINT - 1) };
    ge bases[ECMULT_PARTS], doubles[ECMULT_PARTS], affine[SUMS];
    gej sums[SUMS];

    ecmult_part_bases_var(bases, a);
    for (int i = 0; i < ECMULT_PARTS; i++) {
        gej_set_ge(&sums[i], &bases[i]);
        gej_double(&sums[i], &sums[i]);
    }
    ge_set_gej_batch_var(doubles, sums, ECMULT_PARTS);
    for (int i = 0; i < ECMULT_PARTS; i++) {
        gej *sum = &sums[i * (ECMULT_ENTRIES_POINT - 1)], last;
        gej_set_ge(&last, &bases[i]);
        for (int j = 0; j < ECMULT_ENTRIES_POINT - 1; j++) {
            gej_add_ge_var(&last, &last, &doubles[i]);
            sum[j] = last;
        }
    }
    ge_set_gej_batch_var(affine, sums, SUMS);
    for (int i = 0; i < ECMULT_PARTS; i++) {
        ge_to_storage(&r->rows[i][0], &bases[i]);
        for (int j = 1; j < ECMULT_ENTRIES_POINT; j++) {
            ge_to_storage(&r->rows[i][j], &affine[i * (ECMULT_ENTRIES_POINT - 1) + j - 1]);
        }
    }
}

/* Bits [from, from + count) of a, count < 64; zeros above bit 255. */
static uint64_t ecmult_bits_var(const scalar *a, int from, int count) {
    const int word = from / 64, shift = from % 64;
    uint64_t bits;
    if (word >= 4) {
        return 0;
    }
    bits = a->d[word] >> shift;
    if (shift != 0 && word < 3) {
        bits |= a->d[word + 1] << (64 - shift);
    }
    return bits & ((UINT64_C(1) << count) - 1);
}

/* a = sum digits[i]·2^i with digits zero or odd, |digit| < 2^(width-1), and any two digits that are
 * not zero at least width apart. Returns the number of digits up to the highest that is not zero:
 * at most 257, because rounding the top window up carries into bit 256. */
#define ECMULT_MAX_DIGITS 257
static int ecmult_wnaf_var(int16_t digits[ECMULT_MAX_DIGITS], const scalar *a, int width) {
    int length = 0, carry = 0, bit = 0;

    memset(digits, 0, ECMULT_MAX_DIGITS * sizeof digits[0]);
    while (bit < ECMULT_MAX_DIGITS) {
        int window;
        if ((int)ecmult_bits_var(a, bit, 1) == carry) {
            bit++; /* the bit, with the carry into it, is 0 or (1 + 1) a carry further up */
            continue;
        }
        window = (int)ecmult_bits_var(a, bit, width) + carry;
        carry = window >> (width - 1) & 1;
        digits[bit] = (int16_t)(window - (carry << width));
        length = bit + 1;
        bit += width;
    }
    VERIFY_CHECK(carry == 0);
    return length;
}

/* r += digit·a, given the row of odd multiples of a; digit is odd. */
static void ecmult_add_digit_var(gej *r, const ge_storage *row, int digit) {
    ge point;
    ge_from_storage(&point, &row[(digit < 0 ? -digit : digit) / 2]);
    ge_negate_if(&point, &point, digit < 0);
    gej_add_ge_var(r, r, &point);
}

static void ecmult_var(gej *r, const scalar *s, const ge *a, const scalar *t) {
    int16_t digits_s[ECMULT_MAX_DIGITS], digits_t[ECMULT_MAX_DIGITS];
    ge multiples[ECMULT_ENTRIES_POINT];
    ge_storage row[ECMULT_ENTRIES_POINT];
    const int length_s = ecmult_wnaf_var(digits_s, s, ECMULT_WIDTH_GENERATOR);
    const int length_t = ecmult_wnaf_var(digits_t, t, ECMULT_WIDTH_POINT);

    ecmult_odd_multiples_var(multiples, a, ECMULT_ENTRIES_POINT);
    for (int i = 0; i < ECMULT_ENTRIES_POINT; i++) {
        ge_to_storage(&row[i], &multiples[i]);
    }
    gej_set_infinity(r);
    for (int i = (length_s > length_t ? length_s : length_t) - 1; i >= 0; i--) {
        gej_double(r, r);
        if (digits_t[i] != 0) {
            ecmult_add_digit_var(r, row, digits_t[i]);
        }
        if (digits_s[i] != 0) {
            ecmult_add_digit_var(r, ecmult_generator[0], digits_s[i]);
        }
    }
}

/* The digits of a, or where a >= 2^255 of a - n, which has the same multiples: so that none stands
 * at bit 256, which no part holds. */
static void ecmult_signed_wnaf_var(int16_t digits[ECMULT_MAX_DIGITS], const scalar *a, int width) {
    scalar negated;
    if (a->d[3] >> 63 == 0) {
        (void)ecmult_wnaf_var(digits, a, width);
    } else {
        scalar_negate(&negated, a);
        (void)ecmult_wnaf_var(digits, &negated, width);
        for (int i = 0; i < ECMULT_MAX_DIGITS; i++) {
            digits[i] = (int16_t)-digits[i];
        }
    }
    VERIFY_CHECK(digits[ECMULT_PARTS * ECMULT_SPACING] == 0);
}

static void ecmult_table_var(gej *r, const scalar *s, const ecmult_table *a, const scalar *t) {
    int16_t digits_s[ECMULT_MAX_DIGITS], digits_t[ECMULT_MAX_DIGITS];

    ecmult_signed_wnaf_var(digits_s, s, ECMULT_WIDTH_GENERATOR);
    ecmult_signed_wnaf_var(digits_t, t, ECMULT_WIDTH_POINT);
    gej_set_infinity(r);
    for (int i = ECMULT_SPACING - 1; i >= 0; i--) {
        gej_double(r, r);
        for (int part = 0; part < ECMULT_PARTS; part++) {
            const int bit = ECMULT_SPACING * part + i;
            if (digits_t[bit] != 0) {
                ecmult_add_digit_var(r, a->rows[part], digits_t[bit]);
            }
            if (digits_s[bit] != 0) {
                ecmult_add_digit_var(r, ecmult_generator[part], digits_s[bit]);
            }
        }
    }
}

#endif
