/* Names that siblings share: the same as in the tree, where there is one. */
#ifndef GOVSEAL_TESTS_FUZZ_DOUBLED_H
#define GOVSEAL_TESTS_FUZZ_DOUBLED_H

#include "doubled.h"

#include "fuzz_tree.h"

static void check_name(const unsigned char *data, size_t size, xml_name name) {
    CHECK(name.name > data && name.size > 0 && name.size < size);
    CHECK((size_t)(name.name - data) + name.size < size);
    CHECK(name.name[-1] == '<' || name.name[-1] == ':');
    for (size_t i = 0; i < name.size; i++) {
        CHECK(!is_space(name.name[i]) && memchr("/>=:", name.name[i], 4) == NULL);
    }
}

static xml_name local_name(const tree_reader *reader, size_t place) {
    const tree_element *element = &reader->elements[place];
    const size_t skipped = element->prefix == 0 ? 0 : element->prefix + 1;
    return (xml_name){reader->data + element->name.at + skipped, element->name.size - skipped};
}

static int has_pair(const xml_doubles *found, xml_name holder, xml_name child) {
    for (size_t i = 0; i < found->pair_count; i++) {
        if (is_same_name(found->pairs[i].holder, holder) &&
            is_same_name(found->pairs[i].child, child)) {
            return 1;
        }
    }
    return 0;
}

/* Collects from a tree what the doubles should be; 0 where they are too many. */
static int plain_doubled(const tree_reader *reader, xml_doubles *found) {
    found->pair_count = 0;
    for (size_t i = 1; i < reader->count; i++) {
        const size_t parent = reader->elements[i].parent;
        const xml_name name = local_name(reader, i), holder = local_name(reader, parent);
        for (size_t j = parent + 1; j < i; j++) {
            if (reader->elements[j].parent == parent && !has_pair(found, holder, name) &&
                is_same_name(local_name(reader, j), name)) {
                if (found->pair_count == MOST_PAIRS) {
                    return 0;
                }
                found->pairs[found->pair_count++] = (xml_pair){holder, name};
            }
        }
    }
    return 1;
}

/* Both accept what a tree is told of, as long as it is not too much. */
static void check_against_tree(const unsigned char *data, size_t size, const xml_doubles *found,
                               int is_told) {
    static xml_doubles plain;
    tree_reader reader;
    if (is_tree(&reader, data, size)) {
        const int is_few = plain_doubled(&reader, &plain);
        CHECK(!is_told || is_few);
        CHECK(is_told || !is_few || reader.count > MOST_NAMES);
        CHECK(!is_told || found->pair_count == plain.pair_count);
        for (size_t i = 0; is_told && i < plain.pair_count; i++) {
            CHECK(has_pair(found, plain.pairs[i].holder, plain.pairs[i].child));
        }
    }
    free_tree(&reader);
}

static int fuzz_doubled(const uint8_t *input, size_t size) {
    static xml_doubles found;
    unsigned char *data = copy_of(input, size);
    const int is_told = find_doubled(data, size, &found);
    if (is_told) {
        CHECK(found.levels == 0 && found.pair_count <= MOST_PAIRS);
        for (size_t i = 0; i < found.pair_count; i++) {
            check_name(data, size, found.pairs[i].holder);
            check_name(data, size, found.pairs[i].child);
        }
    }
    check_against_tree(data, size, &found, is_told);
    free(data);
    return is_told;
}

#endif
