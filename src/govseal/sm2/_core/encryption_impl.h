#ifndef GOVSEAL_ENCRYPTION_IMPL_H
#define GOVSEAL_ENCRYPTION_IMPL_H

#include "encryption.h"
#include "nonce.h"

/* x2 ‖ y2, the secret that both sides share. */
typedef struct {
    ge point;
    unsigned char bytes[64];
} encryption_shared;

static void encryption_share(encryption_shared *shared, const ge *point, const scalar *k) {
    ecmult_const(&shared->point, point, k);
    fe_get_bytes(shared->bytes, &shared->point.x);
    fe_get_bytes(shared->bytes + 32, &shared->point.y);
}

/* out = in ⊕ KDF(x2 ‖ y2). Returns 1 where the key stream is all zero. */
static uint64_t encryption_mask(unsigned char *out, const unsigned char *in, size_t size,
                                const encryption_shared *shared) {
    unsigned char any = 0;
    (void)sm3_kdf(out, size, shared->bytes, sizeof shared->bytes); /* size <= PLAINTEXT_MAX */
    for (size_t i = 0; i < size; i++) {
        any |= out[i];
        out[i] ^= in[i];
    }
    return is_zero_word(any);
}

/* C3 = SM3(x2 ‖ M ‖ y2) */
static void encryption_digest(unsigned char digest[SM3_DIGEST_SIZE], const unsigned char *plaintext,
                              size_t size, const encryption_shared *shared) {
    sm3_context context;
    sm3_init(&context);
    sm3_update(&context, shared->bytes, 32);
    sm3_update(&context, plaintext, size);
    sm3_update(&context, shared->bytes + 32, 32);
    sm3_final(&context, digest);
    wipe(&context, sizeof context);
}

/* GB/T 32918.4, 6.1: A2 to A8. A3 cannot fail, as the group has prime order. */
static int public_key_encrypt_with_nonce(unsigned char *ciphertext, const public_key *key,
                                         const unsigned char *plaintext, size_t size,
                                         const scalar *k) {
    encryption_shared shared;
    uint64_t is_empty;
    ge point;

    VERIFY_CHECK(size >= 1 && size <= PLAINTEXT_MAX);
    ecmult_gen(&point, k);
    DECLASSIFY(&point, sizeof point);
    ciphertext[CIPHERTEXT_POINT] = 4;
    fe_get_bytes(ciphertext + 1, &point.x);
    fe_get_bytes(ciphertext + 33, &point.y);

    encryption_share(&shared, &key->point, k);
    is_empty = encryption_mask(ciphertext + CIPHERTEXT_OVERHEAD, plaintext, size, &shared);
    DECLASSIFY(&is_empty, sizeof is_empty);
    if (is_empty) {
        wipe(ciphertext, CIPHERTEXT_OVERHEAD + size); /* it holds the plaintext as it is */
    } else {
        encryption_digest(ciphertext + CIPHERTEXT_DIGEST, plaintext, size, &shared);
        DECLASSIFY(ciphertext, CIPHERTEXT_OVERHEAD + size);
    }
    wipe(&shared, sizeof shared);
    return !is_empty;
}

static OWN_FRAME int public_key_encrypt_unwiped(unsigned char *ciphertext, const public_key *key,
                                                const unsigned char *plaintext, size_t size) {
    unsigned char e[SM3_DIGEST_SIZE];
    uint32_t counter = 0;
    scalar k;
    int is_encrypted, failed;

    nonce_message_digest(e, key->encoded, plaintext, size);
    do {
        failed = nonce_draw(&k, NULL, e, &counter) != 0;
        is_encrypted =
            !failed && public_key_encrypt_with_nonce(ciphertext, key, plaintext, size, &k);
    } while (!failed && !is_encrypted);
    wipe(&k, sizeof k);
    wipe(e, sizeof e);
    return failed ? -1 : 0;
}

static int public_key_encrypt(unsigned char *ciphertext, const public_key *key,
                              const unsigned char *plaintext, size_t size) {
    const int failed = public_key_encrypt_unwiped(ciphertext, key, plaintext, size);
    wipe_stack();
    return failed;
}

/* C1 as a point (B1). */
static int encryption_load_point_var(ge *point, const unsigned char encoded[PUBLIC_KEY_SIZE]) {
    const uint64_t x_is_below = fe_set_bytes(&point->x, encoded + 1);
    const uint64_t y_is_below = fe_set_bytes(&point->y, encoded + 33);
    if (encoded[0] != 4 || !x_is_below || !y_is_below || !ge_is_on_curve_var(point)) {
        return 0;
    }
    fe_normalize(&point->x);
    fe_normalize(&point->y);
    return 1;
}

/* GB/T 32918.4, 7.1: B1 to B6. B2 cannot fail, as the group has prime order. Whatever the secret has
 * a part in is one answer, given at the end. */
static OWN_FRAME int private_key_decrypt_unwiped(unsigned char *plaintext, const private_key *key,
                                                 const unsigned char *ciphertext, size_t size) {
    unsigned char digest[SM3_DIGEST_SIZE], difference = 0;
    encryption_shared shared;
    uint64_t is_valid;
    size_t length;
    ge point;

    if (size <= CIPHERTEXT_OVERHEAD) {
        return 0;
    }
    length = size - CIPHERTEXT_OVERHEAD;
    if (length > PLAINTEXT_MAX || !encryption_load_point_var(&point, ciphertext)) {
        memset(plaintext, 0, length);
        return 0;
    }
    encryption_share(&shared, &point, &key->d);
    is_valid = encryption_mask(plaintext, ciphertext + CIPHERTEXT_OVERHEAD, length, &shared) ^ 1;
    encryption_digest(digest, plaintext, length, &shared);
    for (int i = 0; i < SM3_DIGEST_SIZE; i++) {
        difference |= digest[i] ^ ciphertext[CIPHERTEXT_DIGEST + i];
    }
    is_valid &= is_zero_word(difference);
    DECLASSIFY(&is_valid, sizeof is_valid);
    if (!is_valid) {
        wipe(plaintext, length);
    }
    wipe(&shared, sizeof shared);
    wipe(digest, sizeof digest);
    return (int)is_valid;
}

static int private_key_decrypt(unsigned char *plaintext, const private_key *key,
                               const unsigned char *ciphertext, size_t size) {
    const int is_valid = private_key_decrypt_unwiped(plaintext, key, ciphertext, size);
    wipe_stack();
    return is_valid;
}

#endif
