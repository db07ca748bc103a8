/* SM2 encryption (GB/T 32918.4). A ciphertext is C1 ‖ C3 ‖ C2 here: the point 04 ‖ X ‖ Y, the digest
 * C3 = SM3(x2 ‖ M ‖ y2), and C2, which is as long as the plaintext M.
 *
 * An empty plaintext does not exist: its key stream, of no bytes, is all zero, which the standard
 * has no ciphertext for (6.1, A5).
 */
#ifndef GOVSEAL_ENCRYPTION_H
#define GOVSEAL_ENCRYPTION_H

#include "ecmult_const.h"
#include "signature.h"
#include "sm3.h"

#define CIPHERTEXT_POINT 0
#define CIPHERTEXT_DIGEST PUBLIC_KEY_SIZE                                /* where C3 starts */
#define CIPHERTEXT_OVERHEAD (CIPHERTEXT_DIGEST + SM3_DIGEST_SIZE)        /* and where C2 does: 97 */
#define PLAINTEXT_MAX ((size_t)64 * 1024 * 1024)

/* Encrypts size bytes, 1 to PLAINTEXT_MAX, with the number k in [1, n-1]; writes
 * CIPHERTEXT_OVERHEAD + size bytes. Returns 1, or 0 where the standard wants another k: the key
 * stream is all zero, which one byte meets once in 256. Constant time but for that answer. The
 * ciphertext may not overlap the plaintext. */
static int public_key_encrypt_with_nonce(unsigned char *ciphertext, const public_key *key,
                                         const unsigned char *plaintext, size_t size,
                                         const scalar *k);

/* Encrypts with fresh numbers. Returns 0, or -1 with errno set. */
static int public_key_encrypt(unsigned char *ciphertext, const public_key *key,
                              const unsigned char *plaintext, size_t size);

/* Decrypts size bytes; writes size - CIPHERTEXT_OVERHEAD. Returns 1, or 0 for any defect: the size,
 * another form of C1, coordinates not below p, a point off the curve, a key stream that is all zero,
 * another C3. The plaintext is then zeroes. Constant time but for the answer and what C1, which is
 * public, lacks by itself. The plaintext may not overlap the ciphertext. */
static int private_key_decrypt(unsigned char *plaintext, const private_key *key,
                               const unsigned char *ciphertext, size_t size);

#endif
