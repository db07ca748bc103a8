/* A template, included by sm3_many_impl.h once for each width of vector: SM3 over LANES messages side
 * by side, a 32-bit element of a vector for each.
 *
 *   LANES                   messages in a vector, a multiple of four
 *   LANES_TARGET            the instructions, of tier.h
 *   LANES_NAME(name)        the name for this width
 *   V                       the type of a vector
 *   V_LOAD V_STORE          LANES words at an aligned place
 *   V_ADD V_XOR             of two;  V_ROTATE(x, n) to the left
 *   V_XOR3 V_MAJ V_IF       of three, of which V_XOR3 is waited for by its last, the others by x
 *   V_P1(x)                 the permutation P1 of the standard
 *   V_ROWS(blocks, i, at)   16 bytes of each of the blocks i, i + 4, i + 8 ..., one after the other
 *   V_LOW32 V_HIGH32 V_LOW64 V_HIGH64    interleave two vectors within each 16 bytes
 *   V_SWAP(x)               the bytes of each word in reverse
 */
TARGET_BEGIN(LANES_TARGET)

/* Words 4·column ... 4·column + 3 of every block: four transpositions of 4 × 4, side by side. */
static inline void LANES_NAME(load_words)(V *w, const unsigned char *const *blocks, size_t at) {
    const V row0 = V_ROWS(blocks, 0, at), row1 = V_ROWS(blocks, 1, at);
    const V row2 = V_ROWS(blocks, 2, at), row3 = V_ROWS(blocks, 3, at);
    const V low01 = V_LOW32(row0, row1), high01 = V_HIGH32(row0, row1);
    const V low23 = V_LOW32(row2, row3), high23 = V_HIGH32(row2, row3);
    w[0] = V_SWAP(V_LOW64(low01, low23));
    w[1] = V_SWAP(V_HIGH64(low01, low23));
    w[2] = V_SWAP(V_LOW64(high01, high23));
    w[3] = V_SWAP(V_HIGH64(high01, high23));
}

/* A sum that is wanted as it stands: the compiler may not spread it over a longer one, whose last
 * term comes late. */
static inline V LANES_NAME(early)(V sum) {
    __asm__("" : "+v"(sum));
    return sum;
}

/* The word in every lane, straight from memory: left to itself gcc takes three instructions. */
static inline V LANES_NAME(each)(const uint32_t *word) {
    V all;
    __asm__("vpbroadcastd %1, %0" : "=v"(all) : "m"(*word));
    return all;
}

/* One round, as SM3_ROUND: the new A lands in d and the new E in h. The longest chain is that from
 * one E to the next, so what joins it is added up before. */
#define LANES_ROUND(a, b, c, d, e, f, g, h, ff, gg, j)                                             \
    do {                                                                                           \
        const V a12 = V_ROTATE(a, 12);                                                             \
        const V a12_t = LANES_NAME(early)(V_ADD(a12, LANES_NAME(each)(&constants[j])));            \
        const V h_w = LANES_NAME(early)(V_ADD(h, w[(j) & 15]));                                    \
        const V d_w = LANES_NAME(early)(V_ADD(d, V_XOR(w[(j) & 15], w[((j) + 4) & 15])));          \
        const V ss1 = V_ROTATE(V_ADD(e, a12_t), 7);                                                \
        d = V_ADD(LANES_NAME(early)(V_ADD(d_w, ff)), V_XOR(ss1, a12));                             \
        h = V_ADD(LANES_NAME(early)(V_ADD(h_w, gg)), ss1);                                         \
        h = V_XOR3(h, V_ROTATE(h, 9), V_ROTATE(h, 17));                                            \
        b = V_ROTATE(b, 9);                                                                        \
        f = V_ROTATE(f, 19);                                                                       \
    } while (0)

#define LANES_EXPAND(j)                                                                            \
    do {                                                                                           \
        const V mixed = V_XOR3(w[(j) & 15], w[((j) + 7) & 15], V_ROTATE(w[((j) + 13) & 15], 15));  \
        w[(j) & 15] = V_XOR3(V_P1(mixed), V_ROTATE(w[((j) + 3) & 15], 7), w[((j) + 10) & 15]);     \
    } while (0)

#define LANES_EARLY(a, b, c, d, e, f, g, h, j)                                                     \
    LANES_ROUND(a, b, c, d, e, f, g, h, V_XOR3(b, c, a), V_XOR3(f, g, e), j)
/* From round 12 on W[j+4] is made a round ahead, behind what the chain waits for. */
#define LANES_TURN(a, b, c, d, e, f, g, h, j)                                                      \
    LANES_EARLY(a, b, c, d, e, f, g, h, j);                                                        \
    LANES_EXPAND((j) + 5)
#define LANES_LATE(a, b, c, d, e, f, g, h, j)                                                      \
    LANES_ROUND(a, b, c, d, e, f, g, h, V_MAJ(a, b, c), V_IF(e, f, g), j);                         \
    LANES_EXPAND((j) + 5)

/* Runs count blocks in every lane; state holds word i of lane l in state[i][l]. */
static void LANES_NAME(blocks)(uint32_t state[8][SM3_LANES_MAX],
                               const unsigned char *const *blocks, size_t count) {
    V a = V_LOAD(state[0]), b = V_LOAD(state[1]), c = V_LOAD(state[2]), d = V_LOAD(state[3]);
    V e = V_LOAD(state[4]), f = V_LOAD(state[5]), g = V_LOAD(state[6]), h = V_LOAD(state[7]);

    for (size_t at = 0; count > 0; count--, at += SM3_BLOCK_SIZE) {
        const uint32_t *constants = SM3_CONSTANTS;
        V w[16];

        LANES_NAME(load_words)(w, blocks, at);
        LANES_NAME(load_words)(w + 4, blocks, at + 16);
        LANES_NAME(load_words)(w + 8, blocks, at + 32);
        LANES_NAME(load_words)(w + 12, blocks, at + 48);
        SM3_FOUR(LANES_EARLY, 0);
        SM3_FOUR(LANES_EARLY, 4);
        SM3_FOUR(LANES_EARLY, 8);
        LANES_EXPAND(16);
        SM3_FOUR(LANES_TURN, 12);
        for (constants += 16; constants < SM3_CONSTANTS + 64; constants += 16) {
            SM3_FOUR(LANES_LATE, 0);
            SM3_FOUR(LANES_LATE, 4);
            SM3_FOUR(LANES_LATE, 8);
            SM3_FOUR(LANES_LATE, 12);
        }
        V_STORE(state[0], a = V_XOR(a, V_LOAD(state[0])));
        V_STORE(state[1], b = V_XOR(b, V_LOAD(state[1])));
        V_STORE(state[2], c = V_XOR(c, V_LOAD(state[2])));
        V_STORE(state[3], d = V_XOR(d, V_LOAD(state[3])));
        V_STORE(state[4], e = V_XOR(e, V_LOAD(state[4])));
        V_STORE(state[5], f = V_XOR(f, V_LOAD(state[5])));
        V_STORE(state[6], g = V_XOR(g, V_LOAD(state[6])));
        V_STORE(state[7], h = V_XOR(h, V_LOAD(state[7])));
    }
}

TARGET_END

#undef LANES_LATE
#undef LANES_TURN
#undef LANES_EARLY
#undef LANES_EXPAND
#undef LANES_ROUND
#undef V_SWAP
#undef V_HIGH64
#undef V_LOW64
#undef V_HIGH32
#undef V_LOW32
#undef V_ROWS
#undef V_P1
#undef V_ROTATE
#undef V_IF
#undef V_MAJ
#undef V_XOR3
#undef V_XOR
#undef V_ADD
#undef V_STORE
#undef V_LOAD
#undef V
#undef LANES_NAME
#undef LANES_TARGET
#undef LANES
