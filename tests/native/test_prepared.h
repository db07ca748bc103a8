/* Keys with tables against keys without. */
#ifndef GOVSEAL_TESTS_PREPARED_H
#define GOVSEAL_TESTS_PREPARED_H

#include "check.h"
#include "core.h"
#include "test_field.h"
#include "test_group.h"

/* Scalars whose recoding is at its limits: the largest below and the smallest from 2^255 on, runs
 * of ones that carry into bit 256, and n - 1. */
static void edge_scalar(scalar *r, int which) {
    static const scalar edges[] = {
        {{0, 0, 0, 0}},
        {{1, 0, 0, 0}},
        {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX >> 1}},
        {{0, 0, 0, UINT64_C(1) << 63}},
        {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_C(0xfffffffdffffffff)}},
        {{0, 0, 0, UINT64_C(0xfffffffe00000000)}},
        {{UINT64_C(0x53bbf40939d54122), UINT64_C(0x7203df6b21c6052b), UINT64_MAX,
          UINT64_C(0xfffffffeffffffff)}},
        {{UINT64_C(1) << 32, UINT64_C(1) << 31, UINT64_C(1) << 32, UINT64_C(1) << 31}},
    };
    enum { COUNT = sizeof edges / sizeof edges[0] };
    if (which < COUNT) {
        *r = edges[which];
    } else {
        random_scalar(r);
    }
}
#define EDGE_SCALARS 10 /* the last two are random */

static void check_same_point(const gej *a, const gej *b) {
    ge point;
    if (gej_is_infinity_var(b)) {
        CHECK(gej_is_infinity_var(a));
        return;
    }
    ge_set_gej_batch_var(&point, b, 1);
    check_gej(a, &point);
}

static void test_table_entries(void) {
    ecmult_table table;
    ge base = GE_GENERATOR, entry;
    gej multiple;
    ecmult_table_set_var(&table, &base);
    for (int part = 0; part < ECMULT_PARTS; part++) {
        for (int i = 0; i < ECMULT_ENTRIES_GENERATOR; i++) {
            static const scalar zero = {{0, 0, 0, 0}};
            scalar k = {{0, 0, 0, 0}};
            k.d[part / 2] = (2 * (uint64_t)i + 1) << (part % 2 * 32);
            ecmult_var(&multiple, &zero, &base, &k);
            ge_from_storage(&entry, &ecmult_generator[part][i]);
            check_gej(&multiple, &entry);
            if (i < ECMULT_ENTRIES_POINT) {
                CHECK(memcmp(&table.rows[part][i], &ecmult_generator[part][i],
                             sizeof(ge_storage)) == 0);
            }
        }
    }
}

/* Over G itself the two halves of the sum meet, double and cancel on the way. */
static void test_table_against_plain(void) {
    for (int round = 0; round < 2 + rounds / 16; round++) {
        ecmult_table table;
        ge point = GE_GENERATOR;
        if (round != 0) {
            scalar a;
            do {
                random_scalar(&a);
            } while (scalar_is_zero(&a));
            ecmult_gen(&point, &a);
        }
        ecmult_table_set_var(&table, &point);
        for (int i = 0; i < EDGE_SCALARS; i++) {
            for (int j = 0; j < EDGE_SCALARS; j++) {
                scalar s, t;
                gej sum, expected;
                edge_scalar(&s, i);
                edge_scalar(&t, j);
                ecmult_table_var(&sum, &s, &table, &t);
                ecmult_var(&expected, &s, &point, &t);
                check_same_point(&sum, &expected);
                scalar_negate(&t, &s);
                ecmult_table_var(&sum, &s, &table, &t);
                CHECK(round != 0 || gej_is_infinity_var(&sum));
            }
        }
    }
}

static void test_prepared_verify(void) {
    for (int i = 0; i < rounds; i++) {
        unsigned char digest[32], raw[64];
        verify_record records[4];
        unsigned char valid[4];
        private_key key;
        public_key public;
        prepared_key prepared;
        uint64_t words[4];

        CHECK(private_key_generate(&key, &public) == 0);
        prepared_key_set_var(&prepared, &public);
        test_random_words(words);
        words_store(digest, words);
        CHECK(private_key_sign(raw, &key, digest) == 0);
        CHECK(prepared_key_verify_var(&prepared, raw, digest) == 1);
        for (int j = 0; j < 4; j++) {
            records[j] = (verify_record){&public, j & 1 ? &prepared : NULL, raw,
                                         j & 2 ? raw : digest};
        }
        signature_verify_many_var(valid, records, 4);
        CHECK(valid[0] == 1 && valid[1] == 1 && valid[2] == 0 && valid[3] == 0);
        raw[test_random() % 64] ^= (unsigned char)(1 << test_random() % 8);
        CHECK(prepared_key_verify_var(&prepared, raw, digest) == 0);
        memset(raw, i & 1 ? 0 : 0xff, 32); /* r = 0, r >= n */
        CHECK(prepared_key_verify_var(&prepared, raw, digest) == 0);
        prepared_key_clear(&prepared);
        CHECK(prepared.lanes == NULL);
    }
}

#endif
