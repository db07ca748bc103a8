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
 * The words of the message are made by vectors of four (of the compiler: every processor has some),
 * whose units idle otherwise.
 */

/* W[j+16] ... W[j+19] from the 16 words before, w0 the oldest. The standard's
 *   W[j+16] = P1(W[j] ^ W[j+7] ^ rotate(W[j+13], 15)) ^ rotate(W[j+3], 7) ^ W[j+10]
 * takes W[j+13], for the fourth word, out of this very vector. As P1 is linear, and so is
 *   Q(x) = P1(rotate(x, 15)) = rotate(x, 15) ^ rotate(x, 30) ^ rotate(x, 6),
 * that fourth word is base[3] ^ Q(base[0] ^ Q(w3[1])), with base all the rest; and Q(Q(x)) has but
 * three terms again, because the mixed ones come twice. */
static inline sm3_words STREAM_NAME(expand)(sm3_words w0, sm3_words w1, sm3_words w2, sm3_words w3) {
    const sm3_words zero = {0, 0, 0, 0};
    const sm3_words mixed = w0 ^ SM3_PICK(w1, w2, 3, 4, 5, 6);
    const sm3_words base = mixed ^ SM3_ROTATE_WORDS(mixed, 15) ^ SM3_ROTATE_WORDS(mixed, 23) ^
                           (SM3_ROTATE_WORDS(SM3_PICK(w0, w1, 3, 4, 5, 6), 7) ^
                            SM3_PICK(w2, w3, 2, 3, 4, 5));
    const sm3_words once = SM3_PICK(w3, base, 1, 2, 3, 4);
    const sm3_words twice = SM3_PICK(zero, w3, 0, 1, 2, 5);
    return base ^
           (SM3_ROTATE_WORDS(once, 15) ^ SM3_ROTATE_WORDS(once, 30) ^ SM3_ROTATE_WORDS(once, 6)) ^
           (SM3_ROTATE_WORDS(twice, 30) ^ SM3_ROTATE_WORDS(twice, 28) ^
            SM3_ROTATE_WORDS(twice, 12));
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
        sm3_words w0 = STREAM_NAME(load)(data), w1 = STREAM_NAME(load)(data + 16);
        sm3_words w2 = STREAM_NAME(load)(data + 32), w3 = STREAM_NAME(load)(data + 48), w4;
        union {
            sm3_words four[16];
            uint32_t word[64];
        } w, w_w4; /* W[j], and W[j] ^ W[j+4] */

        w.four[0] = w0;
        w.four[1] = w1;
        w.four[2] = w2;
        w_w4.four[0] = w0 ^ w1;
        w_w4.four[1] = w1 ^ w2;
        w_w4.four[2] = w2 ^ w3;
        SM3_FOUR(SM3_EARLY, 0);
        SM3_FOUR(SM3_EARLY, 4);
        SM3_EXPAND_FOUR(8);
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
