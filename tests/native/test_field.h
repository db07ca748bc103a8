/* Arithmetic modulo p and modulo n. */
#ifndef GOVSEAL_TESTS_FIELD_H
#define GOVSEAL_TESTS_FIELD_H

#include "check.h"
#include "core.h"

/* How much the randomised tests do. */
static int rounds = 64;

static void random_fe(fe *r) {
    uint64_t words[4];
    test_random_words(words);
    fe_set_words(r, words);
}

/* The same element with the limbs as large as magnitude m allows: adds (m - 2)·p to one of 2. */
static void inflate(fe *r, int m) {
    static const fe p = FE_CONST(FE_P0, FE_P1, FE_P2, FE_P3, FE_P4);
    for (int i = 2; i < m; i++) {
        fe_add(r, r, &p);
    }
}

static void check_equal(const fe *a, const fe *b) {
    fe x = *a, y = *b;
    fe_normalize(&x);
    fe_normalize(&y);
    CHECK(memcmp(x.n, y.n, sizeof x.n) == 0);
}

static void test_field_laws(void) {
    for (int i = 0; i < 200 * rounds; i++) {
        fe a, b, c, left, right, t;
        random_fe(&a);
        random_fe(&b);
        random_fe(&c);

        fe_add(&t, &b, &c); /* a(b + c) = ab + ac */
        fe_mul(&left, &a, &t);
        fe_mul(&right, &a, &b);
        fe_mul(&t, &a, &c);
        fe_add(&right, &right, &t);
        check_equal(&left, &right);

        fe_sub(&left, &a, &b, 2); /* (a - b)(a + b) = a² - b² */
        fe_add(&t, &a, &b);
        fe_mul(&left, &left, &t);
        fe_sqr(&right, &a);
        fe_sqr(&t, &b);
        fe_sub(&right, &right, &t, 2);
        check_equal(&left, &right);

        fe_mul(&left, &a, &a);
        fe_sqr(&right, &a);
        CHECK(memcmp(left.n, right.n, sizeof left.n) == 0);

        fe_mul(&t, &a, &FE_ONE);
        check_equal(&t, &a);
        fe_negate(&t, &a, 2);
        fe_add(&t, &t, &a);
        CHECK(fe_is_zero(&t) == 1 && fe_is_zero_var(&t) == 1);
    }
}

static void test_field_magnitudes(void) {
    for (int i = 0; i < 50 * rounds; i++) {
        fe a, b, product, t;
        random_fe(&a);
        random_fe(&b);
        fe_mul(&product, &a, &b);
        for (int m = 2; m <= 24; m++) {
            fe big = a;
            inflate(&big, m);
            check_equal(&big, &a);
            fe_mul(&t, &big, &b);
            check_equal(&t, &product);
            t = big;
            fe_weaken(&t);
            check_equal(&t, &a);
            CHECK(fe_equal_var(&big, &a) == 1);
            CHECK(fe_is_zero_var(&big) == (int)fe_is_zero(&a));
        }
    }
}

/* One reduction for two products against two reductions; also where the result is an operand. */
static void test_field_differences(void) {
    for (int i = 0; i < 50 * rounds; i++) {
        fe a, b, c, d, left, right, expected, t;
        random_fe(&a);
        random_fe(&b);
        random_fe(&c);
        random_fe(&d);
        fe_mul(&left, &a, &b);
        fe_mul(&right, &c, &d);
        fe_sub(&expected, &left, &right, 2);
        inflate(&a, 8);
        inflate(&b, 8);
        t = c;
        inflate(&t, 4);
        inflate(&d, 4);
        fe_mul_sub_mul(&t, &a, &b, &t, &d);
        check_equal(&t, &expected);
        fe_sqr(&right, &c);
        fe_scale(&right, &right, 8);
        fe_sub(&expected, &left, &right, 16);
        inflate(&c, 2);
        fe_mul_sub_8sqr_inline(&a, &a, &b, &c);
        check_equal(&a, &expected);
    }
}

static void test_field_edges(void) {
    static const fe zero = FE_CONST(0, 0, 0, 0, 0);
    static const fe p = FE_CONST(FE_P0, FE_P1, FE_P2, FE_P3, FE_P4);
    unsigned char bytes[32], back[32];
    fe t = p, inverse;

    CHECK(fe_is_zero(&zero) && fe_is_zero_var(&zero) && fe_is_zero(&p) && fe_is_zero_var(&p));
    fe_normalize(&t);
    CHECK(memcmp(t.n, zero.n, sizeof t.n) == 0);
    CHECK(!fe_is_zero(&FE_ONE) && !fe_is_zero_var(&FE_ONE));
    for (int k = 1; k < FE_MAX_MAGNITUDE; k++) {
        t = zero;
        for (int i = 0; i < k; i++) {
            fe_add(&t, &t, &p);
        }
        VERIFY_SETUP(t.magnitude = k + 1 > FE_MAX_MAGNITUDE ? FE_MAX_MAGNITUDE : k + 1);
        CHECK(fe_is_zero(&t) && fe_is_zero_var(&t));
        t.n[0]--;
        CHECK(!fe_is_zero(&t) && !fe_is_zero_var(&t));
    }
    fe_inv(&inverse, &zero);
    CHECK(fe_is_zero(&inverse));

    memset(bytes, 0xff, sizeof bytes);
    CHECK(fe_set_bytes(&t, bytes) == 0); /* 2^256 - 1 >= p */
    bytes[3] = 0xfe;
    memset(bytes + 20, 0, 4);
    CHECK(fe_set_bytes(&t, bytes) == 0 && fe_is_zero(&t)); /* p itself */
    bytes[31] = 0xfe;
    CHECK(fe_set_bytes(&t, bytes) == 1); /* p - 1 */
    fe_get_bytes(back, &t);
    CHECK(memcmp(bytes, back, sizeof bytes) == 0);
    fe_add(&t, &t, &FE_ONE);
    CHECK(fe_is_zero(&t));
}

static void test_field_inverse_and_root(void) {
    for (int i = 0; i < 20 * rounds; i++) {
        fe a, inverse, product;
        random_fe(&a);
        fe_inv(&inverse, &a);
        fe_mul(&product, &a, &inverse);
        if (fe_is_zero(&a)) {
            CHECK(fe_is_zero(&inverse));
        } else {
            check_equal(&product, &FE_ONE);
        }
    }
    for (int i = 0; i < rounds / 4; i++) {
        fe a, square, root, minus;
        random_fe(&a);
        fe_sqr(&square, &a);
        CHECK(fe_sqrt_var(&root, &square));
        fe_sqr(&minus, &root);
        check_equal(&minus, &square);
        fe_negate(&minus, &square, 2);
        CHECK(fe_is_zero(&a) || !fe_sqrt_var(&root, &minus)); /* -1 is not a square */
    }
}

static void test_field_storage(void) {
    for (int i = 0; i < 50 * rounds; i++) {
        fe a, b;
        fe_storage packed;
        random_fe(&a);
        fe_normalize(&a);
        fe_to_storage(&packed, &a);
        fe_from_storage(&b, &packed);
        CHECK(memcmp(a.n, b.n, sizeof a.n) == 0);
        random_fe(&b);
        fe_normalize(&b);
        fe_cmov(&b, &a, 0);
        CHECK(fe_equal_var(&a, &b) == (memcmp(a.n, b.n, sizeof a.n) == 0));
        fe_cmov(&b, &a, 1);
        CHECK(memcmp(a.n, b.n, sizeof a.n) == 0);
    }
}

/* --- Scalars -------------------------------------------------------------------------------- */

static void random_scalar(scalar *r) {
    uint64_t words[4];
    test_random_words(words);
    scalar_set_words(r, words);
}

static void test_scalar_laws(void) {
    static const scalar one = {{1, 0, 0, 0}};
    for (int i = 0; i < 50 * rounds; i++) {
        scalar a, b, c, t, left, right;
        random_scalar(&a);
        random_scalar(&b);
        random_scalar(&c);

        scalar_add(&t, &b, &c);
        scalar_mul_montgomery(&left, &a, &t);
        scalar_mul_montgomery(&right, &a, &b);
        scalar_mul_montgomery(&t, &a, &c);
        scalar_add(&right, &right, &t);
        CHECK(memcmp(&left, &right, sizeof left) == 0);

        scalar_sub(&t, &a, &b);
        scalar_add(&t, &t, &b);
        CHECK(memcmp(&t, &a, sizeof t) == 0);
        scalar_negate(&t, &a);
        scalar_add(&t, &t, &a);
        CHECK(scalar_is_zero(&t));

        scalar_to_montgomery(&t, &a);
        scalar_mul_montgomery(&t, &t, &one);
        CHECK(memcmp(&t, &a, sizeof t) == 0);

        scalar_inverse(&t, &a);
        scalar_to_montgomery(&left, &a);
        scalar_mul_montgomery(&left, &left, &t);
        CHECK(scalar_is_zero(&a) ? scalar_is_zero(&t) : memcmp(&left, &one, sizeof one) == 0);
    }
}

static void test_scalar_range(void) {
    unsigned char bytes[32];
    scalar t;
    words_store(bytes, SCALAR_N.d);
    CHECK(scalar_set_bytes(&t, bytes) == 0 && scalar_is_zero(&t));
    bytes[31]--;
    CHECK(scalar_set_bytes(&t, bytes) == 1 && !scalar_is_zero(&t));
    bytes[31] += 2;
    CHECK(scalar_set_bytes(&t, bytes) == 0 && t.d[0] == 1);
    memset(bytes, 0xff, sizeof bytes);
    CHECK(scalar_set_bytes(&t, bytes) == 0);
}

#endif
