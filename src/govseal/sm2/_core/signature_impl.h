#ifndef GOVSEAL_SIGNATURE_IMPL_H
#define GOVSEAL_SIGNATURE_IMPL_H

#include "nonce.h"
#include "signature.h"

static const unsigned char DEFAULT_USER_ID[16] = {'1', '2', '3', '4', '5', '6', '7', '8',
                                                  '1', '2', '3', '4', '5', '6', '7', '8'};

static void signature_build_tables(void) {
    ecmult_gen_build();
    ecmult_build();
#if HAS_LANES
    if (tier >= TIER_IFMA) {
        ecmult8_build();
    }
#endif
}

/* --- Public keys -------------------------------------------------------------------------- */

/* Fills in what hangs on the point, which is normalised. */
static void public_key_finish(public_key *key) {
    key->encoded[0] = 4;
    fe_get_bytes(key->encoded + 1, &key->point.x);
    fe_get_bytes(key->encoded + 33, &key->point.y);
    public_key_identity(key->default_z, key, DEFAULT_USER_ID, sizeof DEFAULT_USER_ID);
}

static public_key_status public_key_load_var(public_key *key, const unsigned char *encoded,
                                             size_t size, int allow_compressed) {
    ge *point = &key->point;
    if (size == PUBLIC_KEY_SIZE && encoded[0] == 4) {
        const uint64_t is_below = fe_set_bytes(&point->x, encoded + 1);
        if (!(is_below & fe_set_bytes(&point->y, encoded + 33)) || !ge_is_on_curve_var(point)) {
            return PUBLIC_KEY_OFF_CURVE;
        }
    } else if (size == 1 + SCALAR_SIZE && (encoded[0] == 2 || encoded[0] == 3)) {
        fe x;
        if (!allow_compressed) {
            return PUBLIC_KEY_COMPRESSED;
        }
        if (!fe_set_bytes(&x, encoded + 1) || !ge_set_x_var(point, &x, encoded[0] & 1)) {
            return PUBLIC_KEY_OFF_CURVE;
        }
    } else {
        return PUBLIC_KEY_FORM;
    }
    fe_normalize(&point->x);
    fe_normalize(&point->y);
    if (fe_equal_var(&point->x, &GE_GENERATOR.x) && !fe_equal_var(&point->y, &GE_GENERATOR.y)) {
        return PUBLIC_KEY_MINUS_G;
    }
    public_key_finish(key);
    return PUBLIC_KEY_OK;
}

/* a ‖ b ‖ xG ‖ yG, as hashed into Z. */
static const unsigned char IDENTITY_CONSTANTS[128] = {
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc,
    0x28, 0xe9, 0xfa, 0x9e, 0x9d, 0x9f, 0x5e, 0x34, 0x4d, 0x5a, 0x9e, 0x4b, 0xcf, 0x65, 0x09, 0xa7,
    0xf3, 0x97, 0x89, 0xf5, 0x15, 0xab, 0x8f, 0x92, 0xdd, 0xbc, 0xbd, 0x41, 0x4d, 0x94, 0x0e, 0x93,
    0x32, 0xc4, 0xae, 0x2c, 0x1f, 0x19, 0x81, 0x19, 0x5f, 0x99, 0x04, 0x46, 0x6a, 0x39, 0xc9, 0x94,
    0x8f, 0xe3, 0x0b, 0xbf, 0xf2, 0x66, 0x0b, 0xe1, 0x71, 0x5a, 0x45, 0x89, 0x33, 0x4c, 0x74, 0xc7,
    0xbc, 0x37, 0x36, 0xa2, 0xf4, 0xf6, 0x77, 0x9c, 0x59, 0xbd, 0xce, 0xe3, 0x6b, 0x69, 0x21, 0x53,
    0xd0, 0xa9, 0x87, 0x7c, 0xc6, 0x2a, 0x47, 0x40, 0x02, 0xdf, 0x32, 0xe5, 0x21, 0x39, 0xf0, 0xa0};

static void public_key_identity(unsigned char z[SM3_DIGEST_SIZE], const public_key *key,
                                const unsigned char *user_id, size_t size) {
    const size_t bits = 8 * size;
    const unsigned char entl[2] = {(unsigned char)(bits >> 8), (unsigned char)bits};
    sm3_context context;
    VERIFY_CHECK(size <= USER_ID_MAX);
    sm3_init(&context);
    sm3_update(&context, entl, sizeof entl);
    sm3_update(&context, user_id, size);
    sm3_update(&context, IDENTITY_CONSTANTS, sizeof IDENTITY_CONSTANTS);
    sm3_update(&context, key->encoded + 1, PUBLIC_KEY_SIZE - 1);
    sm3_final(&context, z);
}

/* Whether the affine x of point, an integer in [0, p-1], is ≡ wanted mod n, without an inversion:
 * x is wanted, or wanted + n where that is below p; and x·Z² = X. */
static int signature_x_matches_var(const gej *point, const scalar *wanted) {
    static const scalar p_minus_n = {
        {UINT64_C(0xac440bf6c62abedc), UINT64_C(0x8dfc2093de39fad5), 0, 0}};
    fe z_square, x;
    uint64_t words[4];
    u128 carry = 0;

    fe_sqr(&z_square, &point->z);
    fe_set_words(&x, wanted->d);
    fe_mul(&x, &x, &z_square);
    if (fe_equal_var(&x, &point->x)) {
        return 1;
    }
    if (words_sub(words, wanted->d, p_minus_n.d) == 0) {
        return 0; /* wanted + n >= p */
    }
    COUNT_PATH(verify_second_x);
    for (int i = 0; i < 4; i++) {
        carry += (u128)wanted->d[i] + SCALAR_N.d[i];
        words[i] = (uint64_t)carry;
        carry >>= 64;
    }
    fe_set_words(&x, words);
    fe_mul(&x, &x, &z_square);
    return fe_equal_var(&x, &point->x);
}

static int signature_parse_var(scalar *r, scalar *s, scalar *t,
                               const unsigned char raw[RAW_SIGNATURE_SIZE]) {
    if (!scalar_set_bytes(r, raw) || scalar_is_zero(r)) {
        return 0;
    }
    if (!scalar_set_bytes(s, raw + SCALAR_SIZE) || scalar_is_zero(s)) {
        return 0;
    }
    scalar_add(t, r, s);
    return !scalar_is_zero(t);
}

static int signature_matches_var(const gej *point, const scalar *r,
                                 const unsigned char digest[SM3_DIGEST_SIZE]) {
    scalar wanted;
    if (gej_is_infinity_var(point)) {
        return 0;
    }
    (void)scalar_set_bytes(&wanted, digest);
    scalar_sub(&wanted, r, &wanted);
    return signature_x_matches_var(point, &wanted);
}

static int public_key_verify_complete_var(const public_key *key,
                                          const unsigned char raw[RAW_SIGNATURE_SIZE],
                                          const unsigned char digest[SM3_DIGEST_SIZE]) {
    scalar r, s, t;
    gej point;

    if (!signature_parse_var(&r, &s, &t, raw)) {
        return 0;
    }
    ecmult_var(&point, &s, &key->point, &t);
    return signature_matches_var(&point, &r, digest);
}

static int public_key_verify_var(const public_key *key, const unsigned char raw[RAW_SIGNATURE_SIZE],
                                 const unsigned char digest[SM3_DIGEST_SIZE]) {
#if HAS_LANES
    if (tier >= TIER_IFMA) {
        return verify8_public_var(key, raw, digest);
    }
#endif
    return public_key_verify_complete_var(key, raw, digest);
}

/* --- Private keys ------------------------------------------------------------------------- */

static OWN_FRAME int private_key_load_unwiped(private_key *key, public_key *public,
                                              const unsigned char d[SCALAR_SIZE]) {
    static const scalar one = {{1, 0, 0, 0}};
    scalar d_plus_one;
    uint64_t is_valid = scalar_set_bytes(&key->d, d);

    scalar_add(&d_plus_one, &key->d, &one);
    is_valid &= (scalar_is_zero(&key->d) | scalar_is_zero(&d_plus_one)) ^ 1;
    DECLASSIFY(&is_valid, sizeof is_valid);
    if (!is_valid) {
        wipe(key, sizeof *key);
        wipe(&d_plus_one, sizeof d_plus_one);
        return 0;
    }
    scalar_inverse(&key->inverse, &d_plus_one);
    scalar_to_montgomery(&key->inverse, &key->inverse);
    ecmult_gen(&public->point, &key->d);
    DECLASSIFY(&public->point, sizeof public->point);
    public_key_finish(public);
    wipe(&d_plus_one, sizeof d_plus_one);
    return 1;
}

static int private_key_load(private_key *key, public_key *public,
                            const unsigned char d[SCALAR_SIZE]) {
    const int is_loaded = private_key_load_unwiped(key, public, d);
    wipe_stack();
    return is_loaded;
}

static OWN_FRAME int private_key_generate_unwiped(private_key *key, public_key *public) {
    unsigned char bytes[SCALAR_SIZE];
    scalar d;
    int is_loaded;
    do {
        if (nonce_random_scalar(&d) != 0) {
            return -1;
        }
        scalar_get_bytes(bytes, &d);
        is_loaded = private_key_load_unwiped(key, public, bytes); /* all but n-1 */
    } while (!is_loaded);
    wipe(bytes, sizeof bytes);
    wipe(&d, sizeof d);
    return 0;
}

static int private_key_generate(private_key *key, public_key *public) {
    const int failed = private_key_generate_unwiped(key, public);
    wipe_stack();
    return failed;
}

static OWN_FRAME void private_key_export_unwiped(unsigned char d[SCALAR_SIZE],
                                                 const private_key *key) {
    scalar_get_bytes(d, &key->d);
}

static void private_key_export(unsigned char d[SCALAR_SIZE], const private_key *key) {
    private_key_export_unwiped(d, key);
    wipe_stack();
}

/* GB/T 32918.2, 6.1: A5 and A6, given the x coordinate of k·G as an integer. */
static int private_key_sign_with_x(unsigned char raw[RAW_SIGNATURE_SIZE], const private_key *key,
                                   const unsigned char digest[SM3_DIGEST_SIZE], const scalar *k,
                                   const uint64_t x[4]) {
    uint64_t is_valid;
    scalar r, s, k_plus_r;

    scalar_set_words(&s, x);
    (void)scalar_set_bytes(&r, digest);
    scalar_add(&r, &r, &s);
    scalar_add(&k_plus_r, k, &r);
    scalar_mul_montgomery(&s, &key->inverse, &k_plus_r);
    scalar_sub(&s, &s, &r);
    s.d[1] ^= (uint64_t)TESTING_EVENT(spoil_s);
    is_valid = (scalar_is_zero(&r) | scalar_is_zero(&k_plus_r) | scalar_is_zero(&s)) ^ 1;
    DECLASSIFY(&is_valid, sizeof is_valid);
    if (is_valid) {
        DECLASSIFY(&r, sizeof r);
        DECLASSIFY(&s, sizeof s);
        scalar_get_bytes(raw, &r);
        scalar_get_bytes(raw + SCALAR_SIZE, &s);
    }
    wipe(&k_plus_r, sizeof k_plus_r);
    wipe(&s, sizeof s);
    return (int)is_valid;
}

static int private_key_sign_with_nonce(unsigned char raw[RAW_SIGNATURE_SIZE],
                                       const private_key *key,
                                       const unsigned char digest[SM3_DIGEST_SIZE],
                                       const scalar *k) {
    ge point;
    uint64_t x[4];
    int is_valid;

    ecmult_gen(&point, k); /* A4 */
    point.x.n[0] ^= (uint64_t)TESTING_EVENT(spoil_point);
    fe_get_words(x, &point.x);
    is_valid = private_key_sign_with_x(raw, key, digest, k, x);
    wipe(&point, sizeof point);
    wipe(x, sizeof x);
    return is_valid;
}

static OWN_FRAME int private_key_sign_unwiped(unsigned char raw[RAW_SIGNATURE_SIZE],
                                              const private_key *key,
                                              const unsigned char digest[SM3_DIGEST_SIZE]) {
    uint32_t counter = 0;
    scalar k;
    int is_signed;
    do {
        if (nonce_draw(&k, &key->d, digest, &counter) != 0) {
            return -1;
        }
        is_signed = private_key_sign_with_nonce(raw, key, digest, &k) && !TESTING_EVENT(refuse_nonce);
    } while (!is_signed);
    wipe(&k, sizeof k);
    return 0;
}

static int private_key_sign(unsigned char raw[RAW_SIGNATURE_SIZE], const private_key *key,
                            const unsigned char digest[SM3_DIGEST_SIZE]) {
    const int failed = private_key_sign_unwiped(raw, key, digest);
    wipe_stack();
    return failed;
}

static sign_status private_key_sign_verified(unsigned char raw[RAW_SIGNATURE_SIZE],
                                             const private_key *key, const public_key *public,
                                             const unsigned char digest[SM3_DIGEST_SIZE]) {
    unsigned char made[RAW_SIGNATURE_SIZE];
    sign_status status = SIGN_NO_RANDOMNESS;

    memset(raw, 0, RAW_SIGNATURE_SIZE);
    if (private_key_sign(made, key, digest) == 0) {
        status = SIGN_FAULT;
        if (public_key_verify_var(public, made, digest)) {
            memcpy(raw, made, RAW_SIGNATURE_SIZE);
            status = SIGN_OK;
        }
    }
    wipe(made, sizeof made);
    return status;
}

#endif
