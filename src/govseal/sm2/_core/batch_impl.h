#ifndef GOVSEAL_BATCH_IMPL_H
#define GOVSEAL_BATCH_IMPL_H

#include "batch.h"
#include "nonce.h"

static int signature_verify_record_var(const verify_record *one) {
    return one->prepared != NULL ? prepared_key_verify_var(one->prepared, one->raw, one->digest)
                                 : public_key_verify_var(one->key, one->raw, one->digest);
}

static void signature_verify_many_var(unsigned char *valid, const verify_record *records,
                                      size_t count) {
#if HAS_LANES
    if (tier >= TIER_IFMA) {
        verify8_many_var(valid, records, count);
        return;
    }
#endif
    for (size_t i = 0; i < count; i++) {
        valid[i] = (unsigned char)signature_verify_record_var(&records[i]);
    }
}

static OWN_FRAME int private_key_sign_many_unwiped(unsigned char *raws, const private_key *key,
                                                   const unsigned char *digests, size_t count) {
    scalar k[NONCE_GROUP];
    int failed = 0;
    for (size_t i = 0; i < count && !failed; i++) {
        const size_t place = i % NONCE_GROUP, left = count - i;
        unsigned char *raw = raws + RAW_SIGNATURE_SIZE * i;
        const unsigned char *digest = digests + SM3_DIGEST_SIZE * i;
        if (place == 0) {
            failed = nonce_draw_many(k, &key->d, digest, left < NONCE_GROUP ? left : NONCE_GROUP);
        }
        /* Where the standard wants another nonce, starting again gives one. */
        if (!failed && !private_key_sign_with_nonce(raw, key, digest, &k[place])) {
            failed = private_key_sign(raw, key, digest);
        }
    }
    wipe(k, sizeof k);
    if (failed) {
        memset(raws, 0, RAW_SIGNATURE_SIZE * count);
        return -1;
    }
    return 0;
}

static int private_key_sign_many(unsigned char *raws, const private_key *key,
                                 const unsigned char *digests, size_t count) {
    const int failed = private_key_sign_many_unwiped(raws, key, digests, count);
    wipe_stack();
    return failed;
}

#endif
