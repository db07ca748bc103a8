#ifndef GOVSEAL_GROUP_IMPL_H
#define GOVSEAL_GROUP_IMPL_H

#include "group.h"

static const ge GE_GENERATOR = {
    FE_CONST(0x8990f418029e9, 0xe6ca6c04fd132, 0x24c3c33e7981e, 0xb05d6a1ed99ac, 0x1167a5f71c13),
    FE_CONST(0x4e593c2d0ddd6, 0x8ed3295fa6135, 0x2a48f8c1f5e57, 0x5bd8d4cfb066e, 0x3cd65d4e1d73)};

static const fe GROUP_B =
    FE_CONST(0x30632bc0dd422, 0xb09b537ab70d2, 0xa51c3c71cf379, 0x2c8527981505e, 0x40fe188da20e);

/* r = x³ - 3x + b, for x of magnitude 1 or 2. Leaves magnitude 2. */
static void ge_right_side(fe *r, const fe *x) {
    fe cube, triple;
    fe_sqr(&cube, x);
    fe_mul(&cube, &cube, x);
    fe_scale(&triple, x, 3);
    fe_sub(r, &cube, &triple, 6);
    fe_add(r, r, &GROUP_B);
    fe_weaken(r);
}

static int ge_is_on_curve_var(const ge *a) {
    fe left, right;
    fe_sqr(&left, &a->y);
    ge_right_side(&right, &a->x);
    return fe_equal_var(&left, &right);
}

static int ge_set_x_var(ge *r, const fe *x, int is_odd) {
    fe square;
    uint64_t words[4];
    ge_right_side(&square, x);
    r->x = *x;
    if (!fe_sqrt_var(&r->y, &square)) {
        return 0;
    }
    fe_get_words(words, &r->y);
    fe_normalize(&r->y);
    /* y = 0, which has no odd twin, does not occur: the order of the group is odd */
    ge_negate_if(r, r, (uint64_t)((int)(words[0] & 1) != is_odd));
    return 1;
}

static void ge_negate_if(ge *r, const ge *a, uint64_t flag) {
    fe minus_y;
    fe_negate(&minus_y, &a->y, 1);
    *r = *a;
    fe_cmov(&r->y, &minus_y, flag);
}

static void ge_to_storage(ge_storage *r, const ge *a) {
    fe_to_storage(&r->x, &a->x);
    fe_to_storage(&r->y, &a->y);
}

static void ge_from_storage(ge *r, const ge_storage *a) {
    fe_from_storage(&r->x, &a->x);
    fe_from_storage(&r->y, &a->y);
}

/* 128-bit lanes: SSE2 on every x86-64, NEON on every aarch64, plain words elsewhere. */
typedef uint64_t lanes __attribute__((vector_size(16), may_alias));
#define GE_STORAGE_LANES (sizeof(ge_storage) / sizeof(lanes))

static inline void ge_storage_select(ge_storage *r, const ge_storage *table, int count,
                                     uint64_t index) {
    lanes chosen[GE_STORAGE_LANES];
    memset(chosen, 0, sizeof chosen);
    for (uint64_t i = 0; i < (uint64_t)count; i++) {
        const uint64_t match = mask_from_bit(is_zero_word(i ^ index));
        const lanes mask = {match, match};
        const lanes *entry = (const lanes *)&table[i];
        UNROLL
        for (size_t j = 0; j < GE_STORAGE_LANES; j++) {
            chosen[j] |= entry[j] & mask;
        }
    }
    memcpy(r, chosen, sizeof *r);
}

static void gej_set_ge(gej *r, const ge *a) {
    r->x = a->x;
    r->y = a->y;
    r->z = FE_ONE;
}

static void gej_set_infinity(gej *r) {
    static const fe zero = FE_CONST(0, 0, 0, 0, 0);
    r->x = FE_ONE;
    r->y = FE_ONE;
    r->z = zero;
}

/* The affine point of a, given 1/Z. */
static void ge_set_gej_with_inverse(ge *r, const gej *a, const fe *z_inverse) {
    fe square, cube;
    fe_sqr(&square, z_inverse);
    fe_mul(&cube, &square, z_inverse);
    fe_mul(&r->x, &a->x, &square);
    fe_mul(&r->y, &a->y, &cube);
    fe_normalize(&r->x);
    fe_normalize(&r->y);
}

/* Montgomery's trick: products[i] = Z_0 ··· Z_i, one inversion, then peel off from the end. */
static void ge_set_gej_batch_var(ge *r, const gej *a, int count) {
    fe products[GE_BATCH_MAX], inverse, z_inverse;
    VERIFY_CHECK(count >= 1 && count <= GE_BATCH_MAX);
    products[0] = a[0].z;
    for (int i = 1; i < count; i++) {
        fe_mul(&products[i], &products[i - 1], &a[i].z);
    }
    fe_inv(&inverse, &products[count - 1]);
    for (int i = count - 1; i > 0; i--) {
        fe_mul(&z_inverse, &inverse, &products[i - 1]);
        fe_mul(&inverse, &inverse, &a[i].z);
        ge_set_gej_with_inverse(&r[i], &a[i], &z_inverse);
    }
    ge_set_gej_with_inverse(&r[0], &a[0], &inverse);
}

static void ge_set_gej(ge *r, const gej *a) {
    fe z_inverse;
    fe_inv(&z_inverse, &a->z);
    ge_set_gej_with_inverse(r, a, &z_inverse);
    wipe(&z_inverse, sizeof z_inverse);
}

static int gej_is_infinity_var(const gej *a) {
    return fe_is_zero_var(&a->z);
}

/* dbl-2001-b of the Explicit-Formulas Database, with Z3 = 2YZ: 4M + 4S and seven reductions. Infinity stays infinity,
 * and no point has Y = 0 in a group of odd order. Magnitudes stand at the right. */
static void gej_double(gej *r, const gej *a) {
    fe delta, gamma, beta, alpha, t;

    fe_sqr_inline(&delta, &a->z);      /* 2 */
    fe_sqr_inline(&gamma, &a->y);      /* 2 */
    fe_sub(&t, &a->x, &delta, 2);      /* 5 */
    fe_add(&alpha, &a->x, &delta);     /* 4 */
    fe_mul_inline(&alpha, &alpha, &t); /* 3 */
    fe_scale(&t, &gamma, 4);           /* 8 */
    fe_mul_inline(&beta, &a->x, &t);   /* 2: beta = 4·X·Y² */
    fe_scale(&alpha, &alpha, 3);       /* 9 */
    fe_weaken(&alpha);                 /* 2: alpha = 3(X - Z²)(X + Z²) */
    fe_scale(&t, &a->y, 2);            /* 8 */
    fe_mul_inline(&r->z, &t, &a->z);   /* 2: Z3 = 2YZ */
    fe_sqr_inline(&r->x, &alpha);      /* 2 */
    fe_scale(&t, &beta, 2);            /* 4 */
    fe_sub(&r->x, &r->x, &t, 4);       /* 7 */
    fe_weaken(&r->x);                  /* 2: X3 = alpha² - 2·beta */
    fe_sub(&t, &beta, &r->x, 2);       /* 5 */
    fe_mul_sub_8sqr_inline(&r->y, &alpha, &t, &gamma); /* 4: Y3 = alpha(beta - X3) - 8·Y⁴ */
}

/* The mixed addition, 8M + 3S and ten reductions, given h = x(b)·Z² - X ≠ 0 of magnitude 5 and
 * w = y(b)·Z³ - Y of magnitude 7. The multiplications are calls here: with those of gej_double
 * inline, both formulas would not fit the processor's cache of decoded instructions. */
static void gej_add_finish(gej *r, const gej *a, const fe *h, const fe *w) {
    fe h_square, h_cube, v, t;

    fe_sqr(&h_square, h);           /* 3 */
    fe_mul(&h_cube, h, &h_square);  /* 2 */
    fe_mul(&v, &a->x, &h_square);   /* 2 */
    fe_mul(&r->z, &a->z, h);        /* 2: Z3 = Z·h */
    fe_scale(&t, &v, 2);            /* 4 */
    fe_add(&t, &t, &h_cube);        /* 6 */
    fe_sqr(&r->x, w);               /* 5 */
    fe_sub(&r->x, &r->x, &t, 6);    /* 12 */
    fe_weaken(&r->x);               /* 2: X3 = w² - h³ - 2v */
    fe_sub(&t, &v, &r->x, 2);       /* 5 */
    fe_mul_sub_mul(&r->y, w, &t, &a->y, &h_cube); /* 5 */
    fe_weaken(&r->y);               /* 2: Y3 = w(v - X3) - Y·h³ */
}

/* h and w of an addition. */
static inline void gej_add_start(fe *h, fe *w, const gej *a, const ge *b) {
    fe z_power;
    fe_sqr(&z_power, &a->z);
    fe_mul(h, &b->x, &z_power);        /* 2 */
    fe_sub(h, h, &a->x, 2);            /* 5 */
    fe_mul(&z_power, &z_power, &a->z); /* Z³ */
    fe_mul(w, &b->y, &z_power);        /* 2 */
    fe_sub(w, w, &a->y, 4);            /* 7 */
}

static void gej_add_ge(gej *r, const gej *a, const ge *b) {
    fe h, w;
    gej_add_start(&h, &w, a, b);
    VERIFY_CHECK(!fe_is_zero(&a->z) && !fe_is_zero(&h));
    gej_add_finish(r, a, &h, &w);
}

static void gej_add_ge_var(gej *r, const gej *a, const ge *b) {
    fe h, w;
    if (gej_is_infinity_var(a)) {
        gej_set_ge(r, b);
        return;
    }
    gej_add_start(&h, &w, a, b);
    if (!fe_is_zero_var(&h)) {
        gej_add_finish(r, a, &h, &w);
    } else if (fe_is_zero_var(&w)) {
        COUNT_PATH(add_var_double);
        gej_double(r, a);
    } else {
        COUNT_PATH(add_var_infinity);
        gej_set_infinity(r);
    }
}

static void gej_multiples_var(gej *r, const ge *a, int count) {
    gej_set_ge(&r[0], a);
    for (int i = 1; i < count; i++) {
        if (i & 1) {
            gej_double(&r[i], &r[(i - 1) / 2]);
        } else {
            gej_add_ge_var(&r[i], &r[i - 1], a);
        }
    }
}

static void gex_set_ge(gex *r, const ge *a) {
    r->x = a->x;
    r->y = a->y;
    r->zz = FE_ONE;
    r->zzz = FE_ONE;
}

/* With z = ZZZ/ZZ: 1/z = ZZ/ZZZ, and x = X/z², y = Y/ZZZ. */
static void ge_set_gex(ge *r, const gex *a) {
    fe inverse, t;
    fe_inv(&inverse, &a->zzz);
    fe_mul(&t, &a->zz, &inverse);
    fe_sqr(&t, &t);
    fe_mul(&r->x, &a->x, &t);
    fe_mul(&r->y, &a->y, &inverse);
    fe_normalize(&r->x);
    fe_normalize(&r->y);
    wipe(&inverse, sizeof inverse);
    wipe(&t, sizeof t);
}

/* madd-2008-s of the Explicit-Formulas Database: 8M + 2S and nine reductions. Returns whether the x agree, 1 or 0; the
 * result is then ZZ = ZZZ = 0, and not a point. */
static inline __attribute__((always_inline)) uint64_t
gex_add_inline(gex *r, const gex *a, const ge *b, int wants_agreement) {
    fe h, w, h_square, h_cube, v, t;
    uint64_t agree = 0;

    fe_mul_inline(&h, &b->x, &a->zz);          /* 2 */
    fe_sub(&h, &h, &a->x, 2);                  /* 5: h = x(b)·ZZ - X */
    fe_mul_inline(&w, &b->y, &a->zzz);         /* 2 */
    fe_sub(&w, &w, &a->y, 5);                  /* 8: w = y(b)·ZZZ - Y */
    if (wants_agreement) {
        agree = fe_is_zero(&h);
    }
    fe_sqr_inline(&h_square, &h);              /* 3 */
    fe_mul_inline(&h_cube, &h, &h_square);     /* 2 */
    fe_mul_inline(&v, &a->x, &h_square);       /* 2 */
    fe_mul_inline(&r->zz, &a->zz, &h_square);  /* 2: ZZ3 = ZZ·h² */
    fe_mul_inline(&r->zzz, &a->zzz, &h_cube);  /* 2: ZZZ3 = ZZZ·h³ */
    fe_scale(&t, &v, 2);                       /* 4 */
    fe_add(&t, &t, &h_cube);                   /* 6 */
    fe_sqr_inline(&r->x, &w);                  /* 5 */
    fe_sub(&r->x, &r->x, &t, 6);               /* 12 */
    fe_weaken(&r->x);                          /* 2: X3 = w² - h³ - 2v */
    fe_sub(&t, &v, &r->x, 2);                  /* 5 */
    /* 5: Y3 = w(v - X3) - Y·h³ */
    fe_mul_sub_mul_inline(&r->y, &w, &t, &a->y, &h_cube);
    return agree;
}

static inline void gex_add_ge(gex *r, const gex *a, const ge *b) {
    (void)gex_add_inline(r, a, b, 0);
}

/* mdbl-2008-s-1 with a = -3: r = 2b. */
static void gex_double_ge(gex *r, const ge *b) {
    fe s, m, t, y = b->y;

    fe_scale(&t, &y, 2);            /* 4 */
    fe_sqr(&r->zz, &t);             /* 2: V = (2y)² */
    fe_mul(&r->zzz, &t, &r->zz);    /* 2: W = 2y·V */
    fe_mul(&s, &b->x, &r->zz);      /* 2: S = x·V */
    fe_sub(&m, &b->x, &FE_ONE, 1);  /* 4 */
    fe_add(&t, &b->x, &FE_ONE);     /* 3 */
    fe_mul(&m, &m, &t);             /* 2 */
    fe_scale(&m, &m, 3);            /* 6 */
    fe_weaken(&m);                  /* 2: M = 3(x - 1)(x + 1) */
    fe_sqr(&r->x, &m);              /* 2 */
    fe_scale(&t, &s, 2);            /* 4 */
    fe_sub(&r->x, &r->x, &t, 6);    /* 9 */
    fe_weaken(&r->x);               /* 2: X3 = M² - 2S */
    fe_sub(&s, &s, &r->x, 2);       /* 5 */
    fe_mul(&m, &m, &s);             /* 2 */
    fe_mul(&t, &r->zzz, &y);        /* 2 */
    fe_sub(&r->y, &m, &t, 2);       /* 5 */
    fe_weaken(&r->y);               /* 2: Y3 = M(S - X3) - W·y */
}

static void gex_add_ge_or_double(gex *r, const gex *a, const ge *b) {
    gex doubled;
    uint64_t same;
    gex_double_ge(&doubled, b);
    same = gex_add_inline(r, a, b, 1);
#ifdef GOVSEAL_TESTING
    path_counter.add_last_double += same;
#endif
    fe_cmov(&r->x, &doubled.x, same);
    fe_cmov(&r->y, &doubled.y, same);
    fe_cmov(&r->zz, &doubled.zz, same);
    fe_cmov(&r->zzz, &doubled.zzz, same);
    wipe(&doubled, sizeof doubled);
}

#endif
