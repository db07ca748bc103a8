/* Constant-time inversion modulo an odd 256-bit number (Bernstein and Yang, "Fast constant-time gcd
 * computation and modular inversion", 2019, with division steps that start at delta = 1/2).
 */
#ifndef GOVSEAL_MODINV_H
#define GOVSEAL_MODINV_H

#include "util.h"

/* sum v[i]·2^(62·i); limbs 0..3 in [0, 2^62) between calls, the top limb carries the sign. */
typedef struct {
    int64_t v[5];
} signed62;

typedef struct {
    signed62 value;
    uint64_t inverse62; /* value^-1 mod 2^62 */
} modinv_modulus;

/* r = x^-1 mod m, in [0, m-1]; 0 for x = 0. Needs x < m; r may alias x. Constant time. */
static void modinv(uint64_t r[4], const uint64_t x[4], const modinv_modulus *m);

#endif
