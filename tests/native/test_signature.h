/* Multiplications, signing, verifying, encoding. */
#ifndef GOVSEAL_TESTS_SIGNATURE_H
#define GOVSEAL_TESTS_SIGNATURE_H

#include "check.h"
#include "core.h"
#include "test_field.h"
#include "test_group.h"

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
            ecmult_gen_scalar(&point, &k);
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

static void test_sign_many(void) {
    enum { MOST = GEN_MANY_MAX + 9 };
    static unsigned char digests[MOST * 32], raws[MOST * RAW_SIGNATURE_SIZE];
    static const size_t counts[] = {0, 1, 2, 7, 8, 9, 16, 17, 33, GEN_MANY_MAX, MOST};
    const unsigned char d[32] = {1};
    private_key key;
    public_key public;
    CHECK(private_key_load(&key, &public, d));
    for (size_t each = 0; each < sizeof counts / sizeof counts[0]; each++) {
        const size_t count = counts[each];
        for (size_t i = 0; i < sizeof digests; i++) {
            digests[i] = (unsigned char)test_random();
        }
        CHECK(private_key_sign_many(raws, &key, digests, count) == 0);
        for (size_t i = 0; i < count; i++) {
            CHECK(public_key_verify_var(&public, raws + RAW_SIGNATURE_SIZE * i, digests + 32 * i));
            CHECK(i == 0 || memcmp(raws, raws + RAW_SIGNATURE_SIZE * i, 32) != 0);
        }
    }
    testing_randomness = RANDOM_FAILS;
    CHECK(private_key_sign_many(raws, &key, digests, MOST) == -1);
    testing_randomness = RANDOM_WORKS;
    for (size_t i = 0; i < sizeof raws; i++) {
        CHECK(raws[i] == 0);
    }
}

#endif
