/* Bytes of a file, and numbers in them. Everything here reads what hostile files hold: every place is
 * held against the size before it is looked at. */
#ifndef GOVSEAL_USUAL_BYTES_H
#define GOVSEAL_USUAL_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t little16(const unsigned char *place) {
    return (uint32_t)place[0] | (uint32_t)place[1] << 8;
}

static inline uint32_t little32(const unsigned char *place) {
    return little16(place) | little16(place + 2) << 16;
}

/* Where byte stands first from at on; size where it does not. */
static inline size_t find_byte(const unsigned char *data, size_t at, size_t size, int byte) {
    const unsigned char *found = at < size ? memchr(data + at, byte, size - at) : NULL;
    return found == NULL ? size : (size_t)(found - data);
}

#endif
