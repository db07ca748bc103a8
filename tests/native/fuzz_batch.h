/* Many at once: every record gets the answer that it gets alone, whatever its neighbours are. */
#ifndef GOVSEAL_TESTS_FUZZ_BATCH_H
#define GOVSEAL_TESTS_FUZZ_BATCH_H

#include "fuzz.h"

#define RECORDS 20
#define SIGNERS 3

typedef struct {
    private_key key;
    public_key public;
    prepared_key prepared;
} fuzz_signer;

static fuzz_signer signers[SIGNERS];
static unsigned char digests[RECORDS * SM3_DIGEST_SIZE], raws[RECORDS * RAW_SIGNATURE_SIZE];

/* Choices for each record: whose key, with tables or not, and a byte that is changed. */
static void make_records(verify_record *records, int *is_good, size_t count, fuzz_input *in) {
    for (size_t i = 0; i < count; i++) {
        const unsigned choice = take_byte(in);
        fuzz_signer *key = &signers[choice % SIGNERS];
        unsigned char *raw = raws + RAW_SIGNATURE_SIZE * i, *digest = digests + SM3_DIGEST_SIZE * i;
        take(digest, in, 4);
        CHECK(private_key_sign(raw, &key->key, digest) == 0);
        if (choice & 64) {
            take(raw + choice % 2 * SCALAR_SIZE, in, SCALAR_SIZE);
        } else if (choice & 128) {
            raw[take_byte(in) % RAW_SIGNATURE_SIZE] ^= 1;
        }
        records[i] = (verify_record){&key->public, choice & 32 ? &key->prepared : NULL, raw, digest};
        is_good[i] = public_key_verify_var(&key->public, raw, digest);
        CHECK((choice & 192) != 0 || is_good[i]);
    }
}

static int fuzz_batch(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    verify_record records[RECORDS];
    unsigned char valid[RECORDS];
    int is_good[RECORDS];
    size_t count;

    fuzz_setup();
    memset(digests, 0, sizeof digests);
    for (int i = 0; i < SIGNERS; i++) {
        take_key(&signers[i].key, &signers[i].public, &in);
        prepared_key_set_var(&signers[i].prepared, &signers[i].public);
    }
    count = take_byte(&in) % (RECORDS + 1);
    make_records(records, is_good, count, &in);
    for EACH_TIER(each) {
        memset(valid, 2, sizeof valid);
        signature_verify_many_var(valid, records, count);
        for (size_t i = 0; i < RECORDS; i++) {
            CHECK(valid[i] == (i < count ? is_good[i] : 2));
        }
    }
    for EACH_TIER(each) {
        CHECK(private_key_sign_many(raws, &signers[0].key, digests, count) == 0);
        for (size_t i = 0; i < count; i++) {
            CHECK(public_key_verify_var(&signers[0].public, raws + RAW_SIGNATURE_SIZE * i,
                                        digests + SM3_DIGEST_SIZE * i));
        }
    }
    for (int i = 0; i < SIGNERS; i++) {
        prepared_key_clear(&signers[i].prepared);
    }
    return 0;
}

#endif
