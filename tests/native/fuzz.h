/* What the targets of fuzz.c share. Each reads its input as numbers and choices, so that random bytes
 * reach what lies behind the first checks, and compares every tier with the portable one.
 */
#ifndef GOVSEAL_TESTS_FUZZ_H
#define GOVSEAL_TESTS_FUZZ_H

#include "core.h"

#include "fuzz_input.h"

static core_tier best_tier;

static void fuzz_setup(void) {
    static int is_done = 0;
    if (!is_done) {
        is_done = 1;
        best_tier = tier = tier_best();
        signature_build_tables();
        prepared_build_tables();
    }
    tier = TIER_PORTABLE;
}

/* A key of the next bytes; where they are no d in [1, n-2], of 1. */
static void take_key(private_key *key, public_key *public, fuzz_input *in) {
    static const unsigned char one[SCALAR_SIZE] = {[SCALAR_SIZE - 1] = 1};
    unsigned char d[SCALAR_SIZE];
    take(d, in, sizeof d);
    if (!private_key_load(key, public, d)) {
        CHECK(private_key_load(key, public, one));
    }
}

/* A nonce in [1, n-1]. */
static void take_nonce(scalar *k, fuzz_input *in) {
    unsigned char bytes[SCALAR_SIZE];
    take(bytes, in, sizeof bytes);
    (void)scalar_set_bytes(k, bytes);
    k->d[0] |= scalar_is_zero(k);
}

/* for (each tier from portable up) */
#define EACH_TIER(name)                                                                            \
    (int name = TIER_PORTABLE; name <= (int)best_tier && (tier = (core_tier)name, 1); name++)

#endif
