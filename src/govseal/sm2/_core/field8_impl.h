#ifndef GOVSEAL_FIELD8_IMPL_H
#define GOVSEAL_FIELD8_IMPL_H

#include "field8.h"

#if HAS_LANES
TARGET_BEGIN(TARGET_IFMA)

#define FE8_ALL(word) _mm512_set1_epi64((long long)(word))

#ifdef GOVSEAL_VERIFY
static void fe8_verify(const fe8 *a) {
    const int64_t bound = a->looseness == 0 ? INT64_C(1) << 52 : (int64_t)a->looseness << 52;
    VERIFY_CHECK(a->magnitude >= 0 && a->looseness >= 0 && a->looseness <= 512);
    for (int i = 0; i < 5; i++) {
        int64_t limb[FE8_LANES];
        _mm512_storeu_si512(limb, a->n[i]);
        for (int l = 0; l < FE8_LANES; l++) {
            VERIFY_CHECK(limb[l] < bound && limb[l] > (a->looseness == 0 ? -1 : -bound));
            if (i == 4 && a->looseness == 0) { /* n[4]·2^208 <= value <= m·p */
                VERIFY_CHECK(limb[l] <= (int64_t)a->magnitude << 48);
            }
        }
    }
}
/* How loose sums are: a tight element counts as 1. */
#define FE8_LOOSENESS(a) ((a)->looseness == 0 ? 1 : (a)->looseness)
#define FE8_VERIFY_TIGHT(a) VERIFY_CHECK((a)->looseness == 0 && (a)->magnitude <= FE8_MAX_MAGNITUDE)
#else
#define fe8_verify(a) ((void)(a))
#define FE8_VERIFY_TIGHT(a) ((void)0)
#endif

static void fe8_load(fe8 *r, const fe a[FE8_LANES]) {
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = _mm512_set_epi64((long long)a[7].n[i], (long long)a[6].n[i], (long long)a[5].n[i],
                                   (long long)a[4].n[i], (long long)a[3].n[i], (long long)a[2].n[i],
                                   (long long)a[1].n[i], (long long)a[0].n[i]);
    }
    VERIFY_SETUP(r->magnitude = FE_MAX_MAGNITUDE; r->looseness = FE_MAX_MAGNITUDE);
    fe8_weaken(r);
}

static void fe8_store(fe r[FE8_LANES], const fe8 *a) {
    FE8_VERIFY_TIGHT(a);
    VERIFY_CHECK(a->magnitude <= 2);
    UNROLL
    for (int i = 0; i < 5; i++) {
        uint64_t limb[FE8_LANES];
        _mm512_storeu_si512(limb, a->n[i]);
        UNROLL
        for (int l = 0; l < FE8_LANES; l++) {
            r[l].n[i] = limb[l];
            VERIFY_SETUP(r[l].magnitude = 2);
        }
        wipe(limb, sizeof limb);
    }
}

LANE_INLINE void fe8_set_all(fe8 *r, const fe *a) {
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = FE8_ALL(a->n[i]);
    }
    VERIFY_SETUP(r->magnitude = a->magnitude; r->looseness = 0);
    fe8_verify(r);
}

LANE_INLINE void fe8_from_storage(fe8 *r, const fe8_storage *a) {
    const __m512i low = FE8_ALL(FE_M52), w0 = a->n[0], w1 = a->n[1], w2 = a->n[2], w3 = a->n[3];
    r->n[0] = _mm512_and_si512(w0, low);
    r->n[1] = _mm512_and_si512(
        _mm512_or_si512(_mm512_srli_epi64(w0, 52), _mm512_slli_epi64(w1, 12)), low);
    r->n[2] = _mm512_and_si512(
        _mm512_or_si512(_mm512_srli_epi64(w1, 40), _mm512_slli_epi64(w2, 24)), low);
    r->n[3] = _mm512_and_si512(
        _mm512_or_si512(_mm512_srli_epi64(w2, 28), _mm512_slli_epi64(w3, 36)), low);
    r->n[4] = _mm512_srli_epi64(w3, 16);
    VERIFY_SETUP(r->magnitude = 1; r->looseness = 0);
    fe8_verify(r);
}

LANE_INLINE void fe8_to_storage(fe8_storage *r, const fe8 *a) {
    FE8_VERIFY_TIGHT(a);
    VERIFY_CHECK(a->magnitude == 1);
    r->n[0] = _mm512_or_si512(a->n[0], _mm512_slli_epi64(a->n[1], 52));
    r->n[1] = _mm512_or_si512(_mm512_srli_epi64(a->n[1], 12), _mm512_slli_epi64(a->n[2], 40));
    r->n[2] = _mm512_or_si512(_mm512_srli_epi64(a->n[2], 24), _mm512_slli_epi64(a->n[3], 28));
    r->n[3] = _mm512_or_si512(_mm512_srli_epi64(a->n[3], 36), _mm512_slli_epi64(a->n[4], 16));
}

LANE_INLINE void fe8_copy(fe8 *r, const fe8 *a) {
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = a->n[i];
    }
    VERIFY_SETUP(r->magnitude = a->magnitude; r->looseness = a->looseness);
}

LANE_INLINE void fe8_add(fe8 *r, const fe8 *a, const fe8 *b) {
    VERIFY_SETUP(r->looseness = FE8_LOOSENESS(a) + FE8_LOOSENESS(b));
    VERIFY_SETUP(r->magnitude = a->magnitude + b->magnitude);
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = _mm512_add_epi64(a->n[i], b->n[i]);
    }
    fe8_verify(r);
}

/* The limbs of factor·p, each below factor·2^52. */
#define FE8_MULTIPLE_OF_P(factor)                                                                  \
    {FE8_ALL((factor) * (int64_t)FE_P0), FE8_ALL((factor) * (int64_t)FE_P1),                       \
     FE8_ALL((factor) * (int64_t)FE_P2), FE8_ALL((factor) * (int64_t)FE_P3),                       \
     FE8_ALL((factor) * (int64_t)FE_P4)}

LANE_INLINE void fe8_sub(fe8 *r, const fe8 *a, const fe8 *b, int bound) {
    const __m512i lift[5] = FE8_MULTIPLE_OF_P(bound);
    VERIFY_CHECK(b->magnitude <= bound);
    VERIFY_SETUP(r->looseness = FE8_LOOSENESS(a) + FE8_LOOSENESS(b) + bound);
    VERIFY_SETUP(r->magnitude = a->magnitude + bound);
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = _mm512_add_epi64(_mm512_sub_epi64(a->n[i], b->n[i]), lift[i]);
    }
    fe8_verify(r);
}

LANE_INLINE void fe8_negate(fe8 *r, const fe8 *a, int bound) {
    const __m512i lift[5] = FE8_MULTIPLE_OF_P(bound);
    VERIFY_CHECK(a->magnitude <= bound);
    VERIFY_SETUP(r->looseness = FE8_LOOSENESS(a) + bound);
    VERIFY_SETUP(r->magnitude = bound);
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = _mm512_sub_epi64(lift[i], a->n[i]);
    }
    fe8_verify(r);
}

LANE_INLINE void fe8_negate_if(fe8 *r, __mmask8 lanes, int bound) {
    const __m512i lift[5] = FE8_MULTIPLE_OF_P(bound);
    VERIFY_CHECK(r->magnitude <= bound);
    VERIFY_SETUP(r->looseness = FE8_LOOSENESS(r) + bound);
    VERIFY_SETUP(r->magnitude = bound);
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = _mm512_mask_sub_epi64(r->n[i], lanes, lift[i], r->n[i]);
    }
    fe8_verify(r);
}

LANE_INLINE void fe8_shift(fe8 *r, const fe8 *a, int shift) {
    VERIFY_SETUP(r->looseness = FE8_LOOSENESS(a) << shift);
    VERIFY_SETUP(r->magnitude = a->magnitude << shift);
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = _mm512_slli_epi64(a->n[i], (unsigned)shift);
    }
    fe8_verify(r);
}

LANE_INLINE void fe8_carry(fe8 *r) {
    const __m512i low = FE8_ALL(FE_M52);
    VERIFY_CHECK(r->magnitude <= FE8_MAX_MAGNITUDE);
    UNROLL
    for (int i = 0; i < 4; i++) {
        r->n[i + 1] = _mm512_add_epi64(r->n[i + 1], _mm512_srai_epi64(r->n[i], 52));
        r->n[i] = _mm512_and_si512(r->n[i], low);
    }
    VERIFY_SETUP(r->looseness = 0);
    fe8_verify(r);
}

/* Subtracts top·p as fe_weaken does, and carries. top is read before the carry: it is
 * floor(value/2^256) or, where carries from below are still to come, one off. The sum of those is
 * below 2^9·2^208 in absolute value. Hence from magnitude m the value ends below
 * 2^256 + 2^217 + m·2^225 < 2p; and it does not end below zero: top >= 1 brings at least 2^224 - 2^97
 * in, top = 0 changes nothing, and top = -1, which stands for a value below 2^217, adds p. */
LANE_INLINE void fe8_weaken(fe8 *r) {
    const __m512i top = _mm512_srai_epi64(r->n[4], 48);
    VERIFY_CHECK(r->magnitude <= 64);
    r->n[0] = _mm512_add_epi64(r->n[0], top);
    r->n[1] = _mm512_add_epi64(
        r->n[1], _mm512_sub_epi64(_mm512_slli_epi64(top, 44), _mm512_slli_epi64(top, 12)));
    r->n[4] = _mm512_add_epi64(_mm512_and_si512(r->n[4], FE8_ALL(FE_M48)),
                               _mm512_slli_epi64(top, 16));
    VERIFY_SETUP(r->magnitude = 2);
    fe8_carry(r);
}

/* Product scanning as in field_impl.h. The low halves of the products of column k (weight 2^(52k))
 * gather in low[k], the high halves of column k - 1 in high[k]; two sums, because one would be a chain
 * of up to ten dependent instructions. For k < 5 the low limb of the column is the quotient digit q,
 * and adding q·p = q·(-1 - LOW·2^52 + 16·LOW·2^208) clears it. The negative part is turned into
 *
 *     -q·LOW·2^52 = q·(2^52 - LOW)·2^52 - q·2^104,
 *
 * a product again, and a difference two columns up. The multiplier cuts q out of the column by
 * itself.
 *
 * Bounds: a column gathers at most 5 + 5 halves of products, four of reductions, the digit and a
 * carry: below 16·2^52 in absolute value. */
#define FE8_MINUS_LOW ((UINT64_C(1) << 52) - FE_LOW)

typedef struct {
    __m512i low[10], high[10];
} fe8_columns;

LANE_INLINE void fe8_columns_clear(fe8_columns *c) {
    UNROLL
    for (int k = 0; k < 10; k++) {
        c->low[k] = c->high[k] = _mm512_setzero_si512();
    }
}

LANE_INLINE void fe8_columns_add(fe8_columns *c, int k, __m512i x, __m512i y) {
    c->low[k] = _mm512_madd52lo_epu64(c->low[k], x, y);
    c->high[k + 1] = _mm512_madd52hi_epu64(c->high[k + 1], x, y);
}

/* Clears column k < 5 into those above. */
LANE_INLINE void fe8_columns_reduce(fe8_columns *c, int k) {
    const __m512i column = _mm512_add_epi64(c->low[k], c->high[k]);
    const __m512i digit = _mm512_and_si512(column, FE8_ALL(FE_M52));
    fe8_columns_add(c, k + 1, column, FE8_ALL(FE8_MINUS_LOW));
    fe8_columns_add(c, k + 4, column, FE8_ALL(16 * FE_LOW));
    c->low[k + 1] = _mm512_add_epi64(c->low[k + 1], _mm512_srai_epi64(column, 52));
    c->high[k + 2] = _mm512_sub_epi64(c->high[k + 2], digit);
}

LANE_INLINE void fe8_columns_take(fe8 *r, const fe8_columns *c) {
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = _mm512_add_epi64(c->low[i + 5], c->high[i + 5]);
    }
}

#ifdef GOVSEAL_VERIFY
static int fe8_product_magnitude(const fe8 *a, const fe8 *b) {
    const int magnitude = (a->magnitude * b->magnitude + 15) / 16 + 1;
    fe8_verify(a);
    fe8_verify(b);
    FE8_VERIFY_TIGHT(a);
    FE8_VERIFY_TIGHT(b);
    VERIFY_CHECK(magnitude <= FE8_MAX_MAGNITUDE);
    return magnitude;
}
#endif

LANE_INLINE void fe8_mul_loose(fe8 *r, const fe8 *a, const fe8 *b) {
    fe8_columns c;
    VERIFY_SETUP(r->magnitude = fe8_product_magnitude(a, b); r->looseness = 16);
    fe8_columns_clear(&c);
    UNROLL
    for (int i = 0; i < 5; i++) {
        UNROLL
        for (int j = 0; j < 5; j++) {
            fe8_columns_add(&c, i + j, a->n[i], b->n[j]);
        }
    }
    UNROLL
    for (int k = 0; k < 5; k++) {
        fe8_columns_reduce(&c, k);
    }
    fe8_columns_take(r, &c);
    fe8_verify(r);
}

/* Each product of two different limbs once, with the sum doubled before the squares join in. */
LANE_INLINE void fe8_sqr_loose(fe8 *r, const fe8 *a) {
    fe8_columns c;
    VERIFY_SETUP(r->magnitude = fe8_product_magnitude(a, a); r->looseness = 16);
    fe8_columns_clear(&c);
    UNROLL
    for (int k = 1; k < 8; k++) {
        UNROLL
        for (int i = k < 5 ? 0 : k - 4; 2 * i < k; i++) {
            fe8_columns_add(&c, k, a->n[i], a->n[k - i]);
        }
    }
    UNROLL
    for (int k = 1; k < 9; k++) {
        c.low[k] = _mm512_add_epi64(c.low[k], c.low[k]);
        c.high[k] = _mm512_add_epi64(c.high[k], c.high[k]);
    }
    UNROLL
    for (int i = 0; i < 5; i++) {
        fe8_columns_add(&c, 2 * i, a->n[i], a->n[i]);
    }
    UNROLL
    for (int k = 0; k < 5; k++) {
        fe8_columns_reduce(&c, k);
    }
    fe8_columns_take(r, &c);
    fe8_verify(r);
}

static void __attribute__((noinline)) fe8_mul(fe8 *r, const fe8 *a, const fe8 *b) {
    fe8_mul_loose(r, a, b);
    fe8_carry(r);
}

static void __attribute__((noinline)) fe8_sqr(fe8 *r, const fe8 *a) {
    fe8_sqr_loose(r, a);
    fe8_carry(r);
}

/* After the weakening the value is below 2p: one conditional subtraction is left. */
static void fe8_normalize(fe8 *r) {
    static const uint64_t p[5] = {FE_P0, FE_P1, FE_P2, FE_P3, FE_P4};
    __m512i reduced[5], borrow = _mm512_setzero_si512();
    __mmask8 is_below;

    fe8_weaken(r);
    UNROLL
    for (int i = 0; i < 5; i++) {
        const __m512i difference =
            _mm512_add_epi64(_mm512_sub_epi64(r->n[i], FE8_ALL(p[i])), borrow);
        reduced[i] = _mm512_and_si512(difference, FE8_ALL(FE_M52));
        borrow = _mm512_srai_epi64(difference, 52);
    }
    is_below = _mm512_movepi64_mask(borrow);
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = _mm512_mask_mov_epi64(reduced[i], is_below, r->n[i]);
    }
    VERIFY_SETUP(r->magnitude = 1);
    fe8_verify(r);
}

static __mmask8 fe8_is_zero(const fe8 *a) {
    fe8 t;
    __m512i any;
    fe8_copy(&t, a);
    fe8_normalize(&t);
    any = _mm512_or_si512(_mm512_or_si512(t.n[0], t.n[1]), _mm512_or_si512(t.n[2], t.n[3]));
    return _mm512_testn_epi64_mask(_mm512_or_si512(any, t.n[4]), _mm512_set1_epi64(-1));
}

LANE_INLINE void fe8_cmov(fe8 *r, const fe8 *a, __mmask8 lanes) {
    VERIFY_SETUP(r->magnitude = a->magnitude > r->magnitude ? a->magnitude : r->magnitude);
    VERIFY_SETUP(r->looseness = a->looseness > r->looseness ? a->looseness : r->looseness);
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = _mm512_mask_mov_epi64(r->n[i], lanes, a->n[i]);
    }
    fe8_verify(r);
}

LANE_INLINE void fe8_exchange(fe8 *r, const fe8 *a, int distance) {
    VERIFY_SETUP(r->magnitude = a->magnitude; r->looseness = a->looseness);
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = distance == 4   ? _mm512_shuffle_i64x2(a->n[i], a->n[i], _MM_SHUFFLE(1, 0, 3, 2))
                  : distance == 2 ? _mm512_permutex_epi64(a->n[i], _MM_SHUFFLE(1, 0, 3, 2))
                                  : _mm512_permutex_epi64(a->n[i], _MM_SHUFFLE(2, 3, 0, 1));
    }
}

/* Montgomery's trick as a butterfly. After the three products every lane holds the product of all
 * eight, and the exchanged factors of a lane are the products of the other 4, 2 and 1. A zero would
 * spoil its neighbours: a one takes its place. */
static void fe8_inv(fe8 *r, const fe8 *a) {
    fe8 pair, four, all, others, t;
    fe inverse[FE8_LANES];
    const __mmask8 zeros = fe8_is_zero(a);

    VERIFY_CHECK(a->magnitude <= 2);
    fe8_copy(&t, a);
    fe8_set_all(&others, &FE_ONE);
    fe8_cmov(&t, &others, zeros);
    fe8_exchange(&others, &t, 1);
    fe8_mul(&pair, &t, &others);
    fe8_exchange(&t, &pair, 2);
    fe8_mul(&four, &pair, &t);
    fe8_mul(&others, &others, &t);
    fe8_exchange(&t, &four, 4);
    fe8_mul(&all, &four, &t);
    fe8_mul(&others, &others, &t);
    fe8_store(inverse, &all);
    fe_inv(&inverse[0], &inverse[0]);
    for (int l = 1; l < FE8_LANES; l++) {
        inverse[l] = inverse[0];
    }
    fe8_load(&all, inverse);
    fe8_mul(r, &others, &all);
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = _mm512_maskz_mov_epi64((__mmask8)~zeros, r->n[i]);
    }
    wipe(&pair, sizeof pair);
    wipe(&four, sizeof four);
    wipe(&all, sizeof all);
    wipe(&others, sizeof others);
    wipe(&t, sizeof t);
    wipe(inverse, sizeof inverse);
}

TARGET_END
#endif
#endif
