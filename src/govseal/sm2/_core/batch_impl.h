#ifndef GOVSEAL_BATCH_IMPL_H
#define GOVSEAL_BATCH_IMPL_H

#include "batch.h"

static void signature_verify_many_var(unsigned char *valid, const verify_record *records,
                                      size_t count) {
    for (size_t i = 0; i < count; i++) {
        const verify_record *one = &records[i];
        valid[i] = (unsigned char)(one->prepared != NULL
                                       ? prepared_key_verify_var(one->prepared, one->raw, one->digest)
                                       : public_key_verify_var(one->key, one->raw, one->digest));
    }
}

static int private_key_sign_many(unsigned char *raws, const private_key *key,
                                 const unsigned char *digests, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (private_key_sign(raws + RAW_SIGNATURE_SIZE * i, key, digests + SM3_DIGEST_SIZE * i) !=
            0) {
            memset(raws, 0, RAW_SIGNATURE_SIZE * count);
            return -1;
        }
    }
    return 0;
}

#endif
