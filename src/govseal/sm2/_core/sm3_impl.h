#ifndef GOVSEAL_SM3_IMPL_H
#define GOVSEAL_SM3_IMPL_H

#include "sm3.h"
#include "tier.h"

static inline uint32_t sm3_rotate(uint32_t x, unsigned count) {
    return x << (count & 31) | x >> (-count & 31);
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

/* A value that is wanted as it stands: the compiler may not spread a sum over a longer one, whose
 * last term comes late. */
static inline uint32_t sm3_early(uint32_t x) {
    __asm__("" : "+r"(x));
    return x;
}

typedef uint32_t sm3_words __attribute__((vector_size(16)));

#define SM3_ROTATE_WORDS(x, count) ((x) << (count) | (x) >> (32 - (count)))

/* Elements 1 to 3 of the result: the last of x and two of y.  All four of it: the first of x. */
#if defined(__clang__)
#define SM3_ACROSS(x, y) __builtin_shufflevector(x, y, 0, 3, 5, 6)
#define SM3_FIRST(x) __builtin_shufflevector(x, x, 0, 0, 0, 0)
#else
#define SM3_ACROSS(x, y) __builtin_shuffle(x, y, (sm3_words){0, 3, 5, 6})
#define SM3_FIRST(x) __builtin_shuffle(x, (sm3_words){0, 0, 0, 0})
#endif

/* A word for every round: the first ones four in a part, then three in elements 1 to 3. */
typedef union {
    sm3_words part[22];
    uint32_t word[88];
} sm3_schedule;
#define SM3_PLACE(j, fours)                                                                        \
    ((j) < (fours) ? (j) : (fours) + 1 + 4 * (((j) - (fours)) / 3) + ((j) - (fours)) % 3)
#define SM3_W(j) w.word[SM3_PLACE(j, 16)]
#define SM3_W_W4(j) w_w4.word[SM3_PLACE(j, 12)]

/* Before each third round j, from 9 on: W[j+7] ... W[j+9], and so W[j+3] ^ W[j+7] and its next two.
 * The words go through memory, as the barrier says: to pull them out of the vectors costs more. */
#define SM3_EXPAND(j)                                                                              \
    do {                                                                                           \
        if ((j) >= 9 && (j) <= 60 && (j) % 3 == 0) {                                               \
            const sm3_words made = STREAM_NAME(expand)(p0, p1, p2, p3, p4, p5);                    \
            w.part[4 + ((j) - 9) / 3] = made;                                                      \
            w_w4.part[3 + ((j) - 9) / 3] = made ^ SM3_ACROSS(p4, p5);                              \
            p0 = p1;                                                                               \
            p1 = p2;                                                                               \
            p2 = p3;                                                                               \
            p3 = p4;                                                                               \
            p4 = p5;                                                                               \
            p5 = made;                                                                             \
            __asm__ volatile("" : : : "memory");                                                   \
        }                                                                                          \
    } while (0)

/* Round j, with the eight registers renamed instead of moved: the new A lands in d and the new E in
 * h, and the next round is called with the names rotated. FF comes in two terms to be added. */
#define SM3_ROUND(a, b, c, d, e, f, g, h, ff_1, ff_2, gg, j)                                       \
    do {                                                                                           \
        const uint32_t a12 = sm3_rotate(a, 12);                                                    \
        const uint32_t a12_t = sm3_early(a12 + SM3_CONSTANT(j));                                   \
        const uint32_t ss1 = sm3_rotate(e + a12_t, 7);                                             \
        uint32_t h_w, d_w, tt2;                                                                    \
        SM3_EXPAND(j);                                                                             \
        h_w = sm3_early(h + SM3_W(j));                                                             \
        d_w = sm3_early(sm3_early(d + SM3_W_W4(j)) + (ff_1));                                      \
        tt2 = sm3_early(h_w + (gg)) + ss1;                                                         \
        d = sm3_early(d_w + (ff_2)) + (ss1 ^ a12);                                                 \
        h##_u = tt2 ^ sm3_rotate(tt2, 9);                                                          \
        h##_v = sm3_rotate(tt2, 17);                                                               \
        h = sm3_early(h##_u ^ h##_v);                                                              \
        b = sm3_rotate(b, 9);                                                                      \
        f = sm3_rotate(f, 19);                                                                     \
    } while (0)

/* E ? F : G, bit by bit, from the two terms of E. */
static inline uint32_t sm3_choose(uint32_t e_u, uint32_t e_v, uint32_t f, uint32_t g) {
    const uint32_t f_g = sm3_early(f ^ g);
    return sm3_early(f_g & e_u) ^ sm3_early((f_g & e_v) ^ g);
}

/* Rounds 0..15 use plain exclusive or, the others majority and choice. */
#define SM3_EARLY(a, b, c, d, e, f, g, h, j)                                                       \
    SM3_ROUND(a, b, c, d, e, f, g, h, (a) ^ (b) ^ (c), 0, (e) ^ ((f) ^ (g)), j)
#define SM3_LATE(a, b, c, d, e, f, g, h, j)                                                        \
    SM3_ROUND(a, b, c, d, e, f, g, h, (b) & (c), (a) & ((b) ^ (c)), sm3_choose(e##_u, e##_v, f, g), \
              j)
#define SM3_FOUR(round, j)                                                                         \
    round(a, b, c, d, e, f, g, h, j);                                                              \
    round(d, a, b, c, h, e, f, g, (j) + 1);                                                        \
    round(c, d, a, b, g, h, e, f, (j) + 2);                                                        \
    round(b, c, d, a, f, g, h, e, (j) + 3)

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static inline sm3_words sm3_swap(sm3_words x) {
    const sm3_words low = {0x00ff00ff, 0x00ff00ff, 0x00ff00ff, 0x00ff00ff};
    x = SM3_ROTATE_WORDS(x, 16);
    return (x & low) << 8 | (x >> 8 & low);
}
#else
static inline sm3_words sm3_swap(sm3_words x) {
    return x;
}
#endif

#define STREAM_NAME(name) sm3_portable_##name
#define STREAM_SWAP(words) sm3_swap(words)
#include "sm3_stream_impl.h"

#if HAS_LANES

#include <immintrin.h>

#define SM3_SWAP_BYTES _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3)

TARGET_BEGIN(TARGET_AVX2)
#define STREAM_NAME(name) sm3_avx2_##name
#define STREAM_SWAP(words) (sm3_words) _mm_shuffle_epi8((__m128i)(words), SM3_SWAP_BYTES)
#include "sm3_stream_impl.h"
TARGET_END

TARGET_BEGIN(TARGET_IFMA)
#define STREAM_NAME(name) sm3_ifma_##name
#define STREAM_SWAP(words) (sm3_words) _mm_shuffle_epi8((__m128i)(words), SM3_SWAP_BYTES)
#include "sm3_stream_impl.h"
TARGET_END

#endif

static void sm3_blocks(uint32_t state[8], const unsigned char *data, size_t blocks) {
#if HAS_LANES
    if (tier >= TIER_IFMA) {
        sm3_ifma_blocks(state, data, blocks);
        return;
    }
    if (tier >= TIER_AVX2) {
        sm3_avx2_blocks(state, data, blocks);
        return;
    }
#endif
    sm3_portable_blocks(state, data, blocks);
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
