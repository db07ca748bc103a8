/* Unit tests of the core. The oracle is algebra here, and Python's integers in tests/sm2.
 *
 * Usage: unit_tests [rounds [seed]]
 */
#include "core.h"

#include "check.h"

static int rounds = 64;

/* --- Field ---------------------------------------------------------------------------------- */

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

/* --- Group ---------------------------------------------------------------------------------- */

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

/* --- Multiplications ------------------------------------------------------------------------ */

static void test_wnaf(void) {
    for (int i = 0; i < 20 * rounds; i++) {
        static const int widths[] = {ECMULT_WIDTH_POINT, ECMULT_WIDTH_GENERATOR};
        scalar a, sum, two;
        random_scalar(&a);
        for (int j = 0; j < 2; j++) {
            int16_t digits[ECMULT_MAX_DIGITS];
            const int width = widths[j], length = ecmult_wnaf_var(digits, &a, width);
            int last = ECMULT_MAX_DIGITS + width;
            CHECK(length <= ECMULT_MAX_DIGITS);
            memset(&sum, 0, sizeof sum);
            for (int k = length - 1; k >= 0; k--) {
                const scalar digit = {{(uint64_t)abs(digits[k]), 0, 0, 0}};
                two = sum;
                scalar_add(&sum, &sum, &two);
                if (digits[k] == 0) {
                    continue;
                }
                CHECK((digits[k] & 1) && abs(digits[k]) < 1 << (width - 1) && last - k >= width);
                last = k;
                if (digits[k] > 0) {
                    scalar_add(&sum, &sum, &digit);
                } else {
                    scalar_sub(&sum, &sum, &digit);
                }
            }
            CHECK(memcmp(&sum, &a, sizeof a) == 0);
        }
    }
}

static void test_gen_against_var(void) {
    static const scalar zero = {{0, 0, 0, 0}};
    gej product;
    ge point;
    for (int i = 0; i < 4 * rounds; i++) {
        scalar k;
        random_scalar(&k);
        if (scalar_is_zero(&k)) {
            continue;
        }
        ecmult_gen(&point, &k);
        CHECK(ge_is_on_curve_var(&point));
        ecmult_var(&product, &k, &GE_GENERATOR, &zero);
        check_gej(&product, &point);
        ecmult_var(&product, &zero, &GE_GENERATOR, &k);
        check_gej(&product, &point);
    }
    ecmult_var(&product, &zero, &GE_GENERATOR, &zero);
    CHECK(gej_is_infinity_var(&product));
}

/* (s + t·a)·G = s·G + t·(a·G) */
static void test_sum_of_products(void) {
    for (int i = 0; i < rounds; i++) {
        scalar s, t, a, total;
        gej product;
        ge point, expected;
        random_scalar(&s);
        random_scalar(&t);
        random_scalar(&a);
        scalar_to_montgomery(&total, &t);
        scalar_mul_montgomery(&total, &total, &a);
        scalar_add(&total, &total, &s);
        if (scalar_is_zero(&a) || scalar_is_zero(&total)) {
            continue;
        }
        ecmult_gen(&point, &a);
        ecmult_gen(&expected, &total);
        ecmult_var(&product, &s, &point, &t);
        check_gej(&product, &expected);
    }
}

/* Before the last row the sum is S·G, and the row adds d·2^252·G. They agree where S = d·2^252 - n
 * with |S| < 2^252, so for d = 15 alone: k' = 30·2^252 - n. That number and its negative must take
 * the doubling; the same with the other digits must not. */
static void test_gen_doubling_in_last_row(void) {
    static const scalar zero = {{0, 0, 0, 0}};
    for (uint64_t d = 1; d < 16; d += 2) {
        scalar k = {{0, 0, 0, d << 60}};
        scalar_add(&k, &k, &k);
        for (int sign = 0; sign < 2; sign++) {
            const uint64_t before = path_counter.add_last_double;
            gej product;
            ge point;
            ecmult_gen(&point, &k);
            CHECK(path_counter.add_last_double - before == (d == 15));
            ecmult_var(&product, &k, &GE_GENERATOR, &zero);
            check_gej(&product, &point);
            scalar_negate(&k, &k);
        }
    }
}

/* --- Signatures ----------------------------------------------------------------------------- */

static void test_sign_and_verify(void) {
    for (int i = 0; i < rounds; i++) {
        unsigned char d[32], digest[32], raw[64], der[DER_SIGNATURE_MAX], back[64];
        private_key key;
        public_key public, reloaded;
        size_t size;
        scalar k;
        uint64_t words[4];

        test_random_words(words);
        words_store(d, words);
        test_random_words(words);
        words_store(digest, words);
        random_scalar(&k);
        if (scalar_is_zero(&k) || !private_key_load(&key, &public, d)) {
            continue;
        }
        private_key_export(back, &key);
        CHECK(memcmp(back, d, sizeof d) == 0);
        CHECK(public_key_load_var(&reloaded, public.encoded, PUBLIC_KEY_SIZE, 0) == PUBLIC_KEY_OK);
        CHECK(memcmp(reloaded.default_z, public.default_z, sizeof public.default_z) == 0);
        CHECK(private_key_sign_with_nonce(raw, &key, digest, &k));
        CHECK(public_key_verify_var(&public, raw, digest));
        CHECK(private_key_sign(raw, &key, digest) == 0);
        CHECK(public_key_verify_var(&reloaded, raw, digest));
        size = der_encode_signature(der, raw);
        CHECK(der_decode_signature(back, der, size) && memcmp(back, raw, sizeof raw) == 0);
        for (size_t cut = 0; cut < size; cut++) {
            CHECK(!der_decode_signature(back, der, cut));
        }
        raw[test_random() % 64] ^= (unsigned char)(1 << test_random() % 8);
        CHECK(!public_key_verify_var(&public, raw, digest));
    }
}

static void test_generate(void) {
    private_key key;
    public_key public;
    for (int i = 0; i < 4; i++) {
        CHECK(private_key_generate(&key, &public) == 0);
        CHECK(ge_is_on_curve_var(&public.point));
    }
}

int main(int argc, char **argv) {
    rounds = argc > 1 ? atoi(argv[1]) : rounds;
    test_random_state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    CHECK(rounds > 0 && test_random_state != 0);
    signature_build_tables();
    test_field_laws();
    test_field_magnitudes();
    test_field_edges();
    test_field_inverse_and_root();
    test_field_storage();
    test_scalar_laws();
    test_scalar_range();
    test_small_groups();
    test_curve_equation();
    test_wnaf();
    test_gen_against_var();
    test_sum_of_products();
    test_gen_doubling_in_last_row();
    test_sign_and_verify();
    test_generate();
    printf("unit tests passed: %d rounds, seed %s\n", rounds, argc > 2 ? argv[2] : "1");
    return 0;
}
