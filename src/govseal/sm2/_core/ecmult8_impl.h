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

/* --- One sum in eight parts ------------------------------------------------------------------------ */

/* r = k times the table's point in eight parts, or r += that. */
LANE_INLINE void comb8_sum_parts(gex8 *r, const scalar *k, const ge_storage *table, int width,
                                 int is_first) {
    const ge_storage *rows[FE8_LANES];
    odd8 odd;
    for (int l = 0; l < FE8_LANES; l++) {
        rows[l] = table + l * (COMB8_PART / width) * COMB8_ENTRIES(width);
    }
    odd8_set_parts_var(&odd, k);
    comb8_sum(r, &odd, rows, width, COMB8_PART, is_first);
}

/* Every lane becomes the sum of all. */
static void gex8_gather(gex8 *r) {
    gex8 other;
    gex8_exchange(&other, r, 1);
    gex8_add(r, r, &other);
    gex8_exchange(&other, r, 2);
    gex8_add(r, r, &other);
    gex8_exchange(&other, r, 4);
    gex8_add(r, r, &other);
}

static void ecmult8_one_var(gex8 *r, const scalar *s, const comb8 *a, const scalar *t) {
    comb8_sum_parts(r, t, a->entries, COMB8_WIDTH_POINT, 1);
    comb8_sum_parts(r, s, comb8_generator, COMB8_WIDTH_GENERATOR, 0);
    gex8_gather(r);
}

/* Without a table of the point a: t·a is the sum of ±2^i·a for a third of the i, on average. Its
 * additions go to the lanes as they come; but its doublings have to follow one another, and there
 * the lanes share the multiplications of each. */
#define TERMS_WIDTH 2 /* the digits 0 and ±1, of which no two neighbours are ±1 */
#define TERMS_MAX ((ECMULT_MAX_DIGITS + 1) / 2)

/* Lane l of r is lane from[l] of a, or for from[l] >= 8 lane from[l] - 8 of b. The rest of the lanes
 * is of no interest. */
#define FE8_FROM(l0, l1, l2, l3, l4) _mm512_setr_epi64(l0, l1, l2, l3, l4, 0, 0, 0)
LANE_INLINE void fe8_pick(fe8 *r, const fe8 *a, const fe8 *b, __m512i from) {
    VERIFY_SETUP(r->looseness = a->looseness > b->looseness ? a->looseness : b->looseness);
    VERIFY_SETUP(r->magnitude = a->magnitude > b->magnitude ? a->magnitude : b->magnitude);
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = a == b ? _mm512_permutexvar_epi64(from, a->n[i])
                         : _mm512_permutex2var_epi64(a->n[i], from, b->n[i]);
    }
}

/* r += a in the given lanes. */
LANE_INLINE void fe8_add_in(fe8 *r, const fe8 *a, __mmask8 lanes) {
    VERIFY_SETUP(r->looseness = FE8_LOOSENESS(r) + FE8_LOOSENESS(a));
    VERIFY_SETUP(r->magnitude = r->magnitude + a->magnitude);
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = _mm512_mask_add_epi64(r->n[i], lanes, r->n[i], a->n[i]);
    }
}

/* r = 12·a in the given lane, else a. */
LANE_INLINE void fe8_dozen_in(fe8 *r, const fe8 *a, __mmask8 lane) {
    fe8 four, eight;
    fe8_shift(&four, a, 2);
    fe8_shift(&eight, a, 3);
    fe8_copy(r, a);
    fe8_cmov(r, &eight, lane);
    fe8_add_in(r, &four, lane);
}

/* a = x - u and b = x + u in the given lane, else unchanged; tight. */
LANE_INLINE void fe8_split_in(fe8 *a, fe8 *b, const fe8 *u, __mmask8 lane) {
    fe8 minus;
    fe8_negate(&minus, u, 2);
    fe8_add_in(a, &minus, lane);
    fe8_add_in(b, u, lane);
    fe8_carry(a);
    fe8_carry(b);
}

/* twice = 2a and a = 4a. Lanes 0 to 3 of a are X, Y, Z and Z²; lanes 0 to 2 of twice are X, Y and Z.
 * All tight of magnitude 2. With gej_double's alpha, beta = XY² and gamma = Y²,
 *
 *     X3 = alpha² - 8·beta,  Y3 = alpha(12·beta - alpha²) - 8·gamma²,  Z3 = 2YZ,
 *
 * take three multiplications one after the other where alpha is to be found first, as 3(X - Z²)(X + Z²);
 * and two where it is there, as that of 2a is together with Y: then 12·alpha·beta is the product of
 * X·alpha and gamma. Magnitudes stand at the right. */
static void __attribute__((noinline)) gej_double_twice_in_lanes(fe8 *twice, fe8 *a) {
    fe8 first, second, third, x, y, t, u;

    /* (X - Z²)(X + Z²), Y², YZ */
    fe8_pick(&x, a, a, FE8_FROM(0, 1, 1, 0, 0));
    fe8_pick(&u, a, a, FE8_FROM(3, 0, 0, 0, 0));
    fe8_copy(&y, a);
    fe8_split_in(&x, &y, &u, 1);                                 /* 4, 4 */
    fe8_mul_loose(&third, &x, &y);                               /* 2 */
    /* first = alpha, X, gamma, Z3 */
    fe8_pick(&t, &third, a, FE8_FROM(0, 8, 1, 2, 0));
    fe8_copy(&first, &t);
    fe8_add_in(&first, &t, 1 | 8);
    fe8_add_in(&first, &t, 1);                                   /* 6 */
    fe8_weaken(&first);                                          /* 2 */
    /* second = alpha², beta, gamma², Z3² */
    fe8_pick(&y, &first, &first, FE8_FROM(0, 2, 2, 3, 0));
    fe8_mul_loose(&second, &first, &y);                          /* 2 */
    /* third = alpha² - 8·beta, 12·beta - alpha², Z3² */
    fe8_pick(&t, &second, &second, FE8_FROM(0, 1, 3, 0, 0));
    fe8_pick(&u, &second, &second, FE8_FROM(1, 0, 0, 0, 0));
    fe8_dozen_in(&third, &t, 2);                                 /* 24 */
    fe8_shift(&t, &u, 3);                                        /* 16 */
    fe8_cmov(&t, &u, 2);
    fe8_negate(&t, &t, 16);                                      /* 16 */
    fe8_add_in(&third, &t, 1 | 2);                               /* 40 */
    fe8_weaken(&third);                                          /* 2 */
    /* alpha(12·beta - alpha²), and a third of the next alpha */
    fe8_pick(&x, &third, &third, FE8_FROM(1, 0, 0, 0, 0));
    fe8_pick(&y, &first, &third, FE8_FROM(0, 8, 0, 0, 0));
    fe8_pick(&u, &third, &third, FE8_FROM(0, 2, 0, 0, 0));
    fe8_split_in(&x, &y, &u, 2);                                 /* 4, 4 */
    fe8_mul_loose(&t, &x, &y);                                   /* 2 */
    /* x = Y3, alpha */
    fe8_pick(&u, &second, &second, FE8_FROM(2, 0, 0, 0, 0));
    fe8_shift(&u, &u, 3);
    fe8_negate(&u, &u, 16);                                      /* 16 */
    fe8_copy(&x, &t);
    fe8_add_in(&x, &t, 2);
    fe8_add_in(&x, &t, 2);
    fe8_add_in(&x, &u, 1);                                       /* 22 */
    fe8_weaken(&x);                                              /* 2 */
    /* twice = X, Y, Z, alpha */
    fe8_pick(&y, &third, &x, FE8_FROM(0, 8, 0, 9, 0));
    fe8_pick(twice, &y, &first, FE8_FROM(0, 1, 11, 3, 0));
    /* first = gamma, alpha², X·alpha, YZ */
    fe8_pick(&x, twice, twice, FE8_FROM(1, 3, 0, 1, 0));
    fe8_pick(&y, twice, twice, FE8_FROM(1, 3, 3, 2, 0));
    fe8_mul_loose(&first, &x, &y);                               /* 2 */
    fe8_carry(&first);
    /* second = beta, alpha·beta, alpha³, gamma², (YZ)² */
    fe8_pick(&x, twice, &first, FE8_FROM(0, 10, 3, 8, 11));
    fe8_pick(&y, &first, &first, FE8_FROM(0, 0, 1, 0, 3));
    fe8_mul_loose(&second, &x, &y);                              /* 2 */
    /* X4 = alpha² - 8·beta, Y4 = 12·alpha·beta - alpha³ - 8·gamma², Z4 = 2YZ, Z4² = 4(YZ)² */
    fe8_pick(&t, &second, &first, FE8_FROM(9, 1, 11, 4, 0));
    fe8_dozen_in(a, &t, 2);                                      /* 24 */
    fe8_add_in(a, &t, 4);                                        /* 26 */
    fe8_shift(&u, &t, 2);
    fe8_cmov(a, &u, 8);
    fe8_pick(&t, &second, &second, FE8_FROM(0, 3, 0, 0, 0));
    fe8_pick(&u, &second, &second, FE8_FROM(0, 2, 0, 0, 0));
    fe8_shift(&t, &t, 3);
    fe8_add_in(&t, &u, 2);                                       /* 18 */
    fe8_negate(&t, &t, 18);
    fe8_add_in(a, &t, 1 | 2);                                    /* 44 */
    fe8_weaken(a);                                               /* 2 */
}

/* The places of terms, and which of them are negative. */
typedef struct {
    fe8 points[TERMS_MAX + FE8_LANES - 1]; /* X, Y and Z in lanes 0 to 2 */
    unsigned char negative[TERMS_MAX + FE8_LANES - 1];
    int count;
} terms8;

static void terms8_put(terms8 *r, const fe8 *point, int digit) {
    if (digit != 0) {
        fe8_copy(&r->points[r->count], point);
        r->negative[r->count] = digit < 0;
        r->count++;
    }
}

static void terms8_set_var(terms8 *r, const ge *a, const scalar *t) {
    const fe coordinates[FE8_LANES] = {a->x, a->y, FE_ONE, FE_ONE, FE_ONE, FE_ONE, FE_ONE, FE_ONE};
    int16_t digits[ECMULT_MAX_DIGITS];
    const int length = ecmult_wnaf_var(digits, t, TERMS_WIDTH);
    fe8 power, twice;

    r->count = 0;
    fe8_load(&power, coordinates);
    for (int i = 0; i < length; i += 2) {
        terms8_put(r, &power, digits[i]);
        gej_double_twice_in_lanes(&twice, &power);
        if (i + 1 < length) {
            terms8_put(r, &twice, digits[i + 1]);
        }
    }
}

/* Lane l of r = term first + l. */
static void terms8_get(gex8 *r, const terms8 *terms, int first) {
    __mmask8 negative = 0;
    fe8 z;
    for (int l = 0; l < FE8_LANES; l++) {
        negative |= (__mmask8)(terms->negative[first + l] << l);
    }
    UNROLL
    for (int i = 0; i < 5; i++) {
        __m512i rows[FE8_LANES];
        UNROLL
        for (int l = 0; l < FE8_LANES; l++) {
            rows[l] = terms->points[first + l].n[i];
        }
        lanes_transpose(rows);
        r->x.n[i] = rows[0];
        r->y.n[i] = rows[1];
        z.n[i] = rows[2];
    }
    VERIFY_SETUP(r->x.magnitude = r->y.magnitude = z.magnitude = 2);
    VERIFY_SETUP(r->x.looseness = r->y.looseness = z.looseness = 0);
    fe8_negate_if(&r->y, negative, 2);
    fe8_carry(&r->y);
    fe8_sqr(&r->zz, &z);
    fe8_mul(&r->zzz, &r->zz, &z);
}

static void ecmult8_plain_var(gex8 *r, const scalar *s, const ge *a, const scalar *t) {
    terms8 terms;
    gex8 sum;

    comb8_sum_parts(r, s, comb8_generator, COMB8_WIDTH_GENERATOR, 1);
    terms8_set_var(&terms, a, t);
    for (int l = 0; l < FE8_LANES - 1; l++) { /* what fills the last lanes is thrown away */
        fe8_copy(&terms.points[terms.count + l], &terms.points[0]);
        terms.negative[terms.count + l] = 0;
    }
    for (int i = 0; i < terms.count; i += FE8_LANES) {
        const int left = terms.count - i;
        terms8_get(&sum, &terms, i);
        gex8_add(&sum, &sum, r);
        gex8_cmov(r, &sum, (__mmask8)(left < FE8_LANES ? (1 << left) - 1 : -1));
    }
    gex8_gather(r);
}

TARGET_END
#endif
#endif
