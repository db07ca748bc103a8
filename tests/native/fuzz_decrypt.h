/* Encryption: what is encrypted comes back, and any change of a ciphertext is refused. */
#ifndef GOVSEAL_TESTS_FUZZ_DECRYPT_H
#define GOVSEAL_TESTS_FUZZ_DECRYPT_H

#include "fuzz.h"

static int decrypt_everywhere(unsigned char *plaintext, const private_key *key,
                              const unsigned char *ciphertext, size_t size) {
    int answer = -1;
    for EACH_TIER(each) {
        const int now = private_key_decrypt(plaintext, key, ciphertext, size);
        CHECK(answer == -1 || answer == now);
        answer = now;
    }
    tier = TIER_PORTABLE;
    return answer;
}

/* The first byte: even, the rest is a ciphertext; odd, a plaintext whose ciphertext is changed. */
static int fuzz_decrypt(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    const unsigned choice = take_byte(&in);
    unsigned char *text, *cipher, *back;
    private_key key;
    public_key public;
    scalar k;

    fuzz_setup();
    take_key(&key, &public, &in);
    if (!(choice & 1)) {
        cipher = copy_of(in.data, in.size);
        back = malloc(in.size + 1);
        CHECK(back != NULL);
        (void)decrypt_everywhere(back, &key, cipher, in.size);
        free(back);
        free(cipher);
        return 0;
    }
    take_nonce(&k, &in);
    if (in.size < 4) {
        return 0;
    }
    {
        const size_t place = (size_t)in.data[0] << 8 | in.data[1];
        const unsigned char change = in.data[2];
        const size_t length = in.size - 3, total = CIPHERTEXT_OVERHEAD + length;
        text = copy_of(in.data + 3, length);
        cipher = malloc(total);
        back = malloc(length);
        CHECK(cipher != NULL && back != NULL);
        if (public_key_encrypt_with_nonce(cipher, &public, text, length, &k)) {
            CHECK(decrypt_everywhere(back, &key, cipher, total) == 1);
            CHECK(memcmp(back, text, length) == 0);
            cipher[place % total] ^= change;
            CHECK(decrypt_everywhere(back, &key, cipher, total) == (change == 0));
            cipher[place % total] ^= change;
            CHECK(decrypt_everywhere(back, &key, cipher, total - 1) == 0);
        }
    }
    free(text);
    free(cipher);
    free(back);
    return 0;
}

#endif
