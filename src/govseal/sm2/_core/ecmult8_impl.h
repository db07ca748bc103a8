#ifndef GOVSEAL_ECMULT8_IMPL_H
#define GOVSEAL_ECMULT8_IMPL_H

#include "ecmult8.h"

#if HAS_LANES
TARGET_BEGIN(TARGET_IFMA)

/* Eight rows of eight words become eight columns. */
LANE_INLINE void lanes_transpose(__m512i v[FE8_LANES]) {
    __m512i pairs[FE8_LANES], quads[FE8_LANES];
    UNROLL
    for (int i = 0; i < FE8_LANES; i += 2) {
        pairs[i] = _mm512_unpacklo_epi64(v[i], v[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi64(v[i], v[i + 1]);
    }
    UNROLL
    for (int i = 0; i < FE8_LANES; i += 4) {
        UNROLL
        for (int j = 0; j < 2; j++) {
            /* 128-bit blocks 0 and 2, then 1 and 3, of two pairs of rows */
            quads[i + j] = _mm512_shuffle_i64x2(pairs[i + j], pairs[i + j + 2], 0x88);
            quads[i + j + 2] = _mm512_shuffle_i64x2(pairs[i + j], pairs[i + j + 2], 0xdd);
        }
    }
    UNROLL
    for (int j = 0; j < 4; j++) {
        const int column = (j & 1) + 2 * (j >> 1);
        v[column] = _mm512_shuffle_i64x2(quads[j], quads[j + 4], 0x88);
        v[column + 4] = _mm512_shuffle_i64x2(quads[j], quads[j + 4], 0xdd);
    }
}

/* --- Scalars with odd digits ------------------------------------------------------------------ */

/* Lane by lane the words of (k' - 1)/2, and which lanes hold k' = n - k. */
typedef struct {
    __m512i words[4];
    __mmask8 negated;
} odd8;

/* Returns whether k' = n - k. */
static int odd_halve_var(uint64_t half[4], const scalar *k) {
    const int negated = !scalar_is_odd(k);
    scalar odd = *k;
    VERIFY_CHECK(!scalar_is_zero(k));
    if (negated) {
        scalar_negate(&odd, k);
    }
    for (int i = 0; i < 3; i++) {
        half[i] = odd.d[i] >> 1 | odd.d[i + 1] << 63;
    }
    half[3] = odd.d[3] >> 1;
    return negated;
}

/* Lane l holds k[l]. */
static void odd8_set_var(odd8 *r, const scalar k[FE8_LANES]) {
    uint64_t words[4][FE8_LANES];
    r->negated = 0;
    for (int l = 0; l < FE8_LANES; l++) {
        uint64_t half[4];
        r->negated |= (__mmask8)(odd_halve_var(half, &k[l]) << l);
        for (int i = 0; i < 4; i++) {
            words[i][l] = half[i];
        }
    }
    for (int i = 0; i < 4; i++) {
        r->words[i] = _mm512_loadu_si512(words[i]);
    }
}

/* Lane l holds the bits [32l, 32l + 32) of the one k, the last one with the top bit. */
static void odd8_set_parts_var(odd8 *r, const scalar *k) {
    uint64_t half[4], parts[FE8_LANES];
    r->negated = (__mmask8)-odd_halve_var(half, k);
    for (int l = 0; l < FE8_LANES; l++) {
        parts[l] = half[l / 2] >> 32 * (l % 2) & UINT32_MAX;
    }
    parts[FE8_LANES - 1] |= UINT64_C(1) << 31;
    r->words[0] = _mm512_loadu_si512(parts);
}

/* The digit 2B + 1 - 2^width that the bits [from, from + width) stand for: where its absolute value
 * stands in a row of odd multiples, and in which lanes it is negative. The window that reaches bit 255
 * is the last, and has its top bit. */
LANE_INLINE __m512i odd8_digit(__mmask8 *negative, const odd8 *k, int from, int width) {
    const int word = from / 64, shift = from % 64;
    const long long top = 1LL << (width - 1);
    __m512i window = _mm512_srl_epi64(k->words[word], _mm_cvtsi32_si128(shift));
    if (shift + width > 64 && word < 3) {
        window = _mm512_or_si512(
            window, _mm512_sll_epi64(k->words[word + 1], _mm_cvtsi32_si128(64 - shift)));
    }
    if (from + width >= 256) {
        window = _mm512_or_si512(window, _mm512_set1_epi64(top));
    }
    *negative = _mm512_testn_epi64_mask(window, _mm512_set1_epi64(top));
    window = _mm512_mask_xor_epi64(window, *negative, window, _mm512_set1_epi64(-1));
    *negative ^= k->negated;
    return _mm512_and_si512(window, _mm512_set1_epi64(top - 1));
}

/* --- Tables ----------------------------------------------------------------------------------- */

/* r = a - b, carried; m(b) <= bound. */
LANE_INLINE void fe8_difference(fe8 *r, const fe8 *a, const fe8 *b, int bound) {
    fe8_sub(r, a, b, bound);
    fe8_carry(r);
}

LANE_INLINE void ge8_copy(ge8 *r, const ge8 *a) {
    fe8_copy(&r->x, &a->x);
    fe8_copy(&r->y, &a->y);
}

/* Odd multiples one after the other: all sums have the same Z as the 2a that is added next (Meloni,
 * "New point addition formulae for ECC applications", 2007). With h = x(2a) - x, the coordinates
 * x(2a)·h², y(2a)·h³ and Z·h stand for 2a again, and the factors h lead from the inverse of the last Z
 * back to those of the others. Magnitudes stand at the right. */
#define ODD_MULTIPLES_MAX 16
typedef struct {
    fe8 x, y; /* 2a, with the Z of the last sum */
    fe8 h[ODD_MULTIPLES_MAX];
    fe8 z;
} odd_chain8;

/* first = a and c = 2a with the same Z = 2y: with S = 4xy² and M = 3(x² - 1), a = (S, 8y⁴) and
 * 2a = (M² - 2S, M(S - x(2a)) - 8y⁴). */
static void odd_chain8_begin(odd_chain8 *c, ge8 *first, const ge8 *a) {
    fe8 m, t;

    fe8_sqr(&t, &a->y);                        /* 2 */
    fe8_mul(&first->x, &a->x, &t);             /* 2 */
    fe8_shift(&first->x, &first->x, 2);       /* 8 */
    fe8_weaken(&first->x);                     /* 2: S */
    fe8_sqr(&t, &t);                           /* 2 */
    fe8_shift(&first->y, &t, 3);              /* 16 */
    fe8_weaken(&first->y);                     /* 2: 8y⁴ */
    fe8_shift(&c->z, &a->y, 1);               /* 4 */
    fe8_carry(&c->z);
    fe8_set_all(&t, &FE_ONE);
    fe8_sqr(&m, &a->x);                        /* 2 */
    fe8_sub(&m, &m, &t, 1);                    /* 3 */
    fe8_shift(&t, &m, 1);                     /* 6 */
    fe8_add(&m, &m, &t);                       /* 9: M */
    fe8_carry(&m);
    fe8_sqr(&c->x, &m);                        /* 7 */
    fe8_shift(&t, &first->x, 1);              /* 4 */
    fe8_sub(&c->x, &c->x, &t, 4);              /* 11 */
    fe8_weaken(&c->x);                         /* 2 */
    fe8_difference(&t, &first->x, &c->x, 2);   /* 4 */
    fe8_mul(&c->y, &m, &t);                    /* 4 */
    fe8_sub(&c->y, &c->y, &first->y, 2);       /* 6 */
    fe8_weaken(&c->y);                         /* 2 */
}

/* r = a + 2·(the chain's point), both with the chain's Z; and that moves on to Z·h. The x are
 * different. m(a->y) <= 5, and so is m(r->y). */
static void odd_chain8_add(ge8 *r, odd_chain8 *c, const ge8 *a, fe8 *h) {
    fe8 d, v, t;

    fe8_difference(h, &c->x, &a->x, 2);        /* 4: h = x(2a) - x */
    fe8_difference(&d, &c->y, &a->y, 5);       /* 7: d = y(2a) - y */
    fe8_mul(&c->z, &c->z, h);                  /* 2 */
    fe8_sqr(&t, h);                            /* 2: h² */
    fe8_mul(&v, &a->x, &t);                    /* 2: x·h² */
    fe8_mul(&c->x, &c->x, &t);                 /* 2: x(2a)·h² */
    fe8_difference(&t, &c->x, &v, 2);          /* 4: h³ */
    fe8_mul(&c->y, &c->y, &t);                 /* 2: y(2a)·h³ */
    fe8_sqr(&t, &d);                           /* 5 */
    fe8_sub(&t, &t, &v, 2);                    /* 7 */
    fe8_sub(&r->x, &t, &c->x, 2);              /* 9 */
    fe8_weaken(&r->x);                         /* 2: d² - x·h² - x(2a)·h² */
    fe8_difference(&t, &c->x, &r->x, 2);       /* 4 */
    fe8_mul(&t, &d, &t);                       /* 3 */
    fe8_difference(&r->y, &t, &c->y, 2);       /* 5: d(x(2a)·h² - x(r)) - y(2a)·h³ */
}

/* r = the normalised affine point of (x/z², y/z³) of r, given 1/z. */
static void ge8_scale(ge8 *r, const fe8 *z_inverse) {
    fe8 square, cube;
    fe8_sqr(&square, z_inverse);
    fe8_mul(&cube, &square, z_inverse);
    fe8_mul(&r->x, &r->x, &square);
    fe8_mul(&r->y, &r->y, &cube);
    fe8_normalize(&r->x);
    fe8_normalize(&r->y);
}

/* r[i] = (2i+1)·a for i = 0..count-1, and next = 2·count·a where that is not NULL; all normalised.
 * 2 <= count <= ODD_MULTIPLES_MAX, and a is normalised and has a large order. */
static void ge8_odd_multiples(ge8 *r, ge8 *next, const ge8 *a, int count) {
    odd_chain8 c;
    gej8 sum;
    fe8 inverse, t;

    VERIFY_CHECK(count >= 2 && count <= ODD_MULTIPLES_MAX);
    odd_chain8_begin(&c, &r[0], a);
    for (int i = 1; i < count; i++) {
        odd_chain8_add(&r[i], &c, &r[i - 1], &c.h[i]);
    }
    if (next == NULL) {
        fe8_inv(&inverse, &c.z);
    } else {
        /* one more a: Z of that sum is Z·h again, with h = x·Z² - x(r) */
        fe8_copy(&sum.x, &r[count - 1].x);
        fe8_copy(&sum.y, &r[count - 1].y);
        fe8_weaken(&sum.y);
        fe8_copy(&sum.z, &c.z);
        fe8_sqr(&t, &c.z);
        fe8_mul(&t, &t, &a->x);
        fe8_difference(&c.h[0], &t, &sum.x, 2);
        gej8_add_ge(&sum, &sum, a, 0);
        fe8_copy(&next->x, &sum.x);
        fe8_copy(&next->y, &sum.y);
        fe8_inv(&inverse, &sum.z);
        ge8_scale(next, &inverse);
        fe8_mul(&inverse, &inverse, &c.h[0]);
    }
    for (int i = count - 1; i > 0; i--) {
        ge8_scale(&r[i], &inverse);
        fe8_mul(&inverse, &inverse, &c.h[i]);
    }
    ge8_copy(&r[0], a);
}

/* r[i] += step, which no r[i] has the x of; all normalised, with one inversion. */
static void ge8_add_step(ge8 *r, const ge8 *step, int count) {
    fe8 h[ODD_MULTIPLES_MAX], products[ODD_MULTIPLES_MAX], inverse, slope, t;

    fe8_difference(&h[0], &r[0].x, &step->x, 1);     /* 2 */
    fe8_copy(&products[0], &h[0]);
    for (int i = 1; i < count; i++) {
        fe8_difference(&h[i], &r[i].x, &step->x, 1); /* 2 */
        fe8_mul(&products[i], &products[i - 1], &h[i]);
    }
    fe8_inv(&inverse, &products[count - 1]);
    for (int i = count - 1; i >= 0; i--) {
        fe8_difference(&slope, &r[i].y, &step->y, 1); /* 2 */
        if (i > 0) {
            fe8_mul(&t, &inverse, &products[i - 1]);
            fe8_mul(&slope, &slope, &t);
            fe8_mul(&inverse, &inverse, &h[i]);
        } else {
            fe8_mul(&slope, &slope, &inverse);
        }
        fe8_sqr(&t, &slope);                         /* 2 */
        fe8_sub(&t, &t, &r[i].x, 1);                 /* 3 */
        fe8_difference(&r[i].x, &t, &step->x, 1);    /* 4: slope² - x - x(step) */
        fe8_normalize(&r[i].x);
        fe8_difference(&t, &step->x, &r[i].x, 1);    /* 2 */
        fe8_mul(&t, &t, &slope);                     /* 2 */
        fe8_difference(&r[i].y, &t, &step->y, 1);    /* 3: slope(x(step) - x) - y(step) */
        fe8_normalize(&r[i].y);
    }
}

/* Lane l of points[i] to rows[l][i]. */
static void ge8_store_rows(ge_storage *const rows[FE8_LANES], const ge8 *points, int count) {
    for (int i = 0; i < count; i++) {
        fe8_storage x, y;
        __m512i words[FE8_LANES];
        fe8_to_storage(&x, &points[i].x);
        fe8_to_storage(&y, &points[i].y);
        UNROLL
        for (int j = 0; j < 4; j++) {
            words[j] = x.n[j];
            words[j + 4] = y.n[j];
        }
        lanes_transpose(words);
        UNROLL
        for (int l = 0; l < FE8_LANES; l++) {
            _mm512_storeu_si512(&rows[l][i], words[l]);
        }
    }
}

/* Lane l of r = rows[l][places[l]]. */
LANE_INLINE void ge8_look_up(ge8 *r, const ge_storage *const rows[FE8_LANES], __m512i places) {
    fe8_storage x, y;
    __m512i words[FE8_LANES];
    uint64_t place[FE8_LANES];
    _mm512_storeu_si512(place, places);
    UNROLL
    for (int l = 0; l < FE8_LANES; l++) {
        words[l] = _mm512_loadu_si512(&rows[l][place[l]]);
    }
    lanes_transpose(words);
    UNROLL
    for (int j = 0; j < 4; j++) {
        x.n[j] = words[j];
        y.n[j] = words[j + 4];
    }
    fe8_from_storage(&r->x, &x);
    fe8_from_storage(&r->y, &y);
}

/* --- Eight sums with doublings ------------------------------------------------------------------ */

/* Windows at the multiples of their widths, the same in every lane. Those of G find their odd
 * multiples in the first row of ecmult_generator. */
#define STRAUSS_WIDTH_POINT 5
#define STRAUSS_WIDTH_GENERATOR 9
#define STRAUSS_ENTRIES (1 << (STRAUSS_WIDTH_POINT - 1))

/* r += the digit of k at bit from, of multiples in rows. */
LANE_INLINE void strauss_add(gej8 *r, const odd8 *k, int from, int width,
                             const ge_storage *const rows[FE8_LANES]) {
    __mmask8 negative;
    ge8 point;
    const __m512i places = odd8_digit(&negative, k, from, width);
    ge8_look_up(&point, rows, places);
    gej8_add_ge(r, r, &point, negative);
}

static void ecmult8_var(gej8 *r, const scalar s[FE8_LANES], const ge a[FE8_LANES],
                        const scalar t[FE8_LANES]) {
    ge_storage multiples[FE8_LANES][STRAUSS_ENTRIES] __attribute__((aligned(64)));
    const ge_storage *rows[FE8_LANES], *generator[FE8_LANES];
    ge_storage *to[FE8_LANES];
    ge8 point, odd[STRAUSS_ENTRIES];
    odd8 odd_s, odd_t;

    for (int l = 0; l < FE8_LANES; l++) {
        rows[l] = to[l] = multiples[l];
        generator[l] = ecmult_generator[0];
    }
    ge8_load(&point, a);
    fe8_normalize(&point.x);
    fe8_normalize(&point.y);
    ge8_odd_multiples(odd, NULL, &point, STRAUSS_ENTRIES);
    ge8_store_rows(to, odd, STRAUSS_ENTRIES);
    odd8_set_var(&odd_s, s);
    odd8_set_var(&odd_t, t);

    /* (t' - 1)/2 is below 2^255: the window of t from bit 255 on is the top bit alone, digit 1 */
    ge8_negate_if(&point, odd_t.negated);
    gej8_set_ge(r, &point);
    for (int bit = 254; bit >= 0; bit--) {
        gej8_double(r, r);
        if (bit % STRAUSS_WIDTH_POINT == 0) {
            strauss_add(r, &odd_t, bit, STRAUSS_WIDTH_POINT, rows);
        }
        if (bit % STRAUSS_WIDTH_GENERATOR == 0) {
            strauss_add(r, &odd_s, bit, STRAUSS_WIDTH_GENERATOR, generator);
        }
    }
}

/* --- Sums without doublings --------------------------------------------------------------------- */

/* The rows of bits [32i, 32i + 32) are made, and used for a single sum, in lane i. */
#define COMB8_PART 32

static ge_storage comb8_generator[COMB8_SIZE(COMB8_WIDTH_GENERATOR)] __attribute__((aligned(64)));

/* Lane i of base is 2^(32i) times the point. */
static void comb8_fill(ge_storage *table, const ge8 *base, int width) {
    const int entries = COMB8_ENTRIES(width), rows = COMB8_PART / width;
    const int count = entries < ODD_MULTIPLES_MAX ? entries : ODD_MULTIPLES_MAX;
    ge8 odd[ODD_MULTIPLES_MAX], first, next;
    ge_storage *to[FE8_LANES];

    ge8_copy(&first, base);
    for (int row = 0; row < rows; row++) {
        for (int l = 0; l < FE8_LANES; l++) {
            to[l] = table + (l * rows + row) * entries;
        }
        ge8_odd_multiples(odd, &next, &first, count);
        ge8_store_rows(to, odd, count);
        for (int done = count; done < entries; done += count) {
            ge8_add_step(odd, &next, count);
            for (int l = 0; l < FE8_LANES; l++) {
                to[l] += count;
            }
            ge8_store_rows(to, odd, count);
        }
        if (entries > count) { /* (2^w - 1) + 1 */
            ge8_add_step(&first, &odd[count - 1], 1);
            ge8_copy(&next, &first);
        }
        ge8_copy(&first, &next);
    }
}

static void ecmult8_build(void) {
    ge bases[ECMULT_PARTS];
    ge8 base;
    ecmult_part_bases_var(bases, &GE_GENERATOR);
    ge8_load(&base, bases);
    fe8_normalize(&base.x);
    fe8_normalize(&base.y);
    comb8_fill(comb8_generator, &base, COMB8_WIDTH_GENERATOR);
}

static void comb8_set_var(comb8 *r, const ecmult_table *a) {
    const ge_storage *rows[FE8_LANES];
    ge8 base;
    for (int l = 0; l < FE8_LANES; l++) {
        rows[l] = a->rows[l];
    }
    ge8_look_up(&base, rows, _mm512_setzero_si512());
    comb8_fill(r->entries, &base, COMB8_WIDTH_POINT);
}

/* r = the sum of the digits of k at the bits below end, or r += that; rows[l] is where the table of
 * lane l begins. */
LANE_INLINE void comb8_sum(gex8 *r, const odd8 *k, const ge_storage *const rows[FE8_LANES], int width,
                           int end, int is_first) {
    for (int bit = 0; bit < end; bit += width) {
        __mmask8 negative;
        ge8 point;
        const __m512i place = odd8_digit(&negative, k, bit, width);
        const __m512i row = _mm512_set1_epi64((long long)(bit / width) * COMB8_ENTRIES(width));
        ge8_look_up(&point, rows, _mm512_add_epi64(place, row));
        if (is_first && bit == 0) {
            ge8_negate_if(&point, negative);
            gex8_set_ge(r, &point);
        } else {
            gex8_add_ge(r, r, &point, negative);
        }
    }
}

static void ecmult8_comb_var(gex8 *r, const scalar s[FE8_LANES], const comb8 *const a[FE8_LANES],
                             const scalar t[FE8_LANES]) {
    const ge_storage *rows[FE8_LANES], *generator[FE8_LANES];
    odd8 odd_s, odd_t;

    for (int l = 0; l < FE8_LANES; l++) {
        rows[l] = a[l]->entries;
        generator[l] = comb8_generator;
    }
    odd8_set_var(&odd_s, s);
    odd8_set_var(&odd_t, t);
    comb8_sum(r, &odd_t, rows, COMB8_WIDTH_POINT, 256, 1);
    comb8_sum(r, &odd_s, generator, COMB8_WIDTH_GENERATOR, 256, 0);
}

TARGET_END
#endif
#endif
