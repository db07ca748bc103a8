/* The point formulas: every pair of two small groups, and the curve itself. */
#ifndef GOVSEAL_TESTS_GROUP_H
#define GOVSEAL_TESTS_GROUP_H

#include "check.h"
#include "core.h"
#include "test_field.h"

static void random_nonzero_fe(fe *r) {
    do {
        random_fe(r);
    } while (fe_is_zero(r));
}

/* The same point with another Z. */
static void rescale_gej(gej *r, const ge *a) {
    fe square, cube;
    random_nonzero_fe(&r->z);
    fe_sqr(&square, &r->z);
    fe_mul(&cube, &square, &r->z);
    fe_mul(&r->x, &a->x, &square);
    fe_mul(&r->y, &a->y, &cube);
}

static void rescale_gex(gex *r, const ge *a) {
    fe z;
    random_nonzero_fe(&z);
    fe_sqr(&r->zz, &z);
    fe_mul(&r->zzz, &r->zz, &z);
    fe_mul(&r->x, &a->x, &r->zz);
    fe_mul(&r->y, &a->y, &r->zzz);
}

static void check_gej(const gej *a, const ge *expected) {
    ge point;
    CHECK(!gej_is_infinity_var(a));
    ge_set_gej_batch_var(&point, a, 1);
    check_equal(&point.x, &expected->x);
    check_equal(&point.y, &expected->y);
}

static void check_gex(const gex *a, const ge *expected) {
    ge point;
    ge_set_gex(&point, a);
    check_equal(&point.x, &expected->x);
    check_equal(&point.y, &expected->y);
}

/* r = a + b by the textbook's slopes; a ≠ -b. */
static void affine_add(ge *r, const ge *a, const ge *b) {
    fe slope, t, u;
    if (fe_equal_var(&a->x, &b->x)) {
        fe_sqr(&slope, &a->x);
        fe_sub(&slope, &slope, &FE_ONE, 1);
        fe_scale(&slope, &slope, 3);
        fe_weaken(&slope);
        fe_scale(&t, &a->y, 2);
    } else {
        fe_sub(&slope, &b->y, &a->y, 2);
        fe_sub(&t, &b->x, &a->x, 2);
    }
    fe_inv(&t, &t);
    fe_mul(&slope, &slope, &t);
    fe_sqr(&t, &slope);
    fe_sub(&t, &t, &a->x, 2);
    fe_sub(&t, &t, &b->x, 2);
    fe_weaken(&t);
    fe_sub(&u, &a->x, &t, 2);
    fe_mul(&u, &u, &slope);
    fe_sub(&r->y, &u, &a->y, 2);
    r->x = t;
    fe_normalize(&r->x);
    fe_normalize(&r->y);
}

/* Every pair in a group of this prime order: y² = x³ - 3x + b over the same field, for a b that has
 * so small a subgroup. The formulas never use b. */
static void exhaust_group(const unsigned char x[32], const unsigned char y[32], int order) {
    ge points[16]; /* points[i] = i·B for i = 1..order-1 */
    gej sum, multiples[16];
    gex accumulator;
    ge affine[16];

    CHECK(fe_set_bytes(&points[1].x, x) && fe_set_bytes(&points[1].y, y));
    fe_normalize(&points[1].x);
    fe_normalize(&points[1].y);
    for (int i = 2; i < order; i++) {
        affine_add(&points[i], &points[i - 1], &points[1]);
    }
    check_equal(&points[order - 1].x, &points[1].x); /* (order-1)·B = -B closes the circle */

    for (int i = 0; i < order; i++) {
        if (i == 0) {
            gej_set_infinity(&sum);
        } else {
            rescale_gej(&sum, &points[i]);
        }
        gej_double(&sum, &sum);
        CHECK(gej_is_infinity_var(&sum) == (i == 0));
        if (i != 0) {
            check_gej(&sum, &points[2 * i % order]);
        }
        for (int j = 1; j < order; j++) {
            if (i == 0) {
                gej_set_infinity(&sum);
            } else {
                rescale_gej(&sum, &points[i]);
            }
            gej_add_ge_var(&sum, &sum, &points[j]);
            if ((i + j) % order == 0) {
                CHECK(gej_is_infinity_var(&sum));
                continue;
            }
            check_gej(&sum, &points[(i + j) % order]);
            if (i == 0) {
                continue;
            }
            rescale_gex(&accumulator, &points[i]);
            gex_add_ge_or_double(&accumulator, &accumulator, &points[j]);
            check_gex(&accumulator, &points[(i + j) % order]);
            if (i != j) {
                rescale_gex(&accumulator, &points[i]);
                gex_add_ge(&accumulator, &accumulator, &points[j]);
                check_gex(&accumulator, &points[(i + j) % order]);
            }
        }
    }
    gej_multiples_var(multiples, &points[1], order - 1);
    ge_set_gej_batch_var(affine, multiples, order - 1);
    for (int i = 0; i < order - 1; i++) {
        check_equal(&affine[i].x, &points[i + 1].x);
        check_equal(&affine[i].y, &points[i + 1].y);
    }
}

static void test_small_groups(void) {
    static const unsigned char x7[32] = { /* b = 5, order 7 */
        0x74, 0xfb, 0xdd, 0xba, 0x6e, 0x97, 0x8e, 0x41, 0x92, 0xae, 0x83, 0xb4, 0x2e, 0x01, 0x41, 0xff,
        0xad, 0xcb, 0x41, 0xb7, 0x72, 0x3c, 0x8e, 0xfa, 0xce, 0x41, 0xf4, 0xe6, 0xab, 0xf9, 0x35, 0xa6};
    static const unsigned char y7[32] = {
        0xcf, 0x6f, 0x92, 0x3a, 0x1c, 0x85, 0x9e, 0x80, 0xe0, 0x6e, 0x5f, 0x86, 0x39, 0x9e, 0x14, 0x10,
        0x6b, 0x92, 0x15, 0x3d, 0x7d, 0xe1, 0x6d, 0x1f, 0x2c, 0x82, 0xa8, 0x5d, 0x3e, 0xab, 0xa7, 0xc8};
    static const unsigned char x13[32] = { /* b = 8, order 13 */
        0x20, 0xe7, 0x64, 0x77, 0x6a, 0x5d, 0x61, 0x0a, 0xfa, 0xe3, 0xee, 0x43, 0x2d, 0x55, 0xb2, 0x50,
        0xcf, 0x96, 0xef, 0xaa, 0xef, 0xc6, 0x58, 0x83, 0x0e, 0xbe, 0x34, 0x16, 0xc3, 0xa3, 0x76, 0x0d};
    static const unsigned char y13[32] = {
        0xda, 0x77, 0x60, 0x74, 0x67, 0xb1, 0xff, 0x5b, 0xe0, 0x3f, 0x67, 0x0a, 0x74, 0x40, 0xa3, 0xa4,
        0xde, 0xd8, 0x2b, 0xbd, 0x8b, 0x3f, 0x66, 0xfb, 0x79, 0xc6, 0x9c, 0xd8, 0x1c, 0xd7, 0x70, 0x01};
    for (int i = 0; i < 4; i++) { /* each time with other Z */
        exhaust_group(x7, y7, 7);
        exhaust_group(x13, y13, 13);
    }
}

static void test_curve_equation(void) {
    ge point = GE_GENERATOR, other;
    CHECK(ge_is_on_curve_var(&point));
    CHECK(ge_set_x_var(&other, &point.x, 0)); /* yG is even */
    check_equal(&other.y, &point.y);
    CHECK(ge_set_x_var(&other, &point.x, 1));
    fe_add(&other.y, &other.y, &point.y);
    CHECK(fe_is_zero(&other.y));
    fe_add(&point.y, &point.y, &FE_ONE);
    CHECK(!ge_is_on_curve_var(&point));
}

#endif
