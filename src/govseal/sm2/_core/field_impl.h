#ifndef GOVSEAL_FIELD_IMPL_H
#define GOVSEAL_FIELD_IMPL_H

#include "field.h"
#include "modinv.h"

#define FE_M52 ((UINT64_C(1) << 52) - 1)
#define FE_M48 ((UINT64_C(1) << 48) - 1)

/* The limbs of p. */
#define FE_P0 UINT64_C(0xfffffffffffff)
#define FE_P1 UINT64_C(0xff00000000fff)
#define FE_P2 UINT64_C(0xfffffffffffff)
#define FE_P3 UINT64_C(0xfffffffffffff)
#define FE_P4 UINT64_C(0x0fffffffeffff)

/* p = -1 + LOW·(-2^52 + 2^4·2^208). The -1 makes a Montgomery quotient digit the low limb itself; the
 * common factor lets one product serve two digits. */
#define FE_LOW ((UINT64_C(1) << 44) - (UINT64_C(1) << 12))

static const fe FE_ONE = FE_CONST(0x10, 0xffffffff0000, 0, 0, 0x100000);
/* Factors that lead into Montgomery form: 2^520 mod p, and 2^780 mod p from an inverse. */
static const fe FE_R2 =
    FE_CONST(0x20000000300, 0xffffffff00000, 0x100000002, 0x200000001000, 0x4000000);
static const fe FE_R3 =
    FE_CONST(0x1200000016000, 0xffffff8000000, 0xc0000000ef, 0x90000000a0000, 0x1b0000000);

static const modinv_modulus FE_MODULUS = {
    {{0x3fffffffffffffff, 0x3ffffffc00000003, 0x3fffffffffffffff, 0x3fffffbfffffffff, 0xff}},
    UINT64_C(0x3fffffffffffffff)};

#ifdef GOVSEAL_VERIFY
static void fe_verify(const fe *a) {
    const uint64_t m = (uint64_t)a->magnitude;
    VERIFY_CHECK(a->magnitude >= 1 && a->magnitude <= FE_MAX_MAGNITUDE);
    UNROLL
    for (int i = 0; i < 4; i++) {
        VERIFY_CHECK(a->n[i] < m << 52);
    }
    VERIFY_CHECK(a->n[4] < m << 48);
}
#else
#define fe_verify(a) ((void)(a))
#endif

static inline void fe_add(fe *r, const fe *a, const fe *b) {
    VERIFY_SETUP(r->magnitude = a->magnitude + b->magnitude);
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = a->n[i] + b->n[i];
    }
    fe_verify(r);
}

static inline void fe_scale(fe *r, const fe *a, int factor) {
    VERIFY_SETUP(r->magnitude = a->magnitude * factor);
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = a->n[i] * (uint64_t)factor;
    }
    fe_verify(r);
}

/* (bound+1)·p - a, limb by limb. No limb goes below zero: each of p's lower limbs is at least
 * 2^52 - 2^44, so (bound+1) of them exceed bound·2^52 while bound < 255, and the same holds for the
 * top limb against bound·2^48. */
static inline void fe_negate(fe *r, const fe *a, int bound) {
    const uint64_t k = (uint64_t)bound + 1;
    VERIFY_CHECK(a->magnitude <= bound);
    VERIFY_SETUP(r->magnitude = bound + 1);
    r->n[0] = k * FE_P0 - a->n[0];
    r->n[1] = k * FE_P1 - a->n[1];
    r->n[2] = k * FE_P2 - a->n[2];
    r->n[3] = k * FE_P3 - a->n[3];
    r->n[4] = k * FE_P4 - a->n[4];
    fe_verify(r);
}

static inline void fe_sub(fe *r, const fe *a, const fe *b, int bound) {
    fe minus_b;
    fe_negate(&minus_b, b, bound);
    fe_add(r, a, &minus_b);
}

/* Subtracts top·p, where top = floor(value's top limb / 2^48), as
 * -top·2^256 + top·(1 + LOW·2^52 + 2^224), and moves every carry up by one limb only.
 * From magnitude m <= 32: value < 2^256 + m·2^225 < 2p, limbs < 2^52 + m·2^44 + m < 2·2^52. */
static inline void fe_weaken(fe *r) {
    const uint64_t top = r->n[4] >> 48;
    const uint64_t c0 = r->n[0] >> 52, c1 = r->n[1] >> 52;
    const uint64_t c2 = r->n[2] >> 52, c3 = r->n[3] >> 52;
    fe_verify(r);
    r->n[0] = (r->n[0] & FE_M52) + top;
    r->n[1] = (r->n[1] & FE_M52) + c0 + top * FE_LOW;
    r->n[2] = (r->n[2] & FE_M52) + c1;
    r->n[3] = (r->n[3] & FE_M52) + c2;
    r->n[4] = (r->n[4] & FE_M48) + c3 + (top << 16);
    VERIFY_SETUP(r->magnitude = 2);
    fe_verify(r);
}

/* Product scanning with the reduction interleaved. Column k (weight 2^(52k)) gathers a_i·b_(k-i);
 * for k < 5 its low limb is the quotient digit q_k, and adding q_k·p clears that limb (the -1 of p)
 * while it subtracts q_k·LOW one column up and adds 16·q_k·LOW four columns up.
 *
 * The factors enter times 2^6, so that columns are times 2^12: a limb then fills the upper bits of
 * the low word, a digit needs no mask, and the high word is the carry.
 *
 * Bounds: limbs stay below 2^57 (32·2^52), times 2^6 below 2^63; the limbs of a product of
 * magnitudes m·m' <= 64 make columns below 5·64·2^104·2^12 < 2^125, what is subtracted is no larger,
 * and multiples of LOW add less than 2^114. The result is (products + q·p)/2^260 + bias·p with
 * q < 2^260, hence below (m·m'/16 + 1 + bias)·p. */
#define FE_PRODUCT(x, y) ((i128)((u128)(x) * (y)))

/* What 16·x·LOW - y·LOW are for digits as they stand in a column. */
#define FE_DIGITS(x, y) ((i128)(int64_t)(((x) >> 8) - ((y) >> 12)) * (int64_t)(FE_LOW << 12))

/* The high word of a column as a carry into the next: times 2^12, by shifts that a negative number
 * may take. */
static inline i128 fe_next_column(i128 column) {
    const uint64_t carry = (uint64_t)(column >> 64);
    return (i128)((u128)(uint64_t)((int64_t)carry >> 52) << 64 | carry << 12);
}

/* digit = the low word of a column, which moves on to the next. */
#define FE_TAKE_DIGIT(digit, column)                                                               \
    do {                                                                                           \
        (digit) = (uint64_t)(column);                                                              \
        (column) = fe_next_column(column);                                                         \
    } while (0)

/* Column k of x·y, for limbs named x0..x4 and y0..y4. */
#define FE_MUL_0(x, y) FE_PRODUCT(x##0, y##0)
#define FE_MUL_1(x, y) (FE_PRODUCT(x##0, y##1) + FE_PRODUCT(x##1, y##0))
#define FE_MUL_2(x, y) (FE_PRODUCT(x##0, y##2) + FE_PRODUCT(x##1, y##1) + FE_PRODUCT(x##2, y##0))
#define FE_MUL_3(x, y)                                                                             \
    (FE_PRODUCT(x##0, y##3) + FE_PRODUCT(x##1, y##2) + FE_PRODUCT(x##2, y##1) +                    \
     FE_PRODUCT(x##3, y##0))
#define FE_MUL_4(x, y)                                                                             \
    (FE_PRODUCT(x##0, y##4) + FE_PRODUCT(x##1, y##3) + FE_PRODUCT(x##2, y##2) +                    \
     FE_PRODUCT(x##3, y##1) + FE_PRODUCT(x##4, y##0))
#define FE_MUL_5(x, y)                                                                             \
    (FE_PRODUCT(x##1, y##4) + FE_PRODUCT(x##2, y##3) + FE_PRODUCT(x##3, y##2) +                    \
     FE_PRODUCT(x##4, y##1))
#define FE_MUL_6(x, y) (FE_PRODUCT(x##2, y##4) + FE_PRODUCT(x##3, y##3) + FE_PRODUCT(x##4, y##2))
#define FE_MUL_7(x, y) (FE_PRODUCT(x##3, y##4) + FE_PRODUCT(x##4, y##3))
#define FE_MUL_8(x, y) FE_PRODUCT(x##4, y##4)

/* Column k of c·x², for limbs of x, of y = c·x and of z = 2·x (without the lowest). */
#define FE_SQR_0(x, y, z) FE_PRODUCT(y##0, x##0)
#define FE_SQR_1(x, y, z) FE_PRODUCT(y##0, z##1)
#define FE_SQR_2(x, y, z) (FE_PRODUCT(y##0, z##2) + FE_PRODUCT(y##1, x##1))
#define FE_SQR_3(x, y, z) (FE_PRODUCT(y##0, z##3) + FE_PRODUCT(y##1, z##2))
#define FE_SQR_4(x, y, z) (FE_PRODUCT(y##0, z##4) + FE_PRODUCT(y##1, z##3) + FE_PRODUCT(y##2, x##2))
#define FE_SQR_5(x, y, z) (FE_PRODUCT(y##1, z##4) + FE_PRODUCT(y##2, z##3))
#define FE_SQR_6(x, y, z) (FE_PRODUCT(y##2, z##4) + FE_PRODUCT(y##3, x##3))
#define FE_SQR_7(x, y, z) FE_PRODUCT(y##3, z##4)
#define FE_SQR_8(x, y, z) FE_PRODUCT(y##4, x##4)

/* r = (the sum of COLUMN(k)·2^(52k))/2^260 + bias·p. */
#define FE_REDUCE(r, COLUMN, bias)                                                                 \
    do {                                                                                           \
        uint64_t q0, q1, q2, q3, q4;                                                               \
        i128 c = COLUMN(0);                                                                        \
        FE_TAKE_DIGIT(q0, c);                                                                       \
        c += COLUMN(1) - FE_PRODUCT(q0, FE_LOW);                                                   \
        FE_TAKE_DIGIT(q1, c);                                                                       \
        c += COLUMN(2) - FE_PRODUCT(q1, FE_LOW);                                                   \
        FE_TAKE_DIGIT(q2, c);                                                                       \
        c += COLUMN(3) - FE_PRODUCT(q2, FE_LOW);                                                   \
        FE_TAKE_DIGIT(q3, c);                                                                       \
        c += COLUMN(4) + FE_DIGITS(q0, q3);                                                        \
        FE_TAKE_DIGIT(q4, c);                                                                       \
        c += COLUMN(5) + FE_DIGITS(q1, q4) + FE_PRODUCT((bias) * FE_P0, 4096);                     \
        (r)->n[0] = (uint64_t)c >> 12;                                                             \
        c = fe_next_column(c);                                                                     \
        c += COLUMN(6) + FE_PRODUCT(q2, 16 * FE_LOW) + FE_PRODUCT((bias) * FE_P1, 4096);           \
        (r)->n[1] = (uint64_t)c >> 12;                                                             \
        c = fe_next_column(c);                                                                     \
        c += COLUMN(7) + FE_PRODUCT(q3, 16 * FE_LOW) + FE_PRODUCT((bias) * FE_P2, 4096);           \
        (r)->n[2] = (uint64_t)c >> 12;                                                             \
        c = fe_next_column(c);                                                                     \
        c += COLUMN(8) + FE_PRODUCT(q4, 16 * FE_LOW) + FE_PRODUCT((bias) * FE_P3, 4096);           \
        (r)->n[3] = (uint64_t)c >> 12;                                                             \
        (r)->n[4] = (uint64_t)(c >> 64) + (bias) * FE_P4;                                          \
    } while (0)

/* Limbs by name: those of a times 2^6, and multiples of others. */
#define FE_LIMBS(x, a)                                                                             \
    const uint64_t x##0 = (a)->n[0] << 6, x##1 = (a)->n[1] << 6, x##2 = (a)->n[2] << 6,            \
                   x##3 = (a)->n[3] << 6, x##4 = (a)->n[4] << 6
#define FE_LIMBS_TIMES_2(z, x)                                                                     \
    const uint64_t z##1 = 2 * x##1, z##2 = 2 * x##2, z##3 = 2 * x##3, z##4 = 2 * x##4
#define FE_LIMBS_TIMES_8(y, x)                                                                     \
    const uint64_t y##0 = 8 * x##0, y##1 = 8 * x##1, y##2 = 8 * x##2, y##3 = 8 * x##3,             \
                   y##4 = 8 * x##4

#ifdef GOVSEAL_VERIFY
static int fe_product_magnitude(const fe *a, const fe *b) {
    const int product = a->magnitude * b->magnitude;
    fe_verify(a);
    fe_verify(b);
    VERIFY_CHECK(product <= 64);
    return (product + 15) / 16 + 1;
}
#endif

static inline void fe_mul_inline(fe *r, const fe *a, const fe *b) {
    FE_LIMBS(a, a);
    FE_LIMBS(b, b);
    VERIFY_SETUP(r->magnitude = fe_product_magnitude(a, b));
#define COLUMN(k) FE_MUL_##k(a, b)
    FE_REDUCE(r, COLUMN, UINT64_C(0));
#undef COLUMN
    fe_verify(r);
}

static inline void fe_sqr_inline(fe *r, const fe *a) {
    FE_LIMBS(a, a);
    FE_LIMBS_TIMES_2(d, a);
    VERIFY_SETUP(r->magnitude = fe_product_magnitude(a, a));
#define COLUMN(k) FE_SQR_##k(a, a, d)
    FE_REDUCE(r, COLUMN, UINT64_C(0));
#undef COLUMN
    fe_verify(r);
}

/* c·d/2^260 < p, so that one p keeps the difference from falling below zero. */
static inline void fe_mul_sub_mul_inline(fe *r, const fe *a, const fe *b, const fe *c, const fe *d) {
    FE_LIMBS(x, a);
    FE_LIMBS(y, b);
    FE_LIMBS(v, c);
    FE_LIMBS(w, d);
    VERIFY_CHECK(fe_product_magnitude(c, d) <= 2);
    VERIFY_SETUP(r->magnitude = fe_product_magnitude(a, b) + 1);
#define COLUMN(k) FE_MUL_##k(x, y) - FE_MUL_##k(v, w)
    FE_REDUCE(r, COLUMN, UINT64_C(1));
#undef COLUMN
    fe_verify(r);
}

/* 8c²/2^260 < 2p. */
static inline void fe_mul_sub_8sqr_inline(fe *r, const fe *a, const fe *b, const fe *c) {
    FE_LIMBS(x, a);
    FE_LIMBS(y, b);
    FE_LIMBS(v, c);
    FE_LIMBS_TIMES_2(d, v);
    FE_LIMBS_TIMES_8(w, v);
    VERIFY_CHECK(c->magnitude <= 2);
    VERIFY_SETUP(r->magnitude = fe_product_magnitude(a, b) + 2);
#define COLUMN(k) FE_MUL_##k(x, y) - FE_SQR_##k(v, w, d)
    FE_REDUCE(r, COLUMN, UINT64_C(2));
#undef COLUMN
    fe_verify(r);
}

static void __attribute__((noinline)) fe_mul(fe *r, const fe *a, const fe *b) {
    fe_mul_inline(r, a, b);
}

static void __attribute__((noinline)) fe_sqr(fe *r, const fe *a) {
    fe_sqr_inline(r, a);
}

static void __attribute__((noinline)) fe_mul_sub_mul(fe *r, const fe *a, const fe *b, const fe *c,
                                                     const fe *d) {
    fe_mul_sub_mul_inline(r, a, b, c, d);
}

/* After the weakening the value is below 2p: one conditional subtraction is left. */
static void fe_normalize(fe *r) {
    static const uint64_t p[5] = {FE_P0, FE_P1, FE_P2, FE_P3, FE_P4};
    uint64_t reduced[5], keep;
    int64_t borrow = 0;

    fe_weaken(r);
    UNROLL
    for (int i = 0; i < 4; i++) {
        r->n[i + 1] += r->n[i] >> 52;
        r->n[i] &= FE_M52;
    }
    UNROLL
    for (int i = 0; i < 5; i++) {
        const int64_t difference = (int64_t)r->n[i] - (int64_t)p[i] + borrow;
        reduced[i] = (uint64_t)difference & FE_M52;
        borrow = difference >> 52;
    }
    keep = mask_from_bit((uint64_t)borrow & 1); /* the value was below p */
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = (r->n[i] & keep) | (reduced[i] & ~keep);
    }
    VERIFY_SETUP(r->magnitude = 1);
    fe_verify(r);
}

static uint64_t fe_is_zero(const fe *a) {
    fe t = *a;
    fe_normalize(&t);
    return is_zero_word(t.n[0] | t.n[1] | t.n[2] | t.n[3] | t.n[4]);
}

/* The multiples k·p up to 32p end in -k mod 2^52: anything else is not zero. */
static int fe_is_zero_var(const fe *a) {
    if (((a->n[0] + FE_MAX_MAGNITUDE) & FE_M52) > FE_MAX_MAGNITUDE) {
        return 0;
    }
    return (int)fe_is_zero(a);
}

static int fe_equal_var(const fe *a, const fe *b) {
    fe difference;
    fe_sub(&difference, a, b, 2);
    return fe_is_zero_var(&difference);
}

static inline void fe_cmov(fe *r, const fe *a, uint64_t flag) {
    const uint64_t take = mask_from_bit(flag);
    VERIFY_SETUP(r->magnitude = a->magnitude > r->magnitude ? a->magnitude : r->magnitude);
    UNROLL
    for (int i = 0; i < 5; i++) {
        r->n[i] = (a->n[i] & take) | (r->n[i] & ~take);
    }
    fe_verify(r);
}

static void fe_from_storage(fe *r, const fe_storage *a) {
    r->n[0] = a->n[0] & FE_M52;
    r->n[1] = (a->n[0] >> 52 | a->n[1] << 12) & FE_M52;
    r->n[2] = (a->n[1] >> 40 | a->n[2] << 24) & FE_M52;
    r->n[3] = (a->n[2] >> 28 | a->n[3] << 36) & FE_M52;
    r->n[4] = a->n[3] >> 16;
    VERIFY_SETUP(r->magnitude = 1);
}

static void fe_to_storage(fe_storage *r, const fe *a) {
    VERIFY_CHECK(a->magnitude == 1);
    r->n[0] = a->n[0] | a->n[1] << 52;
    r->n[1] = a->n[1] >> 12 | a->n[2] << 40;
    r->n[2] = a->n[2] >> 24 | a->n[3] << 28;
    r->n[3] = a->n[3] >> 36 | a->n[4] << 16;
}

static void fe_set_words(fe *r, const uint64_t words[4]) {
    fe_storage packed;
    memcpy(packed.n, words, sizeof packed.n);
    fe_from_storage(r, &packed);
    VERIFY_SETUP(r->magnitude = 2); /* any 256-bit integer is below 2p */
    fe_mul(r, r, &FE_R2);
}

static void fe_get_words(uint64_t words[4], const fe *a) {
    static const fe integer_one = FE_CONST(1, 0, 0, 0, 0);
    fe t;
    fe_storage packed;
    fe_mul(&t, a, &integer_one);
    fe_normalize(&t);
    fe_to_storage(&packed, &t);
    memcpy(words, packed.n, sizeof packed.n);
}

static uint64_t fe_set_bytes(fe *r, const unsigned char bytes[32]) {
    static const uint64_t p[4] = {UINT64_MAX, UINT64_C(0xffffffff00000000), UINT64_MAX,
                                  UINT64_C(0xfffffffeffffffff)};
    uint64_t words[4], unused[4];
    words_load(words, bytes);
    fe_set_words(r, words);
    return words_sub(unused, words, p);
}

static void fe_get_bytes(unsigned char bytes[32], const fe *a) {
    uint64_t words[4];
    fe_get_words(words, a);
    words_store(bytes, words);
}

/* a holds x·R; the integer inverse of that is x^-1·R^-1, and times R^3·R^-1 it is x^-1·R. */
static void fe_inv(fe *r, const fe *a) {
    fe t = *a;
    fe_storage packed;
    fe_normalize(&t);
    fe_to_storage(&packed, &t);
    modinv(packed.n, packed.n, &FE_MODULUS);
    fe_from_storage(&t, &packed);
    fe_mul(r, &t, &FE_R3);
    wipe(&t, sizeof t);
    wipe(&packed, sizeof packed);
}

/* a^((p+1)/4), as p ≡ 3 mod 4; the exponent is 2^254 - 2^222 - 2^94 + 2^62. */
static int fe_sqrt_var(fe *r, const fe *a) {
    static const uint64_t exponent[4] = {UINT64_C(0x4000000000000000), UINT64_C(0xffffffffc0000000),
                                         UINT64_MAX, UINT64_C(0x3fffffffbfffffff)};
    fe check;
    *r = FE_ONE;
    for (int i = 255; i >= 0; i--) {
        fe_sqr(r, r);
        if (exponent[i / 64] >> (i % 64) & 1) {
            fe_mul(r, r, a);
        }
    }
    fe_sqr(&check, r);
    return fe_equal_var(a, &check);
}

#endif
