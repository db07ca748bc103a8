/* Millions of verifications by every path of the highest tier against portable C.
 *
 * Usage: prove_verify records [seed]
 *
 * Keys change all the time, some are small multiples of G; a third of the records is damaged, some
 * are crafted so that sums meet accidents. Portable C answers with the table of a prepared key, and
 * every sixteenth time without.
 */
#include "core.h"

#include "check.h"
#include "test_field.h"
#include "test_group.h"
#include "test_prepared.h"
#include "test_signature.h"
#include "test_verify8.h"

#if HAS_LANES

enum { KEYS = 64, BLOCK = 1024 };

typedef struct {
    private_key private;
    public_key public;
    prepared_key prepared;
} prove_key;

static prove_key prove_keys[KEYS];
static crafted prove_cases[BLOCK];
static prove_key *prove_key_of[BLOCK];

static void renew_key(prove_key *key) {
    scalar d = {{1 + test_random() % 32, 0, 0, 0}};
    unsigned char bytes[SCALAR_SIZE];
    if (test_random() % 8 != 0) {
        random_key_scalar(&d);
    }
    scalar_get_bytes(bytes, &d);
    if (!private_key_load(&key->private, &key->public, bytes)) {
        return; /* n - 1: the old key goes on */
    }
    prepared_key_clear(&key->prepared);
    prepared_key_set_var(&key->prepared, &key->public);
}

static void new_case(size_t i) {
    crafted *c = &prove_cases[i];
    prove_key *key = &prove_keys[test_random() % KEYS];
    prove_key_of[i] = key;
    c->key = key->public;
    if (test_random() % 16 == 0) {
        scalar s = {{1 + test_random() % 64, 0, 0, 0}}, t = {{1 + test_random() % 64, 0, 0, 0}};
        if (test_random() & 1) {
            scalar_negate(&s, &s);
        }
        if (craft(c, &key->public.point, &s, &t)) {
            return;
        }
    }
    for (int j = 0; j < 4; j++) {
        const uint64_t word = test_random_word();
        memcpy(c->digest + 8 * j, &word, sizeof word);
    }
    CHECK(private_key_sign(c->raw, &key->private, c->digest) == 0);
}

static int portable_answer(const crafted *c, const prove_key *key) {
    scalar r, s, t;
    gej point;
    if (test_random() % 16 == 0) {
        return public_key_verify_complete_var(&c->key, c->raw, c->digest);
    }
    if (!signature_parse_var(&r, &s, &t, c->raw)) {
        return 0;
    }
    ecmult_table_var(&point, &s, &key->prepared.table, &t);
    return signature_matches_var(&point, &r, c->digest);
}

static void check_batch(int mix) {
    static verify_record records[BLOCK];
    static unsigned char valid[BLOCK];
    const size_t count = BLOCK - test_random() % 16;
    for (size_t i = 0; i < count; i++) {
        const int with_table = mix == 2 ? (int)(test_random() & 1) : mix;
        records[i] = (verify_record){&prove_cases[i].key,
                                     with_table ? &prove_key_of[i]->prepared : NULL,
                                     prove_cases[i].raw, prove_cases[i].digest};
    }
    signature_verify_many_var(valid, records, count);
    for (size_t i = 0; i < count; i++) {
        CHECK(valid[i] == prove_cases[i].valid);
    }
}

int main(int argc, char **argv) {
    const uint64_t wanted = argc > 1 ? strtoull(argv[1], NULL, 0) : BLOCK;
    uint64_t done = 0, good = 0;
    test_random_state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    CHECK(test_random_state != 0);
    tier = tier_best();
    signature_build_tables();
    prepared_build_tables();
    for (int i = 0; i < KEYS; i++) {
        renew_key(&prove_keys[i]);
    }
    while (done < wanted) {
        renew_key(&prove_keys[test_random() % KEYS]);
        for (size_t i = 0; i < BLOCK; i++) {
            crafted *c = &prove_cases[i];
            new_case(i);
            if (test_random() % 3 == 0) {
                damage(c);
            }
            c->valid = portable_answer(c, prove_key_of[i]);
            good += (uint64_t)c->valid;
            CHECK(c->valid == prepared_key_verify_var(&prove_key_of[i]->prepared, c->raw, c->digest));
            CHECK(c->valid == public_key_verify_var(&c->key, c->raw, c->digest));
        }
        for (int mix = 0; mix < 3; mix++) {
            check_batch(mix);
        }
        done += BLOCK;
    }
    printf("%s: %llu records, %llu valid, %llu left undecided by lanes: all answers agree\n",
           TIER_NAMES[tier], (unsigned long long)done, (unsigned long long)good,
           (unsigned long long)path_counter.verify8_undecided);
    return 0;
}

#else

int main(void) {
    puts("no lanes for this processor: nothing to compare");
    return 0;
}

#endif
