/* Texts, parts and locations: what is told is what a slow look at every byte finds. */
#ifndef GOVSEAL_TESTS_FUZZ_TEXTS_H
#define GOVSEAL_TESTS_FUZZ_TEXTS_H

#include "texts.h"

#include "fuzz_input.h"

/* Whether a sequence stands somewhere. */
static int plain_find(const unsigned char *data, size_t size, const char *bytes, size_t wanted) {
    for (size_t at = 0; at + wanted <= size; at++) {
        if (data[at] == (unsigned char)bytes[0] && memcmp(data + at, bytes, wanted) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Whether bytes may hide a text: the list of plaintexts.py. */
static int plain_hides(const unsigned char *data, size_t size, size_t start) {
    static const char *const HIDING[] = {"&#",       "<!",       "\xc3\x9f", "\xc4\xb0",
                                         "\xc5\x89", "\xc5\xbf", "\xc7\xb0", "\xe1\xba",
                                         "\xe2\x84\xaa", "\xef\xac"};
    int hides = plain_find(data, size, "\0", 1);
    for (size_t i = 0; i < sizeof HIDING / sizeof *HIDING; i++) {
        hides |= plain_find(data, size, HIDING[i], strlen(HIDING[i]));
    }
    return hides || (start <= size && plain_find(data + start, size - start, "<?", 2));
}

/* What stands behind a > and before a <, byte by byte. */
static size_t plain_texts(const unsigned char *small, size_t size, unsigned char *texts) {
    size_t length = 0, sure = 0;
    int is_text = 0;
    for (size_t i = 0; i < size; i++) {
        if (small[i] == '<') {
            sure = length;
            is_text = 0;
        } else if (is_text) {
            texts[length++] = small[i];
        } else {
            is_text = small[i] == '>';
        }
    }
    return sure;
}

/* Some parts of the same length and of several: all that is looked for are their first bytes. */
static void check_roots(const unsigned char *small, size_t size) {
    static const char *const PARTS[][9] = {
        {"signature.xml", "seal.esl", "document.xml"},
        {"sign", "doc_0/a"},
        {"abcdefgh", "aaaaaaaa", "aaaab", "/doc_", "bcde", "ofd:", "</ofd", ".xml"},
        {"nowhere to be found"},
        {NULL},
    };
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        text_roots roots;
        int is_there = 0;
        init_roots(&roots);
        for (size_t j = 0; PARTS[i][j] != NULL; j++) {
            unsigned char *part = copy_of((const uint8_t *)PARTS[i][j], strlen(PARTS[i][j]));
            CHECK(!add_root(&roots, part, 3));
            CHECK(add_root(&roots, part, strlen(PARTS[i][j])));
            free(part);
        }
        CHECK(roots.count < 8 || !add_root(&roots, (const unsigned char *)"ninth", 5));
        end_roots(&roots);
        for (size_t j = 0; j < roots.count; j++) {
            is_there |= plain_find(small, size, PARTS[i][j], roots.size);
        }
        CHECK(has_root(small, size, &roots) == is_there);
    }
}

static void check_locations(const unsigned char *data, size_t size, const unsigned char *texts,
                            size_t length, size_t limit) {
    int is_there = 0, has = 0;
    size_t start = 0;
    for (size_t at = 0; at <= size; at++) {
        if (at == size || data[at] == '>') {
            is_there |= has && at - start > limit;
            has = 0;
            start = at + 1;
        } else {
            has |= data[at] == '/' || data[at] == '\\';
        }
    }
    is_there |= length > limit && (plain_find(texts, length, "/", 1) ||
                                   plain_find(texts, length, "\\", 1));
    CHECK(has_long_location(data, size, texts, length, limit) == (is_there && size > limit));
}

static int fuzz_texts(const uint8_t *input, size_t size) {
    unsigned char *data = copy_of(input, size), *small = malloc(size), *texts = malloc(size);
    unsigned char *plain = malloc(size);
    const size_t start = size < 2 ? 0 : data[size / 2] % 32u;
    size_t begins = 0, ends = 0, length;
    int is_plain = -1, is_told;
    CHECK((small != NULL && texts != NULL && plain != NULL) || size == 0);
    is_told = make_small(data, size, start, small, &is_plain);
    CHECK(is_told == !plain_hides(data, size, start));
    if (is_told) {
        for (size_t i = 0; i < size; i++) {
            CHECK(small[i] == (data[i] >= 'A' && data[i] <= 'Z' ? data[i] + 32 : data[i]));
            begins += data[i] == '<';
            ends += data[i] == '>';
        }
        CHECK(is_plain == (begins == ends));
        length = cut_texts(small, size, texts);
        CHECK(length <= size && find_byte(texts, 0, length, '<') == length);
        CHECK(length == plain_texts(small, size, plain) && memcmp(texts, plain, length) == 0);
        check_roots(small, size);
        check_roots(texts, length);
        for (size_t limit = 0; limit < 200; limit = limit * 3 + 1) {
            check_locations(data, size, texts, length, limit);
        }
        is_told = is_plain;
    }
    free(data);
    free(small);
    free(texts);
    free(plain);
    return is_told;
}

#endif
