#ifndef GOVSEAL_GROUP8_IMPL_H
#define GOVSEAL_GROUP8_IMPL_H

#include "group8.h"

#if HAS_LANES
TARGET_BEGIN(TARGET_IFMA)

static void ge8_load(ge8 *r, const ge a[FE8_LANES]) {
    fe coordinates[FE8_LANES];
    for (int l = 0; l < FE8_LANES; l++) {
        coordinates[l] = a[l].x;
    }
    fe8_load(&r->x, coordinates);
    for (int l = 0; l < FE8_LANES; l++) {
        coordinates[l] = a[l].y;
    }
    fe8_load(&r->y, coordinates);
}

LANE_INLINE void gej8_set_ge(gej8 *r, const ge8 *a) {
    fe8_copy(&r->x, &a->x);
    fe8_copy(&r->y, &a->y);
    fe8_set_all(&r->z, &FE_ONE);
}

LANE_INLINE void gex8_set_ge(gex8 *r, const ge8 *a) {
    fe8_copy(&r->x, &a->x);
    fe8_copy(&r->y, &a->y);
    fe8_set_all(&r->zz, &FE_ONE);
    fe8_set_all(&r->zzz, &FE_ONE);
}

LANE_INLINE void ge8_negate_if(ge8 *r, __mmask8 minus) {
    fe8_negate_if(&r->y, minus, 2);
    fe8_carry(&r->y);
}

LANE_INLINE void gej8_cmov(gej8 *r, const gej8 *a, __mmask8 lanes) {
    fe8_cmov(&r->x, &a->x, lanes);
    fe8_cmov(&r->y, &a->y, lanes);
    fe8_cmov(&r->z, &a->z, lanes);
}

LANE_INLINE void gex8_cmov(gex8 *r, const gex8 *a, __mmask8 lanes) {
    fe8_cmov(&r->x, &a->x, lanes);
    fe8_cmov(&r->y, &a->y, lanes);
    fe8_cmov(&r->zz, &a->zz, lanes);
    fe8_cmov(&r->zzz, &a->zzz, lanes);
}

/* As gej_double. Magnitudes stand at the right; a t marks those that are tight. */
static void __attribute__((noinline)) gej8_double(gej8 *r, const gej8 *a) {
    fe8 delta, gamma, beta, alpha, t, u;

    fe8_sqr_loose(&delta, &a->z);
    fe8_carry(&delta);                      /* 2t */
    fe8_sqr_loose(&gamma, &a->y);
    fe8_carry(&gamma);                      /* 2t */
    fe8_mul_loose(&u, &a->y, &a->z);        /* 2 */
    fe8_sub(&t, &a->x, &delta, 2);
    fe8_carry(&t);                          /* 4t */
    fe8_add(&alpha, &a->x, &delta);
    fe8_carry(&alpha);                      /* 4t */
    fe8_mul_loose(&beta, &a->x, &gamma);    /* 2 */
    fe8_mul_loose(&alpha, &alpha, &t);      /* 2 */
    fe8_shift(&t, &alpha, 1);               /* 4 */
    fe8_add(&alpha, &alpha, &t);
    fe8_carry(&alpha);                      /* 6t: alpha = 3(X - Z²)(X + Z²) */
    fe8_shift(&r->z, &u, 1);
    fe8_weaken(&r->z);                      /* 2t: Z3 = 2YZ */
    fe8_sqr_loose(&gamma, &gamma);          /* 2 */
    fe8_sqr_loose(&u, &alpha);              /* 4 */
    fe8_shift(&t, &beta, 3);                /* 16 */
    fe8_sub(&u, &u, &t, 16);
    fe8_weaken(&u);                         /* 2t: X3 = alpha² - 8·beta */
    fe8_shift(&beta, &beta, 2);             /* 8 */
    fe8_sub(&t, &beta, &u, 2);
    fe8_carry(&t);                          /* 10t */
    fe8_mul_loose(&t, &alpha, &t);          /* 5 */
    fe8_shift(&gamma, &gamma, 3);           /* 16 */
    fe8_copy(&r->x, &u);
    fe8_sub(&r->y, &t, &gamma, 16);
    fe8_weaken(&r->y);                      /* 2t: Y3 = alpha(4·beta - X3) - 8·gamma² */
}

/* What all additions have in common: two points brought to the same Z have the x coordinates u and
 * u + h, and the y coordinates s and s + w. Gives the X and Y of the sum, and h² and h³, with which Z
 * goes on. h and w tight of magnitude 4, u and s of 2; x may alias u, and y may alias s. */
LANE_INLINE void ge8_add_common(fe8 *x, fe8 *y, fe8 *h_square, fe8 *h_cube, const fe8 *u,
                                const fe8 *s, const fe8 *h, const fe8 *w) {
    fe8 v, w_square, t;

    fe8_sqr_loose(h_square, h);
    fe8_carry(h_square);                    /* 2t */
    fe8_sqr_loose(&w_square, w);            /* 2 */
    fe8_mul_loose(&v, u, h_square);         /* 2 */
    fe8_mul_loose(h_cube, h, h_square);
    fe8_carry(h_cube);                      /* 2t */
    fe8_shift(&t, &v, 1);                   /* 4 */
    fe8_add(&t, &t, h_cube);                /* 6 */
    fe8_sub(x, &w_square, &t, 6);
    fe8_weaken(x);                          /* 2t: X3 = w² - h³ - 2v */
    fe8_sub(&v, &v, x, 2);
    fe8_carry(&v);                          /* 4t */
    fe8_mul_loose(&t, s, h_cube);           /* 2 */
    fe8_mul_loose(&v, w, &v);               /* 2 */
    fe8_sub(y, &v, &t, 2);
    fe8_weaken(y);                          /* 2t: Y3 = w(v - X3) - s·h³ */
}

/* h = x·zz - X and w = ±y·zzz - Y for an affine point (x, y); tight, magnitude 4. */
LANE_INLINE void ge8_add_differences(fe8 *h, fe8 *w, const ge8 *b, __mmask8 minus, const fe8 *zz,
                                     const fe8 *zzz, const fe8 *x, const fe8 *y) {
    fe8_mul_loose(h, &b->x, zz);            /* 2 */
    fe8_mul_loose(w, &b->y, zzz);           /* 2 */
    fe8_sub(h, h, x, 2);
    fe8_carry(h);                           /* 4t */
    fe8_negate_if(w, minus, 2);
    fe8_sub(w, w, y, 2);
    fe8_carry(w);                           /* 4t */
}

static void __attribute__((noinline))
gej8_add_ge(gej8 *r, const gej8 *a, const ge8 *b, __mmask8 minus) {
    fe8 zz, zzz, h, w;

    fe8_sqr_loose(&zz, &a->z);
    fe8_carry(&zz);
    fe8_mul_loose(&zzz, &zz, &a->z);
    fe8_carry(&zzz);
    ge8_add_differences(&h, &w, b, minus, &zz, &zzz, &a->x, &a->y);
    fe8_mul_loose(&r->z, &a->z, &h);
    fe8_carry(&r->z);                       /* 2t: Z3 = Z·h */
    ge8_add_common(&r->x, &r->y, &zz, &zzz, &a->x, &a->y, &h, &w);
}

static void __attribute__((noinline))
gex8_add_ge(gex8 *r, const gex8 *a, const ge8 *b, __mmask8 minus) {
    fe8 h, w, h_square, h_cube;

    ge8_add_differences(&h, &w, b, minus, &a->zz, &a->zzz, &a->x, &a->y);
    ge8_add_common(&r->x, &r->y, &h_square, &h_cube, &a->x, &a->y, &h, &w);
    fe8_mul_loose(&r->zz, &a->zz, &h_square);
    fe8_carry(&r->zz);                      /* 2t: ZZ3 = ZZ·h² */
    fe8_mul_loose(&r->zzz, &a->zzz, &h_cube);
    fe8_carry(&r->zzz);                     /* 2t: ZZZ3 = ZZZ·h³ */
}

/* The multiplications are calls: this is rare. */
static void __attribute__((noinline)) gex8_add(gex8 *r, const gex8 *a, const gex8 *b) {
    fe8 u, s, h, w, h_square, h_cube, zz, zzz;

    fe8_mul(&u, &a->x, &b->zz);
    fe8_mul(&h, &b->x, &a->zz);
    fe8_mul(&s, &a->y, &b->zzz);
    fe8_mul(&w, &b->y, &a->zzz);
    fe8_sub(&h, &h, &u, 2);
    fe8_carry(&h);                          /* 4t */
    fe8_sub(&w, &w, &s, 2);
    fe8_carry(&w);                          /* 4t */
    fe8_mul(&zz, &a->zz, &b->zz);
    fe8_mul(&zzz, &a->zzz, &b->zzz);
    ge8_add_common(&r->x, &r->y, &h_square, &h_cube, &u, &s, &h, &w);
    fe8_mul(&r->zz, &zz, &h_square);        /* ZZ3 = ZZa·ZZb·h² */
    fe8_mul(&r->zzz, &zzz, &h_cube);        /* ZZZ3 = ZZZa·ZZZb·h³ */
}

LANE_INLINE void gex8_exchange(gex8 *r, const gex8 *a, int distance) {
    fe8_exchange(&r->x, &a->x, distance);
    fe8_exchange(&r->y, &a->y, distance);
    fe8_exchange(&r->zz, &a->zz, distance);
    fe8_exchange(&r->zzz, &a->zzz, distance);
}

TARGET_END
#endif
#endif
