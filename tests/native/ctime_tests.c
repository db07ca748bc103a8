/* Constant time, the way of ctgrind: secrets are marked as undefined memory, and memcheck reports
 * every branch and every address that depends on them.
 *
 * Usage: valgrind --error-exitcode=9 ctime_tests [branch | lookup | digits]
 * The arguments plant a leak: the positive controls, which must be reported. Valgrind knows no
 * AVX-512 and hides it, so that the tiers up to avx2 run here; dudect.c looks at all.
 */
#define GOVSEAL_CTIME
#include "core.h"

#include "check.h"

/* Whether memcheck holds some of it to be undefined: the marks must survive the arithmetic. */
static int is_secret(const void *memory, size_t size) {
    unsigned char undefined_bits[256], any = 0;
    CHECK(size <= sizeof undefined_bits);
    memset(undefined_bits, 0, sizeof undefined_bits);
    (void)VALGRIND_GET_VBITS(memory, undefined_bits, size);
    for (size_t i = 0; i < size; i++) {
        any |= undefined_bits[i];
    }
    return any != 0;
}

/* Load a secret key, sign with a secret nonce, export. */
static void run_with_secrets(void) {
    static const unsigned char digest[32] = {1, 2, 3};
    unsigned char d[32], raw[64], exported[32];
    private_key key;
    public_key public;
    scalar k;

    memset(d, 0x39, sizeof d);
    CLASSIFY(d, sizeof d);
    CHECK(private_key_load(&key, &public, d) == 1);
    CHECK(ge_is_on_curve_var(&public.point)); /* the point is public now */

    for (uint64_t i = 1; i < 4; i++) {
        const scalar nonce = {{i, UINT64_MAX - i, i << 60, UINT64_C(0x7123456789abcdef) + i}};
        k = nonce;
        CLASSIFY(&k, sizeof k);
        CHECK(private_key_sign_with_nonce(raw, &key, digest, &k) == 1);
        CHECK(public_key_verify_var(&public, raw, digest) == 1);
    }
    CHECK(private_key_sign(raw, &key, digest) == 0); /* marks its own nonce */
    CHECK(public_key_verify_var(&public, raw, digest) == 1);
    CHECK(private_key_sign_verified(raw, &key, &public, digest) == SIGN_OK);
    private_key_export(exported, &key);
    CHECK(is_secret(exported, sizeof exported) && is_secret(&key, sizeof key));
    CHECK(!is_secret(raw, sizeof raw) && !is_secret(public.encoded, sizeof public.encoded));

    CHECK(private_key_generate(&key, &public) == 0);
    CHECK(is_secret(&key, sizeof key));
    CHECK(private_key_sign(raw, &key, digest) == 0);
    CHECK(public_key_verify_var(&public, raw, digest) == 1);
}

/* Keys that are refused are secrets too, but for being refused. */
static void run_refused_keys(void) {
    static const unsigned char minus_one[32] = {
        0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0x72, 0x03, 0xdf, 0x6b, 0x21, 0xc6, 0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x22};
    unsigned char d[32];
    private_key key;
    public_key public;
    for (int i = 0; i < 3; i++) {
        memset(d, i == 0 ? 0 : 0xff, sizeof d);
        if (i == 2) {
            memcpy(d, minus_one, sizeof d);
        }
        CLASSIFY(d, sizeof d);
        CHECK(private_key_load(&key, &public, d) == 0);
        CHECK(!is_secret(&key, sizeof key)); /* wiped */
    }
}

/* Nonces of secret randomness, a secret key and, for encrypting, a secret message. */
static void run_nonces_with_secrets(void) {
    enum { MOST = 2 * NONCE_GROUP + 3 };
    static unsigned char digests[MOST * SM3_DIGEST_SIZE], raws[MOST * RAW_SIGNATURE_SIZE];
    unsigned char random[NONCE_RANDOM_SIZE], d_bytes[32], e[32], encoded[65] = {4}, message[100];
    private_key key;
    public_key public;
    scalar d = {{2, 3, 4, 5}}, k, many[MOST];
    uint32_t counter = 0;

    memset(random, 0x77, sizeof random);
    memset(message, 0x6d, sizeof message);
    CLASSIFY(random, sizeof random);
    CLASSIFY(&d, sizeof d);
    CLASSIFY(message, sizeof message);
    nonce_derive(&k, random, &d, digests, &counter);
    CHECK(counter == 1 && is_secret(&k, sizeof k));
    nonce_message_digest(e, encoded, message, sizeof message);
    CHECK(is_secret(e, sizeof e));
    CHECK(nonce_draw(&k, NULL, e, &counter) == 0);
    CHECK(is_secret(&k, sizeof k));
    for (size_t i = 0; i < MOST; i++) {
        digests[SM3_DIGEST_SIZE * i] = (unsigned char)i;
    }
    CHECK(nonce_draw_many(many, &d, digests, MOST) == 0);
    CHECK(is_secret(&many[0], sizeof k) && is_secret(&many[MOST - 1], sizeof k));

    memset(d_bytes, 0x21, sizeof d_bytes);
    CLASSIFY(d_bytes, sizeof d_bytes);
    CHECK(private_key_load(&key, &public, d_bytes) == 1);
    for (size_t count = 0; count <= MOST; count += 5) {
        CHECK(private_key_sign_many(raws, &key, digests, count) == 0);
        for (size_t i = 0; i < count; i++) {
            CHECK(!is_secret(raws + RAW_SIGNATURE_SIZE * i, RAW_SIGNATURE_SIZE));
            CHECK(public_key_verify_var(&public, raws + RAW_SIGNATURE_SIZE * i,
                                        digests + SM3_DIGEST_SIZE * i));
        }
    }
}

/* Secret messages, keys and seeds: the sizes alone decide what runs. */
static void run_sm3_with_secrets(void) {
    static const unsigned char no_tag[SM3_HMAC_SIZE] = {0};
    unsigned char secret[200], out[32 * 20 + 5];
    sm3_message messages[40];
    unsigned char digests[40][SM3_DIGEST_SIZE];
    sm3_hmac hmac;

    memset(secret, 0x5a, sizeof secret);
    CLASSIFY(secret, sizeof secret);
    for (size_t i = 0; i < 40; i++) {
        messages[i] = (sm3_message){secret, i, secret + i, 160 - 4 * i};
    }
    sm3_many(digests[0], messages, 40);
    CHECK(is_secret(digests[0], 32) && is_secret(digests[39], 32));

    CHECK(sm3_kdf(out, sizeof out, secret, 64) == 1);
    CHECK(is_secret(out + sizeof out - 5, 5));
    for (size_t key_size = 32; key_size < 100; key_size += 50) {
        sm3_hmac_init(&hmac, secret, key_size);
        sm3_hmac_update(&hmac, secret, sizeof secret);
        CHECK(is_secret(hmac.inner.state, sizeof hmac.inner.state));
        CHECK(sm3_hmac_verify(&hmac, no_tag) == 0);
        CHECK(!is_secret(hmac.inner.state, sizeof hmac.inner.state));
    }
}

/* Encrypt a secret with secret numbers, decrypt with a secret key; a refusal is no branch on why. */
static void encrypt_with_secrets(void) {
    static const size_t sizes[] = {1, 16, 33, 100};
    unsigned char plaintext[100], ciphertext[CIPHERTEXT_OVERHEAD + 100], back[100];
    private_key key;
    public_key public;

    CHECK(private_key_generate(&key, &public) == 0);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const size_t size = sizes[i], total = CIPHERTEXT_OVERHEAD + size;
        memset(plaintext, 0x5a, sizeof plaintext);
        CLASSIFY(plaintext, sizeof plaintext);
        CHECK(public_key_encrypt(ciphertext, &public, plaintext, size) == 0);
        CHECK(!is_secret(ciphertext, total));
        CHECK(private_key_decrypt(back, &key, ciphertext, total) == 1);
        CHECK(is_secret(back, size));
        ciphertext[CIPHERTEXT_OVERHEAD] ^= 1;
        CHECK(private_key_decrypt(back, &key, ciphertext, total) == 0);
        CHECK(!is_secret(back, size)); /* zeroes */
    }
}

/* Any point times a secret, the scalars whose digits are extreme among them. */
static void multiply_with_secrets(void) {
    static const scalar scalars[] = {
        {{1, 0, 0, 0}}, {{6, 0, 0, 0}}, {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX >> 1}}};
    ge point;
    for (size_t i = 0; i < sizeof scalars / sizeof scalars[0]; i++) {
        scalar k = scalars[i];
        CLASSIFY(&k, sizeof k);
        ecmult_const(&point, &GE_GENERATOR, &k);
        CHECK(is_secret(&point, sizeof point));
        DECLASSIFY(&point, sizeof point);
        CHECK(ge_is_on_curve_var(&point));
    }
}

static volatile uint64_t sink;

/* What must be reported: a branch, an address, and the core's own variable-time arithmetic given a
 * secret nonce, or the digits of one. */
static void leak(const char *kind) {
    static const uint64_t table[2] = {3, 5};
    unsigned char random[NONCE_RANDOM_SIZE] = {1}, digest[SM3_DIGEST_SIZE] = {2};
    int16_t digits[ECMULT_MAX_DIGITS];
    uint32_t counter = 0;
    scalar k;

    CLASSIFY(random, sizeof random);
    nonce_derive(&k, random, NULL, digest, &counter);
    if (strcmp(kind, "branch") == 0) {
        if (k.d[0] & 1) {
            sink = 1;
        }
    } else if (strcmp(kind, "lookup") == 0) {
        sink = table[k.d[3] >> 63];
    } else if (strcmp(kind, "digits") == 0) {
        sink = (uint64_t)ecmult_wnaf_var(digits, &k, ECMULT_WIDTH_POINT);
    } else {
        CHECK(!"a leak of this name");
    }
}

int main(int argc, char **argv) {
    CHECK(RUNNING_ON_VALGRIND);
    if (argc > 1) {
        leak(argv[1]);
        return 0;
    }
    for (int each = TIER_PORTABLE; each <= (int)tier_best(); each++) {
        tier = (core_tier)each;
        signature_build_tables();
        run_with_secrets();
        run_refused_keys();
        run_nonces_with_secrets();
        multiply_with_secrets();
        encrypt_with_secrets();
        run_sm3_with_secrets();
        printf("constant time: %s\n", TIER_NAMES[each]);
    }
    return 0;
}
