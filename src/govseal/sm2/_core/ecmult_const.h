/* Constant-time multiplication of any point by a secret: what encrypting and decrypting need.
 *
 * The scalar is written in 64 signed odd digits of 4 bits, as in ecmult_gen.h: every digit costs
 * four doublings, one read of the whole table and one addition. No addition can meet a point at
 * infinity, an equal or an opposite point (the proof stands with the code), so the plain formula
 * serves for every scalar.
 *
 * The point is public: the receiver of an encryption, or C1 of a ciphertext. Its coordinates are not
 * blinded. Blinding answers those who measure power or radiation, which this core does not defend
 * against (ecmult_gen does not either); and decrypting would need randomness, and could fail, for it.
 */
#ifndef GOVSEAL_ECMULT_CONST_H
#define GOVSEAL_ECMULT_CONST_H

#include "group.h"
#include "scalar.h"

#define CONST_WINDOW 4
#define CONST_DIGITS 64                         /* 64·4 = 256 bits */
#define CONST_ENTRIES (1 << (CONST_WINDOW - 1)) /* 8: the odd multiples 1, 3, …, 15 */

/* r = k·a, normalised, for k in [1, n-1]. Constant time in k; a is a public point of the curve. */
static void ecmult_const(ge *r, const ge *a, const scalar *k);

#endif
