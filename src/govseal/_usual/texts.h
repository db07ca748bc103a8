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

/* Writes the ASCII letters of data in small to small; 0 where a text may be other than it looks: an
 * end of text, a reference to a character, a section, a comment, a letter that becomes ASCII. */
static int make_small(const unsigned char *data, size_t size, unsigned char *small) {
    for (size_t i = 0; i < size; i++) {
        const unsigned char byte = data[i];
        const size_t left = size - i;
        small[i] = byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte | 0x20) : byte;
        if (byte == 0 || (byte == '&' && left > 1 && data[i + 1] == '#') ||
            (byte == '<' && left > 1 && data[i + 1] == '!') ||
            (byte >= 0xc3 && is_hiding(data + i, left))) {
            return 0;
        }
    }
    return 1;
}

/* Writes what stands between tags to texts, which has room for size; returns how much it is. There
 * have to be as many ends of tags as beginnings: else a value holds one. */
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
