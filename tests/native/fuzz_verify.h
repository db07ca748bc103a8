/* Verifying: DER is strict, and every path of every tier gives the same answer. */
#ifndef GOVSEAL_TESTS_FUZZ_VERIFY_H
#define GOVSEAL_TESTS_FUZZ_VERIFY_H

#include "fuzz.h"

/* The answer, which must not depend on tier or tables. */
static int verify_everywhere(const public_key *key, const unsigned char *raw,
                             const unsigned char *digest) {
    int answer = -1;
    for EACH_TIER(each) {
        prepared_key prepared;
        verify_record records[3];
        unsigned char valid[3];
        const int once = public_key_verify_var(key, raw, digest);
        CHECK(answer == -1 || answer == once);
        answer = once;
        prepared_key_set_var(&prepared, key);
        CHECK(prepared_key_verify_var(&prepared, raw, digest) == once);
        CHECK(prepared_key_verify_var(&prepared, raw, digest) == once); /* with more tables */
        for (int i = 0; i < 3; i++) {
            records[i] = (verify_record){key, i == 1 ? &prepared : NULL, raw, digest};
        }
        signature_verify_many_var(valid, records, 3);
        CHECK(valid[0] == once && valid[1] == once && valid[2] == once);
        prepared_key_clear(&prepared);
    }
    tier = TIER_PORTABLE;
    return answer;
}

static void check_der(const public_key *key, const uint8_t *data, size_t size,
                      const unsigned char *digest) {
    unsigned char raw[RAW_SIGNATURE_SIZE], back[DER_SIGNATURE_MAX];
    unsigned char *der = copy_of(data, size);
    if (der_decode_signature(raw, der, size)) {
        CHECK(der_encode_signature(back, raw) == size && memcmp(back, der, size) == 0);
        (void)verify_everywhere(key, raw, digest);
    }
    free(der);
}

/* The first byte: 0 a good signature, 1 one with some bytes changed, 2 the rest as r ‖ s, else the
 * rest as DER; from 128 on as DER with changed bytes. */
static int fuzz_verify(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    const unsigned choice = take_byte(&in);
    unsigned char digest[SM3_DIGEST_SIZE], raw[RAW_SIGNATURE_SIZE], mask[RAW_SIGNATURE_SIZE];
    unsigned char der[DER_SIGNATURE_MAX];
    private_key key;
    public_key public;
    size_t length;
    scalar k;

    fuzz_setup();
    take_key(&key, &public, &in);
    take_nonce(&k, &in);
    take(digest, &in, sizeof digest);
    if (!private_key_sign_with_nonce(raw, &key, digest, &k)) {
        return 0;
    }
    if (choice == 2) {
        take(raw, &in, sizeof raw);
        (void)verify_everywhere(&public, raw, digest);
    } else if (choice < 2) {
        int is_changed = 0;
        take(mask, &in, choice == 0 ? 0 : sizeof mask);
        for (size_t i = 0; choice == 1 && i < sizeof mask; i++) {
            raw[i] ^= mask[i];
            is_changed |= mask[i] != 0;
        }
        CHECK(verify_everywhere(&public, raw, digest) == !is_changed);
    } else if (choice < 128) {
        check_der(&public, in.data, in.size, digest);
    } else {
        length = der_encode_signature(der, raw);
        der[choice % length] ^= (unsigned char)take_byte(&in);
        check_der(&public, der, length - (take_byte(&in) & 1), digest);
    }
    return 0;
}

#endif
