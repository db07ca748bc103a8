#ifndef GOVSEAL_SM3_HMAC_IMPL_H
#define GOVSEAL_SM3_HMAC_IMPL_H

#include "sm3_hmac.h"

static void sm3_hmac_init(sm3_hmac *hmac, const unsigned char *key, size_t key_size) {
    unsigned char block[SM3_BLOCK_SIZE] = {0};

    if (key_size > SM3_BLOCK_SIZE) {
        sm3_init(&hmac->inner);
        sm3_update(&hmac->inner, key, key_size);
        sm3_final(&hmac->inner, block);
    } else if (key_size != 0) {
        memcpy(block, key, key_size);
    }
    for (int i = 0; i < SM3_BLOCK_SIZE; i++) {
        block[i] ^= 0x36;
    }
    sm3_init(&hmac->inner);
    sm3_update(&hmac->inner, block, sizeof block);
    for (int i = 0; i < SM3_BLOCK_SIZE; i++) {
        block[i] ^= 0x36 ^ 0x5c;
    }
    sm3_init(&hmac->outer);
    sm3_update(&hmac->outer, block, sizeof block);
    wipe(block, sizeof block);
    wipe_stack();
}

static void sm3_hmac_update(sm3_hmac *hmac, const unsigned char *data, size_t size) {
    sm3_update(&hmac->inner, data, size);
}

static void sm3_hmac_final(sm3_hmac *hmac, unsigned char tag[SM3_HMAC_SIZE]) {
    unsigned char inner[SM3_DIGEST_SIZE];
    sm3_final(&hmac->inner, inner);
    sm3_update(&hmac->outer, inner, sizeof inner);
    sm3_final(&hmac->outer, tag);
    wipe(inner, sizeof inner);
    wipe(hmac, sizeof *hmac);
    wipe_stack();
}

static int sm3_hmac_verify(sm3_hmac *hmac, const unsigned char tag[SM3_HMAC_SIZE]) {
    unsigned char expected[SM3_HMAC_SIZE];
    uint64_t difference = 0, equal;
    sm3_hmac_final(hmac, expected);
    for (int i = 0; i < SM3_HMAC_SIZE; i++) {
        difference |= expected[i] ^ tag[i];
    }
    wipe(expected, sizeof expected); /* the right tag, when another was offered, is a secret */
    equal = is_zero_word(difference);
    DECLASSIFY(&equal, sizeof equal);
    return (int)equal;
}

#endif
