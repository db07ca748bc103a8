/* Public keys that keep tables of their multiples: for those that verify more than once. */
#ifndef GOVSEAL_PREPARED_H
#define GOVSEAL_PREPARED_H

#include "signature.h"

/* What a higher tier keeps besides: defined by its own header, made when it pays. */
struct prepared_lanes;

/* Public. Any number of threads may verify with one at a time: `lanes` is the only part that changes
 * after prepared_key_set_var, from NULL to a whole table, by a compare-and-exchange. */
typedef struct {
    public_key key;
    ecmult_table table; /* 4 KB: every tier can verify with it */
    struct prepared_lanes *lanes;
} prepared_key;

/* Fills the tables of multiples of G in parts; once per process, after signature_build_tables and
 * before anything below. */
static void prepared_build_tables(void);

/* Prepares a key, for about the price of one verification. prepared_key_clear ends it. */
static void prepared_key_set_var(prepared_key *r, const public_key *key);
static void prepared_key_clear(prepared_key *key);

/* Whether raw r ‖ s signs the digest: the answer of public_key_verify_var. */
static int prepared_key_verify_var(prepared_key *key, const unsigned char raw[RAW_SIGNATURE_SIZE],
                                   const unsigned char digest[SM3_DIGEST_SIZE]);

#endif
