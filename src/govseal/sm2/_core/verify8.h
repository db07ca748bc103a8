/* Verification in eight lanes (TIER_IFMA): the answers of public_key_verify_var, sooner.
 *
 * A lane whose sum went through an addition that the lanes cannot do (ecmult8.h), or whose x may be
 * wanted + n, is undecided; such a record is verified again by the complete scalar code.
 */
#ifndef GOVSEAL_VERIFY8_H
#define GOVSEAL_VERIFY8_H

#include "batch.h"
#include "ecmult8.h"
#include "prepared.h"

#if HAS_LANES

/* What a prepared key keeps for the lanes. */
struct prepared_lanes {
    comb8 comb;
};

/* public_key_verify_var, where eight lanes share the additions. */
static int verify8_public_var(const public_key *key, const unsigned char raw[RAW_SIGNATURE_SIZE],
                              const unsigned char digest[SM3_DIGEST_SIZE]);

/* prepared_key_verify_var with one signature in all eight lanes. The first call makes the table, for
 * two thirds of the price of a verification without it. */
static int verify8_prepared_var(prepared_key *key, const unsigned char raw[RAW_SIGNATURE_SIZE],
                                const unsigned char digest[SM3_DIGEST_SIZE]);

/* signature_verify_many_var with a signature in every lane. */
static void verify8_many_var(unsigned char *valid, const verify_record *records, size_t count);

#endif

#endif
