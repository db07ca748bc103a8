/* Which instructions the core uses here: chosen once, when the module is loaded.
 *
 * Every tier computes the same; a higher one only adds faster code for some of the work. Code for a
 * tier above portable stands between TARGET_BEGIN(...) and TARGET_END, and is called behind a
 * comparison with `tier` alone.
 */
#ifndef GOVSEAL_TIER_H
#define GOVSEAL_TIER_H

#include "util.h"

typedef enum {
    TIER_PORTABLE = 0, /* any 64-bit processor */
    TIER_AVX2,         /* + avx2, bmi2: wide table scans, eight SM3 messages at once */
    TIER_IFMA          /* + avx512 f, dq, bw, vl, ifma: eight field elements at once, sixteen messages */
} core_tier;

#define TIER_COUNT 3
static const char *const TIER_NAMES[TIER_COUNT] __attribute__((unused)) = {"portable", "avx2", "ifma"};

/* Code above TIER_PORTABLE exists for x86-64 alone. */
#if defined(__x86_64__) && !defined(GOVSEAL_PORTABLE)
#define HAS_LANES 1
#define TARGET_AVX2 "avx2,bmi,bmi2"
#define TARGET_IFMA "avx2,bmi,bmi2,avx512f,avx512dq,avx512bw,avx512vl,avx512ifma"
#define TARGET_PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define TARGET_BEGIN(names)                                                                        \
    TARGET_PRAGMA(clang attribute push(__attribute__((target(names))), apply_to = function))
#define TARGET_END TARGET_PRAGMA(clang attribute pop)
#else
#define TARGET_BEGIN(names) TARGET_PRAGMA(GCC push_options) TARGET_PRAGMA(GCC target(names))
#define TARGET_END TARGET_PRAGMA(GCC pop_options)
#endif
#else
#define HAS_LANES 0
#endif

/* The tier in use; written only before the first calculation. */
static core_tier tier __attribute__((unused)) = TIER_PORTABLE;

/* The highest tier of this processor and its operating system. */
static core_tier tier_best(void) {
#if HAS_LANES
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") ||
        !__builtin_cpu_supports("bmi2")) {
        return TIER_PORTABLE;
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512ifma")) {
        return TIER_IFMA;
    }
    return TIER_AVX2;
#else
    return TIER_PORTABLE;
#endif
}

#endif
