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

typedef struct {
    scalar k[GEN_MANY_MAX];
    uint64_t x[GEN_MANY_MAX][4];
    unsigned char digests[SM3_DIGEST_SIZE * GEN_MANY_MAX];
} sign_many_workspace;

/* At most GEN_MANY_MAX signatures, which share what one inversion costs. A nonce is bound to the digest
 * that it signs, and so each is read once: the caller may have another thread write there. */
static OWN_FRAME int private_key_sign_chunk(unsigned char *raws, const private_key *key,
                                            const unsigned char *digests, size_t count,
                                            sign_many_workspace *w) {
    memcpy(w->digests, digests, SM3_DIGEST_SIZE * count);
    if (nonce_draw_many(w->k, &key->d, w->digests, count) != 0) {
        return -1;
    }
    ecmult_gen_many_x(w->x, w->k, count);
    for (size_t i = 0; i < count; i++) {
        unsigned char *raw = raws + RAW_SIGNATURE_SIZE * i;
        const unsigned char *digest = w->digests + SM3_DIGEST_SIZE * i;
        /* Where the standard wants another nonce, starting again gives one. */
        if (!private_key_sign_with_x(raw, key, digest, &w->k[i], w->x[i]) &&
            private_key_sign(raw, key, digest) != 0) {
            return -1;
        }
    }
    return 0;
}

static int private_key_sign_many(unsigned char *raws, const private_key *key,
                                 const unsigned char *digests, size_t count) {
    sign_many_workspace w;
    int failed = 0;
    for (size_t i = 0; i < count && !failed; i += GEN_MANY_MAX) {
        const size_t left = count - i;
        failed = private_key_sign_chunk(raws + RAW_SIGNATURE_SIZE * i, key,
                                        digests + SM3_DIGEST_SIZE * i,
                                        left < GEN_MANY_MAX ? left : GEN_MANY_MAX, &w);
    }
    wipe(&w, sizeof w);
    wipe_stack();
    if (failed) {
        memset(raws, 0, RAW_SIGNATURE_SIZE * count);
        return -1;
    }
    return 0;
}

#endif
