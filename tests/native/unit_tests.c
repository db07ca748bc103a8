/* Unit tests of the core. The oracle is algebra here, and Python's integers in tests/sm2.
 *
 * Usage: unit_tests [rounds [seed]]
 */
#include "core.h"

#include "check.h"
#include "test_encryption.h"
#include "test_field.h"
#include "test_gen.h"
#include "test_group.h"
#include "test_lanes.h"
#include "test_prepared.h"
#include "test_signature.h"
#include "test_sm3.h"
#include "test_verify8.h"

/* What runs other code on other tiers. */
static void test_on_this_tier(void) {
    signature_build_tables();
    prepared_build_tables();
    test_gen_against_var();
    test_gen_random();
    test_gen_edges();
    test_gen_accidents();
    test_sign_and_verify();
    test_generate();
    test_sign_many();
}

int main(int argc, char **argv) {
    rounds = argc > 1 ? atoi(argv[1]) : rounds;
    test_random_state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    CHECK(rounds > 0 && test_random_state != 0);
    signature_build_tables();
    prepared_build_tables();
    test_field_laws();
    test_field_magnitudes();
    test_field_differences();
    test_field_edges();
    test_field_inverse_and_root();
    test_field_storage();
    test_scalar_laws();
    test_scalar_range();
    test_small_groups();
    test_curve_equation();
    test_lanes();
    test_wnaf();
    test_sum_of_products();
    test_gen_doubling_in_last_row();
    test_const_against_var();
    test_const_edges();
    test_const_small_multiples();
    test_encrypt_and_decrypt();
    test_decrypt_refusals();
    test_empty_key_stream();
    test_sm3_all_tiers();
    test_table_entries();
    test_table_against_plain();
    test_prepared_verify();
    test_verify8();
    for (int each = TIER_PORTABLE; each <= (int)tier_best(); each++) {
        tier = (core_tier)each;
        test_on_this_tier();
    }
    printf("unit tests passed: %d rounds, seed %s\n", rounds, argc > 2 ? argv[2] : "1");
    return 0;
}
