#ifndef GOVSEAL_VERIFY8_IMPL_H
#define GOVSEAL_VERIFY8_IMPL_H

#include "verify8.h"

#if HAS_LANES

#include <stdlib.h>

/* Up to eight equations s·G + t·P = (x, y) with x ≡ wanted mod n, and whose they are. */
typedef struct {
    scalar s[FE8_LANES], t[FE8_LANES], wanted[FE8_LANES];
    const verify_record *records[FE8_LANES];
    const comb8 *combs[FE8_LANES];
    unsigned char *answers[FE8_LANES];
    int count;
} verify8_group;

/* Returns 0 where the signature is out of range. */
static int verify8_parse_var(scalar *s, scalar *t, scalar *wanted,
                             const unsigned char raw[RAW_SIGNATURE_SIZE],
                             const unsigned char digest[SM3_DIGEST_SIZE]) {
    scalar r;
    if (!signature_parse_var(&r, s, t, raw)) {
        return 0;
    }
    (void)scalar_set_bytes(wanted, digest);
    scalar_sub(wanted, &r, wanted);
    return 1;
}

TARGET_BEGIN(TARGET_IFMA)

/* In which lanes x = wanted·zz; undecided are those where zz = 0, and those without equality where
 * wanted + n may be below p: it is not where wanted >= 2^128. */
static __mmask8 verify8_compare_var(__mmask8 *undecided, const fe8 *x, const fe8 *zz,
                                    const scalar wanted[FE8_LANES]) {
    uint64_t words[4][FE8_LANES];
    fe8_storage packed;
    fe8 product, factor;
    __mmask8 equal, small = 0;

    for (int l = 0; l < FE8_LANES; l++) {
        for (int i = 0; i < 4; i++) {
            words[i][l] = wanted[l].d[i];
        }
        small |= (__mmask8)(((wanted[l].d[2] | wanted[l].d[3]) == 0) << l);
    }
    for (int i = 0; i < 4; i++) {
        packed.n[i] = _mm512_loadu_si512(words[i]);
    }
    fe8_from_storage(&product, &packed);
    fe8_set_all(&factor, &FE_R2);
    fe8_mul(&product, &product, &factor);
    fe8_mul(&product, &product, zz);
    fe8_sub(&product, &product, x, 2);
    fe8_carry(&product);
    equal = fe8_is_zero(&product);
    *undecided = fe8_is_zero(zz) | (small & ~equal);
    return equal & ~*undecided;
}

/* Answers for the group; public_key_verify_complete_var helps where the lanes cannot. */
static void verify8_answer_var(const verify8_group *group, const fe8 *x, const fe8 *zz) {
    __mmask8 undecided;
    const __mmask8 equal = verify8_compare_var(&undecided, x, zz, group->wanted);
    for (int l = 0; l < group->count; l++) {
        const verify_record *record = group->records[l];
        *group->answers[l] = equal >> l & 1;
        if (undecided >> l & 1) {
            COUNT_PATH(verify8_undecided);
            *group->answers[l] = (unsigned char)public_key_verify_complete_var(
                record->prepared == NULL ? record->key : &record->prepared->key, record->raw,
                record->digest);
        }
    }
}

/* Lanes without a record of their own repeat the first one. */
static void verify8_fill_var(verify8_group *group) {
    for (int l = group->count; l < FE8_LANES; l++) {
        group->s[l] = group->s[0];
        group->t[l] = group->t[0];
        group->wanted[l] = group->wanted[0];
        group->records[l] = group->records[0];
        group->combs[l] = group->combs[0];
    }
}

/* The group's keys have no tables. */
static void verify8_close_var(verify8_group *group) {
    ge points[FE8_LANES];
    gej8 sum;
    fe8 zz;
    verify8_fill_var(group);
    for (int l = 0; l < FE8_LANES; l++) {
        const verify_record *record = group->records[l];
        points[l] = (record->prepared == NULL ? record->key : &record->prepared->key)->point;
    }
    ecmult8_var(&sum, group->s, points, group->t);
    fe8_sqr(&zz, &sum.z);
    verify8_answer_var(group, &sum.x, &zz);
    group->count = 0;
}

static void verify8_close_comb_var(verify8_group *group) {
    gex8 sum;
    verify8_fill_var(group);
    ecmult8_comb_var(&sum, group->s, group->combs, group->t);
    verify8_answer_var(group, &sum.x, &sum.zz);
    group->count = 0;
}

/* The key's table, made if it is not there; NULL without memory. */
static const comb8 *verify8_comb_var(prepared_key *key) {
    struct prepared_lanes *lanes = __atomic_load_n(&key->lanes, __ATOMIC_ACQUIRE);
    struct prepared_lanes *made;
    if (lanes != NULL) {
        return &lanes->comb;
    }
    made = aligned_alloc(64, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    comb8_set_var(&made->comb, &key->table);
    if (!__atomic_compare_exchange_n(&key->lanes, &lanes, made, 0, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        free(made); /* another thread was faster */
        made = lanes;
    }
    return &made->comb;
}

/* One signature, whose equation every lane of the sum is about. */
static int verify8_one_var(const gex8 *sum, const scalar *wanted, const public_key *key,
                           const unsigned char raw[RAW_SIGNATURE_SIZE],
                           const unsigned char digest[SM3_DIGEST_SIZE]) {
    scalar same[FE8_LANES];
    __mmask8 equal, undecided;
    for (int l = 0; l < FE8_LANES; l++) {
        same[l] = *wanted;
    }
    equal = verify8_compare_var(&undecided, &sum->x, &sum->zz, same);
    if (undecided & 1) {
        COUNT_PATH(verify8_undecided);
        return public_key_verify_complete_var(key, raw, digest);
    }
    return equal & 1;
}

static int verify8_public_var(const public_key *key, const unsigned char raw[RAW_SIGNATURE_SIZE],
                              const unsigned char digest[SM3_DIGEST_SIZE]) {
    scalar s, t, wanted;
    gex8 sum;
    if (!verify8_parse_var(&s, &t, &wanted, raw, digest)) {
        return 0;
    }
    ecmult8_plain_var(&sum, &s, &key->point, &t);
    return verify8_one_var(&sum, &wanted, key, raw, digest);
}

static int verify8_prepared_var(prepared_key *key, const unsigned char raw[RAW_SIGNATURE_SIZE],
                                const unsigned char digest[SM3_DIGEST_SIZE]) {
    const comb8 *comb;
    scalar s, t, wanted;
    gex8 sum;
    if (!verify8_parse_var(&s, &t, &wanted, raw, digest)) {
        return 0;
    }
    comb = verify8_comb_var(key);
    if (comb == NULL) {
        return public_key_verify_complete_var(&key->key, raw, digest);
    }
    ecmult8_one_var(&sum, &s, comb, &t);
    return verify8_one_var(&sum, &wanted, &key->key, raw, digest);
}

/* What is left of a group, one record after the other. */
static void verify8_singly_var(verify8_group *group) {
    for (int l = 0; l < group->count; l++) {
        *group->answers[l] = (unsigned char)signature_verify_record_var(group->records[l]);
    }
    group->count = 0;
}

/* A group with tables costs as much as six single verifications with them. */
#define VERIFY8_COMB_MIN 7

static void verify8_many_var(unsigned char *valid, const verify_record *records, size_t count) {
    verify8_group plain, combs;
    plain.count = combs.count = 0;
    for (size_t i = 0; i < count; i++) {
        const verify_record *record = &records[i];
        const comb8 *comb = record->prepared == NULL ? NULL : verify8_comb_var(record->prepared);
        verify8_group *group = comb == NULL ? &plain : &combs;
        const int l = group->count;
        valid[i] = 0;
        if (!verify8_parse_var(&group->s[l], &group->t[l], &group->wanted[l], record->raw,
                               record->digest)) {
            continue;
        }
        group->records[l] = record;
        group->combs[l] = comb;
        group->answers[l] = &valid[i];
        group->count++;
        if (plain.count == FE8_LANES) {
            verify8_close_var(&plain);
        } else if (combs.count == FE8_LANES) {
            verify8_close_comb_var(&combs);
        }
    }
    if (plain.count > 1) {
        verify8_close_var(&plain);
    }
    if (combs.count >= VERIFY8_COMB_MIN) {
        verify8_close_comb_var(&combs);
    }
    verify8_singly_var(&plain);
    verify8_singly_var(&combs);
}

TARGET_END
#endif

#endif
