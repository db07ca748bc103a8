/* SM3, HMAC and KDF: the same however the data is cut, and in every tier. */
#ifndef GOVSEAL_TESTS_FUZZ_SM3_H
#define GOVSEAL_TESTS_FUZZ_SM3_H

#include "fuzz.h"

#define MESSAGES 40

static void digest_of(unsigned char digest[SM3_DIGEST_SIZE], const unsigned char *data, size_t size) {
    sm3_context context;
    sm3_init(&context);
    sm3_update(&context, data, size);
    sm3_final(&context, digest);
}

static void check_pieces(const unsigned char *data, size_t size, fuzz_input cuts) {
    unsigned char whole[SM3_DIGEST_SIZE], parts[SM3_DIGEST_SIZE], tag[SM3_HMAC_SIZE];
    sm3_context context;
    sm3_hmac hmac;
    size_t at = 0;

    digest_of(whole, data, size);
    sm3_init(&context);
    sm3_hmac_init(&hmac, data, size / 2);
    while (at < size) {
        size_t piece = take_byte(&cuts) % 130;
        piece = cuts.size == 0 || piece > size - at ? size - at : piece;
        sm3_update(&context, data + at, piece);
        sm3_hmac_update(&hmac, data + at, piece);
        at += piece;
    }
    sm3_final(&context, parts);
    CHECK(memcmp(parts, whole, sizeof whole) == 0);
    sm3_hmac_final(&hmac, tag);
    sm3_hmac_init(&hmac, data, size / 2);
    sm3_hmac_update(&hmac, data, size);
    CHECK(sm3_hmac_verify(&hmac, tag) == 1);
    tag[size % sizeof tag] ^= 1;
    sm3_hmac_init(&hmac, data, size / 2);
    sm3_hmac_update(&hmac, data, size);
    CHECK(sm3_hmac_verify(&hmac, tag) == 0);
}

static void check_many(const unsigned char *data, size_t size, fuzz_input sizes) {
    unsigned char digests[MESSAGES * SM3_DIGEST_SIZE], expected[SM3_DIGEST_SIZE];
    sm3_message messages[MESSAGES];
    const size_t count = take_byte(&sizes) % (MESSAGES + 1);
    for (size_t i = 0; i < count; i++) {
        const size_t begin = size == 0 ? 0 : take_byte(&sizes) % size;
        const size_t middle = begin + (size - begin) / (1 + take_byte(&sizes) % 4);
        const size_t end = take_byte(&sizes) & 1 ? size : middle;
        messages[i] = (sm3_message){data + begin, middle - begin, data + middle, end - middle};
    }
    sm3_many(digests, messages, count);
    for (size_t i = 0; i < count; i++) {
        digest_of(expected, messages[i].head, messages[i].head_size + messages[i].size);
        CHECK(memcmp(digests + SM3_DIGEST_SIZE * i, expected, sizeof expected) == 0);
    }
}

static void check_kdf(const unsigned char *data, size_t size, size_t length) {
    unsigned char *out = malloc(length + 1), block[SM3_DIGEST_SIZE];
    CHECK(out != NULL && sm3_kdf(out, length, data, size) == 1);
    for (size_t at = 0; at < length; at += sizeof block) {
        const uint32_t number = (uint32_t)(at / sizeof block) + 1;
        const unsigned char counter[4] = {0, 0, (unsigned char)(number >> 8), (unsigned char)number};
        sm3_context context;
        sm3_init(&context);
        sm3_update(&context, data, size);
        sm3_update(&context, counter, sizeof counter);
        sm3_final(&context, block);
        CHECK(memcmp(out + at, block, length - at < 32 ? length - at : 32) == 0);
    }
    free(out);
}

/* A byte for the length of the choices, the choices, and the data. */
static int fuzz_sm3(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size}, choices;
    unsigned char *copy;
    size_t length;

    fuzz_setup();
    length = take_byte(&in);
    choices = (fuzz_input){in.data, length < in.size ? length : in.size};
    in.data += choices.size;
    in.size -= choices.size;
    copy = copy_of(in.data, in.size);
    for EACH_TIER(each) {
        check_pieces(copy, in.size, choices);
        check_many(copy, in.size, choices);
        check_kdf(copy, in.size, length * 3);
    }
    free(copy);
    return 0;
}

#endif
