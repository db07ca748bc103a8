/* Constant time, the way of ctgrind: secrets are marked as undefined memory, and memcheck reports
 * every branch and every address that depends on them.
 *
 * Usage: valgrind --error-exitcode=9 ctime_tests [branch | lookup]
 * The two arguments plant a leak: the positive controls, which must be reported.
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
    private_key_export(exported, &key);
    CHECK(is_secret(exported, sizeof exported) && is_secret(&key, sizeof key));
    CHECK(!is_secret(raw, sizeof raw) && !is_secret(public.encoded, sizeof public.encoded));

    CHECK(private_key_generate(&key, &public) == 0);
    CHECK(private_key_sign(raw, &key, digest) == 0);
    CHECK(public_key_verify_var(&public, raw, digest) == 1);
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

static void leak(const char *kind) {
    static const uint64_t table[2] = {3, 5};
    uint64_t secret = test_random();
    CLASSIFY(&secret, sizeof secret);
    if (strcmp(kind, "branch") == 0) {
        if (secret & 1) {
            sink = 1;
        }
    } else {
        sink = table[secret & 1];
    }
}

int main(int argc, char **argv) {
    CHECK(RUNNING_ON_VALGRIND);
    signature_build_tables();
    if (argc > 1) {
        leak(argv[1]);
    } else {
        run_with_secrets();
        multiply_with_secrets();
        encrypt_with_secrets();
        for (int each = TIER_PORTABLE; each <= (int)tier_best(); each++) {
            tier = (core_tier)each;
            run_sm3_with_secrets();
        }
    }
    puts("ctime tests ran");
    return 0;
}
