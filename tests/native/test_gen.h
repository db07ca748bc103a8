/* Multiplications of the base point by lanes against the scalar code. unit_tests.c runs little of
 * it, lanes_proof.c much. */
#ifndef GOVSEAL_TESTS_GEN_H
#define GOVSEAL_TESTS_GEN_H

#include "check.h"
#include "core.h"
#include "test_field.h"

/* A scalar in [1, n-1]: full of edges, or as evenly spread as a nonce is. */
static void random_factor(scalar *k) {
    do {
        if (test_random() & 1) {
            random_scalar(k);
        } else {
            const uint64_t words[4] = {test_random(), test_random(), test_random(), test_random()};
            scalar_set_words(k, words);
        }
    } while (scalar_is_zero(k));
}

/* k·G by ecmult_gen of this tier, and x by ecmult_gen_many_x, against the scalar code of the portable
 * one. */
static void compare_gen(const scalar *k, size_t count) {
    static uint64_t x[GEN_MANY_MAX][4];
    ecmult_gen_many_x(x, k, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t expected_x[4];
        ge point, expected;
        ecmult_gen_portable(&expected, &k[i]);
        ecmult_gen(&point, &k[i]);
        CHECK(memcmp(point.x.n, expected.x.n, sizeof point.x.n) == 0);
        CHECK(memcmp(point.y.n, expected.y.n, sizeof point.y.n) == 0);
        fe_get_words(expected_x, &expected.x);
        CHECK(memcmp(x[i], expected_x, sizeof expected_x) == 0);
    }
}

static void test_gen_random(void) {
    static scalar k[GEN_MANY_MAX];
    static const size_t counts[] = {1, 2, 7, 8, 9, 15, 16, 17, 64, 127, 128};
    for (size_t i = 0; i < GEN_MANY_MAX; i++) {
        random_factor(&k[i]);
    }
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        compare_gen(k + test_random() % (GEN_MANY_MAX + 1 - counts[i]), counts[i]);
    }
}

/* Small multiples, powers of two and their neighbours, on both sides of n. */
static void test_gen_edges(void) {
    static scalar k[GEN_MANY_MAX];
    static const scalar one = {{1, 0, 0, 0}};
    scalar power = one;
    for (int bit = 0; bit < 256; bit++) {
        scalar_add(&k[0], &power, &one);
        scalar_sub(&k[1], &power, &one);
        if (bit == 0) {
            k[1] = one; /* for 0 */
        }
        k[2] = power;
        for (int i = 0; i < 3; i++) {
            scalar_negate(&k[i + 3], &k[i]);
        }
        compare_gen(k, 6);
        scalar_add(&power, &power, &power);
    }
}

/* The scalars that meet an accident: 30·2^252 - n where eight stand side by side (ecmult_gen_impl.h),
 * and n with every other digit turned round where one is spread out (ecmult_gen8_impl.h). Each, and
 * its negative, must take the way out and be right; and its neighbours must not. */
static void test_gen_accidents(void) {
    static const scalar side_by_side = {{0, 0, 0, UINT64_C(15) << 60}};
    static const scalar spread_out = {
        {UINT64_C(0x4c3a0c16b82d5ea3), UINT64_C(0xf3fbc0ead9d984d3), UINT64_C(0x07e07e07e07e07e0),
         UINT64_C(0xe07e07e17e07e07e)}};
    const uint64_t in_lanes = tier >= TIER_IFMA;
    scalar k[19], two = {{2, 0, 0, 0}};

    for (int sign = 0; sign < 2; sign++) {
        uint64_t before = path_counter.gen_lanes_redone;
        for (size_t i = 0; i < 19; i++) {
            random_factor(&k[i]);
        }
        scalar_add(&k[11], &side_by_side, &side_by_side);
        if (sign) {
            scalar_negate(&k[11], &k[11]);
        }
        compare_gen(k, 19);
        CHECK(path_counter.gen_lanes_redone - before == in_lanes);

        k[0] = spread_out;
        scalar_add(&k[1], &k[0], &two);
        scalar_sub(&k[2], &k[0], &two);
        for (int i = 0; i < 3 && sign; i++) {
            scalar_negate(&k[i], &k[i]);
        }
        before = path_counter.gen_lanes_redone;
        compare_gen(k, 3);
        CHECK(path_counter.gen_lanes_redone - before == in_lanes);
    }
}

#endif
