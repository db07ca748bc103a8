/* Public keys: any bytes are refused, or are a point that encodes to itself. */
#ifndef GOVSEAL_TESTS_FUZZ_PUBLIC_KEY_H
#define GOVSEAL_TESTS_FUZZ_PUBLIC_KEY_H

#include "fuzz.h"

static void check_loaded(const public_key *key, const unsigned char *bytes, size_t size) {
    unsigned char compressed[1 + SCALAR_SIZE], z[SM3_DIGEST_SIZE];
    public_key again;

    CHECK(ge_is_on_curve_var(&key->point));
    CHECK(public_key_load_var(&again, key->encoded, PUBLIC_KEY_SIZE, 0) == PUBLIC_KEY_OK);
    CHECK(memcmp(again.encoded, key->encoded, PUBLIC_KEY_SIZE) == 0);
    CHECK(memcmp(again.default_z, key->default_z, SM3_DIGEST_SIZE) == 0);
    compressed[0] = (unsigned char)(2 + (key->encoded[PUBLIC_KEY_SIZE - 1] & 1));
    memcpy(compressed + 1, key->encoded + 1, SCALAR_SIZE);
    CHECK(public_key_load_var(&again, compressed, sizeof compressed, 1) == PUBLIC_KEY_OK);
    CHECK(memcmp(again.encoded, key->encoded, PUBLIC_KEY_SIZE) == 0);
    CHECK(memcmp(size == PUBLIC_KEY_SIZE ? key->encoded : compressed, bytes, size) == 0);
    public_key_identity(z, key, bytes, size);
    public_key_identity(z, key, DEFAULT_USER_ID, sizeof DEFAULT_USER_ID);
    CHECK(memcmp(z, key->default_z, sizeof z) == 0);
}

static void check_bytes(const unsigned char *bytes, size_t size) {
    for (int allow_compressed = 0; allow_compressed < 2; allow_compressed++) {
        public_key key;
        const public_key_status status = public_key_load_var(&key, bytes, size, allow_compressed);
        if (status == PUBLIC_KEY_OK) {
            CHECK(size == PUBLIC_KEY_SIZE || (allow_compressed && size == 1 + SCALAR_SIZE));
            check_loaded(&key, bytes, size);
        }
    }
}

/* The first byte: 0 the rest as it is; else a good key, shortened or compressed, and changed. */
static int fuzz_public_key(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    const unsigned choice = take_byte(&in);
    unsigned char *bytes;
    private_key key;
    public_key public;

    fuzz_setup();
    if (choice & 1) {
        size_t place;
        take_key(&key, &public, &in);
        CHECK(public_key_load_var(&public, public.encoded, PUBLIC_KEY_SIZE, 0) == PUBLIC_KEY_OK);
        place = take_byte(&in) % PUBLIC_KEY_SIZE;
        public.encoded[place] ^= (unsigned char)take_byte(&in);
        bytes = copy_of(public.encoded, choice & 2 ? 1 + SCALAR_SIZE : PUBLIC_KEY_SIZE);
        check_bytes(bytes, choice & 2 ? 1 + SCALAR_SIZE : PUBLIC_KEY_SIZE);
    } else {
        bytes = copy_of(in.data, in.size);
        check_bytes(bytes, in.size);
    }
    free(bytes);
    return 0;
}

#endif
