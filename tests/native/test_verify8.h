/* Sums and verifications in eight lanes against the complete scalar code. */
#ifndef GOVSEAL_TESTS_VERIFY8_H
#define GOVSEAL_TESTS_VERIFY8_H

#include "check.h"
#include "core.h"
#include "test_field.h"
#include "test_group.h"
#include "test_prepared.h"

#if HAS_LANES

static void random_key_scalar(scalar *r) {
    do {
        random_scalar(r);
    } while (scalar_is_zero(r));
}

/* --- Crafted signatures ------------------------------------------------------------------------- */

typedef struct {
    public_key key;
    unsigned char raw[RAW_SIGNATURE_SIZE], digest[SM3_DIGEST_SIZE];
    int valid; /* by the complete code */
} crafted;

static void set_key(public_key *r, const ge *point) {
    unsigned char encoded[PUBLIC_KEY_SIZE] = {4};
    fe_get_bytes(encoded + 1, &point->x);
    fe_get_bytes(encoded + 33, &point->y);
    CHECK(public_key_load_var(r, encoded, sizeof encoded, 0) == PUBLIC_KEY_OK);
}

/* The signature with this s and r = t - s, over the digest that makes it valid: e = r - x, where
 * infinity counts as x = 0. Returns 0 where r would be zero. */
static int craft(crafted *c, const ge *point, const scalar *s, const scalar *t) {
    scalar r, x, e;
    uint64_t words[4] = {0, 0, 0, 0};
    gej sum;
    ge affine;

    scalar_sub(&r, t, s);
    if (scalar_is_zero(&r)) {
        return 0;
    }
    ecmult_var(&sum, s, point, t);
    if (!gej_is_infinity_var(&sum)) {
        ge_set_gej_batch_var(&affine, &sum, 1);
        fe_get_words(words, &affine.x);
    }
    scalar_set_words(&x, words);
    scalar_sub(&e, &r, &x);
    set_key(&c->key, point);
    scalar_get_bytes(c->raw, &r);
    scalar_get_bytes(c->raw + 32, s);
    scalar_get_bytes(c->digest, &e);
    c->valid = !gej_is_infinity_var(&sum);
    return 1;
}

/* A signature whose x is not below n: s·G + t·P is the first such point, so P = (1/t)(that - s·G). */
static void craft_second_x(crafted *c) {
    uint64_t words[4];
    scalar s, t, u, v;
    gej sum;
    ge target, point;
    fe x;

    memcpy(words, SCALAR_N.d, sizeof words);
    do {
        words[0]++;
        fe_set_words(&x, words);
    } while (!ge_set_x_var(&target, &x, (int)(test_random() & 1)));
    fe_normalize(&target.x);
    fe_normalize(&target.y);
    random_key_scalar(&s);
    random_key_scalar(&t);
    scalar_inverse(&u, &t);
    scalar_to_montgomery(&v, &u);
    scalar_mul_montgomery(&v, &v, &s);
    scalar_negate(&v, &v);
    ecmult_var(&sum, &v, &target, &u);
    ge_set_gej_batch_var(&point, &sum, 1);
    CHECK(craft(c, &point, &s, &t) && c->valid);
}

/* The forms of damage that leave a signature invalid, or just another one. */
static void damage(crafted *c) {
    switch (test_random() % 8) {
    case 0:
        memset(c->raw, 0, 32); /* r = 0 */
        break;
    case 1:
        memset(c->raw + 32, 0, 32);
        break;
    case 2:
        memset(c->raw + test_random() % 2 * 32, 0xff, 32);
        break;
    case 3: { /* s = n - r: t = 0 */
        scalar r;
        (void)scalar_set_bytes(&r, c->raw);
        scalar_negate(&r, &r);
        scalar_get_bytes(c->raw + 32, &r);
        break;
    }
    case 4:
        words_store(c->raw + test_random() % 2 * 32, SCALAR_N.d);
        break;
    case 5:
        c->digest[test_random() % 32] ^= (unsigned char)(1 << test_random() % 8);
        break;
    default:
        c->raw[test_random() % 64] ^= (unsigned char)(1 << test_random() % 8);
    }
}

static void damage_and_ask(crafted *c) {
    damage(c);
    c->valid = public_key_verify_complete_var(&c->key, c->raw, c->digest);
}

/* --- Every path gives the same answer ----------------------------------------------------------- */

#define CRAFTED_MAX 48

/* One by one, in a batch without tables, with tables, and mixed. */
static void check_answers(const crafted *cases, size_t count) {
    static verify_record records[CRAFTED_MAX];
    static prepared_key prepared[CRAFTED_MAX];
    unsigned char valid[CRAFTED_MAX + 1];
    CHECK(count <= CRAFTED_MAX);
    for (size_t i = 0; i < count; i++) {
        prepared_key_set_var(&prepared[i], &cases[i].key);
        CHECK(prepared_key_verify_var(&prepared[i], cases[i].raw, cases[i].digest) ==
              cases[i].valid);
        CHECK(public_key_verify_var(&cases[i].key, cases[i].raw, cases[i].digest) ==
              cases[i].valid);
    }
    for (int mix = 0; mix < 3; mix++) {
        for (size_t i = 0; i < count; i++) {
            const int with_table = mix == 2 ? (int)(test_random() & 1) : mix;
            records[i] = (verify_record){with_table ? NULL : &cases[i].key,
                                         with_table ? &prepared[i] : NULL, cases[i].raw,
                                         cases[i].digest};
        }
        memset(valid, 7, sizeof valid);
        signature_verify_many_var(valid, records, count);
        for (size_t i = 0; i < count; i++) {
            CHECK(valid[i] == cases[i].valid);
        }
        CHECK(valid[count] == 7);
    }
    for (size_t i = 0; i < count; i++) {
        prepared_key_clear(&prepared[i]);
    }
}

/* Batches of every length, good and bad records next to each other. */
static void test_answers_of_random_records(void) {
    static crafted cases[CRAFTED_MAX];
    for (int round = 0; round < 2 + rounds / 16; round++) {
        for (size_t i = 0; i < CRAFTED_MAX; i++) {
            scalar d, s, t;
            ge point;
            random_key_scalar(&d);
            random_key_scalar(&s);
            random_key_scalar(&t);
            ecmult_gen(&point, &d);
            CHECK(craft(&cases[i], &point, &s, &t));
            if (test_random() % 4 == 0) {
                damage_and_ask(&cases[i]);
            }
        }
        for (size_t count = round == 0 ? 0 : CRAFTED_MAX; count <= CRAFTED_MAX; count++) {
            check_answers(cases + (CRAFTED_MAX - count) / 2, count);
        }
    }
}

/* Where keys are small multiples of G, and scalars are small, the sums of all paths meet equal and
 * opposite points on their way, and infinity in the end: a lane must notice. */
static void test_answers_of_accidents(void) {
    static const uint64_t small[] = {1, 2, 3, 4, 5, 7, 15, 16, 31, 33, 255, 257};
    enum { COUNT = sizeof small / sizeof small[0] };
    static crafted cases[CRAFTED_MAX];
    const uint64_t before = path_counter.verify8_undecided;
    size_t filled = 0;
    for (int i = 0; i < COUNT * 2 * COUNT * COUNT; i++) {
        scalar d = {{small[i % COUNT], 0, 0, 0}}, s = {{small[i / COUNT % COUNT], 0, 0, 0}},
               t = {{small[i / COUNT / COUNT % COUNT], 0, 0, 0}};
        ge point;
        if (i >= COUNT * COUNT * COUNT) {
            scalar_negate(&d, &d);
        }
        if (rounds < 64 && test_random() % 4 != 0) {
            continue;
        }
        if (test_random() & 1) {
            scalar_negate(&s, &s);
        }
        if (test_random() & 1) {
            scalar_negate(&t, &t);
        }
        if (small[i % COUNT] == 1 && i >= COUNT * COUNT * COUNT) {
            continue; /* -G is no key */
        }
        ecmult_gen(&point, &d);
        filled += (size_t)craft(&cases[filled], &point, &s, &t);
        if (filled == CRAFTED_MAX) {
            check_answers(cases, filled);
            filled = 0;
        }
    }
    CHECK(tier < TIER_IFMA || path_counter.verify8_undecided > before + 100);
}

static void test_answers_of_second_x(void) {
    static crafted cases[9];
    const uint64_t before = path_counter.verify8_undecided;
    for (int i = 0; i < 9; i++) {
        craft_second_x(&cases[i]);
        if (i % 3 == 2) {
            damage_and_ask(&cases[i]);
        }
    }
    check_answers(cases, 9);
    CHECK(tier < TIER_IFMA || path_counter.verify8_undecided > before);
}

/* --- The sums themselves ------------------------------------------------------------------------ */

TARGET_BEGIN(TARGET_IFMA)

/* Each lane is the expected sum, or says that it is none. Returns how many said so. */
static int check_lane_sums(const fe8 *x, const fe8 *zz, const gej expected[FE8_LANES]) {
    fe xs[FE8_LANES], zzs[FE8_LANES];
    int given_up = 0;
    fe8_store(xs, x);
    fe8_store(zzs, zz);
    for (int l = 0; l < FE8_LANES; l++) {
        fe left, right;
        if (fe_is_zero_var(&zzs[l])) {
            given_up++;
            continue;
        }
        CHECK(!gej_is_infinity_var(&expected[l]));
        fe_sqr(&right, &expected[l].z);
        fe_mul(&right, &right, &xs[l]);
        fe_mul(&left, &expected[l].x, &zzs[l]);
        CHECK(fe_equal_var(&left, &right));
    }
    return given_up;
}

static void test_ecmult8(void) {
    static comb8 combs[FE8_LANES];
    const comb8 *pointers[FE8_LANES];
    for (int round = 0; round < 1 + rounds / 8; round++) {
        ge points[FE8_LANES];
        int given_up = 0;
        for (int l = 0; l < FE8_LANES; l++) {
            ecmult_table table;
            scalar d = {{1 + test_random() % 8, 0, 0, 0}};
            if (round % 2 == 0) {
                random_key_scalar(&d);
            }
            ecmult_gen(&points[l], &d);
            ecmult_table_set_var(&table, &points[l]);
            comb8_set_var(&combs[l], &table);
            pointers[l] = &combs[l];
        }
        for (int i = 0; i < 8; i++) {
            scalar s[FE8_LANES], t[FE8_LANES];
            gej expected[FE8_LANES], same[FE8_LANES];
            gej8 sum;
            gex8 sums;
            fe8 zz;
            for (int l = 0; l < FE8_LANES; l++) {
                edge_scalar(&s[l], 1 + (int)(test_random() % 10));
                edge_scalar(&t[l], i == 0 ? EDGE_SCALARS : 1 + (int)(test_random() % 10));
                ecmult_var(&expected[l], &s[l], &points[l], &t[l]);
            }
            ecmult8_var(&sum, s, points, t);
            fe8_sqr(&zz, &sum.z);
            given_up += check_lane_sums(&sum.x, &zz, expected);
            ecmult8_comb_var(&sums, s, pointers, t);
            given_up += check_lane_sums(&sums.x, &sums.zz, expected);
            ecmult8_one_var(&sums, &s[i], &combs[i], &t[i]);
            for (int l = 0; l < FE8_LANES; l++) {
                same[l] = expected[i];
            }
            given_up += check_lane_sums(&sums.x, &sums.zz, same);
            ecmult8_plain_var(&sums, &s[i], &points[i], &t[i]);
            given_up += check_lane_sums(&sums.x, &sums.zz, same);
        }
        CHECK(round % 2 != 0 || given_up == 0);
    }
}

TARGET_END

/* Entry (2j+1)·2^(w·i)·P, for G and for another point. */
static void test_comb8_tables(void) {
    static comb8 comb;
    ecmult_table table;
    scalar d;
    ge point, expected;
    ge_storage packed;
    random_key_scalar(&d);
    ecmult_gen(&point, &d);
    ecmult_table_set_var(&table, &point);
    comb8_set_var(&comb, &table);
    for (int i = 0; i < COMB8_SIZE(COMB8_WIDTH_GENERATOR); i++) {
        const int bit = i / COMB8_ENTRIES(COMB8_WIDTH_GENERATOR) * COMB8_WIDTH_GENERATOR;
        const uint64_t odd = 2 * (uint64_t)(i % COMB8_ENTRIES(COMB8_WIDTH_GENERATOR)) + 1;
        scalar k = {{0, 0, 0, 0}};
        k.d[bit / 64] = odd << bit % 64;
        ecmult_gen(&expected, &k);
        ge_to_storage(&packed, &expected);
        CHECK(memcmp(&packed, &comb8_generator[i], sizeof packed) == 0);
    }
    scalar_to_montgomery(&d, &d);
    for (int i = 0; i < COMB8_SIZE(COMB8_WIDTH_POINT); i++) {
        const int bit = i / COMB8_ENTRIES(COMB8_WIDTH_POINT) * COMB8_WIDTH_POINT;
        const uint64_t odd = 2 * (uint64_t)(i % COMB8_ENTRIES(COMB8_WIDTH_POINT)) + 1;
        scalar k = {{0, 0, 0, 0}};
        k.d[bit / 64] = odd << bit % 64;
        scalar_mul_montgomery(&k, &k, &d);
        ecmult_gen(&expected, &k);
        ge_to_storage(&packed, &expected);
        CHECK(memcmp(&packed, &comb.entries[i], sizeof packed) == 0);
    }
}

static void test_verify8(void) {
    const core_tier before = tier;
    for (int each = TIER_PORTABLE; each <= (int)tier_best(); each++) {
        tier = (core_tier)each;
        if (each == TIER_IFMA) {
            ecmult8_build();
            test_comb8_tables();
            test_ecmult8();
        }
        test_answers_of_random_records();
        test_answers_of_accidents();
        test_answers_of_second_x();
    }
    tier = before;
}

#else

static void test_verify8(void) {}

#endif

#endif
