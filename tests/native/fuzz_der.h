/* DER: told is what a reading by recursion accepts, with any of its elements known or none. */
#ifndef GOVSEAL_TESTS_FUZZ_DER_H
#define GOVSEAL_TESTS_FUZZ_DER_H

#include "der.h"

#include "fuzz_input.h"

#define DEEPEST_DER 32

/* What a reading meets: how many elements, and of one of them all that can be known. */
typedef struct {
    const unsigned char *data;
    size_t elements, wanted, level;
    der_known known;
} der_reading;

/* Whether X.690 allows this content for a tag; else it is told nowhere. */
static int plain_proper(unsigned tag, const unsigned char *content, size_t size) {
    const unsigned number = tag & 0x1f;
    const int is_constructed = (tag & 0x20) != 0;
    if (tag >> 6 != 0) {
        return 1;
    }
    if (is_constructed != (number == 16 || number == 17)) {
        return 0;
    }
    if (number == 1) {
        return size == 1 && (content[0] == 0 || content[0] == 255);
    }
    if (number == 2) {
        const unsigned nine = size < 2 ? 1 : (unsigned)content[0] << 1 | content[1] >> 7;
        return size > 0 && nine != 0 && nine != 0x1ff;
    }
    return number != 5 || size == 0;
}

/* How many bytes tag and length take, where the length is told in the fewest; else 0. */
static size_t plain_header(const unsigned char *at, size_t size, size_t *length) {
    size_t octets;
    if (size < 2 || at[0] % 32 == 31) {
        return 0;
    }
    *length = at[1];
    octets = at[1] < 0x80 ? 0 : at[1] - 0x80u;
    if (octets > 4 || size - 2 < octets || at[1] == 0x80) {
        return 0;
    }
    if (octets != 0) {
        *length = 0;
        for (size_t i = 0; i < octets; i++) {
            *length = *length * 256 + at[2 + i];
        }
        if (*length < 128 || *length >> 8 * (octets - 1) == 0) {
            return 0;
        }
    }
    return *length <= size - 2 - octets ? 2 + octets : 0;
}

/* Returns the depth of the element at at, 0 where it is not DER; *size becomes its own. */
static size_t plain_der(der_reading *reading, size_t at, size_t *size, size_t level) {
    const size_t number = reading->elements++;
    size_t length, head = plain_header(reading->data + at, *size, &length), deepest = 0;
    if (head == 0 || level > DEEPEST_DER ||
        !plain_proper(reading->data[at], reading->data + at + head, length)) {
        return 0;
    }
    *size = head + length;
    for (size_t done = head; (reading->data[at] & 0x20) != 0 && done < *size;) {
        size_t child = *size - done;
        const size_t depth = plain_der(reading, at + done, &child, level + 1);
        if (depth == 0) {
            return 0;
        }
        deepest = depth > deepest ? depth : deepest;
        done += child;
    }
    if (number == reading->wanted) {
        reading->known =
            (der_known){at, at + *size, reading->elements - number, deepest + 1};
        reading->level = level;
    }
    return deepest + 1;
}

/* One of its elements is known: what is in it is not looked at, and counts as is said. */
static void check_known(unsigned char *data, size_t size, size_t whole,
                        const der_reading *reading) {
    der_known known = reading->known;
    const size_t all = reading->elements;
    CHECK(der_check(data, size, &known, all) == whole);
    CHECK(der_check(data, size, &known, all - 1) == 0);
    known.depth = DEEPEST_DER + 1 - reading->level;
    CHECK(der_check(data, size, &known, all) == whole);
    known.depth++;
    CHECK(der_check(data, size, &known, all) == 0);
    known = reading->known;
    known.elements++;
    CHECK(der_check(data, size, &known, all) == 0);
    known.elements = SIZE_MAX / 2;
    CHECK(der_check(data, size, &known, SIZE_MAX / 2) == 0);
    known.elements = 1;
    {
        size_t length, head = plain_header(data + known.start, known.end - known.start, &length);
        memset(data + known.start + head, 0xff, length);
        CHECK(der_check(data, size, &known, all) == whole);
    }
}

/* The least that takes a length of four octets; and of five, which are never read. */
static void check_long_length(void) {
    const der_known nothing = {0, 0, 0, 0};
    const size_t size = 7 + ((size_t)1 << 24);
    unsigned char *data = calloc(size, 1);
    CHECK(data != NULL);
    memcpy(data, "\x04\x84\1", 3);
    CHECK(der_check(data, size, &nothing, 1) == size - 1);
    memcpy(data, "\x04\x85\0\1", 4);
    CHECK(der_check(data, size, &nothing, 1) == 0);
    free(data);
}

/* Elements one behind the other, whatever they are: none ends outside or begins nowhere. */
static void check_row(const unsigned char *data, size_t size) {
    size_t at = 0;
    while (at < size) {
        size_t body, stop, length, head = plain_header(data + at, size - at, &length);
        const int is_there = der_extent(data, at, size, &body, &stop);
        CHECK(is_there == (head != 0));
        if (!is_there) {
            break;
        }
        CHECK(body == at + head && stop == body + length && stop <= size);
        at = stop;
    }
}

static int fuzz_der(const uint8_t *input, size_t size) {
    const der_known nothing = {0, 0, 0, 0};
    unsigned char *data = copy_of(input, size), *cut;
    der_reading reading = {data, 0, SIZE_MAX, 0, {0, 0, 0, 0}};
    size_t whole = size, answer = der_check(data, size, &nothing, 20000), depth;
    static int is_checked = 0;
    const size_t choice = size < 3 ? 0 : data[size - 1] * 7u + data[size / 2];

    if (!is_checked) {
        is_checked = 1;
        check_long_length();
    }
    check_row(data, size);
    depth = plain_der(&reading, 0, &whole, 1);
    CHECK(answer == (depth != 0 && reading.elements <= 20000 ? whole : 0));
    if (answer == 0) {
        /* What is said to be known may be no element at all. */
        for (size_t i = 0; i < 4; i++) {
            const der_known known = {choice % (size + 1), choice / 3 % (size + 3), i * choice, i};
            CHECK(der_check(data, size, &known, choice) <= size);
        }
        free(data);
        return 0;
    }
    /* It takes its own bytes and no other, and so many elements and none less. */
    cut = copy_of(data, whole - 1);
    CHECK(der_check(cut, whole - 1, &nothing, 20000) == 0);
    free(cut);
    cut = copy_of(data, whole);
    CHECK(der_check(cut, whole, &nothing, reading.elements) == whole);
    if ((data[0] & 0x20) != 0 && reading.elements > 1) {
        CHECK(der_check(cut, whole, &nothing, reading.elements - 1) == 0);
        reading.wanted = 1 + choice % (reading.elements - 1);
        reading.elements = 0;
        CHECK(plain_der(&reading, 0, &whole, 1) == depth);
        check_known(cut, whole, whole, &reading);
    }
    free(cut);
    free(data);
    return 1;
}

#endif
