#ifndef GOVSEAL_NONCE_IMPL_H
#define GOVSEAL_NONCE_IMPL_H

#include "nonce.h"

enum { NONCE_D = 32, NONCE_E = 64, NONCE_COUNTER = 96 };

static uint64_t nonce_from_digest(scalar *k, const unsigned char digest[SM3_DIGEST_SIZE]) {
    const uint64_t is_below = scalar_set_bytes(k, digest);
    return is_below & (scalar_is_zero(k) ^ 1);
}

/* random ‖ d ‖ e, without a counter yet. */
static void nonce_fill(unsigned char input[NONCE_INPUT_SIZE],
                       const unsigned char random[NONCE_RANDOM_SIZE], const scalar *d,
                       const unsigned char e[SM3_DIGEST_SIZE]) {
    memcpy(input, random, NONCE_RANDOM_SIZE);
    if (d == NULL) {
        memset(input + NONCE_D, 0, NONCE_E - NONCE_D);
    } else {
        scalar_get_bytes(input + NONCE_D, d);
    }
    memcpy(input + NONCE_E, e, SM3_DIGEST_SIZE);
}

static void nonce_set_counter(unsigned char input[NONCE_INPUT_SIZE], uint32_t counter) {
    for (int i = 0; i < 4; i++) {
        input[NONCE_COUNTER + i] = (unsigned char)(counter >> (24 - 8 * i));
    }
}

/* Takes a digest for k where it is good. Returns whether it was, which may be known. */
static int nonce_accept(scalar *k, const unsigned char digest[SM3_DIGEST_SIZE]) {
    uint64_t is_valid = nonce_from_digest(k, digest);
    DECLASSIFY(&is_valid, sizeof is_valid);
    return (int)is_valid;
}

static void nonce_derive(scalar *k, const unsigned char random[NONCE_RANDOM_SIZE], const scalar *d,
                         const unsigned char e[SM3_DIGEST_SIZE], uint32_t *counter) {
    unsigned char input[NONCE_INPUT_SIZE], digest[SM3_DIGEST_SIZE];
    sm3_context context;

    nonce_fill(input, random, d, e);
    do {
        COUNT_PATH(nonce_candidate);
        nonce_set_counter(input, (*counter)++);
        sm3_init(&context);
        sm3_update(&context, input, sizeof input);
        sm3_final(&context, digest);
    } while (!nonce_accept(k, digest));
    wipe(input, sizeof input);
    wipe(digest, sizeof digest);
    wipe(&context, sizeof context);
}

/* 1 to NONCE_GROUP of them. */
static void nonce_derive_group(scalar *k, const unsigned char *randoms, const scalar *d,
                               const unsigned char *digests, size_t count) {
    unsigned char inputs[NONCE_GROUP][NONCE_INPUT_SIZE];
    unsigned char candidates[NONCE_GROUP * SM3_DIGEST_SIZE];
    sm3_message messages[NONCE_GROUP];

    VERIFY_CHECK(count >= 1 && count <= NONCE_GROUP);
    for (size_t i = 0; i < count; i++) {
        nonce_fill(inputs[i], randoms + NONCE_RANDOM_SIZE * i, d, digests + SM3_DIGEST_SIZE * i);
        nonce_set_counter(inputs[i], 0);
        messages[i] = (sm3_message){inputs[i], SM3_BLOCK_SIZE, inputs[i] + SM3_BLOCK_SIZE,
                                    NONCE_INPUT_SIZE - SM3_BLOCK_SIZE};
    }
    sm3_many(candidates, messages, count);
    for (size_t i = 0; i < count; i++) {
        if (!nonce_accept(&k[i], candidates + SM3_DIGEST_SIZE * i)) {
            uint32_t counter = 1;
            nonce_derive(&k[i], randoms + NONCE_RANDOM_SIZE * i, d, digests + SM3_DIGEST_SIZE * i,
                         &counter);
        }
    }
    wipe(inputs, sizeof inputs);
    wipe(candidates, sizeof candidates);
}

static void nonce_derive_many(scalar *k, const unsigned char *randoms, const scalar *d,
                              const unsigned char *digests, size_t count) {
    for (size_t i = 0; i < count; i += NONCE_GROUP) {
        const size_t left = count - i;
        nonce_derive_group(k + i, randoms + NONCE_RANDOM_SIZE * i, d, digests + SM3_DIGEST_SIZE * i,
                           left < NONCE_GROUP ? left : NONCE_GROUP);
    }
}

static int nonce_draw(scalar *k, const scalar *d, const unsigned char e[SM3_DIGEST_SIZE],
                      uint32_t *counter) {
    unsigned char random[NONCE_RANDOM_SIZE];
    if (random_bytes(random, sizeof random) != 0) {
        memset(k, 0, sizeof *k);
        return -1;
    }
    CLASSIFY(random, sizeof random);
    nonce_derive(k, random, d, e, counter);
    wipe(random, sizeof random);
    return 0;
}

static int nonce_draw_many(scalar *k, const scalar *d, const unsigned char *digests, size_t count) {
    unsigned char randoms[NONCE_GROUP * NONCE_RANDOM_SIZE];
    int failed = 0;
    for (size_t i = 0; i < count && !failed; i += NONCE_GROUP) {
        const size_t left = count - i, taken = left < NONCE_GROUP ? left : NONCE_GROUP;
        failed = random_bytes(randoms, NONCE_RANDOM_SIZE * taken) != 0;
        if (!failed) {
            CLASSIFY(randoms, sizeof randoms);
            nonce_derive_many(k + i, randoms, d, digests + SM3_DIGEST_SIZE * i, taken);
        }
    }
    wipe(randoms, sizeof randoms);
    if (failed) {
        wipe(k, count * sizeof *k);
        return -1;
    }
    return 0;
}

static void nonce_message_digest(unsigned char e[SM3_DIGEST_SIZE], const unsigned char encoded[65],
                                 const unsigned char *message, size_t size) {
    sm3_context context;
    sm3_init(&context);
    sm3_update(&context, encoded, 65);
    sm3_update(&context, message, size);
    sm3_final(&context, e);
    wipe(&context, sizeof context); /* the last bytes of the message */
}

static int nonce_random_scalar(scalar *k) {
    unsigned char bytes[SM3_DIGEST_SIZE];
    for (int i = 0; i < NONCE_TRIES; i++) {
        int is_valid;
        if (random_bytes(bytes, sizeof bytes) != 0) {
            memset(k, 0, sizeof *k);
            return -1;
        }
        CLASSIFY(bytes, sizeof bytes);
        is_valid = nonce_accept(k, bytes);
        wipe(bytes, sizeof bytes);
        if (is_valid) {
            return 0;
        }
    }
    memset(k, 0, sizeof *k);
    errno = EIO;
    return -1;
}

#endif
