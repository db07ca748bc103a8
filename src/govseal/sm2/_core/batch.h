/* Many signatures in one call: the same answers as one by one, faster where there are lanes. */
#ifndef GOVSEAL_BATCH_H
#define GOVSEAL_BATCH_H

#include "prepared.h"

typedef struct {
    const public_key *key;       /* not looked at where prepared is given */
    prepared_key *prepared;      /* the key with its tables, or NULL */
    const unsigned char *raw;    /* RAW_SIGNATURE_SIZE bytes */
    const unsigned char *digest; /* SM3_DIGEST_SIZE bytes */
} verify_record;

/* Whether the record verifies: 1 or 0. */
static int signature_verify_record_var(const verify_record *one);

/* valid[i] = whether record i verifies, 1 or 0; a bad record touches no other's answer. */
static void signature_verify_many_var(unsigned char *valid, const verify_record *records,
                                      size_t count);

/* count raw signatures by one key over count digests that stand one after the other, each with its
 * own fresh nonce. Returns 0, or -1 with errno set and no signature given away. */
static int private_key_sign_many(unsigned char *raws, const private_key *key,
                                 const unsigned char *digests, size_t count);

#endif
