/* Constant time, measured: the method of "dude, is my code constant time?" (Reparaz, Balasch and
 * Verbauwhede, 2017) for what valgrind cannot run, and once more for what it can.
 *
 * Inputs of two classes, one fixed and one random, in an order drawn at random, are timed one by one;
 * Welch's t-test says whether the two classes take the same time on average. Long times are noise of
 * the machine for the most part, so the test is made of all times and of those below several
 * percentiles (crops). |t| > 4.5 is the usual limit. A run above it is repeated from the start, and
 * fails where it is above again with the same sign.
 *
 * A leak planted on purpose is measured first and must be found, or the rest means nothing: `coarse`
 * is an inversion (a microsecond or two) made when the nonce is odd, `fine` a few multiplications.
 *
 * Usage: dudect MEASUREMENTS SEED coarse|fine
 * Prints one row per tier and target as CSV: tier,target,measurements,t,crop,runs,outcome
 */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "core.h"

#include "check.h"

#define T_LIMIT 4.5
#define BATCH 512
#define CROPS 8
#define WARM_UP 2 /* batches whose times set the crops and count for nothing else */
#define MAX_RUNS 3

/* --- Time ----------------------------------------------------------------------------------- */

static inline uint64_t now(void) {
#if defined(__x86_64__)
    uint32_t low, high;
    __asm__ volatile("mfence\n\tlfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(ticks) : : "memory");
    return ticks;
#else
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
#endif
}

/* --- Welch's t-test ------------------------------------------------------------------------- */

typedef struct {
    double n[2], mean[2], squares[2]; /* of each class */
} t_test;

static void t_push(t_test *test, double x, int class) {
    const double delta = x - test->mean[class];
    test->n[class] += 1;
    test->mean[class] += delta / test->n[class];
    test->squares[class] += delta * (x - test->mean[class]);
}

static double t_value(const t_test *test) {
    double spread = 0;
    for (int class = 0; class < 2; class++) {
        if (test->n[class] < 100) {
            return 0;
        }
        spread += test->squares[class] / (test->n[class] - 1) / test->n[class];
    }
    return spread == 0 ? 0 : (test->mean[0] - test->mean[1]) / sqrt(spread);
}

/* --- What is measured ----------------------------------------------------------------------- */

/* Everything that a calculation reads; always the same place, whatever the class. */
typedef struct {
    unsigned char d[SCALAR_SIZE], random[NONCE_RANDOM_SIZE], digest[SM3_DIGEST_SIZE];
    private_key key;
    scalar k;
} input;

static input current;
static unsigned char raws[NONCE_GROUP * RAW_SIGNATURE_SIZE];
static unsigned char digests[NONCE_GROUP * SM3_DIGEST_SIZE];
static unsigned char ciphertext[CIPHERTEXT_OVERHEAD + 32], plaintext[32];
static volatile uint64_t sink;

static void run_sign(void) {
    (void)private_key_sign_with_nonce(raws, &current.key, current.digest, &current.k);
}

static void run_sign_many(void) {
    (void)private_key_sign_many(raws, &current.key, digests, NONCE_GROUP);
}

static void run_load(void) {
    private_key key;
    public_key public;
    (void)private_key_load(&key, &public, current.d);
}

static void run_nonce(void) {
    uint32_t counter = 0;
    scalar k;
    nonce_derive(&k, current.random, &current.key.d, current.digest, &counter);
}

static void run_inverse(void) {
    scalar r;
    scalar_inverse(&r, &current.k);
    sink = r.d[0];
}

static void run_decrypt(void) {
    (void)private_key_decrypt(plaintext, &current.key, ciphertext, sizeof ciphertext);
}

/* The leaks. */
static void run_coarse(void) {
    if (current.k.d[0] & 1) {
        run_inverse();
    }
    run_sign();
}

static void run_fine(void) {
    if (current.k.d[0] & 1) {
        fe x = GE_GENERATOR.x;
        for (int i = 0; i < 8; i++) {
            fe_mul(&x, &x, &GE_GENERATOR.y);
        }
        sink = x.n[0];
    }
    run_sign();
}

enum { VARY_KEY = 1, VARY_NONCE = 2, VARY_DIGEST = 4, VARY_RANDOM = 8 };
typedef struct {
    const char *name;
    void (*run)(void);
    int varied; /* what is random in class 1 */
    int divisor; /* measurements are dear here: take so many times fewer */
} target;

static const target COARSE = {"planted leak (coarse)", run_coarse, VARY_NONCE, 1};
static const target FINE = {"planted leak (fine)", run_fine, VARY_NONCE, 1};
static const target TARGETS[] = {
    {"sign: key", run_sign, VARY_KEY, 1},
    {"sign: nonce", run_sign, VARY_NONCE, 1},
    {"sign: digest", run_sign, VARY_DIGEST, 1},
    {"sign many: key", run_sign_many, VARY_KEY, 8},
    {"nonce: key", run_nonce, VARY_KEY, 1},
    {"nonce: randomness", run_nonce, VARY_RANDOM, 1},
    {"load: key", run_load, VARY_KEY, 1},
    {"inverse: number", run_inverse, VARY_NONCE, 1},
    {"decrypt: key", run_decrypt, VARY_KEY, 4},
};

/* --- Inputs --------------------------------------------------------------------------------- */

static void random_bytes_for_tests(unsigned char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (unsigned char)(test_random() >> 32);
    }
}

static void set_key(input *in, const unsigned char d[SCALAR_SIZE]) {
    static const scalar one = {{1, 0, 0, 0}};
    scalar d_plus_one;
    memcpy(in->d, d, SCALAR_SIZE);
    (void)scalar_set_bytes(&in->key.d, d);
    scalar_add(&d_plus_one, &in->key.d, &one);
    scalar_inverse(&in->key.inverse, &d_plus_one);
    scalar_to_montgomery(&in->key.inverse, &in->key.inverse);
}

/* The fixed input is one of many zeros: the smallest key and nonce show the most. */
static void make_input(input *in, int varied) {
    unsigned char bytes[SCALAR_SIZE] = {0};
    memset(in, 0, sizeof *in);
    bytes[SCALAR_SIZE - 1] = 1;
    if (varied & VARY_KEY) {
        random_bytes_for_tests(bytes, sizeof bytes);
        bytes[0] &= 0x7f;
    }
    set_key(in, bytes);
    in->k.d[0] = 2;
    if (varied & VARY_NONCE) {
        random_bytes_for_tests((unsigned char *)in->k.d, sizeof in->k.d);
        in->k.d[3] >>= 1;
    }
    if (varied & VARY_DIGEST) {
        random_bytes_for_tests(in->digest, sizeof in->digest);
    }
    if (varied & VARY_RANDOM) {
        random_bytes_for_tests(in->random, sizeof in->random);
    }
}

/* --- A run ---------------------------------------------------------------------------------- */

static const int CROP_PERCENT[CROPS] = {50, 60, 70, 80, 90, 95, 99, 100};

typedef struct {
    double t;
    int crop; /* the index of the crop with the largest |t| */
} result;

static int compare_times(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void time_batch(const target *what, uint64_t times[BATCH], unsigned char classes[BATCH]) {
    static input inputs[BATCH];
    for (int i = 0; i < BATCH; i++) {
        classes[i] = (unsigned char)(test_random() >> 63);
        make_input(&inputs[i], classes[i] ? what->varied : 0);
    }
    for (int i = 0; i < BATCH; i++) {
        uint64_t begin;
        memcpy(&current, &inputs[i], sizeof current);
        begin = now();
        what->run();
        times[i] = now() - begin;
    }
}

static result run_target(const target *what, size_t measurements) {
    uint64_t times[BATCH], first[WARM_UP * BATCH], limits[CROPS];
    unsigned char classes[BATCH];
    t_test tests[CROPS];
    result worst = {0, 0};

    memset(tests, 0, sizeof tests);
    for (int i = 0; i < WARM_UP; i++) {
        time_batch(what, first + BATCH * i, classes);
    }
    qsort(first, WARM_UP * BATCH, sizeof *first, compare_times);
    for (int crop = 0; crop < CROPS; crop++) {
        const int at = WARM_UP * BATCH * CROP_PERCENT[crop] / 100;
        limits[crop] = crop == CROPS - 1 ? UINT64_MAX : first[at];
    }
    for (size_t done = 0; done < measurements; done += BATCH) {
        time_batch(what, times, classes);
        for (int i = 0; i < BATCH; i++) {
            for (int crop = 0; crop < CROPS; crop++) {
                if (times[i] <= limits[crop]) {
                    t_push(&tests[crop], (double)times[i], classes[i]);
                }
            }
        }
    }
    for (int crop = 0; crop < CROPS; crop++) {
        const double t = t_value(&tests[crop]);
        if (fabs(t) > fabs(worst.t)) {
            worst = (result){t, crop};
        }
    }
    return worst;
}

static void print_row(const target *what, size_t measurements, result r, int runs,
                      const char *outcome) {
    printf("%s,%s,%zu,%.2f,%d%%,%d,%s\n", TIER_NAMES[tier], what->name, measurements, r.t,
           CROP_PERCENT[r.crop], runs, outcome);
    fflush(stdout);
}

/* 1 if the target passes. */
static int judge(const target *what, size_t measurements) {
    result r = run_target(what, measurements), before;
    int runs = 1;
    do {
        if (fabs(r.t) <= T_LIMIT) {
            print_row(what, measurements, r, runs, "passed");
            return 1;
        }
        before = r;
        r = run_target(what, measurements);
        runs++;
    } while (runs < MAX_RUNS && (r.t > 0) != (before.t > 0));
    if (fabs(r.t) <= T_LIMIT || (r.t > 0) != (before.t > 0)) {
        print_row(what, measurements, r, runs, "passed");
        return 1;
    }
    print_row(what, measurements, r, runs, "FAILED");
    return 0;
}

/* 1 if the leak is found. */
static int find_leak(const target *leak, size_t measurements) {
    result r = {0, 0};
    for (int runs = 1; runs <= MAX_RUNS; runs++) {
        r = run_target(leak, measurements);
        if (fabs(r.t) > T_LIMIT) {
            print_row(leak, measurements, r, runs, "found");
            return 1;
        }
    }
    print_row(leak, measurements, r, MAX_RUNS, "NOT FOUND");
    return 0;
}

int main(int argc, char **argv) {
    const size_t measurements = argc > 1 ? strtoull(argv[1], NULL, 0) : 10000;
    const target *leak = argc > 3 && strcmp(argv[3], "fine") == 0 ? &FINE : &COARSE;
    int good = 1;

    test_random_state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    CHECK(measurements >= BATCH && test_random_state != 0);
    for (int each = TIER_PORTABLE; each <= (int)tier_best(); each++) {
        private_key key;
        public_key public;
        tier = (core_tier)each;
        signature_build_tables();
        prepared_build_tables();
        CHECK(private_key_generate(&key, &public) == 0);
        CHECK(public_key_encrypt(ciphertext, &public, plaintext, sizeof plaintext) == 0);
        good &= find_leak(leak, measurements);
        for (size_t i = 0; i < sizeof TARGETS / sizeof *TARGETS; i++) {
            good &= judge(&TARGETS[i], measurements / (size_t)TARGETS[i].divisor);
        }
    }
    return good ? 0 : 1;
}
