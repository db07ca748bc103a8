#ifndef GOVSEAL_MODINV_IMPL_H
#define GOVSEAL_MODINV_IMPL_H

#include "modinv.h"

#define MODINV_M62 (UINT64_MAX >> 2)
#define MODINV_STEPS 59   /* division steps per batch */
/* 590 steps suffice for a 256-bit modulus with delta = 1/2: the convex hull of Wuille's analysis
 * (github.com/sipa/safegcd-bounds) of the division steps of Bernstein and Yang. */
#define MODINV_BATCHES 10

/* 2^62 times the product of 59 division step matrices: (f, g) becomes (u·f + v·g, q·f + r·g)/2^62.
 * |u| + |v| <= 2^62 and |q| + |r| <= 2^62. */
typedef struct {
    int64_t u, v, q, r;
} modinv_matrix;

/* Runs one batch on the low 64 bits of f (odd) and g. zeta stands for -(delta + 1/2).
 *
 * A step with delta > 0 and g odd sets (delta, f, g) to (1 - delta, g, (g - f)/2); any other step
 * sets them to (1 + delta, f, (g + (g mod 2)·f)/2). The matrix starts at 8 times the identity and
 * the first row doubles in every step, so that 59 steps leave the factor 2^62. */
static int64_t modinv_divsteps(int64_t zeta, uint64_t f, uint64_t g, modinv_matrix *t) {
    uint64_t u = 8, v = 0, q = 0, r = 8;

    for (int i = 0; i < MODINV_STEPS; i++) {
        const uint64_t positive = value_barrier((uint64_t)(zeta >> 63)); /* delta > 0 */
        const uint64_t odd = mask_from_bit(g & 1);
        uint64_t swap;

        VERIFY_CHECK(f & 1);
        /* g += ±f where g is odd, with the minus sign where delta > 0 */
        g += ((f ^ positive) - positive) & odd;
        q += ((u ^ positive) - positive) & odd;
        r += ((v ^ positive) - positive) & odd;
        /* then f + (g - f) is the old g */
        swap = positive & odd;
        zeta = (int64_t)((uint64_t)zeta ^ swap) - 1;
        f += g & swap;
        u += q & swap;
        v += r & swap;
        g >>= 1;
        u <<= 1;
        v <<= 1;
    }
    t->u = (int64_t)u;
    t->v = (int64_t)v;
    t->q = (int64_t)q;
    t->r = (int64_t)r;
    return zeta;
}

/* (f, g) = t·(f, g)/2^62, an exact division. */
static void modinv_update_fg(signed62 *f, signed62 *g, const modinv_matrix *t) {
    i128 cf = (i128)t->u * f->v[0] + (i128)t->v * g->v[0];
    i128 cg = (i128)t->q * f->v[0] + (i128)t->r * g->v[0];

    VERIFY_CHECK(((uint64_t)cf & MODINV_M62) == 0 && ((uint64_t)cg & MODINV_M62) == 0);
    cf >>= 62;
    cg >>= 62;
    UNROLL
    for (int i = 1; i < 5; i++) {
        cf += (i128)t->u * f->v[i] + (i128)t->v * g->v[i];
        cg += (i128)t->q * f->v[i] + (i128)t->r * g->v[i];
        f->v[i - 1] = (int64_t)((uint64_t)cf & MODINV_M62);
        g->v[i - 1] = (int64_t)((uint64_t)cg & MODINV_M62);
        cf >>= 62;
        cg >>= 62;
    }
    f->v[4] = (int64_t)cf;
    g->v[4] = (int64_t)cg;
}

/* (d, e) = t·(d, e)/2^62 mod m. Both stay in (-2m, m): a negative input is first lifted by m, and
 * the multiple of m that makes the division exact is taken from (-2^62, 0]. */
static void modinv_update_de(signed62 *d, signed62 *e, const modinv_matrix *t,
                             const modinv_modulus *m) {
    const int64_t d_sign = d->v[4] >> 63, e_sign = e->v[4] >> 63;
    int64_t md = (t->u & d_sign) + (t->v & e_sign);
    int64_t me = (t->q & d_sign) + (t->r & e_sign);
    i128 cd = (i128)t->u * d->v[0] + (i128)t->v * e->v[0];
    i128 ce = (i128)t->q * d->v[0] + (i128)t->r * e->v[0];

    md -= (int64_t)((m->inverse62 * (uint64_t)cd + (uint64_t)md) & MODINV_M62);
    me -= (int64_t)((m->inverse62 * (uint64_t)ce + (uint64_t)me) & MODINV_M62);
    cd += (i128)m->value.v[0] * md;
    ce += (i128)m->value.v[0] * me;
    VERIFY_CHECK(((uint64_t)cd & MODINV_M62) == 0 && ((uint64_t)ce & MODINV_M62) == 0);
    cd >>= 62;
    ce >>= 62;
    UNROLL
    for (int i = 1; i < 5; i++) {
        cd += (i128)t->u * d->v[i] + (i128)t->v * e->v[i] + (i128)m->value.v[i] * md;
        ce += (i128)t->q * d->v[i] + (i128)t->r * e->v[i] + (i128)m->value.v[i] * me;
        d->v[i - 1] = (int64_t)((uint64_t)cd & MODINV_M62);
        e->v[i - 1] = (int64_t)((uint64_t)ce & MODINV_M62);
        cd >>= 62;
        ce >>= 62;
    }
    d->v[4] = (int64_t)cd;
    e->v[4] = (int64_t)ce;
}

/* r += m where mask is all ones, then carries. */
static void modinv_add_masked(signed62 *r, const modinv_modulus *m, int64_t mask) {
    int64_t carry = 0;
    UNROLL
    for (int i = 0; i < 5; i++) {
        const int64_t limb = r->v[i] + (m->value.v[i] & mask) + carry;
        r->v[i] = i < 4 ? (int64_t)((uint64_t)limb & MODINV_M62) : limb;
        carry = limb >> 62;
    }
}

/* From d in (-2m, m) to ±d in [0, m-1]; minus where sign is all ones. */
static void modinv_normalize(signed62 *d, int64_t sign, const modinv_modulus *m) {
    int64_t carry = 0;
    modinv_add_masked(d, m, d->v[4] >> 63);
    UNROLL
    for (int i = 0; i < 5; i++) {
        const int64_t limb = (d->v[i] ^ sign) - sign + carry;
        d->v[i] = i < 4 ? (int64_t)((uint64_t)limb & MODINV_M62) : limb;
        carry = limb >> 62;
    }
    modinv_add_masked(d, m, d->v[4] >> 63);
}

static void modinv(uint64_t r[4], const uint64_t x[4], const modinv_modulus *m) {
    signed62 d = {{0, 0, 0, 0, 0}}, e = {{1, 0, 0, 0, 0}}, f = m->value, g;
    int64_t zeta = -1;
    modinv_matrix t;

    g.v[0] = (int64_t)(x[0] & MODINV_M62);
    g.v[1] = (int64_t)((x[0] >> 62 | x[1] << 2) & MODINV_M62);
    g.v[2] = (int64_t)((x[1] >> 60 | x[2] << 4) & MODINV_M62);
    g.v[3] = (int64_t)((x[2] >> 58 | x[3] << 6) & MODINV_M62);
    g.v[4] = (int64_t)(x[3] >> 56);
    /* Invariant: f = d·x and g = e·x mod m. */
    for (int i = 0; i < MODINV_BATCHES; i++) {
        const uint64_t f_low = (uint64_t)f.v[0] | (uint64_t)f.v[1] << 62;
        const uint64_t g_low = (uint64_t)g.v[0] | (uint64_t)g.v[1] << 62;
        zeta = modinv_divsteps(zeta, f_low, g_low, &t);
        modinv_update_de(&d, &e, &t, m);
        modinv_update_fg(&f, &g, &t);
    }
    VERIFY_CHECK((g.v[0] | g.v[1] | g.v[2] | g.v[3] | g.v[4]) == 0);
    /* f is now ±gcd(x, m) = ±1 */
    modinv_normalize(&d, f.v[4] >> 63, m);
    r[0] = (uint64_t)d.v[0] | (uint64_t)d.v[1] << 62;
    r[1] = (uint64_t)d.v[1] >> 2 | (uint64_t)d.v[2] << 60;
    r[2] = (uint64_t)d.v[2] >> 4 | (uint64_t)d.v[3] << 58;
    r[3] = (uint64_t)d.v[3] >> 6 | (uint64_t)d.v[4] << 56;
    wipe(&d, sizeof d);
    wipe(&e, sizeof e);
    wipe(&f, sizeof f);
    wipe(&g, sizeof g);
    wipe(&t, sizeof t);
}

#endif
