/* What the private-key calculations leave behind: nothing of a key or of a nonce.
 *
 * Each runs in a thread of its own whose stack is ours; afterwards the whole stack is searched for
 * every eight bytes of every secret, as bytes and as words, and for numbers that give it away: n - k,
 * half of k, 1 + d and its inverse. A secret left on purpose shows that the search finds one.
 *
 * Compiled with -DGOVSEAL_TESTING and a stuck generator, so that the nonces are known.
 */
#define _GNU_SOURCE /* pthread_attr_setstack */
#include <pthread.h>

#include "core.h"

#include "check.h"

#define STACK_SIZE (1 << 19)
#define GROUP (2 * NONCE_GROUP + 1)
#define MAX_NEEDLES 4096

static unsigned char stack[STACK_SIZE] __attribute__((aligned(4096)));

/* What the calculations work on stands outside of their stack. */
static struct {
    unsigned char d[SCALAR_SIZE], exported[SCALAR_SIZE];
    unsigned char digests[GROUP * SM3_DIGEST_SIZE], raws[GROUP * RAW_SIGNATURE_SIZE];
    private_key key;
    public_key public;
    unsigned char ciphertext[CIPHERTEXT_OVERHEAD + SCALAR_SIZE];
} work;

/* --- What is looked for --------------------------------------------------------------------- */

static uint64_t needles[MAX_NEEDLES];
static size_t needle_count;
static unsigned char may_start[1 << 16]; /* whether a needle has these low bits: a quick answer */

static void forget_needles(void) {
    needle_count = 0;
    memset(may_start, 0, sizeof may_start);
}

static void look_for_word(uint64_t word) {
    CHECK(needle_count < MAX_NEEDLES);
    if (word >> 32 != 0 && word >> 32 != UINT32_MAX) { /* else it may be there by chance */
        needles[needle_count++] = word;
        may_start[word & 0xffff] = 1;
    }
}

/* A number, its negative and its half, each as native words and as big-endian bytes. */
static void look_for_scalar(const scalar *a) {
    scalar forms[3];
    forms[0] = *a;
    scalar_negate(&forms[1], a);
    for (int i = 0; i < 4; i++) {
        forms[2].d[i] = a->d[i] >> 1 | (i < 3 ? a->d[i + 1] << 63 : 0);
    }
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 4; j++) {
            look_for_word(forms[i].d[j]);
            look_for_word(__builtin_bswap64(forms[i].d[j]));
        }
    }
}

static void look_for_key(void) {
    static const scalar one = {{1, 0, 0, 0}};
    scalar d_plus_one;
    look_for_scalar(&work.key.d);
    look_for_scalar(&work.key.inverse);
    scalar_add(&d_plus_one, &work.key.d, &one);
    look_for_scalar(&d_plus_one);
}

/* The nonces for these digests with a generator that gives this byte, and their randomness. */
static void look_for_nonces(unsigned char byte, size_t count) {
    unsigned char random[NONCE_RANDOM_SIZE];
    memset(random, byte, sizeof random);
    for (size_t i = 0; i < count; i++) {
        uint32_t counter = 0;
        scalar k;
        nonce_derive(&k, random, &work.key.d, work.digests + SM3_DIGEST_SIZE * i, &counter);
        look_for_scalar(&k);
    }
}

/* --- Where -------------------------------------------------------------------------------- */

static size_t count_on_stack(void) {
    size_t found = 0;
    for (size_t at = 0; at + 8 <= sizeof stack; at++) {
        uint64_t word;
        memcpy(&word, stack + at, sizeof word);
        for (size_t i = 0; may_start[word & 0xffff] && i < needle_count; i++) {
            found += word == needles[i];
        }
    }
    return found;
}

static void *call(void *function) {
    ((void (*)(void))(uintptr_t)function)();
    return NULL;
}

static void run_on_our_stack(void (*function)(void)) {
    pthread_attr_t attributes;
    pthread_t thread;
    memset(stack, 0xa5, sizeof stack);
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setstack(&attributes, stack, sizeof stack) == 0);
    CHECK(pthread_create(&thread, &attributes, call, (void *)(uintptr_t)function) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(pthread_attr_destroy(&attributes) == 0);
}

/* --- The calculations ----------------------------------------------------------------------- */

static void do_load(void) {
    CHECK(private_key_load(&work.key, &work.public, work.d) == 1);
}

static void do_generate(void) {
    CHECK(private_key_generate(&work.key, &work.public) == 0);
}

static void do_sign(void) {
    CHECK(private_key_sign(work.raws, &work.key, work.digests) == 0);
}

static void do_sign_again(void) {
    testing_events.refuse_nonce = 1;
    CHECK(private_key_sign(work.raws, &work.key, work.digests) == 0);
}

static void do_sign_verified(void) {
    CHECK(private_key_sign_verified(work.raws, &work.key, &work.public, work.digests) == SIGN_OK);
}

static void do_sign_many(void) {
    CHECK(private_key_sign_many(work.raws, &work.key, work.digests, GROUP) == 0);
}

static void do_export(void) {
    private_key_export(work.exported, &work.key);
}

/* The plaintext is d, so that copies of it are found as well. */
static void do_encrypt(void) {
    CHECK(public_key_encrypt(work.ciphertext, &work.public, work.d, sizeof work.d) == 0);
}

static void do_decrypt(void) {
    CHECK(private_key_decrypt(work.exported, &work.key, work.ciphertext,
                              sizeof work.ciphertext) == 1);
    CHECK(memcmp(work.exported, work.d, sizeof work.d) == 0);
}

static void do_refuse(void) {
    work.ciphertext[CIPHERTEXT_OVERHEAD] ^= 1;
    CHECK(private_key_decrypt(work.exported, &work.key, work.ciphertext,
                              sizeof work.ciphertext) == 0);
}

/* The positive controls: a nonce that is not wiped, and a key copied and forgotten; deep enough that
 * the end of the thread does not run over them. */
static OWN_FRAME void forget(const unsigned char *secret) {
    volatile unsigned char deep[8192];
    for (int i = 0; i < SCALAR_SIZE; i++) {
        deep[i] = secret[i];
    }
    __asm__ volatile("" : : "r"(deep) : "memory");
}

static void do_forget_key(void) {
    forget(work.d);
}

static void do_forget_nonce(void) {
    uint32_t counter = 0;
    unsigned char bytes[SCALAR_SIZE];
    scalar k;
    CHECK(nonce_draw(&k, &work.key.d, work.digests, &counter) == 0);
    scalar_get_bytes(bytes, &k);
    forget(bytes);
}

static void check_clean(const char *name, void (*function)(void), size_t nonces) {
    size_t found;
    run_on_our_stack(function);
    forget_needles();
    look_for_key();
    look_for_nonces(0x6b, nonces);
    look_for_word(UINT64_C(0x6b6b6b6b6b6b6b6b)); /* the randomness */
    found = count_on_stack();
    if (found != 0) {
        fprintf(stderr, "%s, %s: %zu words of secrets on the stack\n", TIER_NAMES[tier], name, found);
        exit(1);
    }
}

static void check_control(void (*function)(void), size_t nonces) {
    run_on_our_stack(function);
    forget_needles();
    look_for_key();
    look_for_nonces(0x6b, nonces);
    CHECK(count_on_stack() >= 4);
}

static void check_all(void) {
    check_clean("load", do_load, 0);
    check_clean("sign", do_sign, 1);
    check_clean("sign after a refused nonce", do_sign_again, 1);
    check_clean("sign and verify", do_sign_verified, 1);
    check_clean("sign many", do_sign_many, GROUP);
    check_clean("export", do_export, 0);
    check_clean("encrypt", do_encrypt, 0);
    check_clean("decrypt", do_decrypt, 0);
    check_clean("refuse to decrypt", do_refuse, 0);
    check_control(do_forget_key, 0);
    check_control(do_forget_nonce, 1);
    testing_randomness = RANDOM_WORKS;
    check_clean("generate", do_generate, 0);
    testing_randomness = 0x6b;
}

#if HAS_LANES
TARGET_BEGIN(TARGET_AVX2)
static __attribute__((noinline)) void read_vectors(unsigned char out[16][32]) {
    __asm__ volatile("vmovdqu %%ymm0, (%0)\n\tvmovdqu %%ymm1, 32(%0)\n\t"
                     "vmovdqu %%ymm2, 64(%0)\n\tvmovdqu %%ymm3, 96(%0)\n\t"
                     "vmovdqu %%ymm4, 128(%0)\n\tvmovdqu %%ymm5, 160(%0)\n\t"
                     "vmovdqu %%ymm6, 192(%0)\n\tvmovdqu %%ymm7, 224(%0)\n\t"
                     "vmovdqu %%ymm8, 256(%0)\n\tvmovdqu %%ymm9, 288(%0)\n\t"
                     "vmovdqu %%ymm10, 320(%0)\n\tvmovdqu %%ymm11, 352(%0)\n\t"
                     "vmovdqu %%ymm12, 384(%0)\n\tvmovdqu %%ymm13, 416(%0)\n\t"
                     "vmovdqu %%ymm14, 448(%0)\n\tvmovdqu %%ymm15, 480(%0)\n\tvzeroupper"
                     :
                     : "r"(out)
                     : "memory");
}
TARGET_END

/* The upper halves of the vector registers after a multiplication by a secret: what stands there
 * stays for long, and made the time of what came next depend on it. */
static void check_vectors(void) {
    unsigned char registers[16][32];
    static const unsigned char nothing[16];
    ge point;
    ecmult_gen(&point, &work.key.d);
    read_vectors(registers);
    for (int i = 0; i < 16; i++) {
        if (memcmp(registers[i] + 16, nothing, sizeof nothing) != 0) {
            fprintf(stderr, "%s: the upper half of ymm%d is not empty\n", TIER_NAMES[tier], i);
            exit(1);
        }
    }
}
#endif

int main(void) {
    for (size_t i = 0; i < sizeof work.digests; i++) {
        work.digests[i] = (unsigned char)test_random();
    }
    testing_randomness = 0x6b;
    for (int each = TIER_PORTABLE; each <= (int)tier_best(); each++) {
        tier = (core_tier)each;
        signature_build_tables();
        prepared_build_tables();
        for (int i = 0; i < 5; i++) {
            for (size_t j = 0; j < sizeof work.d; j++) {
                work.d[j] = (unsigned char)(test_random() >> 8);
            }
            work.d[0] &= 0x7f;
            check_all();
#if HAS_LANES
            if (tier >= TIER_AVX2) {
                check_vectors();
            }
#endif
        }
        printf("nothing left behind: %s\n", TIER_NAMES[each]);
    }
    return 0;
}
