/* Many messages at once: lanes that are refilled as messages end.
 *
 * All lanes advance by the same number of blocks, the most that each has ready; then each lane that
 * ran dry gets its next blocks, or the next message. Whole blocks are read where they stand; only
 * what straddles head and data, and the padding, is put together in the lane's buffer. Long messages
 * start first, so that at the end no long one is left to run alone.
 */
#ifndef GOVSEAL_SM3_MANY_IMPL_H
#define GOVSEAL_SM3_MANY_IMPL_H

#include "sm3.h"

static void sm3_one_after(unsigned char digest[SM3_DIGEST_SIZE], const sm3_context *start,
                          const sm3_message *message) {
    sm3_context context = *start;
    sm3_update(&context, message->head, message->head_size);
    sm3_update(&context, message->data, message->size);
    sm3_final(&context, digest);
    wipe(&context, sizeof context);
}

#if HAS_LANES

#define SM3_LANES_MAX 16

/* So few messages are faster one after the other than in lanes. */
#define SM3_ALONE_IFMA 1
#define SM3_ALONE_AVX2 2

/* The constant of each round, rotated: GB/T 32905, 4.2 and 5.3.3. */
#define SM3_EIGHT_CONSTANTS(j)                                                                     \
    SM3_CONSTANT(j), SM3_CONSTANT((j) + 1), SM3_CONSTANT((j) + 2), SM3_CONSTANT((j) + 3),          \
        SM3_CONSTANT((j) + 4), SM3_CONSTANT((j) + 5), SM3_CONSTANT((j) + 6), SM3_CONSTANT((j) + 7)
static const uint32_t SM3_CONSTANTS[64] = {
    SM3_EIGHT_CONSTANTS(0),  SM3_EIGHT_CONSTANTS(8),  SM3_EIGHT_CONSTANTS(16),
    SM3_EIGHT_CONSTANTS(24), SM3_EIGHT_CONSTANTS(32), SM3_EIGHT_CONSTANTS(40),
    SM3_EIGHT_CONSTANTS(48), SM3_EIGHT_CONSTANTS(56)};

#define SM3_QUARTER(blocks, i, at) _mm_loadu_si128((const void *)((blocks)[i] + (at)))

/* P1(x) = x ^ rotate(x ^ rotate(x, 8), 15): whole bytes are rotated by one instruction. */
#define SM3_TURN_BYTES _mm_set_epi8(14, 13, 12, 15, 10, 9, 8, 11, 6, 5, 4, 7, 2, 1, 0, 3)

#define LANES 8
#define LANES_TARGET TARGET_AVX2
#define LANES_NAME(name) sm3_lanes8_##name
#define V_XOR3(x, y, z) V_XOR(V_XOR(x, y), z)
#define V_MAJ(x, y, z)                                                                             \
    _mm256_or_si256(_mm256_and_si256(y, z), _mm256_and_si256(_mm256_or_si256(y, z), x))
#define V_IF(x, y, z) V_XOR(_mm256_and_si256(V_XOR(y, z), x), z)
#define V_ROTATE(x, n) _mm256_or_si256(_mm256_slli_epi32(x, n), _mm256_srli_epi32(x, 32 - (n)))
#define V_P1(x) V_XOR(x, V_ROTATE(V_XOR(x, V_TURN(x)), 15))
#define V_TURN(x) _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(SM3_TURN_BYTES))
#include "sm3_lanes256_impl.h"
#undef V_TURN

#define LANES 16
#define LANES_TARGET TARGET_IFMA
#define LANES_NAME(name) sm3_lanes16_##name
#define V __m512i
#define V_LOAD(place) _mm512_load_si512((const void *)(place))
#define V_STORE(place, x) _mm512_store_si512((void *)(place), x)
#define V_ADD(x, y) _mm512_add_epi32(x, y)
#define V_XOR(x, y) _mm512_xor_si512(x, y)
/* The last argument is a truth table: bit 4x + 2y + z. */
#define V_XOR3(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0x96)
#define V_MAJ(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0xe8)
#define V_IF(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0xca)
#define V_ROTATE(x, n) _mm512_rol_epi32(x, n)
#define V_P1(x) V_XOR3(x, V_ROTATE(x, 15), V_ROTATE(x, 23))
#define V_ROWS(blocks, i, at)                                                                      \
    _mm512_inserti32x4(                                                                            \
        _mm512_inserti32x4(                                                                        \
            _mm512_inserti32x4(_mm512_castsi128_si512(SM3_QUARTER(blocks, i, at)),                 \
                               SM3_QUARTER(blocks, (i) + 4, at), 1),                               \
            SM3_QUARTER(blocks, (i) + 8, at), 2),                                                  \
        SM3_QUARTER(blocks, (i) + 12, at), 3)
#define V_LOW32(x, y) _mm512_unpacklo_epi32(x, y)
#define V_HIGH32(x, y) _mm512_unpackhi_epi32(x, y)
#define V_LOW64(x, y) _mm512_unpacklo_epi64(x, y)
#define V_HIGH64(x, y) _mm512_unpackhi_epi64(x, y)
#define V_SWAP(x) _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(SM3_SWAP_BYTES))
#include "sm3_lanes_impl.h"

/* As few as eight do not fill the wide vectors, and these take half the time. */
#define LANES 8
#define LANES_TARGET TARGET_IFMA
#define LANES_NAME(name) sm3_lanes8_512_##name
#define V_XOR3(x, y, z) _mm256_ternarylogic_epi32(x, y, z, 0x96)
#define V_MAJ(x, y, z) _mm256_ternarylogic_epi32(x, y, z, 0xe8)
#define V_IF(x, y, z) _mm256_ternarylogic_epi32(x, y, z, 0xca)
#define V_ROTATE(x, n) _mm256_rol_epi32(x, n)
#define V_P1(x) V_XOR3(x, V_ROTATE(x, 15), V_ROTATE(x, 23))
#include "sm3_lanes256_impl.h"

/* The messages that wait, by class: the bit length of the number of their whole blocks, so that
 * within a class none is more than twice another. The highest class comes first. */
typedef struct {
    const sm3_message *messages;
    size_t count;
    size_t next;      /* where to look on in the highest class */
    uint64_t classes; /* bit c: there may be messages of class c */
} sm3_queue;

static unsigned sm3_class(const sm3_message *message) {
    const uint64_t blocks = ((uint64_t)message->head_size + message->size) / SM3_BLOCK_SIZE;
    return blocks == 0 ? 0 : 63 - (unsigned)__builtin_clzll(blocks);
}

static void sm3_queue_init(sm3_queue *queue, const sm3_message *messages, size_t count) {
    *queue = (sm3_queue){messages, count, 0, 0};
    for (size_t i = 0; i < count; i++) {
        queue->classes |= UINT64_C(1) << sm3_class(&messages[i]);
    }
}

/* The next message; NULL if there is none. */
static const sm3_message *sm3_queue_take(sm3_queue *queue) {
    while (queue->classes != 0) {
        const unsigned highest = 63 - (unsigned)__builtin_clzll(queue->classes);
        while (queue->next < queue->count) {
            const sm3_message *message = &queue->messages[queue->next++];
            if (sm3_class(message) == highest) {
                return message;
            }
        }
        queue->classes ^= UINT64_C(1) << highest;
        queue->next = 0;
    }
    return NULL;
}

typedef struct {
    const sm3_message *message; /* NULL in an idle lane */
    size_t taken;               /* bytes of head ‖ data that were handed out */
    int is_last;                /* what is handed out has the padding in it */
    const unsigned char *ready; /* the blocks to run next */
    size_t blocks;              /* how many */
    unsigned char buffer[2 * SM3_BLOCK_SIZE];
} sm3_lane;

/* Hands out what comes next. before is the number of bytes in front of head. */
static void sm3_lane_feed(sm3_lane *lane, uint64_t before) {
    const sm3_message *message = lane->message;
    size_t filled = 0, left, part;
    const unsigned char *data;

    if (lane->taken < message->head_size) {
        left = message->head_size - lane->taken;
        if (left >= SM3_BLOCK_SIZE) {
            lane->ready = message->head + lane->taken;
            lane->blocks = left / SM3_BLOCK_SIZE;
            lane->taken += lane->blocks * SM3_BLOCK_SIZE;
            return;
        }
        memcpy(lane->buffer, message->head + lane->taken, left);
        lane->taken += left;
        filled = left;
    }
    data = message->data + (lane->taken - message->head_size);
    left = message->head_size + message->size - lane->taken;
    if (filled == 0 && left >= SM3_BLOCK_SIZE) {
        lane->ready = data;
        lane->blocks = left / SM3_BLOCK_SIZE;
        lane->taken += lane->blocks * SM3_BLOCK_SIZE;
        return;
    }
    part = left < SM3_BLOCK_SIZE - filled ? left : SM3_BLOCK_SIZE - filled;
    if (part != 0) {
        memcpy(lane->buffer + filled, data, part);
    }
    lane->taken += part;
    filled += part;
    lane->ready = lane->buffer;
    lane->blocks = 1;
    if (filled < SM3_BLOCK_SIZE) {
        lane->blocks = sm3_pad(lane->buffer, filled, before + lane->taken);
        lane->is_last = 1;
    }
}

typedef struct {
    uint32_t state[8][SM3_LANES_MAX] __attribute__((aligned(64)));
    sm3_lane lanes[SM3_LANES_MAX];
    const sm3_context *start;
    unsigned char *digests;
    sm3_queue queue;
} sm3_manager;

static void sm3_lane_begin(sm3_manager *manager, size_t index) {
    sm3_lane *lane = &manager->lanes[index];
    lane->message = sm3_queue_take(&manager->queue);
    lane->taken = 0;
    lane->is_last = 0;
    for (int i = 0; lane->message != NULL && i < 8; i++) {
        manager->state[i][index] = manager->start->state[i];
    }
}

static void sm3_lane_end(sm3_manager *manager, size_t index) {
    const size_t message = (size_t)(manager->lanes[index].message - manager->queue.messages);
    for (int i = 0; i < 8; i++) {
        sm3_store(manager->digests + SM3_DIGEST_SIZE * message + 4 * i, manager->state[i][index]);
    }
}

/* Runs the rest of one lane's message by itself. */
static void sm3_lane_alone(sm3_manager *manager, size_t index) {
    sm3_lane *lane = &manager->lanes[index];
    uint32_t state[8];
    for (int i = 0; i < 8; i++) {
        state[i] = manager->state[i][index];
    }
    for (;;) {
        sm3_blocks(state, lane->ready, lane->blocks);
        if (lane->is_last) {
            break;
        }
        sm3_lane_feed(lane, manager->start->length);
    }
    for (int i = 0; i < 8; i++) {
        manager->state[i][index] = state[i];
    }
    sm3_lane_end(manager, index);
    wipe(state, sizeof state);
}

/* Sees to it that every lane has blocks, or is idle; returns how many are not. */
static size_t sm3_manager_feed(sm3_manager *manager, size_t width) {
    size_t busy = 0;
    for (size_t i = 0; i < width; i++) {
        sm3_lane *lane = &manager->lanes[i];
        if (lane->message != NULL && lane->blocks == 0) {
            if (lane->is_last) {
                sm3_lane_end(manager, i);
                sm3_lane_begin(manager, i);
            }
            if (lane->message != NULL) {
                sm3_lane_feed(lane, manager->start->length);
            }
        }
        busy += lane->message != NULL;
    }
    return busy;
}

/* Runs as many blocks as every busy lane has. An idle one reads what another does. */
static void sm3_manager_run(sm3_manager *manager, size_t width) {
    const unsigned char *ready[SM3_LANES_MAX], *any = NULL;
    size_t blocks = SIZE_MAX;
    for (size_t i = 0; i < width; i++) {
        const sm3_lane *lane = &manager->lanes[i];
        if (lane->message != NULL) {
            any = lane->ready;
            blocks = lane->blocks < blocks ? lane->blocks : blocks;
        }
    }
    for (size_t i = 0; i < width; i++) {
        ready[i] = manager->lanes[i].message != NULL ? manager->lanes[i].ready : any;
    }
    if (width == 16) {
        sm3_lanes16_blocks(manager->state, ready, blocks);
    } else if (tier >= TIER_IFMA) {
        sm3_lanes8_512_blocks(manager->state, ready, blocks);
    } else {
        sm3_lanes8_blocks(manager->state, ready, blocks);
    }
    for (size_t i = 0; i < width; i++) {
        if (manager->lanes[i].message != NULL) {
            manager->lanes[i].ready += blocks * SM3_BLOCK_SIZE;
            manager->lanes[i].blocks -= blocks;
        }
    }
}

/* width lanes, until at most alone messages are left, which are faster one after the other. */
static void sm3_many_in_lanes(unsigned char *digests, const sm3_context *start,
                              const sm3_message *messages, size_t count, size_t width,
                              size_t alone) {
    sm3_manager manager;

    manager.start = start;
    manager.digests = digests;
    sm3_queue_init(&manager.queue, messages, count);
    for (size_t i = 0; i < width; i++) {
        sm3_lane_begin(&manager, i);
        manager.lanes[i].blocks = 0;
    }
    while (sm3_manager_feed(&manager, width) > alone) {
        sm3_manager_run(&manager, width);
    }
    for (size_t i = 0; i < width; i++) {
        if (manager.lanes[i].message != NULL) {
            sm3_lane_alone(&manager, i);
        }
    }
    wipe(&manager, sizeof manager);
}

#endif

static void sm3_many_after(unsigned char *digests, const sm3_context *start,
                           const sm3_message *messages, size_t count) {
    VERIFY_CHECK(start->length % SM3_BLOCK_SIZE == 0);
#if HAS_LANES
    if (tier >= TIER_IFMA && count > SM3_ALONE_IFMA) {
        sm3_many_in_lanes(digests, start, messages, count, count > 8 ? 16 : 8, SM3_ALONE_IFMA);
        count = 0;
    } else if (tier == TIER_AVX2 && count > SM3_ALONE_AVX2) {
        sm3_many_in_lanes(digests, start, messages, count, 8, SM3_ALONE_AVX2);
        count = 0;
    }
#endif
    for (size_t i = 0; i < count; i++) {
        sm3_one_after(digests + SM3_DIGEST_SIZE * i, start, &messages[i]);
    }
    wipe_stack(); /* the words that the rounds spilled */
}

static void sm3_many(unsigned char *digests, const sm3_message *messages, size_t count) {
    sm3_context start;
    sm3_init(&start);
    sm3_many_after(digests, &start, messages, count);
}

#endif
