/* SM3 of many messages, HMAC and KDF, each against one stream of SM3. */
#ifndef GOVSEAL_TESTS_SM3_H
#define GOVSEAL_TESTS_SM3_H

#include "check.h"

#define TEST_SM3_MESSAGES 100
#define TEST_SM3_POOL 5000

static unsigned char sm3_pool[TEST_SM3_POOL];

static void sm3_fill_pool(void) {
    for (size_t i = 0; i < sizeof sm3_pool; i++) {
        sm3_pool[i] = (unsigned char)test_random();
    }
}

static void sm3_one(unsigned char digest[32], const sm3_context *start, const sm3_message *message) {
    sm3_context context = *start;
    sm3_update(&context, message->head, message->head_size);
    sm3_update(&context, message->data, message->size);
    sm3_final(&context, digest);
}

/* Mostly short, sometimes around a block, seldom long: what lanes have to be refilled for. */
static size_t sm3_test_size(void) {
    switch (test_random() % 8) {
    case 0:
        return test_random() % TEST_SM3_POOL;
    case 1:
        return 64 * (test_random() % 8) + test_random() % 3;
    case 2:
        return 0;
    default:
        return test_random() % 200;
    }
}

static void sm3_check_many(const sm3_context *start, size_t count) {
    sm3_message messages[TEST_SM3_MESSAGES] = {{NULL, 0, NULL, 0}};
    unsigned char digests[TEST_SM3_MESSAGES + 1][32], expected[32];
    CHECK(count <= TEST_SM3_MESSAGES);
    for (size_t i = 0; i < count; i++) {
        sm3_message *message = &messages[i];
        message->head_size = test_random() % 2 ? sm3_test_size() : 32;
        message->size = sm3_test_size();
        message->head = sm3_pool + test_random() % (TEST_SM3_POOL - message->head_size + 1);
        message->data = sm3_pool + test_random() % (TEST_SM3_POOL - message->size + 1);
    }
    memset(digests, 0xa5, sizeof digests);
    sm3_many_after(digests[0], start, messages, count);
    for (size_t i = 0; i < count; i++) {
        sm3_one(expected, start, &messages[i]);
        CHECK(memcmp(digests[i], expected, sizeof expected) == 0);
    }
    memset(expected, 0xa5, sizeof expected);
    CHECK(memcmp(digests[count], expected, sizeof expected) == 0); /* nothing behind the last */
}

static void test_sm3_many(void) {
    sm3_context start;
    for (int round = 0; round < rounds; round++) {
        sm3_init(&start);
        sm3_check_many(&start, test_random() % (TEST_SM3_MESSAGES + 1));
        sm3_update(&start, sm3_pool, 64 * (test_random() % 4));
        sm3_check_many(&start, test_random() % 34);
    }
}

/* The length of the message is beyond 32 bits of bits, as if so much had gone before. */
static void test_sm3_long_count(void) {
    sm3_context start;
    unsigned char one[32], other[32];
    sm3_message message = {sm3_pool, 7, sm3_pool, 70};
    sm3_init(&start);
    start.length = (UINT64_C(1) << 32) + 64;
    sm3_check_many(&start, 40);
    sm3_one(one, &start, &message);
    start.length = 64;
    sm3_one(other, &start, &message);
    CHECK(memcmp(one, other, sizeof one) != 0);
}

static void test_sm3_kdf(void) {
    static unsigned char out[32 * 150 + 2], digest[32];
    for (int round = 0; round < rounds; round++) {
        const size_t z_size = test_random() % 200, length = test_random() % (sizeof out - 1);
        unsigned char counter[4];
        sm3_message message = {sm3_pool, z_size, counter, 4};
        sm3_context start;

        memset(out, 0xa5, sizeof out);
        CHECK(sm3_kdf(out, length, sm3_pool, z_size) == 1);
        CHECK(out[length] == 0xa5 && out[sizeof out - 1] == 0xa5);
        sm3_init(&start);
        for (size_t at = 0; at < length; at += 32) {
            const size_t part = length - at < 32 ? length - at : 32;
            sm3_store(counter, (uint32_t)(at / 32 + 1));
            sm3_one(digest, &start, &message);
            CHECK(memcmp(out + at, digest, part) == 0);
        }
    }
    memset(out, 0xa5, sizeof out);
    CHECK(sm3_kdf(out, (size_t)(SM3_KDF_MAX + 1), sm3_pool, 64) == 0);
    CHECK(sm3_kdf(out, SIZE_MAX, sm3_pool, 64) == 0);
    CHECK(out[0] == 0xa5);
}

static void test_sm3_hmac(void) {
    static const unsigned char zeros[sizeof(sm3_hmac)] = {0};
    for (int round = 0; round < rounds; round++) {
        const size_t key_size = test_random() % 150, size = test_random() % 300;
        const size_t cut = test_random() % (size + 1);
        unsigned char tag[32], again[32];
        sm3_hmac hmac;

        sm3_hmac_init(&hmac, sm3_pool, key_size);
        sm3_hmac_update(&hmac, sm3_pool + 200, size);
        sm3_hmac_final(&hmac, tag);
        CHECK(memcmp(&hmac, zeros, sizeof hmac) == 0);
        sm3_hmac_init(&hmac, sm3_pool, key_size);
        sm3_hmac_update(&hmac, sm3_pool + 200, cut);
        sm3_hmac_update(&hmac, sm3_pool + 200 + cut, size - cut);
        CHECK(sm3_hmac_verify(&hmac, tag) == 1);
        memcpy(again, tag, sizeof again);
        again[test_random() % 32] ^= (unsigned char)(1 << test_random() % 8);
        sm3_hmac_init(&hmac, sm3_pool, key_size);
        sm3_hmac_update(&hmac, sm3_pool + 200, size);
        CHECK(sm3_hmac_verify(&hmac, again) == 0);
    }
}

/* Nothing here depends on tables, so the tier may change on the way. */
static void test_sm3_all_tiers(void) {
    const core_tier before = tier;
    sm3_fill_pool();
    for (int each = TIER_PORTABLE; each <= (int)tier_best(); each++) {
        tier = (core_tier)each;
        test_sm3_many();
        test_sm3_long_count();
        test_sm3_kdf();
        test_sm3_hmac();
    }
    tier = before;
}

#endif
