/* What most files look like (src/govseal/_usual), told of hostile bytes.
 *
 * Usage: fuzz_usual TARGET EXECUTIONS SEED [FILE …]
 * First small examples, of which is known whether they are told, and the given files; then what is
 * made of them, and of inputs that were grown, by changes that keep most of it. The same seed gives
 * the same inputs. What was told is bent further more often than what was not: that stands in for
 * coverage. Every answer is held against a slow way to it.
 *
 * With -DGOVSEAL_LIBFUZZER there is no main: libFuzzer calls LLVMFuzzerTestOneInput, and the first
 * byte chooses the target.
 */
#include "fuzz_bend.h"
#include "fuzz_der.h"
#include "fuzz_doubled.h"
#include "fuzz_grow.h"
#include "fuzz_records.h"
#include "fuzz_texts.h"
#include "fuzz_tree.h"
#include "fuzz_usual_examples.h"

static const struct {
    const char *name;
    fuzz_target *run;
    grow_input *grow;
    void (*mend)(grown *bent);
    const usual_example *examples;
} TARGETS[] = {{"der", fuzz_der, grow_der, NULL, DER_EXAMPLES},
               {"doubled", fuzz_doubled, grow_xml, NULL, DOUBLED_EXAMPLES},
               {"records", fuzz_records, grow_archive, mend_archive, RECORDS_EXAMPLES},
               {"texts", fuzz_texts, grow_xml, NULL, TEXTS_EXAMPLES},
               {"tree", fuzz_tree, grow_xml, NULL, TREE_EXAMPLES}};

#ifdef GOVSEAL_LIBFUZZER

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size != 0) {
        (void)TARGETS[data[0] % COUNT(TARGETS)].run(data + 1, size - 1);
    }
    return 0;
}

#else

#define POOL 128
/* What is larger is not bent again: that would take most of the time. */
#define LARGE 2048

static grown pool[POOL];
static size_t kept; /* the first of the pool, which stay: examples and files */

static void keep(const void *bytes, size_t size) {
    if (size != 0 && size <= MAX_SIZE && kept < POOL / 2) {
        memcpy(pool[kept].data, bytes, size);
        pool[kept++].size = size;
    }
}

static void keep_file(fuzz_target *run, const char *name) {
    static uint8_t content[1 << 20];
    FILE *file = fopen(name, "rb");
    size_t size;
    CHECK(file != NULL);
    size = fread(content, 1, sizeof content, file);
    CHECK(fclose(file) == 0);
    (void)run(content, size);
    keep(content, size);
}

static void copy(grown *to, const grown *from) {
    memcpy(to->data, from->data, from->size);
    to->size = from->size;
}

static size_t run_many(size_t target, size_t executions) {
    static grown input;
    size_t told = 0;
    for (size_t i = 0; i < executions; i++) {
        int is_told;
        if (below(4) == 0) {
            TARGETS[target].grow(&input);
        } else {
            copy(&input, &pool[below(POOL)]);
        }
        for (size_t changes = below(4); changes > 0 && input.size > 0; changes--) {
            bend(&input, &pool[below(POOL)]);
        }
        if (TARGETS[target].mend != NULL && below(2)) {
            TARGETS[target].mend(&input);
        }
        is_told = TARGETS[target].run(input.data, input.size);
        told += is_told != 0;
        if (below(is_told ? 4 : 64) == 0 && input.size > 0 && input.size <= LARGE) {
            copy(&pool[kept + below(POOL - kept)], &input);
        }
    }
    return told;
}

int main(int argc, char **argv) {
    size_t executions, target = 0;

    CHECK(argc >= 4);
    while (target < COUNT(TARGETS) && strcmp(TARGETS[target].name, argv[1]) != 0) {
        target++;
    }
    CHECK(target < COUNT(TARGETS));
    executions = strtoull(argv[2], NULL, 0);
    test_random_state = strtoull(argv[3], NULL, 0);
    CHECK(test_random_state != 0);
    for (const usual_example *each = TARGETS[target].examples; each->bytes != NULL; each++) {
        CHECK(TARGETS[target].run((const uint8_t *)each->bytes, each->size) == each->is_told);
        keep(each->bytes, each->size);
    }
    for (int i = 4; i < argc; i++) {
        keep_file(TARGETS[target].run, argv[i]);
    }
    for (size_t i = kept; i < POOL; i++) {
        do {
            TARGETS[target].grow(&pool[i]);
        } while (pool[i].size == 0 || pool[i].size > LARGE);
    }
    printf("%s: %zu executions, %zu told\n", argv[1], executions, run_many(target, executions));
    return 0;
}

#endif
