/* Nonces: hedged, so that neither the system's randomness alone nor determinism alone is trusted.
 *
 *     k = SM3(random ‖ d ‖ e ‖ counter), accepted in [1, n-1]
 *
 *     offset  size
 *          0    32  random: fresh bytes of the operating system
 *         32    32  d: the private key, big-endian; all zero where there is none (encryption)
 *         64    32  e: the digest that is signed, or nonce_message_digest() of what is encrypted
 *         96     4  counter, big-endian: 0 for the first candidate, one more for each later one
 *
 * While the randomness is good, k is as uniform as SM3's output. Should it be stuck, or known to an
 * attacker, k still is a secret function of d and e, as in RFC 6979: another message has another k,
 * and the same message has the same signature, which tells nothing new. Should a fault strike the
 * calculation, no second signature with the same k exists to compare with.
 *
 * A digest outside [1, n-1] (one in 2^32) is thrown away and the counter goes up. It goes up as
 * well, beside a fresh draw, where the standard asks for another nonce (r = 0 and the like): with
 * stuck randomness too the next candidate is a new one. All nonces in [1, n-1] are equally likely.
 * What shows in time is how many candidates were thrown away, which says nothing about k.
 *
 * Private keys are drawn from the operating system alone (nonce_random_scalar): there is no other
 * secret yet that could hedge them.
 */
#ifndef GOVSEAL_NONCE_H
#define GOVSEAL_NONCE_H

#include "random.h"
#include "scalar.h"
#include "sm3.h"

#define NONCE_RANDOM_SIZE 32
#define NONCE_INPUT_SIZE 100

/* As many are made at a time as the widest sm3_many takes. */
#define NONCE_GROUP 16

#define NONCE_TRIES 8

/* k = the digest, as an integer. Returns 1 if it lies in [1, n-1], else 0. */
static uint64_t nonce_from_digest(scalar *k, const unsigned char digest[SM3_DIGEST_SIZE]);

/* The nonce of this randomness, key (null: none) and digest: the first good one from *counter on;
 * leaves in *counter the number after it. */
static void nonce_derive(scalar *k, const unsigned char random[NONCE_RANDOM_SIZE], const scalar *d,
                         const unsigned char e[SM3_DIGEST_SIZE], uint32_t *counter);

/* count nonces for count randoms and digests, each in one piece: what nonce_derive gives from
 * counter 0 on. */
static void nonce_derive_many(scalar *k, const unsigned char *randoms, const scalar *d,
                              const unsigned char *digests, size_t count);

/* The same with fresh randomness; 0, or -1 with errno set and every k zero. A caller that needs
 * another nonce for the same digest calls nonce_draw again with the same counter, 0 at first. */
static int nonce_draw(scalar *k, const scalar *d, const unsigned char e[SM3_DIGEST_SIZE],
                      uint32_t *counter);
static int nonce_draw_many(scalar *k, const scalar *d, const unsigned char *digests, size_t count);

/* e of a nonce for encrypting: SM3(04 ‖ X ‖ Y ‖ message), X and Y being the receiver's. */
static void nonce_message_digest(unsigned char e[SM3_DIGEST_SIZE], const unsigned char encoded[65],
                                 const unsigned char *message, size_t size);

/* A uniform number in [1, n-1] of the operating system's randomness alone: a private key. Returns
 * 0, or -1 with errno set and k zero: also (EIO) where NONCE_TRIES draws in a row lie outside, which
 * happens to a broken generator only; each lies outside once in 2^32. */
static int nonce_random_scalar(scalar *k);

#endif
