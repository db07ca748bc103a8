#ifndef GOVSEAL_DER_IMPL_H
#define GOVSEAL_DER_IMPL_H

#include "der.h"

#define DER_SEQUENCE 0x30
#define DER_INTEGER 0x02

/* Writes one INTEGER of 3 to 35 bytes; returns its size. */
static size_t der_encode_integer(unsigned char *out, const unsigned char magnitude[32]) {
    size_t skip = 0, padding;
    while (skip < 31 && magnitude[skip] == 0) {
        skip++;
    }
    padding = magnitude[skip] >> 7; /* a leading zero keeps it positive */
    out[0] = DER_INTEGER;
    out[1] = (unsigned char)(padding + 32 - skip);
    out[2] = 0;
    memcpy(out + 2 + padding, magnitude + skip, 32 - skip);
    return 2 + padding + 32 - skip;
}

static size_t der_encode_signature(unsigned char der[DER_SIGNATURE_MAX],
                                   const unsigned char raw[RAW_SIGNATURE_SIZE]) {
    size_t body = der_encode_integer(der + 2, raw);
    body += der_encode_integer(der + 2 + body, raw + 32);
    der[0] = DER_SEQUENCE;
    der[1] = (unsigned char)body; /* at most 70: the short form */
    return 2 + body;
}

/* Reads one INTEGER from the front of der; returns its size, or 0 if it is not one. */
static size_t der_decode_integer(unsigned char magnitude[32], const unsigned char *der,
                                 size_t size) {
    size_t length;
    if (size < 3 || der[0] != DER_INTEGER) {
        return 0;
    }
    length = der[1];
    if (length < 1 || length > 33 || length > size - 2) {
        return 0;
    }
    if (der[2] & 0x80) {
        return 0; /* negative */
    }
    if (der[2] == 0 && length > 1 && !(der[3] & 0x80)) {
        return 0; /* a needless leading zero */
    }
    if (length == 33 && der[2] != 0) {
        return 0; /* above 2^256 */
    }
    memset(magnitude, 0, 32);
    if (length == 33) {
        memcpy(magnitude, der + 3, 32);
    } else {
        memcpy(magnitude + 32 - length, der + 2, length);
    }
    return 2 + length;
}

static int der_decode_signature(unsigned char raw[RAW_SIGNATURE_SIZE], const unsigned char *der,
                                size_t size) {
    size_t r_size, s_size;
    if (size < 2 || size > DER_SIGNATURE_MAX || der[0] != DER_SEQUENCE || der[1] != size - 2) {
        return 0;
    }
    r_size = der_decode_integer(raw, der + 2, size - 2);
    if (r_size == 0) {
        return 0;
    }
    s_size = der_decode_integer(raw + 32, der + 2 + r_size, size - 2 - r_size);
    return s_size != 0 && 2 + r_size + s_size == size;
}

#endif
