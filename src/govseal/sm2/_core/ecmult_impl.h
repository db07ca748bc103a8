#ifndef GOVSEAL_ECMULT_IMPL_H
#define GOVSEAL_ECMULT_IMPL_H

#include "ecmult.h"

static ge_storage ecmult_generator_table[ECMULT_ENTRIES_GENERATOR]; /* (2i+1)·G */

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

/* (2i+1)·G in batches of 32: the first is 1, 3, …, 63; each next one is 64·G further on. */
static void ecmult_build(void) {
    enum { BATCH = 32 };
    gej sums[BATCH];
    ge batch[BATCH], step;

    ecmult_odd_multiples_var(batch, &GE_GENERATOR, BATCH);
    gej_set_ge(&sums[0], &batch[BATCH - 1]); /* 63·G */
    gej_add_ge_var(&sums[0], &sums[0], &batch[0]);
    ge_set_gej_batch_var(&step, &sums[0], 1);
    for (int done = 0; done < ECMULT_ENTRIES_GENERATOR; done += BATCH) {
        for (int i = 0; i < BATCH; i++) {
            ge_to_storage(&ecmult_generator_table[done + i], &batch[i]);
            gej_set_ge(&sums[i], &batch[i]);
            gej_add_ge_var(&sums[i], &sums[i], &step); /* 63·G + 64·G and so on: never equal */
        }
        ge_set_gej_batch_var(batch, sums, BATCH);
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

/* r += digit·a, given the odd multiples of a. */
static void ecmult_add_digit_var(gej *r, const ge *odd_multiple, int digit) {
    ge point;
    ge_negate_if(&point, odd_multiple, digit < 0);
    gej_add_ge_var(r, r, &point);
}

static void ecmult_var(gej *r, const scalar *s, const ge *a, const scalar *t) {
    int16_t digits_s[ECMULT_MAX_DIGITS], digits_t[ECMULT_MAX_DIGITS];
    ge multiples[ECMULT_ENTRIES_POINT], entry;
    const int length_s = ecmult_wnaf_var(digits_s, s, ECMULT_WIDTH_GENERATOR);
    const int length_t = ecmult_wnaf_var(digits_t, t, ECMULT_WIDTH_POINT);

    ecmult_odd_multiples_var(multiples, a, ECMULT_ENTRIES_POINT);
    gej_set_infinity(r);
    for (int i = (length_s > length_t ? length_s : length_t) - 1; i >= 0; i--) {
        gej_double(r, r);
        if (digits_t[i] != 0) {
            const int magnitude = digits_t[i] < 0 ? -digits_t[i] : digits_t[i];
            ecmult_add_digit_var(r, &multiples[magnitude / 2], digits_t[i]);
        }
        if (digits_s[i] != 0) {
            const int magnitude = digits_s[i] < 0 ? -digits_s[i] : digits_s[i];
            ge_from_storage(&entry, &ecmult_generator_table[magnitude / 2]);
            ecmult_add_digit_var(r, &entry, digits_s[i]);
        }
    }
}

#endif
