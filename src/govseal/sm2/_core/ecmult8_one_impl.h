/* One sum s·G + t·a in eight parts, which the lanes add up side by side. */
#ifndef GOVSEAL_ECMULT8_ONE_IMPL_H
#define GOVSEAL_ECMULT8_ONE_IMPL_H

#include "ecmult8.h"

#if HAS_LANES
TARGET_BEGIN(TARGET_IFMA)

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
    fe8_verify(r);
}

/* r += a in the given lanes. */
LANE_INLINE void fe8_add_in(fe8 *r, const fe8 *a, __mmask8 lanes) {
    VERIFY_SETUP(r->looseness = FE8_LOOSENESS(r) + FE8_LOOSENESS(a));
    VERIFY_SETUP(r->magnitude = r->magnitude + a->magnitude);
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = _mm512_mask_add_epi64(r->n[i], lanes, r->n[i], a->n[i]);
    }
    fe8_verify(r);
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

/* Two doublings that follow one another. Lanes 0 to 3 of a are X, Y, Z and Z²; all is tight, of
 * magnitude 2. With gej_double's alpha, beta = XY² and gamma = Y²,
 *
 *     X3 = alpha² - 8·beta,  Y3 = alpha(12·beta - alpha²) - 8·gamma²,  Z3 = 2YZ,
 *
 * take three multiplications one after the other where alpha is to be found first, as 3(X - Z²)(X + Z²);
 * and two where it is there. Magnitudes stand at the right.
 *
 * twice = 2a; its lanes 0 to 3 are X, Y, Z and the next alpha, which is found together with Y. */
static void __attribute__((noinline)) gej_double_in_lanes(fe8 *twice, const fe8 *a) {
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
}

/* r = 2a, for a with its alpha in lane 3: then 12·alpha·beta is the product of X·alpha and gamma.
 * Lanes 0 to 3 of r are X, Y, Z and Z². */
static void __attribute__((noinline)) gej_double_again_in_lanes(fe8 *r, const fe8 *a) {
    fe8 first, second, x, y, t, u;

    /* first = gamma, alpha², X·alpha, YZ */
    fe8_pick(&x, a, a, FE8_FROM(1, 3, 0, 1, 0));
    fe8_pick(&y, a, a, FE8_FROM(1, 3, 3, 2, 0));
    fe8_mul_loose(&first, &x, &y);                               /* 2 */
    fe8_carry(&first);
    /* second = beta, alpha·beta, alpha³, gamma², (YZ)² */
    fe8_pick(&x, a, &first, FE8_FROM(0, 10, 3, 8, 11));
    fe8_pick(&y, &first, &first, FE8_FROM(0, 0, 1, 0, 3));
    fe8_mul_loose(&second, &x, &y);                              /* 2 */
    /* X4 = alpha² - 8·beta, Y4 = 12·alpha·beta - alpha³ - 8·gamma², Z4 = 2YZ, Z4² = 4(YZ)² */
    fe8_pick(&t, &second, &first, FE8_FROM(9, 1, 11, 4, 0));
    fe8_dozen_in(r, &t, 2);                                      /* 24 */
    fe8_add_in(r, &t, 4);                                        /* 26 */
    fe8_shift(&u, &t, 2);
    fe8_cmov(r, &u, 8);
    fe8_pick(&t, &second, &second, FE8_FROM(0, 3, 0, 0, 0));
    fe8_pick(&u, &second, &second, FE8_FROM(0, 2, 0, 0, 0));
    fe8_shift(&t, &t, 3);
    fe8_add_in(&t, &u, 2);                                       /* 18 */
    fe8_negate(&t, &t, 18);
    fe8_add_in(r, &t, 1 | 2);                                    /* 44 */
    fe8_weaken(r);                                               /* 2 */
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
        if (i + 1 < length) {
            gej_double_in_lanes(&twice, &power);
            terms8_put(r, &twice, digits[i + 1]);
            gej_double_again_in_lanes(&power, &twice);
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
    fe8_verify(&r->x);
    fe8_verify(&r->y);
    fe8_verify(&z);
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
