/* Many comparisons of the lanes with the portable code, for `make lanes-proof`.
 *
 * Usage: lanes_proof cases [seed]: at least so many of each kind.
 */
#include "core.h"

#include "check.h"
#include "test_field.h"
#include "test_gen.h"
#include "test_group.h"
#include "test_lanes.h"

int main(int argc, char **argv) {
    static scalar k[GEN_MANY_MAX];
    const uint64_t wanted = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000;
    uint64_t done = 0;
    test_random_state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    CHECK(test_random_state != 0);
    tier = tier_best();
    signature_build_tables();
    test_gen_accidents();
    while (done < wanted) {
        const size_t count = 1 + test_random() % GEN_MANY_MAX;
        for (size_t j = 0; j < count; j++) {
            random_factor(&k[j]);
        }
        compare_gen(k, count);
        done += count;
    }
    rounds = (int)(wanted / (100 * FE8_LANES) + 1); /* test_field8_operations: eight times 100 each */
    test_lanes();
    printf("%s: %llu scalars, alone and side by side, and as many of each field operation\n",
           TIER_NAMES[tier], (unsigned long long)done);
    return 0;
}
