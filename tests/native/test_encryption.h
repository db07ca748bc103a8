/* Multiplications of any point by a secret; encrypting and decrypting. */
#ifndef GOVSEAL_TESTS_ENCRYPTION_H
#define GOVSEAL_TESTS_ENCRYPTION_H

#include "check.h"
#include "core.h"
#include "test_field.h"
#include "test_group.h"

static void check_const(const ge *a, const scalar *k) {
    static const scalar zero = {{0, 0, 0, 0}};
    gej expected;
    ge product;
    ecmult_const(&product, a, k);
    CHECK(ge_is_on_curve_var(&product));
    ecmult_var(&expected, &zero, a, k);
    check_gej(&expected, &product);
}

static void random_point(ge *r, scalar *a) {
    do {
        random_scalar(a);
    } while (scalar_is_zero(a));
    ecmult_gen(r, a);
}

static void test_const_against_var(void) {
    for (int i = 0; i < 4 * rounds; i++) {
        scalar a, k;
        ge point;
        random_point(&point, &a);
        do {
            random_scalar(&k);
        } while (scalar_is_zero(&k));
        check_const(&point, &k);
    }
}

/* The smallest and the largest scalars, the middle, every power of two and its neighbours, and one
 * digit over and over. In a VERIFY build gej_add_ge checks that no addition meets its exceptions. */
static void test_const_edges(void) {
    static const scalar one = {{1, 0, 0, 0}}, middle = {{UINT64_C(0xa9ddfa049ceaa092),
        UINT64_C(0xb901efb590e30295), UINT64_MAX, UINT64_C(0x7fffffff7fffffff)}}; /* (n+1)/2 */
    scalar a, k, minus_k;
    ge points[2];
    points[0] = GE_GENERATOR;
    random_point(&points[1], &a);
    for (int which = 0; which < 2; which++) {
        const ge *point = &points[which];
        for (uint64_t i = 1; i <= 128; i++) {
            k = (scalar){{i, 0, 0, 0}};
            scalar_negate(&minus_k, &k);
            check_const(point, &k);
            check_const(point, &minus_k);
        }
        for (int bit = 0; bit < 256; bit++) {
            const scalar power = {{bit < 64 ? UINT64_C(1) << bit : 0,
                                   bit / 64 == 1 ? UINT64_C(1) << (bit % 64) : 0,
                                   bit / 64 == 2 ? UINT64_C(1) << (bit % 64) : 0,
                                   bit / 64 == 3 ? UINT64_C(1) << (bit % 64) : 0}};
            check_const(point, &power);
            scalar_add(&k, &power, &one);
            check_const(point, &k);
            if (bit > 0) {
                scalar_sub(&k, &power, &one);
                check_const(point, &k);
            }
        }
        check_const(point, &middle);
        scalar_sub(&k, &middle, &one);
        check_const(point, &k);
        for (uint64_t digit = 1; digit < 16; digit++) {
            const uint64_t word = digit * UINT64_C(0x1111111111111111);
            const uint64_t words[4] = {word, word, word, word};
            scalar_set_words(&k, words);
            check_const(point, &k);
        }
    }
}

/* Small multiples of small multiples, against sums by the textbook. */
static void test_const_small_multiples(void) {
    ge multiples[17], product;
    multiples[1] = GE_GENERATOR;
    for (uint64_t i = 2; i <= 16; i++) {
        affine_add(&multiples[i], &multiples[i - 1], &multiples[1]);
    }
    for (uint64_t i = 1; i <= 4; i++) {
        for (uint64_t j = 1; j <= 4; j++) {
            const scalar k = {{j, 0, 0, 0}};
            ecmult_const(&product, &multiples[i], &k);
            check_equal(&product.x, &multiples[i * j].x);
            check_equal(&product.y, &multiples[i * j].y);
        }
    }
}

/* --- Encryption ----------------------------------------------------------------------------- */

#define TEST_PLAINTEXT_MAX 3000

static void test_encrypt_and_decrypt(void) {
    static unsigned char plaintext[TEST_PLAINTEXT_MAX], back[TEST_PLAINTEXT_MAX];
    static unsigned char ciphertext[CIPHERTEXT_OVERHEAD + TEST_PLAINTEXT_MAX];
    for (int i = 0; i < rounds; i++) {
        /* every size around one and two digests, then any */
        const size_t size = i < 66 ? (size_t)i + 1 : 1 + test_random() % TEST_PLAINTEXT_MAX;
        const size_t total = CIPHERTEXT_OVERHEAD + size;
        private_key key, other;
        public_key public, other_public;
        CHECK(private_key_generate(&key, &public) == 0);
        CHECK(private_key_generate(&other, &other_public) == 0);
        for (size_t j = 0; j < size; j++) {
            plaintext[j] = (unsigned char)test_random_word();
        }
        CHECK(public_key_encrypt(ciphertext, &public, plaintext, size) == 0);
        CHECK(private_key_decrypt(back, &key, ciphertext, total) == 1);
        CHECK(memcmp(back, plaintext, size) == 0);
        CHECK(private_key_decrypt(back, &other, ciphertext, total) == 0);
        ciphertext[test_random() % total] ^= (unsigned char)(1 << test_random() % 8);
        memset(back, 0xff, size);
        CHECK(private_key_decrypt(back, &key, ciphertext, total) == 0);
        for (size_t j = 0; j < size; j++) {
            CHECK(back[j] == 0);
        }
    }
}

/* p and 2^256 - 1 for a coordinate, points off the curve, other forms, and sizes that are none. */
static void test_decrypt_refusals(void) {
    static const unsigned char plaintext[40] = {1};
    unsigned char good[CIPHERTEXT_OVERHEAD + 40], bad[CIPHERTEXT_OVERHEAD + 40], back[40];
    unsigned char p_bytes[32];
    const uint64_t p_words[4] = {UINT64_MAX, UINT64_C(0xffffffff00000000), UINT64_MAX,
                                 UINT64_C(0xfffffffeffffffff)};
    private_key key;
    public_key public;

    words_store(p_bytes, p_words);
    CHECK(private_key_generate(&key, &public) == 0);
    CHECK(public_key_encrypt(good, &public, plaintext, sizeof plaintext) == 0);
    CHECK(private_key_decrypt(back, &key, good, sizeof good) == 1);
    for (size_t size = 0; size < sizeof good; size++) {
        CHECK(private_key_decrypt(back, &key, good, size) == 0);
    }
    for (int form = 0; form < 256; form++) {
        memcpy(bad, good, sizeof bad);
        bad[0] = (unsigned char)form;
        CHECK(private_key_decrypt(back, &key, bad, sizeof bad) == (form == 4));
    }
    for (int i = 0; i < 2; i++) {
        memcpy(bad, good, sizeof bad);
        memcpy(bad + 1 + 32 * i, p_bytes, 32);
        CHECK(private_key_decrypt(back, &key, bad, sizeof bad) == 0);
        memset(bad + 1 + 32 * i, 0xff, 32);
        CHECK(private_key_decrypt(back, &key, bad, sizeof bad) == 0);
    }
    memset(bad, 0, sizeof bad);
    bad[0] = 4;
    CHECK(private_key_decrypt(back, &key, bad, sizeof bad) == 0);
}

/* A key stream of one zero byte comes once in 256: encrypting wants another k, and decrypting refuses
 * what a careless sender makes of it. */
static void test_empty_key_stream(void) {
    static const unsigned char plaintext[1] = {0x42};
    unsigned char ciphertext[CIPHERTEXT_OVERHEAD + 1], back[1];
    private_key key;
    public_key public;
    scalar k = {{0, 0, 0, 0}};
    int wanted = 2;

    CHECK(private_key_generate(&key, &public) == 0);
    for (uint64_t i = 1; i < 10000 && wanted > 0; i++) {
        encryption_shared shared;
        ge point;
        k.d[0] = i;
        if (public_key_encrypt_with_nonce(ciphertext, &public, plaintext, 1, &k)) {
            CHECK(private_key_decrypt(back, &key, ciphertext, sizeof ciphertext) == 1);
            CHECK(back[0] == plaintext[0]);
            continue;
        }
        wanted--;
        CHECK(ciphertext[CIPHERTEXT_OVERHEAD] == 0); /* not the plaintext */
        ecmult_gen(&point, &k);
        ciphertext[0] = 4;
        fe_get_bytes(ciphertext + 1, &point.x);
        fe_get_bytes(ciphertext + 33, &point.y);
        encryption_share(&shared, &public.point, &k);
        encryption_digest(ciphertext + CIPHERTEXT_DIGEST, plaintext, 1, &shared);
        ciphertext[CIPHERTEXT_OVERHEAD] = plaintext[0];
        CHECK(private_key_decrypt(back, &key, ciphertext, sizeof ciphertext) == 0);
    }
    CHECK(wanted == 0);
}

#endif
