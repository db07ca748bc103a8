#ifndef GOVSEAL_ECMULT_GEN8_IMPL_H
#define GOVSEAL_ECMULT_GEN8_IMPL_H

#include "ecmult_gen8.h"

#if HAS_LANES
TARGET_BEGIN(TARGET_IFMA)

/* Zeroes the vector registers. */
static __attribute__((noinline)) void wipe_vectors(void) {
    __asm__ volatile("vzeroall\n\t"
                     "vpxorq %%zmm16, %%zmm16, %%zmm16\n\tvpxorq %%zmm17, %%zmm17, %%zmm17\n\t"
                     "vpxorq %%zmm18, %%zmm18, %%zmm18\n\tvpxorq %%zmm19, %%zmm19, %%zmm19\n\t"
                     "vpxorq %%zmm20, %%zmm20, %%zmm20\n\tvpxorq %%zmm21, %%zmm21, %%zmm21\n\t"
                     "vpxorq %%zmm22, %%zmm22, %%zmm22\n\tvpxorq %%zmm23, %%zmm23, %%zmm23\n\t"
                     "vpxorq %%zmm24, %%zmm24, %%zmm24\n\tvpxorq %%zmm25, %%zmm25, %%zmm25\n\t"
                     "vpxorq %%zmm26, %%zmm26, %%zmm26\n\tvpxorq %%zmm27, %%zmm27, %%zmm27\n\t"
                     "vpxorq %%zmm28, %%zmm28, %%zmm28\n\tvpxorq %%zmm29, %%zmm29, %%zmm29\n\t"
                     "vpxorq %%zmm30, %%zmm30, %%zmm30\n\tvpxorq %%zmm31, %%zmm31, %%zmm31"
                     :
                     :
                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                       "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "xmm16",
                       "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24",
                       "xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31");
}

/* The sum is a point in every lane, or the lane has met an accident: bit l. That is a branch on a
 * secret in its callers, and tells of a nonce that one scalar in 2^255 has. */
LANE_INLINE __mmask8 ecmult_gen8_accidents(const gex8 *sum) {
    __mmask8 accidents = fe8_is_zero(&sum->zzz);
    DECLASSIFY(&accidents, sizeof accidents);
    return accidents;
}

/* Lane l of index and negative: the entry and the sign that window l stands for. */
LANE_INLINE void ecmult_gen8_split(__m512i *index, __mmask8 *negative, __m512i windows) {
    const __m512i all = _mm512_set1_epi64(2 * GEN_ENTRIES - 1);
    *negative = _mm512_testn_epi64_mask(windows, _mm512_set1_epi64(GEN_ENTRIES));
    windows = _mm512_mask_xor_epi64(windows, *negative, windows, all);
    *index = _mm512_and_si512(windows, _mm512_set1_epi64(GEN_ENTRIES - 1));
}

/* Entries 0..15 and 16..31 of one word of a row, each by its index modulo 16. */
LANE_INLINE void ecmult_gen8_select_halves(__m512i halves[2], const uint64_t entries[GEN_ENTRIES],
                                           __m512i index) {
    const __m512i *vectors = (const __m512i *)entries;
    halves[0] = _mm512_permutex2var_epi64(vectors[0], index, vectors[1]);
    halves[1] = _mm512_permutex2var_epi64(vectors[2], index, vectors[3]);
}

LANE_INLINE void ecmult_gen8_unpack(ge8 *entry, __m512i words[2][GEN_WORDS], __m512i index) {
    const __mmask8 upper = _mm512_test_epi64_mask(index, _mm512_set1_epi64(GEN_ENTRIES / 2));
    fe8_storage x, y;
    UNROLL
    for (int j = 0; j < 4; j++) {
        x.n[j] = _mm512_mask_mov_epi64(words[0][j], upper, words[1][j]);
        y.n[j] = _mm512_mask_mov_epi64(words[0][j + 4], upper, words[1][j + 4]);
    }
    fe8_from_storage(&entry->x, &x);
    fe8_from_storage(&entry->y, &y);
}

/* --- One scalar over eight lanes -------------------------------------------------------------- */

/* Lane l takes rows l, l+8, …, and no row above the last. */
#define GEN8_GROUPS ((GEN_ROWS + FE8_LANES - 1) / FE8_LANES)
#define GEN8_LAST_LANES ((__mmask8)((1 << (GEN_ROWS - FE8_LANES * (GEN8_GROUPS - 1))) - 1))

/* Lane l of entry is the point of window 8·group + l, but for its sign. */
static __attribute__((noinline)) __mmask8 ecmult_gen8_lookup_rows(ge8 *entry,
                                                                  const ecmult_gen_digits *digits,
                                                                  int group) {
    const int bit = group * GEN_WINDOW * FE8_LANES, word = bit / 64, shift = bit % 64;
    const uint64_t low = digits->words[word] >> shift;
    const uint64_t high = shift == 0 || word == 4 ? 0 : digits->words[word + 1] << (64 - shift);
    const __m512i positions = _mm512_set_epi64(42, 36, 30, 24, 18, 12, 6, 0);
    __m512i index, words[2][GEN_WORDS];
    __mmask8 negative;

    ecmult_gen8_split(
        &index, &negative,
        _mm512_and_si512(_mm512_srlv_epi64(_mm512_set1_epi64((long long)(low | high)), positions),
                         _mm512_set1_epi64(2 * GEN_ENTRIES - 1)));
    UNROLL
    for (int j = 0; j < GEN_WORDS; j++) {
        words[0][j] = words[1][j] = _mm512_setzero_si512();
    }
    for (int l = 0; l < FE8_LANES; l++) {
        const int row = FE8_LANES * group + l < GEN_ROWS ? FE8_LANES * group + l : 0;
        const __mmask8 lane = (__mmask8)(1 << l);
        UNROLL
        for (int j = 0; j < GEN_WORDS; j++) {
            __m512i halves[2];
            ecmult_gen8_select_halves(halves, ecmult_gen_table[row][j], index);
            words[0][j] = _mm512_mask_mov_epi64(words[0][j], lane, halves[0]);
            words[1][j] = _mm512_mask_mov_epi64(words[1][j], lane, halves[1]);
        }
    }
    ecmult_gen8_unpack(entry, words, index);
    return negative;
}

/* Lane 0 as a scalar point. */
static void gex8_first_lane(gex *r, const gex8 *a) {
    const fe8 *const from[4] = {&a->x, &a->y, &a->zz, &a->zzz};
    fe *const to[4] = {&r->x, &r->y, &r->zz, &r->zzz};
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 5; j++) {
            to[i]->n[j] = (uint64_t)_mm_cvtsi128_si64(_mm512_castsi512_si128(from[i]->n[j]));
        }
        VERIFY_SETUP(to[i]->magnitude = 2);
    }
}

/* Where the additions can meet an accident. Within a lane, and while lanes l and l^4, then l^2, are
 * added up, both operands are numbers times G that differ in their odd digits, and all but those of
 * the top row are far below n: their sum and difference are neither 0 nor ± n. With the top row's odd
 * digit d they come to d·2^252 give or take less than 2^225, which keeps 2^252 - 2^225 away from 0,
 * ± n and ± 2n. The last addition joins A, the sum of the even rows, with
 * B, that of the odd ones, and A + B = k'. A - B = ± n has one solution, because n too has one set of
 * digits: k' is n with the signs of the digits in odd rows turned round. */
static void ecmult_gen_lanes(ge *r, const scalar *k) {
    struct {
        ecmult_gen_digits digits;
        gex8 sum, other;
        ge8 entry;
        gex first;
    } w;
    __mmask8 negative;

    ecmult_gen_recode(&w.digits, k);
    negative = ecmult_gen8_lookup_rows(&w.entry, &w.digits, 0);
    ge8_negate_if(&w.entry, negative);
    gex8_set_ge(&w.sum, &w.entry);
    for (int group = 1; group < GEN8_GROUPS - 1; group++) {
        negative = ecmult_gen8_lookup_rows(&w.entry, &w.digits, group);
        gex8_add_ge(&w.sum, &w.sum, &w.entry, negative);
    }
    negative = ecmult_gen8_lookup_rows(&w.entry, &w.digits, GEN8_GROUPS - 1);
    gex8_add_ge(&w.other, &w.sum, &w.entry, negative);
    gex8_cmov(&w.sum, &w.other, GEN8_LAST_LANES);
    gex8_exchange(&w.other, &w.sum, 4);
    gex8_add(&w.sum, &w.sum, &w.other);
    gex8_exchange(&w.other, &w.sum, 2);
    gex8_add(&w.sum, &w.sum, &w.other);
    gex8_exchange(&w.other, &w.sum, 1);
    gex8_add(&w.sum, &w.sum, &w.other);
    if (ecmult_gen8_accidents(&w.sum)) {
        COUNT_PATH(gen_lanes_redone);
        ecmult_gen_scalar(r, k);
    } else {
        gex8_first_lane(&w.first, &w.sum);
        ge_set_gex(r, &w.first);
        ge_negate_if(r, r, w.digits.negated);
        fe_normalize(&r->y);
    }
    wipe(&w, sizeof w);
    wipe_vectors();
}

/* --- Eight scalars side by side --------------------------------------------------------------- */

/* words[i] holds word i of the digits of all eight. */
typedef struct {
    __m512i words[5];
} ecmult_gen8_digits;

static void ecmult_gen8_recode(ecmult_gen8_digits *r, const scalar *k, size_t count) {
    ecmult_gen_digits digits;
    uint64_t words[5][FE8_LANES];
    for (size_t l = 0; l < FE8_LANES; l++) {
        ecmult_gen_recode(&digits, &k[l < count ? l : 0]);
        for (int i = 0; i < 5; i++) {
            words[i][l] = digits.words[i];
        }
    }
    for (int i = 0; i < 5; i++) {
        r->words[i] = _mm512_loadu_si512(words[i]);
    }
    wipe(&digits, sizeof digits);
    wipe(words, sizeof words);
}

/* Lane l of entry is the point of this window of scalar l, but for its sign. */
static __attribute__((noinline)) __mmask8 ecmult_gen8_lookup(ge8 *entry,
                                                             const ecmult_gen8_digits *digits,
                                                             int row) {
    const int bit = row * GEN_WINDOW, word = bit / 64;
    const unsigned shift = (unsigned)bit % 64;
    __m512i index, words[2][GEN_WORDS], windows = _mm512_srli_epi64(digits->words[word], shift);
    __mmask8 negative;

    if (word < 4) { /* a shift by 64 gives zero */
        windows = _mm512_or_si512(windows, _mm512_slli_epi64(digits->words[word + 1], 64 - shift));
    }
    ecmult_gen8_split(&index, &negative,
                      _mm512_and_si512(windows, _mm512_set1_epi64(2 * GEN_ENTRIES - 1)));
    UNROLL
    for (int j = 0; j < GEN_WORDS; j++) {
        __m512i halves[2];
        ecmult_gen8_select_halves(halves, ecmult_gen_table[row][j], index);
        words[0][j] = halves[0];
        words[1][j] = halves[1];
    }
    ecmult_gen8_unpack(entry, words, index);
    return negative;
}

/* From the low rows to the high, as ecmult_gen does it, and with the same one exception. */
static void ecmult_gen8_sum(gex8 *r, const ecmult_gen8_digits *digits) {
    ge8 entry;
    __mmask8 negative = ecmult_gen8_lookup(&entry, digits, 0);
    ge8_negate_if(&entry, negative);
    gex8_set_ge(r, &entry);
    for (int row = 1; row < GEN_ROWS; row++) {
        negative = ecmult_gen8_lookup(&entry, digits, row);
        gex8_add_ge(r, r, &entry, negative);
    }
    wipe(&entry, sizeof entry);
}

/* X/z² of each lane as integers, given 1/z; the sign of k' does not touch it. */
static void ecmult_gen8_store_x(uint64_t (*x)[4], size_t count, const fe8 *sum_x,
                                const fe8 *z_inverse) {
    static const fe integer_one = FE_CONST(1, 0, 0, 0, 0);
    uint64_t words[4][FE8_LANES];
    fe8_storage packed;
    fe8 t, one;

    fe8_sqr(&t, z_inverse);
    fe8_mul(&t, &t, sum_x);
    fe8_set_all(&one, &integer_one);
    fe8_mul(&t, &t, &one);
    fe8_normalize(&t);
    fe8_to_storage(&packed, &t);
    for (int i = 0; i < 4; i++) {
        _mm512_storeu_si512(words[i], packed.n[i]);
    }
    for (size_t l = 0; l < count && l < FE8_LANES; l++) {
        for (int i = 0; i < 4; i++) {
            x[l][i] = words[i][l];
        }
    }
    wipe(words, sizeof words);
    wipe(&packed, sizeof packed);
    wipe(&t, sizeof t);
}

/* What a batch works on: tens of kilobytes, which stand in a frame of their own. */
typedef struct {
    ecmult_gen8_digits digits;
    gex8 sum;
    fe8 x[GEN_MANY_MAX / FE8_LANES], zz[GEN_MANY_MAX / FE8_LANES], zzz[GEN_MANY_MAX / FE8_LANES];
    fe8 products[GEN_MANY_MAX / FE8_LANES], all, inverse;
    __mmask8 accidents[GEN_MANY_MAX / FE8_LANES];
    ge point;
} ecmult_gen8_workspace;

/* Montgomery's trick over vectors: products[i] = ZZZ_0 ··· ZZZ_(i-1) in each lane, one inversion,
 * then peeled off from the end. A lane that met an accident counts as 1 and is done again. */
static OWN_FRAME void ecmult_gen8_many_x(uint64_t (*x)[4], const scalar *k, size_t count,
                                         ecmult_gen8_workspace *w) {
    const size_t groups = (count + FE8_LANES - 1) / FE8_LANES;
    fe8 one;

    fe8_set_all(&one, &FE_ONE);
    fe8_copy(&w->all, &one);
    for (size_t i = 0; i < groups; i++) {
        ecmult_gen8_recode(&w->digits, k + FE8_LANES * i, count - FE8_LANES * i);
        ecmult_gen8_sum(&w->sum, &w->digits);
        w->accidents[i] = ecmult_gen8_accidents(&w->sum);
        fe8_cmov(&w->sum.zzz, &one, w->accidents[i]);
        fe8_copy(&w->x[i], &w->sum.x);
        fe8_copy(&w->zz[i], &w->sum.zz);
        fe8_copy(&w->zzz[i], &w->sum.zzz);
        fe8_copy(&w->products[i], &w->all);
        fe8_mul(&w->all, &w->all, &w->zzz[i]);
    }
    fe8_inv(&w->all, &w->all);
    for (size_t i = groups; i-- > 0;) {
        fe8_mul(&w->inverse, &w->all, &w->products[i]);
        fe8_mul(&w->all, &w->all, &w->zzz[i]);
        fe8_mul(&w->inverse, &w->inverse, &w->zz[i]); /* 1/z */
        ecmult_gen8_store_x(x + FE8_LANES * i, count - FE8_LANES * i, &w->x[i], &w->inverse);
    }
    for (size_t i = 0; i < count; i++) {
        if (w->accidents[i / FE8_LANES] >> i % FE8_LANES & 1) {
            COUNT_PATH(gen_lanes_redone);
            ecmult_gen_scalar(&w->point, &k[i]);
            fe_get_words(x[i], &w->point.x);
        }
    }
}

static void ecmult_gen_lanes_many_x(uint64_t (*x)[4], const scalar *k, size_t count) {
    ecmult_gen8_workspace w;
    ecmult_gen8_many_x(x, k, count, &w);
    wipe(&w, sizeof w);
    wipe_stack(); /* out of the reach of the callers' */
    wipe_vectors();
}

TARGET_END
#endif
#endif
