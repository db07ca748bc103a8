/* Private keys: load, sign, verify, export, and nonces, alike in every tier. */
#ifndef GOVSEAL_TESTS_FUZZ_PRIVATE_KEY_H
#define GOVSEAL_TESTS_FUZZ_PRIVATE_KEY_H

#include "fuzz.h"

static int is_all_zero(const unsigned char *bytes, size_t size) {
    unsigned char any = 0;
    for (size_t i = 0; i < size; i++) {
        any |= bytes[i];
    }
    return any == 0;
}

static void check_key(const unsigned char d[SCALAR_SIZE], fuzz_input in) {
    unsigned char digest[SM3_DIGEST_SIZE], raw[RAW_SIGNATURE_SIZE], first[RAW_SIGNATURE_SIZE];
    unsigned char exported[SCALAR_SIZE], random[NONCE_RANDOM_SIZE];
    int is_signed = -1;
    scalar k;

    take_nonce(&k, &in);
    take(digest, &in, sizeof digest);
    take(random, &in, sizeof random);
    for EACH_TIER(each) {
        private_key key;
        public_key public;
        uint32_t counter = 0;
        scalar nonce, same;
        int now_signed;
        CHECK(private_key_load(&key, &public, d));
        private_key_export(exported, &key);
        CHECK(memcmp(exported, d, sizeof exported) == 0);
        now_signed = private_key_sign_with_nonce(raw, &key, digest, &k);
        CHECK(is_signed == -1 || (now_signed == is_signed));
        if (now_signed) {
            CHECK(is_signed == -1 || memcmp(raw, first, sizeof raw) == 0);
            memcpy(first, raw, sizeof raw);
            CHECK(public_key_verify_var(&public, raw, digest));
        }
        is_signed = now_signed;
        CHECK(private_key_sign_verified(raw, &key, &public, digest) == SIGN_OK);
        nonce_derive(&nonce, random, &key.d, digest, &counter);
        nonce_derive_many(&same, random, &key.d, digest, 1);
        CHECK(memcmp(&nonce, &same, sizeof nonce) == 0 && !scalar_is_zero(&nonce));
    }
}

static int fuzz_private_key(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    unsigned char d[SCALAR_SIZE];
    private_key key;
    public_key public;

    fuzz_setup();
    take(d, &in, sizeof d);
    if (private_key_load(&key, &public, d)) {
        check_key(d, in);
    } else {
        scalar number, sum;
        const scalar one = {{1, 0, 0, 0}};
        const uint64_t is_below = scalar_set_bytes(&number, d);
        scalar_add(&sum, &number, &one);
        CHECK(!is_below || scalar_is_zero(&number) || scalar_is_zero(&sum));
        CHECK(is_all_zero((const unsigned char *)key.d.d, sizeof key.d.d));
    }
    return 0;
}

#endif
