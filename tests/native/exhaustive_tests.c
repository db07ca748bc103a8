/* Every sum s·G + t·P of two small groups, by every path that a verification can take.
 *
 * The groups lie on y² = x³ - 3x + b over the same field, for a b that gives a subgroup of a small
 * prime order r: the formulas never use b. Their orders are above 511, so that every table of odd
 * multiples exists. G is B here and P is c·B. The expected point comes from a list of all r
 * multiples of B, made by the textbook's slopes.
 *
 * In so small a group sums meet equal, opposite and missing points all the time. The scalar paths
 * have to be right everywhere. The lanes have to be right, or to say by Z = 0 that they are not.
 */
#include "core.h"

#include "check.h"
#include "test_field.h"
#include "test_group.h"

#define ORDER_MAX 769

typedef struct {
    int order;
    unsigned char x[32], y[32];
} small_group;

/* Found by counting points (PARI/GP): the first two b with a prime divisor of the order above 512. */
static const small_group GROUPS[] = {
    /* b = 26 */
    {563,
    {0xcd, 0x80, 0xf4, 0xc8, 0x5f, 0x41, 0x2e, 0x5c, 0xb6, 0x8f, 0xc3, 0xad, 0x51, 0xe9, 0x36, 0xfb,
     0x44, 0x37, 0x0d, 0xf3, 0x91, 0x7f, 0xbd, 0x21, 0x2c, 0x47, 0xa3, 0x6e, 0x79, 0x1f, 0xe1, 0x13},
    {0xcf, 0x9c, 0x27, 0x57, 0xe2, 0xee, 0x2b, 0xb7, 0x87, 0xdd, 0x62, 0x63, 0xf5, 0x6b, 0xa6, 0x16,
     0xd7, 0xca, 0xa8, 0xd5, 0x94, 0x49, 0x45, 0x82, 0x55, 0x2c, 0x50, 0x61, 0xa7, 0x3a, 0xb5, 0x95}},
    /* b = 4 */
    {769,
    {0x96, 0xea, 0xc7, 0x9e, 0xea, 0x99, 0x58, 0x6b, 0x57, 0x68, 0x7a, 0xf8, 0x51, 0x1b, 0x73, 0xbb,
     0xcd, 0x39, 0x62, 0x60, 0xd3, 0x0c, 0xee, 0x1a, 0x94, 0x13, 0xb3, 0x3d, 0xbf, 0x1a, 0xed, 0x8d},
    {0x46, 0x76, 0x95, 0x15, 0x24, 0xe8, 0x83, 0x5c, 0x73, 0xe5, 0x49, 0x03, 0xb9, 0xaf, 0xd1, 0x59,
     0x71, 0x01, 0xe7, 0x85, 0x8d, 0x56, 0x01, 0xa4, 0x49, 0xea, 0x50, 0xf7, 0xc3, 0x0e, 0x7c, 0x2f}},
};

static ge multiples[ORDER_MAX]; /* i·B; 0 is not used */
static int order;

static void list_group(const small_group *group) {
    order = group->order;
    CHECK(fe_set_bytes(&multiples[1].x, group->x) && fe_set_bytes(&multiples[1].y, group->y));
    fe_normalize(&multiples[1].x);
    fe_normalize(&multiples[1].y);
    for (int i = 2; i < order; i++) {
        affine_add(&multiples[i], &multiples[i - 1], &multiples[1]);
    }
    check_equal(&multiples[order - 1].x, &multiples[1].x); /* (r-1)·B = -B closes the circle */
    CHECK(!fe_equal_var(&multiples[order - 1].y, &multiples[1].y));
}

/* a mod r. */
static int mod_order(const scalar *a) {
    uint64_t rest = 0;
    for (int i = 3; i >= 0; i--) {
        rest = (uint64_t)(((u128)rest << 64 | a->d[i]) % (unsigned)order);
    }
    return (int)rest;
}

/* The multiple that a path computes which writes scalars as k, or as k - n where it is negated: the
 * same for a point of order n, but not here. */
static int multiple_of(const scalar *k, int is_negated) {
    return (mod_order(k) + (is_negated ? order - mod_order(&SCALAR_N) : 0)) % order;
}

static int sum_index(int s, int t, int c) {
    return (int)((s + (long)t * c) % order);
}

static void check_sum(const gej *sum, int expected) {
    fe square, cube, x, y;
    CHECK(gej_is_infinity_var(sum) == (expected == 0));
    if (expected != 0) {
        fe_sqr(&square, &sum->z);
        fe_mul(&cube, &square, &sum->z);
        fe_mul(&x, &multiples[expected].x, &square);
        fe_mul(&y, &multiples[expected].y, &cube);
        CHECK(fe_equal_var(&sum->x, &x) && fe_equal_var(&sum->y, &y));
    }
}

/* --- Tables ------------------------------------------------------------------------------------- */

/* G of all paths becomes B. */
static void build_tables_of_group(void) {
    ge bases[ECMULT_PARTS];
    ecmult_part_bases_var(bases, &multiples[1]);
    for (int i = 0; i < ECMULT_PARTS; i++) {
        ecmult_build_row(ecmult_generator[i], &bases[i]);
    }
#if HAS_LANES
    if (tier_best() >= TIER_IFMA) {
        ge8 base;
        ge8_load(&base, bases);
        fe8_normalize(&base.x);
        fe8_normalize(&base.y);
        comb8_fill(comb8_generator, &base, COMB8_WIDTH_GENERATOR);
    }
#endif
}

static void check_entry(const ge_storage *entry, int expected) {
    ge point;
    ge_from_storage(&point, entry);
    CHECK(expected != 0);
    check_equal(&point.x, &multiples[expected].x);
    check_equal(&point.y, &multiples[expected].y);
}

/* Entries 1, 3, 5, … of a row whose base is `base`·B; returns 2^shift·base. */
static int check_row(const ge_storage *row, int count, int base, int shift) {
    for (int j = 0; j < count; j++) {
        check_entry(&row[j], (2 * j + 1) * base % order);
    }
    for (int i = 0; i < shift; i++) {
        base = 2 * base % order;
    }
    return base;
}

static void check_tables(int c) {
    ecmult_table table;
    int base = 1;
    for (int i = 0; i < ECMULT_PARTS; i++) {
        base = check_row(ecmult_generator[i], ECMULT_ENTRIES_GENERATOR, base, ECMULT_SPACING);
    }
    ecmult_table_set_var(&table, &multiples[c]);
    base = c;
    for (int i = 0; i < ECMULT_PARTS; i++) {
        base = check_row(table.rows[i], ECMULT_ENTRIES_POINT, base, ECMULT_SPACING);
    }
}

/* --- Sums --------------------------------------------------------------------------------------- */

static void check_scalar_paths(const scalar *s, const scalar *t, int c, const ecmult_table *table) {
    gej sum;
    ecmult_var(&sum, s, &multiples[c], t);
    check_sum(&sum, sum_index(multiple_of(s, 0), multiple_of(t, 0), c));
    ecmult_table_var(&sum, s, table, t);
    check_sum(&sum, sum_index(multiple_of(s, s->d[3] >> 63 != 0), multiple_of(t, t->d[3] >> 63 != 0), c));
}

#if HAS_LANES
/* Sums that the lanes gave up, and all. */
static long undecided, decided;

/* One lane of (x, y, zz, zzz): right or ZZ = 0. */
static void check_lane(const fe *x, const fe *y, const fe *zz, const fe *zzz, int expected) {
    fe wanted_x, wanted_y;
    if (fe_is_zero_var(zz)) {
        undecided++;
        return;
    }
    CHECK(expected != 0);
    decided++;
    fe_mul(&wanted_x, &multiples[expected].x, zz);
    fe_mul(&wanted_y, &multiples[expected].y, zzz);
    CHECK(fe_equal_var(x, &wanted_x) && fe_equal_var(y, &wanted_y));
}

static __attribute__((target(TARGET_IFMA))) void check_lanes(const gex8 *sum, const int expected[FE8_LANES]) {
    fe x[FE8_LANES], y[FE8_LANES], zz[FE8_LANES], zzz[FE8_LANES];
    fe8_store(x, &sum->x);
    fe8_store(y, &sum->y);
    fe8_store(zz, &sum->zz);
    fe8_store(zzz, &sum->zzz);
    for (int l = 0; l < FE8_LANES; l++) {
        check_lane(&x[l], &y[l], &zz[l], &zzz[l], expected[l]);
    }
}

/* Eight different sums in the lanes, and each alone over all lanes. */
static __attribute__((target(TARGET_IFMA))) void
check_lane_paths(const scalar s[FE8_LANES], const scalar t[FE8_LANES], int c, const comb8 *comb) {
    const comb8 *combs[FE8_LANES];
    ge points[FE8_LANES];
    int expected[FE8_LANES], same[FE8_LANES];
    gej8 sum;
    gex8 whole;
    for (int l = 0; l < FE8_LANES; l++) {
        combs[l] = comb;
        points[l] = multiples[c];
        expected[l] = sum_index(multiple_of(&s[l], !scalar_is_odd(&s[l])),
                                multiple_of(&t[l], !scalar_is_odd(&t[l])), c);
    }
    ecmult8_comb_var(&whole, s, combs, t);
    check_lanes(&whole, expected);
    ecmult8_var(&sum, s, points, t);
    fe8_copy(&whole.x, &sum.x);
    fe8_copy(&whole.y, &sum.y);
    fe8_sqr(&whole.zz, &sum.z);
    fe8_mul(&whole.zzz, &whole.zz, &sum.z);
    check_lanes(&whole, expected);
    for (int l = 0; l < FE8_LANES; l++) {
        const int plain = sum_index(multiple_of(&s[l], !scalar_is_odd(&s[l])), multiple_of(&t[l], 0), c);
        for (int m = 0; m < FE8_LANES; m++) {
            same[m] = expected[l];
        }
        ecmult8_one_var(&whole, &s[l], comb, &t[l]);
        check_lanes(&whole, same);
        for (int m = 0; m < FE8_LANES; m++) {
            same[m] = plain;
        }
        ecmult8_plain_var(&whole, &s[l], &multiples[c], &t[l]);
        check_lanes(&whole, same);
    }
}
#endif

/* Scalars 0 to r-1, and from there down from n - 1. */
static void numbered_scalar(scalar *r, int i) {
    const uint64_t words[4] = {(uint64_t)(i < order ? i : i - order + 1), 0, 0, 0};
    scalar_set_words(r, words);
    if (i >= order) {
        scalar_negate(r, r);
    }
}

/* All pairs (s, t) below r for the point c·B; with a stride every s, and one t in so many. */
static void exhaust_sums(int c, int stride) {
    ecmult_table table;
    ecmult_table_set_var(&table, &multiples[c]);
    for (int i = 0; i < order; i++) {
        for (int j = i % stride; j < order; j += stride) {
            scalar s, t;
            numbered_scalar(&s, i);
            numbered_scalar(&t, j);
            check_scalar_paths(&s, &t, c, &table);
        }
    }
}

/* Those next to n on one side, or on both: their non-adjacent forms reach bit 256. */
static void check_highest_scalars(int c) {
    ecmult_table table;
    ecmult_table_set_var(&table, &multiples[c]);
    for (int i = 0; i < 2 * order; i += 19) {
        for (int j = i < order ? order : 0; j < 2 * order; j += 23) {
            scalar s, t;
            numbered_scalar(&s, i);
            numbered_scalar(&t, j);
            check_scalar_paths(&s, &t, c, &table);
        }
    }
}

#if HAS_LANES
static __attribute__((target(TARGET_IFMA))) void exhaust_lanes(int c, int stride) {
    static comb8 comb;
    ecmult_table table;
    ecmult_table_set_var(&table, &multiples[c]);
    comb8_set_var(&comb, &table);
    for (int i = 1; i < order; i += stride) {
        for (int j = 1; j < order; j += FE8_LANES) {
            scalar s[FE8_LANES], t[FE8_LANES];
            for (int l = 0; l < FE8_LANES; l++) { /* n - 1, n - 2, … at the end */
                numbered_scalar(&s[l], i + l);
                numbered_scalar(&t[l], j + l);
            }
            check_lane_paths(s, t, c, &comb);
        }
    }
}
#endif

int main(void) {
    for (size_t g = 0; g < sizeof GROUPS / sizeof GROUPS[0]; g++) {
        list_group(&GROUPS[g]);
        build_tables_of_group();
        for (int c = 1; c < order; c += g == 0 ? 2 : 16) {
            check_tables(c);
            exhaust_sums(c, order); /* one t for every s and every point */
        }
        exhaust_sums(5, g == 0 ? 1 : 16);
        check_highest_scalars(5);
#if HAS_LANES
        if (tier_best() >= TIER_IFMA) {
            undecided = decided = 0;
            exhaust_lanes(5, g == 0 ? 5 : 40);
            CHECK(undecided > 0 && decided > undecided);
            printf("lanes: %ld sums right, %ld given up\n", decided, undecided);
        }
#endif
        printf("every sum in the group of order %d\n", order);
    }
    return 0;
}
