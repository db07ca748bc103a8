/* The texts of an XML file, told from its bytes, as formats/ofd/plaintexts.py does. */
#ifndef GOVSEAL_USUAL_TEXTS_H
#define GOVSEAL_USUAL_TEXTS_H

#include "bytes.h"

/* Whether a letter stands here that is ASCII in small, or becomes it (plaintexts._HIDING_LETTERS). */
static int is_hiding(const unsigned char *place, size_t left) {
    const unsigned char next = left > 1 ? place[1] : 0;
    switch (place[0]) {
    case 0xc3:
        return next == 0x9f;
    case 0xc4:
        return next == 0xb0;
    case 0xc5:
        return next == 0x89 || next == 0xbf;
    case 0xc7:
        return next == 0xb0;
    case 0xe1:
        return next == 0xba;
    case 0xe2:
        return next == 0x84 && left > 2 && place[2] == 0xaa;
    case 0xef:
        return next == 0xac;
    default:
        return 0;
    }
}

/* Writes data to small, ASCII letters in small; 0 where a text may be other than it looks: an end of
 * text, a reference to a character, a section, a comment, a letter that becomes ASCII, and from start
 * on an instruction. *is_plain is whether as many tags end as begin. */
static int make_small(const unsigned char *data, size_t size, size_t start, unsigned char *small,
                      int *is_plain) {
    size_t begins = 0, ends = 0;
    for (size_t i = 0; i < size; i++) {
        const unsigned char byte = data[i], next = i + 1 < size ? data[i + 1] : 0;
        small[i] = byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte | 0x20) : byte;
        if (byte >= 'a' && byte < 0xc3) {
            continue;
        }
        ends += byte == '>';
        if (byte == '<') {
            begins++;
            if (next == '!' || (next == '?' && i >= start)) {
                return 0;
            }
        } else if (byte == 0 || (byte == '&' && next == '#') ||
                   (byte >= 0xc3 && is_hiding(data + i, size - i))) {
            return 0;
        }
    }
    *is_plain = begins == ends;
    return 1;
}

/* Writes what stands between tags to texts, which has room for size; returns how much it is. There
 * have to be as many ends of tags as beginnings (is_plain): else a value holds one. */
static size_t cut_texts(const unsigned char *small, size_t size, unsigned char *texts) {
    size_t length = 0, at = 0;
    while ((at = find_byte(small, at, size, '>')) < size) {
        const size_t next = find_byte(small, ++at, size, '<');
        if (next == size) {
            break;
        }
        if (next > at) {
            memcpy(texts + length, small + at, next - at);
            length += next - at;
            at = next + 1;
        }
    }
    return length;
}

#define MOST_ROOTS 8
#define LEAST_ROOT 4
#define MOST_ROOT 8

/* The first bytes of the parts that are looked for, and how far a look may go on from a byte that
 * stands last in its window: Horspool's search, for several at once. */
typedef struct {
    unsigned char roots[MOST_ROOTS][MOST_ROOT];
    size_t count, size;
    unsigned char shift[256];
} text_roots;

static void init_roots(text_roots *found) {
    found->count = 0;
    found->size = MOST_ROOT;
}

/* Adds a part; 0 where it is too short, or one too many. */
static int add_root(text_roots *found, const unsigned char *part, size_t size) {
    if (size < LEAST_ROOT || found->count >= MOST_ROOTS) {
        return 0;
    }
    found->size = size < found->size ? size : found->size;
    memcpy(found->roots[found->count++], part, size < MOST_ROOT ? size : MOST_ROOT);
    return 1;
}

/* To be called when all parts are there. */
static void end_roots(text_roots *found) {
    memset(found->shift, (int)found->size, sizeof found->shift);
    for (size_t place = 0; place < found->size; place++) {
        const unsigned char shift = (unsigned char)(found->size - 1 - place);
        for (size_t i = 0; i < found->count; i++) {
            unsigned char *known = &found->shift[found->roots[i][place]];
            *known = shift < *known ? shift : *known;
        }
    }
}

/* Whether any of the parts may stand in data: most files have nothing that even starts like one. */
static int has_root(const unsigned char *data, size_t size, const text_roots *found) {
    size_t last = found->size - 1;
    while (last < size) {
        const size_t shift = found->shift[data[last]];
        if (shift != 0) {
            last += shift;
            continue;
        }
        for (size_t i = 0; i < found->count; i++) {
            if (memcmp(data + (last + 1 - found->size), found->roots[i], found->size) == 0) {
                return 1;
            }
        }
        last++;
    }
    return 0;
}

static int has_slash(const unsigned char *data, size_t size) {
    return find_byte(data, 0, size, '/') < size || find_byte(data, 0, size, '\\') < size;
}

/* Whether a tag with the text before it, or all texts together, are longer than limit and have a
 * slash in them. */
static int has_long_location(const unsigned char *data, size_t size, const unsigned char *texts,
                             size_t length, size_t limit) {
    size_t at = 0;
    while (at <= size && size > limit) {
        const size_t next = find_byte(data, at, size, '>');
        if (next - at > limit && has_slash(data + at, next - at)) {
            return 1;
        }
        at = next + 1;
    }
    return size > limit && length > limit && has_slash(texts, length);
}

#endif
