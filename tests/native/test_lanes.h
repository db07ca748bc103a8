/* Eight lanes against the scalar code, lane by lane. */
#ifndef GOVSEAL_TESTS_LANES_H
#define GOVSEAL_TESTS_LANES_H

#include "check.h"
#include "core.h"
#include "test_field.h"
#include "test_group.h"

#if HAS_LANES
TARGET_BEGIN(TARGET_IFMA)

/* Eight random elements in both forms. */
static void random_fe8(fe8 *r, fe lanes[FE8_LANES]) {
    for (int l = 0; l < FE8_LANES; l++) {
        random_fe(&lanes[l]);
    }
    fe8_load(r, lanes);
}

/* The same elements as large as magnitude m allows: adds (m - 2)·p. */
static void inflate8(fe8 *r, int m) {
    static const fe zero = FE_CONST(0, 0, 0, 0, 0);
    fe8 t;
    fe8_set_all(&t, &zero);
    VERIFY_SETUP(t.magnitude = 0);
    for (int i = 2; i < m; i++) {
        fe8_sub(r, r, &t, 1); /* + p - 0 */
    }
    fe8_carry(r);
}

static void check_lanes(const fe8 *a, const fe expected[FE8_LANES]) {
    fe lanes[FE8_LANES];
    fe8 t;
    fe8_copy(&t, a);
    fe8_normalize(&t);
    fe8_store(lanes, &t);
    for (int l = 0; l < FE8_LANES; l++) {
        fe canonical = expected[l];
        fe_normalize(&canonical);
        CHECK(memcmp(lanes[l].n, canonical.n, sizeof canonical.n) == 0);
    }
}

static void test_field8_operations(void) {
    for (int i = 0; i < 100 * rounds; i++) {
        fe8 a, b, t;
        fe a_lanes[FE8_LANES], b_lanes[FE8_LANES], expected[FE8_LANES];
        const __mmask8 some = (__mmask8)test_random();
        const int shift = (int)(test_random() & 3);
        random_fe8(&a, a_lanes);
        random_fe8(&b, b_lanes);
        check_lanes(&a, a_lanes);

#define CHECK_EVERY_LANE(vector_code, scalar_code)                                                 \
    do {                                                                                           \
        vector_code;                                                                               \
        for (int l = 0; l < FE8_LANES; l++) {                                                          \
            scalar_code;                                                                           \
        }                                                                                          \
        check_lanes(&t, expected);                                                                 \
    } while (0)

        CHECK_EVERY_LANE((fe8_add(&t, &a, &b), fe8_carry(&t)),
                         fe_add(&expected[l], &a_lanes[l], &b_lanes[l]));
        CHECK_EVERY_LANE((fe8_sub(&t, &a, &b, 2), fe8_weaken(&t)),
                         fe_sub(&expected[l], &a_lanes[l], &b_lanes[l], 2));
        CHECK_EVERY_LANE((fe8_negate(&t, &a, 2), fe8_carry(&t)),
                         fe_negate(&expected[l], &a_lanes[l], 2));
        CHECK_EVERY_LANE((fe8_copy(&t, &a), fe8_negate_if(&t, some, 2), fe8_weaken(&t)),
                         fe_negate(&expected[l], &a_lanes[l], 2);
                         fe_cmov(&expected[l], &a_lanes[l], (some >> l & 1) ^ 1));
        CHECK_EVERY_LANE((fe8_shift(&t, &a, shift), fe8_weaken(&t)),
                         fe_scale(&expected[l], &a_lanes[l], 1 << shift));
        CHECK_EVERY_LANE(fe8_mul(&t, &a, &b), fe_mul(&expected[l], &a_lanes[l], &b_lanes[l]));
        CHECK_EVERY_LANE(fe8_sqr(&t, &a), fe_sqr(&expected[l], &a_lanes[l]));
        CHECK_EVERY_LANE((fe8_copy(&t, &a), fe8_cmov(&t, &b, some)),
                         expected[l] = some >> l & 1 ? b_lanes[l] : a_lanes[l]);
        for (int distance = 1; distance < FE8_LANES; distance *= 2) {
            CHECK_EVERY_LANE(fe8_exchange(&t, &a, distance),
                             expected[l] = a_lanes[l ^ distance]);
        }
        fe8_set_all(&t, &FE_ONE);
        fe8_cmov(&t, &a, some);
        for (int l = 0; l < FE8_LANES; l++) {
            const int is_zero = (some >> l & 1) && fe_is_zero(&a_lanes[l]);
            CHECK((fe8_is_zero(&t) >> l & 1) == is_zero);
        }
    }
}

/* Limbs and values as large as the contracts allow, the shape of every sum in the formulas. */
static void test_field8_magnitudes(void) {
    for (int i = 0; i < 4 * rounds; i++) {
        fe8 a, b, t, square;
        fe a_lanes[FE8_LANES], b_lanes[FE8_LANES], expected[FE8_LANES], squares[FE8_LANES];
        fe quadruples[FE8_LANES];
        random_fe8(&a, a_lanes);
        random_fe8(&b, b_lanes);
        for (int l = 0; l < FE8_LANES; l++) {
            fe_mul(&expected[l], &a_lanes[l], &b_lanes[l]);
            fe_sqr(&squares[l], &a_lanes[l]);
        }
        for (int m = 2; m <= FE8_MAX_MAGNITUDE; m++) {
            fe8 big, other;
            fe8_copy(&big, &a);
            inflate8(&big, m);
            check_lanes(&big, a_lanes);
            fe8_copy(&other, &b);
            inflate8(&other, 240 / m < 16 ? 240 / m : 16);
            fe8_mul(&t, &big, &other);
            check_lanes(&t, expected);
            fe8_mul(&t, &other, &big);
            check_lanes(&t, expected);
            if (m <= 15) {
                fe8_sqr(&square, &big);
                check_lanes(&square, squares);
            }
            fe8_shift(&t, &big, 2); /* up to 64 */
            fe8_weaken(&t);
            for (int l = 0; l < FE8_LANES; l++) {
                fe_scale(&quadruples[l], &a_lanes[l], 4);
            }
            check_lanes(&t, quadruples);
        }
    }
}

static void test_field8_edges(void) {
    static const fe zero = FE_CONST(0, 0, 0, 0, 0);
    static const fe p = FE_CONST(FE_P0, FE_P1, FE_P2, FE_P3, FE_P4);
    fe lanes[FE8_LANES] = {zero, p, FE_ONE, p, zero, FE_ONE, p, FE_ONE}, inverse[FE8_LANES];
    fe8 a, t;
    fe8_storage packed;
    fe8_load(&a, lanes);
    CHECK(fe8_is_zero(&a) == 0x5b);
    for (int i = 0; i < 4 * rounds; i++) { /* zeros, and the rest not disturbed by them */
        for (int l = 0; l < FE8_LANES; l++) {
            fe_inv(&inverse[l], &lanes[l]);
        }
        fe8_inv(&t, &a);
        check_lanes(&t, inverse);
        random_fe8(&a, lanes);
        fe8_copy(&t, &a);
        fe8_normalize(&t);
        fe8_to_storage(&packed, &t);
        fe8_from_storage(&t, &packed);
        check_lanes(&t, lanes);
    }
}

/* multiples[i] = i·G for i = 1..MULTIPLES, normalised. */
#define MULTIPLES 19
static void small_multiples(ge multiples[MULTIPLES + 1]) {
    gej points[MULTIPLES];
    gej_multiples_var(points, &GE_GENERATOR, MULTIPLES);
    ge_set_gej_batch_var(multiples + 1, points, MULTIPLES);
}

/* Lane l as a scalar point, or 0 if its Z is zero. */
static int lane_of_gej8(gej *r, const gej8 *a, int l) {
    fe x[FE8_LANES], y[FE8_LANES], z[FE8_LANES];
    fe8_store(x, &a->x);
    fe8_store(y, &a->y);
    fe8_store(z, &a->z);
    r->x = x[l];
    r->y = y[l];
    r->z = z[l];
    return !gej_is_infinity_var(r);
}

static int lane_of_gex8(gex *r, const gex8 *a, int l) {
    fe x[FE8_LANES], y[FE8_LANES], zz[FE8_LANES], zzz[FE8_LANES];
    fe8_store(x, &a->x);
    fe8_store(y, &a->y);
    fe8_store(zz, &a->zz);
    fe8_store(zzz, &a->zzz);
    r->x = x[l];
    r->y = y[l];
    r->zz = zz[l];
    r->zzz = zzz[l];
    CHECK(fe_is_zero(&r->zz) == fe_is_zero(&r->zzz));
    return !fe_is_zero(&r->zz);
}

/* Whether every lane holds sums[l]·G, or no point where that is 0. */
static void check_sums(const gej8 *j, const gex8 *x, const int sums[FE8_LANES], const ge *multiples) {
    for (int l = 0; l < FE8_LANES; l++) {
        const int k = sums[l] < 0 ? -sums[l] : sums[l];
        ge expected;
        gej from_j;
        gex from_x;
        if (k == 0) {
            CHECK(!lane_of_gej8(&from_j, j, l) && !lane_of_gex8(&from_x, x, l));
            continue;
        }
        ge_negate_if(&expected, &multiples[k], sums[l] < 0);
        CHECK(lane_of_gej8(&from_j, j, l) && lane_of_gex8(&from_x, x, l));
        check_gej(&from_j, &expected);
        check_gex(&from_x, &expected);
    }
}

/* The affine points, given 1/Z or 1/ZZZ; nonsense where that is zero. */
static void affine_of_gej8(ge8 *r, const gej8 *a, const fe8 *z_inverse) {
    fe8 square, cube;
    fe8_sqr(&square, z_inverse);
    fe8_mul(&cube, &square, z_inverse);
    fe8_mul(&r->x, &a->x, &square);
    fe8_mul(&r->y, &a->y, &cube);
    fe8_normalize(&r->x);
    fe8_normalize(&r->y);
}

/* With z = ZZZ/ZZ: x = X/z², y = Y/ZZZ. */
static void affine_of_gex8(ge8 *r, const gex8 *a, const fe8 *zzz_inverse) {
    fe8 t;
    fe8_mul(&t, &a->zz, zzz_inverse);
    fe8_sqr(&t, &t);
    fe8_mul(&r->x, &a->x, &t);
    fe8_mul(&r->y, &a->y, zzz_inverse);
    fe8_normalize(&r->x);
    fe8_normalize(&r->y);
}

/* Other coordinates of the same points, which have Z = 1 so far. */
static void scale_randomly(gej8 *j, gex8 *x) {
    fe8 scale, square, cube;
    fe random_lanes[FE8_LANES];
    for (int l = 0; l < FE8_LANES; l++) {
        random_nonzero_fe(&random_lanes[l]);
    }
    fe8_load(&scale, random_lanes);
    fe8_sqr(&square, &scale);
    fe8_mul(&cube, &square, &scale);
    fe8_mul(&j->x, &j->x, &square);
    fe8_mul(&j->y, &j->y, &cube);
    fe8_copy(&j->z, &scale);
    fe8_mul(&x->x, &x->x, &square);
    fe8_mul(&x->y, &x->y, &cube);
    fe8_copy(&x->zz, &square);
    fe8_copy(&x->zzz, &cube);
}

/* Adds 3G: what was zero stays zero. */
static void check_three_more(const gej8 *j, const gex8 *x, const int sums[FE8_LANES],
                             const ge *multiples) {
    ge points[FE8_LANES];
    ge8 three;
    gej8 sum_j, doubled;
    gex8 sum_x;
    for (int l = 0; l < FE8_LANES; l++) {
        points[l] = multiples[3];
    }
    ge8_load(&three, points);
    gej8_add_ge(&sum_j, j, &three, 0);
    gex8_add_ge(&sum_x, x, &three, 0);
    check_sums(&sum_j, &sum_x, sums, multiples);
    gej8_double(&doubled, &sum_j);
    CHECK(fe8_is_zero(&doubled.z) == fe8_is_zero(&sum_j.z));
}

/* All pairs ±1·G … ±8·G, with Z of many values, through every formula; a pair that the formulas
 * exclude has to leave Z = 0, also after more of them, and its neighbours have to be right. */
static void test_group8_pairs(void) {
    ge multiples[MULTIPLES + 1], a_points[FE8_LANES], b_points[FE8_LANES];
    small_multiples(multiples);
    for (int i = 1; i <= 8; i++) {
        for (int minus_a = 0; minus_a < 2; minus_a++) {
            const __mmask8 minus = (__mmask8)(0x5a ^ 17 * i);
            int sums[FE8_LANES], doubles[FE8_LANES], further[FE8_LANES];
            ge8 a, b, affine;
            gej8 a_j, sum_j, other_j;
            gex8 a_x, b_x, sum_x, other_x;
            fe8 inverse;

            for (int l = 0; l < FE8_LANES; l++) {
                const int a_multiple = minus_a ? -i : i;
                const int b_multiple = minus >> l & 1 ? -(l + 1) : l + 1;
                sums[l] = a_multiple == b_multiple ? 0 : a_multiple + b_multiple;
                doubles[l] = 2 * a_multiple;
                further[l] = sums[l] == 0 || sums[l] == 3 || sums[l] == -3 ? 0 : sums[l] + 3;
                ge_negate_if(&a_points[l], &multiples[i], (uint64_t)minus_a);
                fe_normalize(&a_points[l].y);
                b_points[l] = multiples[l + 1];
            }
            ge8_load(&a, a_points);
            ge8_load(&b, b_points);
            gej8_set_ge(&a_j, &a);
            gex8_set_ge(&a_x, &a);
            scale_randomly(&a_j, &a_x);

            gej8_add_ge(&sum_j, &a_j, &b, minus);
            gex8_add_ge(&sum_x, &a_x, &b, minus);
            check_sums(&sum_j, &sum_x, sums, multiples);

            ge8_negate_if(&b, minus);
            gex8_set_ge(&b_x, &b);
            gex8_add(&other_x, &b_x, &a_x);
            check_sums(&sum_j, &other_x, sums, multiples);
            gex8_add(&b_x, &a_x, &b_x); /* in place */
            check_sums(&sum_j, &b_x, sums, multiples);

            gej8_double(&other_j, &a_j);
            gex8_set_ge(&other_x, &a);
            fe8_inv(&inverse, &other_j.z);
            affine_of_gej8(&affine, &other_j, &inverse);
            gex8_set_ge(&other_x, &affine);
            check_sums(&other_j, &other_x, doubles, multiples);

            check_three_more(&sum_j, &sum_x, further, multiples);
        }
    }
}

TARGET_END

static void test_lanes(void) {
    if (tier_best() < TIER_IFMA) {
        puts("no lanes on this processor: not tested");
        return;
    }
    test_field8_operations();
    test_field8_magnitudes();
    test_field8_edges();
    test_group8_pairs();
}
#else
static void test_lanes(void) {
    puts("no lanes for this processor: not tested");
}
#endif

#endif
