/* A template, included by sm3_impl.h once for each tier: the blocks of one message, one by one.
 *
 *   STREAM_NAME(name)   the name for this tier
 *   STREAM_SWAP(words)  the bytes of each of four words in reverse
 *
 * One stream is bound by the chain from one E to the next. Written as the standard has it that is
 * seven operations a round: four from E through GG into the sum TT2, and the three levels of P0. Two
 * things make it six:
 *   - sums are added up from what is there early, and the late term joins last (sm3_early);
 *   - E = P0(TT2) is kept also as E_u ^ E_v, two terms that exist one and two levels before it. The
 *     choice GG is linear in them: ((F ^ G) & E_u) ^ (((F ^ G) & E_v) ^ G).
 * The words of the message are made by vectors (of the compiler: every processor has some), whose
 * units idle otherwise: three words at a time, because W[j] needs W[j-3]. They stand in elements 1 to
 * 3 of a vector, so that SM3_ACROSS takes three that straddle two vectors.
 */

/* W[j] ... W[j+2] from the words j - 18 + 3i of p_i: P1(W[j-16] ^ W[j-9] ^ rotate(W[j-3], 15)) ^
 * rotate(W[j-13], 7) ^ W[j-6] (GB/T 32905, 5.3.2). */
static inline sm3_words STREAM_NAME(expand)(sm3_words p0, sm3_words p1, sm3_words p2, sm3_words p3,
                                            sm3_words p4, sm3_words p5) {
    const sm3_words mixed = SM3_ACROSS(p0, p1) ^ p3 ^ SM3_ROTATE_WORDS(p5, 15);
    return (mixed ^ SM3_ROTATE_WORDS(mixed, 15) ^ SM3_ROTATE_WORDS(mixed, 23)) ^
           (SM3_ROTATE_WORDS(SM3_ACROSS(p1, p2), 7) ^ p4);
}

static inline sm3_words STREAM_NAME(load)(const unsigned char *bytes) {
    sm3_words words;
    memcpy(&words, bytes, sizeof words);
    return STREAM_SWAP(words);
}

static void STREAM_NAME(blocks)(uint32_t state[8], const unsigned char *data, size_t blocks) {
    for (; blocks > 0; blocks--, data += SM3_BLOCK_SIZE) {
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
        uint32_t e_u = 0, f_u = 0, g_u = 0, h_u = 0, e_v = 0, f_v = 0, g_v = 0, h_v = 0;
        const sm3_words second = STREAM_NAME(load)(data + 16);
        const sm3_words third = STREAM_NAME(load)(data + 32);
        /* Elements 1 to 3: W[1] ... W[3], then three more each; of p0 only the last, W[0]. */
        sm3_words p1 = STREAM_NAME(load)(data), p2 = STREAM_NAME(load)(data + 12);
        sm3_words p3 = STREAM_NAME(load)(data + 24), p4 = STREAM_NAME(load)(data + 36);
        sm3_words p5 = STREAM_NAME(load)(data + 48), p0 = SM3_FIRST(p1);
        sm3_schedule w, w_w4; /* W[j], and W[j] ^ W[j+4] */

        w.part[0] = p1;
        w.part[1] = second;
        w.part[2] = third;
        w.part[3] = p5;
        w_w4.part[0] = p1 ^ second;
        w_w4.part[1] = second ^ third;
        w_w4.part[2] = third ^ p5;
        SM3_FOUR(SM3_EARLY, 0);
        SM3_FOUR(SM3_EARLY, 4);
        SM3_FOUR(SM3_EARLY, 8);
        SM3_FOUR(SM3_EARLY, 12);
        SM3_FOUR(SM3_LATE, 16);
        SM3_FOUR(SM3_LATE, 20);
        SM3_FOUR(SM3_LATE, 24);
        SM3_FOUR(SM3_LATE, 28);
        SM3_FOUR(SM3_LATE, 32);
        SM3_FOUR(SM3_LATE, 36);
        SM3_FOUR(SM3_LATE, 40);
        SM3_FOUR(SM3_LATE, 44);
        SM3_FOUR(SM3_LATE, 48);
        SM3_FOUR(SM3_LATE, 52);
        SM3_FOUR(SM3_LATE, 56);
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

#undef STREAM_SWAP
#undef STREAM_NAME
