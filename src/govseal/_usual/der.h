/* Whether bytes are one element in DER to its leaves, as asn1/strict.py reads it (ITU-T X.690). */
#ifndef GOVSEAL_USUAL_DER_H
#define GOVSEAL_USUAL_DER_H

#include "bytes.h"

#define DEEPEST 32
#define CONSTRUCTED 0x20
#define LONG_TAG 0x1f

typedef struct {
    size_t start, end; /* an element whose bytes are known; start == end where there is none */
    size_t elements, depth;
} der_known;

/* Where the content of the element at at starts and ends; 0 where there is no element in DER. */
static int der_extent(const unsigned char *data, size_t at, size_t end, size_t *body,
                      size_t *stop) {
    size_t length;
    if (end - at < 2 || (data[at] & LONG_TAG) == LONG_TAG) {
        return 0;
    }
    length = data[at + 1];
    *body = at + 2;
    if (length >= 0x80) {
        const size_t octets = length & 0x7f;
        if (octets == 0 || octets > 4 || end - *body < octets || data[*body] == 0) {
            return 0;
        }
        length = 0;
        for (size_t i = 0; i < octets; i++) {
            length = length << 8 | data[*body + i];
        }
        *body += octets;
        if (length < 0x80) {
            return 0;
        }
    }
    if (length > end - *body) {
        return 0;
    }
    *stop = *body + length;
    return 1;
}

/* The forms of universal types that DER leaves no choice in (X.690, 10 and 11). */
static int der_is_proper(const unsigned char *data, size_t at, size_t body, size_t end) {
    const unsigned char tag = data[at], *content = data + body;
    const size_t length = end - body;
    switch (tag) {
    case 0x01: /* BOOLEAN */
        return length == 1 && (content[0] == 0x00 || content[0] == 0xff);
    case 0x02: /* INTEGER */
        return length == 1 || (length > 1 && !(content[0] == 0x00 && content[1] < 0x80) &&
                               !(content[0] == 0xff && content[1] >= 0x80));
    case 0x05: /* NULL */
        return length == 0;
    case 0x10: /* SEQUENCE and SET have to be constructed, strings must not */
    case 0x11:
        return 0;
    default:
        return tag >= 0x40 || (tag & CONSTRUCTED) == 0 || tag == 0x30 || tag == 0x31;
    }
}

/* Where the first element ends, everything in it looked at; 0 where it is not DER, or too much. */
static size_t der_check(const unsigned char *data, size_t size, const der_known *known,
                        size_t most) {
    size_t ends[DEEPEST], open = 0, seen = 1, at, body, end, whole;
    if (!der_extent(data, 0, size, &body, &whole) || !der_is_proper(data, 0, body, whole)) {
        return 0;
    }
    if ((data[0] & CONSTRUCTED) == 0) {
        return whole;
    }
    at = body;
    ends[open++] = whole;
    while (open > 0) {
        if (at == ends[open - 1]) {
            open--;
            continue;
        }
        if (!der_extent(data, at, ends[open - 1], &body, &end)) {
            return 0;
        }
        if (known->start < known->end && at == known->start && end == known->end) {
            seen += known->elements;
            if (known->elements > most || seen > most || open + known->depth > DEEPEST) {
                return 0;
            }
            at = end;
            continue;
        }
        if (++seen > most || open + 1 > DEEPEST || !der_is_proper(data, at, body, end)) {
            return 0;
        }
        if ((data[at] & CONSTRUCTED) != 0) {
            ends[open++] = end;
            at = body;
        } else {
            at = end;
        }
    }
    return whole;
}

#endif
