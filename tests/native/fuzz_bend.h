/* Changes that keep most of an input as it is. */
#ifndef GOVSEAL_TESTS_FUZZ_BEND_H
#define GOVSEAL_TESTS_FUZZ_BEND_H

#include "fuzz_grow.h"

#define TOKEN(text) {text, sizeof text - 1}
static const struct {
    const char *bytes;
    size_t size;
} TOKENS[] = {
    TOKEN("PK\5\6"), TOKEN("PK\1\2"), TOKEN("PK\3\4"), TOKEN("PK\6\7"), TOKEN("PK\5\6\0\0\0\0"),
    TOKEN("\xff\xff"), TOKEN("\xff\xff\xff\xff"), TOKEN("\0\0\0\0"), TOKEN("\x80"),
    TOKEN("\x81\x80"),
    TOKEN("\x82\1\0"), TOKEN("\x83\0\1\0"), TOKEN("\x84\xff\xff\xff\xff"), TOKEN("\x84\1\0\0\0"),
    TOKEN("\x85\0\0\0\0\1"), TOKEN("\x30\x80"), TOKEN("\x30\0"), TOKEN("\5\0"), TOKEN("\0\0"),
    TOKEN("<"), TOKEN(">"), TOKEN("/>"), TOKEN("</"), TOKEN("<a>"), TOKEN("</a>"), TOKEN("<a/>"),
    TOKEN("]]>"), TOKEN("<!--"), TOKEN("<![CDATA["), TOKEN("<?"), TOKEN("<!DOCTYPE"), TOKEN("&#"),
    TOKEN("&"), TOKEN("\""), TOKEN("'"), TOKEN("="), TOKEN(" a=\"\""), TOKEN(" x:a=''"), TOKEN(":"),
    TOKEN("xmlns:"), TOKEN(" xmlns=\""), TOKEN("xml"), TOKEN("http://www.ofdspec.org/2016"),
    TOKEN(" "), TOKEN("\r"), TOKEN("\0"), TOKEN("/"), TOKEN("\\"), TOKEN("\xef\xbf\xbf"),
    TOKEN("\xef\xbf"), TOKEN("\xe2\x84\xaa"), TOKEN("\xc3\x9f"), TOKEN("\xef\xac"),
    TOKEN("signature.xml"), TOKEN("SEAL.ESL"), TOKEN("sign"),
};

static void cut_out(grown *in, size_t at, size_t size) {
    memmove(in->data + at, in->data + at + size, in->size - at - size);
    in->size -= size;
}

/* Makes room for size bytes at at, as many as there can be, and returns how many. */
static size_t make_room(grown *in, size_t at, size_t size) {
    size = size < MAX_SIZE - in->size ? size : MAX_SIZE - in->size;
    memmove(in->data + at + size, in->data + at, in->size - at);
    in->size += size;
    return size;
}

/* Some bytes of another input, or of this one, instead of or between its own. */
static void splice(grown *in, const grown *other) {
    uint8_t piece[64];
    size_t from = below(other->size), size = 1 + below(sizeof piece), at;
    size = size < other->size - from ? size : other->size - from;
    memcpy(piece, other->data + from, size);
    at = below(in->size + 1);
    if (below(2) && at + size <= in->size) {
        cut_out(in, at, size);
    }
    memcpy(in->data + at, piece, make_room(in, at, size));
}

static void plant(grown *in) {
    const size_t which = below(COUNT(TOKENS)), size = TOKENS[which].size;
    const size_t at = below(in->size + 1);
    if (below(2) && at + size <= in->size) {
        memcpy(in->data + at, TOKENS[which].bytes, size);
    } else {
        memcpy(in->data + at, TOKENS[which].bytes, make_room(in, at, size));
    }
}

/* Adds a little to what may be a number of so many bytes, the lowest first. */
static void change_number(grown *in) {
    const size_t octets = (size_t)1 << below(3), at = below(in->size);
    size_t carry = below(2) ? below(4) : SIZE_MAX - below(4);
    for (size_t i = at; i < at + octets && i < in->size; i++) {
        carry += in->data[i];
        in->data[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

/* An input is never empty before it, and may be afterwards. */
static void bend(grown *in, const grown *other) {
    const size_t at = below(in->size), left = in->size - at;
    switch (below(9)) {
    case 0:
        in->data[at] ^= (uint8_t)(1 << below(8));
        break;
    case 1:
        in->data[at] = (uint8_t)test_random();
        break;
    case 2:
        in->data[at] = (uint8_t)(0x7f + below(6));
        break;
    case 3:
        change_number(in);
        break;
    case 4:
        cut_out(in, at, 1 + below(below(4) && left > 8 ? 8 : left));
        break;
    case 5:
        splice(in, in);
        break;
    case 6:
        splice(in, other);
        break;
    case 7:
        in->size = below(16) ? in->size - below(in->size < 4 ? in->size : 4) : below(in->size);
        break;
    default:
        plant(in);
    }
}

#endif
