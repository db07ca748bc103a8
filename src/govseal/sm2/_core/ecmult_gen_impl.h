#ifndef GOVSEAL_ECMULT_GEN_IMPL_H
#define GOVSEAL_ECMULT_GEN_IMPL_H

#include "ecmult_gen.h"
#include "ecmult_gen8.h"

static void ecmult_gen_build(void) {
    gej multiples[2 * GEN_ENTRIES]; /* 1·B … 64·B of the row's base B */
    gej odd[GEN_ENTRIES + 1];       /* and the next base, 64·B, last */
    ge affine[GEN_ENTRIES + 1];
    ge base = GE_GENERATOR;

    for (int row = 0; row < GEN_ROWS; row++) {
        gej_multiples_var(multiples, &base, 2 * GEN_ENTRIES);
        for (int i = 0; i < GEN_ENTRIES; i++) {
            odd[i] = multiples[2 * i];
        }
        odd[GEN_ENTRIES] = multiples[2 * GEN_ENTRIES - 1];
        ge_set_gej_batch_var(affine, odd, GEN_ENTRIES + 1);
        for (int i = 0; i < GEN_ENTRIES; i++) {
            ge_storage packed;
            ge_to_storage(&packed, &affine[i]);
            for (int j = 0; j < 4; j++) {
                ecmult_gen_table[row][j][i] = packed.x.n[j];
                ecmult_gen_table[row][j + 4][i] = packed.y.n[j];
            }
        }
        base = affine[GEN_ENTRIES];
    }
}

static void ecmult_gen_recode(ecmult_gen_digits *r, const scalar *k) {
    scalar odd = *k, other;
    r->negated = scalar_is_odd(k) ^ 1;
    scalar_negate(&other, k);
    scalar_cmov(&odd, &other, r->negated);
    /* (k' - 1)/2 + 2^257, as k' is odd */
    for (int i = 0; i < 3; i++) {
        r->words[i] = odd.d[i] >> 1 | odd.d[i + 1] << 63;
    }
    r->words[3] = odd.d[3] >> 1;
    r->words[4] = 2;
    wipe(&odd, sizeof odd);
    wipe(&other, sizeof other);
}

/* What a multiplication leaves on the stack, in one place to be wiped. */
typedef struct {
    ecmult_gen_digits digits;
    ge_storage packed;
    ge entry;
    gex sum;
} ecmult_gen_workspace;

/* From the low rows to the high: before row i is added the sum is an odd number below 2^(6i) in
 * absolute value, times G, and the digit adds an odd multiple of 2^(6i). The two can only agree
 * modulo n when 2^(6i+6) reaches n, that is in the last row (and there only for the one
 * k' = 30·2^252 - n); and they never cancel, because k' ≠ 0 mod n. */
#define GEN_NAME(name) name##_portable
#define GEN_VECTOR_WORDS 2 /* SSE2 on every x86-64, NEON on every aarch64, plain words elsewhere */
#define GEN_LEAVE_VECTORS ((void)0)
#include "ecmult_gen_template.h"

#if HAS_LANES
#define GEN_NAME(name) name##_avx2
#define GEN_VECTOR_WORDS 4
/* The masks say which entry it was. In the upper halves of the registers they would outlive the
 * calculation; and on AMD's Zen 3 the SSE instructions after it take longer, by a third over a whole
 * multiplication, and not quite the same for every mask. GCC 12 makes no vzeroupper here. */
#define GEN_LEAVE_VECTORS                                                                          \
    __asm__ volatile("vzeroall"                                                                    \
                     :                                                                             \
                     :                                                                             \
                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",     \
                       "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15")
TARGET_BEGIN(TARGET_AVX2)
#include "ecmult_gen_template.h"
TARGET_END
#endif

static void ecmult_gen_scalar(ge *r, const scalar *k) {
#if HAS_LANES
    if (tier >= TIER_AVX2) {
        ecmult_gen_avx2(r, k);
        return;
    }
#endif
    ecmult_gen_portable(r, k);
}

static void ecmult_gen(ge *r, const scalar *k) {
#if HAS_LANES
    if (tier >= TIER_IFMA) {
        ecmult_gen_lanes(r, k);
        return;
    }
#endif
    ecmult_gen_scalar(r, k);
}

static void ecmult_gen_many_x(uint64_t (*x)[4], const scalar *k, size_t count) {
    ge point;
    VERIFY_CHECK(count >= 1 && count <= GEN_MANY_MAX);
#if HAS_LANES
    if (tier >= TIER_IFMA) {
        ecmult_gen_lanes_many_x(x, k, count);
        return;
    }
#endif
    for (size_t i = 0; i < count; i++) {
        ecmult_gen_scalar(&point, &k[i]);
        fe_get_words(x[i], &point.x);
    }
    wipe(&point, sizeof point);
}

#endif
