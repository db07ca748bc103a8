#ifndef GOVSEAL_SM3_IMPL_H
#define GOVSEAL_SM3_IMPL_H

#include "sm3.h"

static inline uint32_t sm3_rotate(uint32_t x, unsigned count) {
    return x << (count & 31) | x >> (-count & 31);
}

static inline uint32_t sm3_p0(uint32_t x) {
    return x ^ sm3_rotate(x, 9) ^ sm3_rotate(x, 17);
}

static inline uint32_t sm3_p1(uint32_t x) {
    return x ^ sm3_rotate(x, 15) ^ sm3_rotate(x, 23);
}

static inline uint32_t sm3_load(const unsigned char *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static inline void sm3_store(unsigned char *bytes, uint32_t word) {
    bytes[0] = (unsigned char)(word >> 24);
    bytes[1] = (unsigned char)(word >> 16);
    bytes[2] = (unsigned char)(word >> 8);
    bytes[3] = (unsigned char)word;
}

/* The constant of round j, rotated as the round wants it. */
#define SM3_ROTATE(x, count) ((uint32_t)(x) << ((count) & 31) | (uint32_t)(x) >> (-(count) & 31))
#define SM3_CONSTANT(j) SM3_ROTATE((j) < 16 ? 0x79cc4519u : 0x7a879d8au, j)

/* Round j, with the eight registers renamed instead of moved: the new A lands in D and the new E in
 * H, and the next round is called with the names rotated. W sits in a ring of 16 words. */
#define SM3_ROUND(a, b, c, d, e, f, g, h, ff, gg, j)                                               \
    do {                                                                                           \
        const uint32_t a12 = sm3_rotate(a, 12);                                                    \
        const uint32_t ss1 = sm3_rotate(a12 + e + SM3_CONSTANT(j), 7);                                    \
        d += (ff) + (ss1 ^ a12) + (w[(j) & 15] ^ w[((j) + 4) & 15]);                               \
        h = sm3_p0(h + (gg) + ss1 + w[(j) & 15]);                                                  \
        b = sm3_rotate(b, 9);                                                                      \
        f = sm3_rotate(f, 19);                                                                     \
    } while (0)

/* Makes W[j], j >= 16, in the place of W[j-16]. */
#define SM3_EXPAND(j)                                                                              \
    (w[(j) & 15] = sm3_p1(w[(j) & 15] ^ w[((j) + 7) & 15] ^ sm3_rotate(w[((j) + 13) & 15], 15)) ^  \
                   sm3_rotate(w[((j) + 3) & 15], 7) ^ w[((j) + 10) & 15])

#define SM3_XOR(x, y, z) ((x) ^ (y) ^ (z))
#define SM3_MAJ(x, y, z) (((x) & (y)) | (((x) | (y)) & (z)))
#define SM3_IF(x, y, z) ((((y) ^ (z)) & (x)) ^ (z))

/* Rounds 0..15 use plain exclusive or, the others majority and choice. Round j reads W[j+4], so from
 * round 12 on the words are made four ahead. */
#define SM3_EARLY(a, b, c, d, e, f, g, h, j)                                                       \
    SM3_ROUND(a, b, c, d, e, f, g, h, SM3_XOR(a, b, c), SM3_XOR(e, f, g), j)
#define SM3_LATE(a, b, c, d, e, f, g, h, j)                                                        \
    SM3_ROUND(a, b, c, d, e, f, g, h, SM3_MAJ(a, b, c), SM3_IF(e, f, g), j)
#define SM3_FOUR(round, j)                                                                         \
    round(a, b, c, d, e, f, g, h, j);                                                              \
    round(d, a, b, c, h, e, f, g, (j) + 1);                                                        \
    round(c, d, a, b, g, h, e, f, (j) + 2);                                                        \
    round(b, c, d, a, f, g, h, e, (j) + 3)
#define SM3_EXPAND_FOUR(j)                                                                         \
    SM3_EXPAND((j) + 4);                                                                           \
    SM3_EXPAND((j) + 5);                                                                           \
    SM3_EXPAND((j) + 6);                                                                           \
    SM3_EXPAND((j) + 7)

/* One stream is bound by the latency of the chain of rounds, about seven cycles each: wider
 * instructions help only where many messages are hashed side by side. */
static void sm3_blocks(uint32_t state[8], const unsigned char *data, size_t blocks) {
    for (; blocks > 0; blocks--, data += SM3_BLOCK_SIZE) {
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
        uint32_t w[16];

        for (int i = 0; i < 16; i++) {
            w[i] = sm3_load(data + 4 * i);
        }
        SM3_FOUR(SM3_EARLY, 0);
        SM3_FOUR(SM3_EARLY, 4);
        SM3_FOUR(SM3_EARLY, 8);
        SM3_EXPAND_FOUR(12);
        SM3_FOUR(SM3_EARLY, 12);
        SM3_EXPAND_FOUR(16);
        SM3_FOUR(SM3_LATE, 16);
        SM3_EXPAND_FOUR(20);
        SM3_FOUR(SM3_LATE, 20);
        SM3_EXPAND_FOUR(24);
        SM3_FOUR(SM3_LATE, 24);
        SM3_EXPAND_FOUR(28);
        SM3_FOUR(SM3_LATE, 28);
        SM3_EXPAND_FOUR(32);
        SM3_FOUR(SM3_LATE, 32);
        SM3_EXPAND_FOUR(36);
        SM3_FOUR(SM3_LATE, 36);
        SM3_EXPAND_FOUR(40);
        SM3_FOUR(SM3_LATE, 40);
        SM3_EXPAND_FOUR(44);
        SM3_FOUR(SM3_LATE, 44);
        SM3_EXPAND_FOUR(48);
        SM3_FOUR(SM3_LATE, 48);
        SM3_EXPAND_FOUR(52);
        SM3_FOUR(SM3_LATE, 52);
        SM3_EXPAND_FOUR(56);
        SM3_FOUR(SM3_LATE, 56);
        SM3_EXPAND_FOUR(60);
        SM3_FOUR(SM3_LATE, 60);
        state[0] ^= a;
        state[1] ^= b;
        state[2] ^= c;
        state[3] ^= d;
        state[4] ^= e;
        state[5] ^= f;
        state[6] ^= g;
        state[7] ^= h;
    }
}

static void sm3_init(sm3_context *context) {
    static const uint32_t initial[8] = {0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600,
                                        0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e};
    memcpy(context->state, initial, sizeof initial);
    context->length = 0;
}

static void sm3_update(sm3_context *context, const unsigned char *data, size_t size) {
    const size_t filled = context->length % SM3_BLOCK_SIZE;
    context->length += size;
    if (filled != 0) {
        const size_t room = SM3_BLOCK_SIZE - filled;
        const size_t taken = size < room ? size : room;
        if (taken != 0) {
            memcpy(context->block + filled, data, taken);
        }
        if (taken < room) {
            return;
        }
        sm3_blocks(context->state, context->block, 1);
        data += taken;
        size -= taken;
    }
    if (size >= SM3_BLOCK_SIZE) {
        sm3_blocks(context->state, data, size / SM3_BLOCK_SIZE);
        data += size - size % SM3_BLOCK_SIZE;
        size %= SM3_BLOCK_SIZE;
    }
    if (size != 0) {
        memcpy(context->block, data, size);
    }
}

/* Completes a message of length bytes whose last filled bytes, less than a block, stand in buffer;
 * returns how many blocks stand there now, 1 or 2. */
static inline size_t sm3_pad(unsigned char buffer[2 * SM3_BLOCK_SIZE], size_t filled,
                             uint64_t length) {
    const size_t size = filled < SM3_BLOCK_SIZE - 8 ? SM3_BLOCK_SIZE : 2 * SM3_BLOCK_SIZE;
    VERIFY_CHECK(filled < SM3_BLOCK_SIZE);
    buffer[filled] = 0x80;
    memset(buffer + filled + 1, 0, size - 8 - filled - 1);
    sm3_store(buffer + size - 8, (uint32_t)(length >> 29)); /* the length in bits */
    sm3_store(buffer + size - 4, (uint32_t)length << 3);
    return size / SM3_BLOCK_SIZE;
}

static void sm3_final(sm3_context *context, unsigned char digest[SM3_DIGEST_SIZE]) {
    const size_t filled = context->length % SM3_BLOCK_SIZE;
    const size_t blocks = sm3_pad(context->block, filled, context->length);
    sm3_blocks(context->state, context->block, blocks);
    for (int i = 0; i < 8; i++) {
        sm3_store(digest + 4 * i, context->state[i]);
    }
}

#endif
