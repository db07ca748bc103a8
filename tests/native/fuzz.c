/* Every entry point of the core given hostile bytes, under AddressSanitizer and UBSan.
 *
 * Usage: fuzz TARGET EXECUTIONS SEED [FILE …]
 * The given files, then random inputs and their descendants; the same seed gives the same inputs. It
 * knows nothing of coverage; what it lacks in guidance the targets make up for by reading their
 * input as choices, and it by the numbers that it plants.
 *
 * With -DGOVSEAL_LIBFUZZER there is no main: libFuzzer calls LLVMFuzzerTestOneInput, and the first byte
 * chooses the target.
 */
#include "fuzz.h"

#include "fuzz_batch.h"
#include "fuzz_decrypt.h"
#include "fuzz_private_key.h"
#include "fuzz_public_key.h"
#include "fuzz_sm3.h"
#include "fuzz_verify.h"

static const struct {
    const char *name;
    fuzz_target *run;
} TARGETS[] = {{"public_key", fuzz_public_key}, {"verify", fuzz_verify},
               {"private_key", fuzz_private_key}, {"sm3", fuzz_sm3},
               {"batch", fuzz_batch}, {"decrypt", fuzz_decrypt}};
#define TARGET_COUNT (sizeof TARGETS / sizeof *TARGETS)

#ifdef GOVSEAL_LIBFUZZER

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return size == 0 ? 0 : TARGETS[data[0] % TARGET_COUNT].run(data + 1, size - 1);
}

#else

#define POOL 64
#define MAX_SIZE 700

static struct {
    uint8_t data[MAX_SIZE];
    size_t size;
} pool[POOL];

/* n, p, x and y of G, p - y, and the smallest and largest. */
static const char *const NUMBERS[] = {
    "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123",
    "fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff",
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7",
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0",
    "43c8c95c0b098863a642311c9496deac2f56788239d5b8c0fd20cd1adec60f5f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

static void plant_number(uint8_t *data, size_t size) {
    const char *number = NUMBERS[below(sizeof NUMBERS / sizeof *NUMBERS)];
    const size_t at = below(2) ? 1 + 32 * below(3) : below(size);
    for (size_t i = 0; i < 32 && at + i < size; i++) {
        unsigned byte;
        CHECK(sscanf(number + 2 * i, "%2x", &byte) == 1);
        data[at + i] = (uint8_t)byte;
    }
    if (at + 31 < size && below(2)) {
        data[at + 31] = (uint8_t)(data[at + 31] + below(5) - 2); /* next to it */
    }
}

static void mutate(uint8_t *data, size_t *size) {
    for (size_t changes = 1 + below(4); changes > 0; changes--) {
        switch (below(6)) {
        case 0:
            data[below(*size)] ^= (uint8_t)(1 << below(8));
            break;
        case 1:
            data[below(*size)] = (uint8_t)test_random();
            break;
        case 2:
            plant_number(data, *size);
            break;
        case 3:
            data[0] = (uint8_t)below(below(2) ? 4 : 256); /* the choice */
            break;
        case 4:
            *size = 1 + below(below(4) ? *size : MAX_SIZE);
            break;
        default:
            for (size_t at = below(*size), end = at + below(*size - at + 1); at < end; at++) {
                data[at] = (uint8_t)test_random();
            }
        }
    }
}

static void replay(fuzz_target *run, const char *name) {
    static uint8_t content[1 << 16];
    FILE *file = fopen(name, "rb");
    size_t size;
    CHECK(file != NULL);
    size = fread(content, 1, sizeof content, file);
    CHECK(fclose(file) == 0);
    (void)run(content, size);
}

int main(int argc, char **argv) {
    fuzz_target *run = NULL;
    size_t executions;

    CHECK(argc >= 4);
    for (size_t i = 0; i < TARGET_COUNT; i++) {
        run = strcmp(TARGETS[i].name, argv[1]) == 0 ? TARGETS[i].run : run;
    }
    executions = strtoull(argv[2], NULL, 0);
    test_random_state = strtoull(argv[3], NULL, 0);
    CHECK(run != NULL && test_random_state != 0);
    for (int i = 4; i < argc; i++) {
        replay(run, argv[i]);
    }
    for (size_t i = 0; i < POOL; i++) {
        pool[i].size = 1 + below(MAX_SIZE);
        for (size_t j = 0; j < sizeof pool[i].data; j++) {
            pool[i].data[j] = (uint8_t)test_random();
        }
    }
    for (size_t i = 0; i < executions; i++) {
        const size_t parent = below(POOL);
        uint8_t data[MAX_SIZE];
        size_t size = pool[parent].size;
        memcpy(data, pool[parent].data, sizeof data);
        mutate(data, &size);
        (void)run(data, size);
        if (below(8) == 0) {
            memcpy(pool[below(POOL)].data, data, sizeof data);
            pool[parent].size = size;
        }
    }
    printf("%s: %zu executions\n", argv[1], executions);
    return 0;
}

#endif
