/* The key derivation function of SM2 encryption and key exchange (GB/T 32918.4, 5.4.3). */
#ifndef GOVSEAL_SM3_KDF_H
#define GOVSEAL_SM3_KDF_H

#include "sm3.h"

/* The counter has 32 bits, and the length is below (2^32 - 1) digests. */
#define SM3_KDF_MAX ((uint64_t)UINT32_MAX * SM3_DIGEST_SIZE - 1)

/* out = the first length bytes of SM3(z ‖ 1) ‖ SM3(z ‖ 2) ‖ ..., the counter big-endian in 32 bits.
 * Returns 1, or 0 with nothing written where length is above SM3_KDF_MAX. z is a secret, and may be
 * empty; out must not overlap it. Nothing of either is left on the stack. */
static int sm3_kdf(unsigned char *out, size_t length, const unsigned char *z, size_t z_size);

#endif
