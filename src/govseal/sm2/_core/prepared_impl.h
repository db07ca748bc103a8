#ifndef GOVSEAL_PREPARED_IMPL_H
#define GOVSEAL_PREPARED_IMPL_H

#include "prepared.h"

#include <stdlib.h>

static void prepared_build_tables(void) {
    ecmult_build_parts();
}

static void prepared_key_set_var(prepared_key *r, const public_key *key) {
    r->key = *key;
    ecmult_table_set_var(&r->table, &key->point);
    r->lanes = NULL;
}

static void prepared_key_clear(prepared_key *key) {
    free(key->lanes);
    key->lanes = NULL;
}

static int prepared_key_verify_var(prepared_key *key, const unsigned char raw[RAW_SIGNATURE_SIZE],
                                   const unsigned char digest[SM3_DIGEST_SIZE]) {
    scalar r, s, t;
    gej point;

#if HAS_LANES
    if (tier >= TIER_IFMA) {
        return verify8_prepared_var(key, raw, digest);
    }
#endif
    if (!signature_parse_var(&r, &s, &t, raw)) {
        return 0;
    }
    ecmult_table_var(&point, &s, &key->table, &t);
    return signature_matches_var(&point, &r, digest);
}

#endif
