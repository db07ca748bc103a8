/* SM2 keys and signatures over a digest e (GB/T 32918.2).
 *
 * With u = (1+d)^-1 kept in the key, s = u·(k - r·d) = u·(k + r) - r needs one multiplication.
 */
#ifndef GOVSEAL_SIGNATURE_H
#define GOVSEAL_SIGNATURE_H

#include "der.h"
#include "ecmult.h"
#include "ecmult_gen.h"
#include "sm3.h"

#define SCALAR_SIZE 32
#define PUBLIC_KEY_SIZE 65
#define USER_ID_MAX 8191

typedef struct {
    ge point;
    unsigned char encoded[PUBLIC_KEY_SIZE]; /* 04 ‖ X ‖ Y */
    unsigned char default_z[SM3_DIGEST_SIZE]; /* Z for the default ID */
} public_key;

/* Secret; wiped by its owner. */
typedef struct {
    scalar d;
    scalar inverse; /* (1+d)^-1 in Montgomery form */
} private_key;

typedef enum {
    PUBLIC_KEY_OK = 0,
    PUBLIC_KEY_FORM,
    PUBLIC_KEY_COMPRESSED,
    PUBLIC_KEY_OFF_CURVE,
    PUBLIC_KEY_MINUS_G
} public_key_status;

/* Builds the tables of multiples of G; once per process, before anything below. */
static void signature_build_tables(void);

/* Loads 04 ‖ X ‖ Y, or 02/03 ‖ X where allowed. Refuses any other form, coordinates not below p,
 * points off the curve, and -G. */
static public_key_status public_key_load_var(public_key *key, const unsigned char *encoded,
                                             size_t size, int allow_compressed);

/* Z of the key for a user ID of at most USER_ID_MAX bytes. */
static void public_key_identity(unsigned char z[SM3_DIGEST_SIZE], const public_key *key,
                                const unsigned char *user_id, size_t size);

/* The two ends of a verification (GB/T 32918.2, 7.1): r, s and t = r + s of raw r ‖ s, or 0 where one
 * is out of range or zero (B1, B2, B5); and whether point = s·G + t·P, which may be infinity, has the
 * x that r and the digest want (B4, B6, B7). */
static int signature_parse_var(scalar *r, scalar *s, scalar *t,
                               const unsigned char raw[RAW_SIGNATURE_SIZE]);
static int signature_matches_var(const gej *point, const scalar *r,
                                 const unsigned char digest[SM3_DIGEST_SIZE]);

/* Whether raw r ‖ s signs the digest: 1 or 0. The second is the complete scalar code, on which faster
 * ways of the higher tiers fall back. */
static int public_key_verify_var(const public_key *key, const unsigned char raw[RAW_SIGNATURE_SIZE],
                                 const unsigned char digest[SM3_DIGEST_SIZE]);
static int public_key_verify_complete_var(const public_key *key,
                                          const unsigned char raw[RAW_SIGNATURE_SIZE],
                                          const unsigned char digest[SM3_DIGEST_SIZE]);

/* Sets key and its public part. Returns 1, or 0 if d is not in [1, n-2]. Constant time but for
 * that answer. */
static int private_key_load(private_key *key, public_key *public, const unsigned char d[SCALAR_SIZE]);

/* A random key. Returns 0, or -1 with errno set. */
static int private_key_generate(private_key *key, public_key *public);

static void private_key_export(unsigned char d[SCALAR_SIZE], const private_key *key);

/* Signs with the nonce k in [1, n-1]. Returns 1, or 0 where the standard wants another nonce.
 * Constant time but for that answer. */
static int private_key_sign_with_nonce(unsigned char raw[RAW_SIGNATURE_SIZE], const private_key *key,
                                       const unsigned char digest[SM3_DIGEST_SIZE], const scalar *k);

/* Signs with fresh hedged nonces (nonce.h). Returns 0, or -1 with errno set. */
static int private_key_sign(unsigned char raw[RAW_SIGNATURE_SIZE], const private_key *key,
                            const unsigned char digest[SM3_DIGEST_SIZE]);

/* The same, and gives a signature away only if it verifies with the public part: one that a fault of
 * the machine has spoiled can betray d. */
typedef enum { SIGN_OK = 0, SIGN_NO_RANDOMNESS, SIGN_FAULT } sign_status;
static sign_status private_key_sign_verified(unsigned char raw[RAW_SIGNATURE_SIZE],
                                             const private_key *key, const public_key *public,
                                             const unsigned char digest[SM3_DIGEST_SIZE]);

#endif
