/* Random bytes of the operating system: all there is to a private key, half of what makes a nonce. */
#ifndef GOVSEAL_RANDOM_H
#define GOVSEAL_RANDOM_H

#include <errno.h>
#include <stddef.h>
#include <string.h>

#if defined(__linux__) || defined(__APPLE__)
#include <sys/random.h>
#endif
#include <unistd.h>

/* -DGOVSEAL_TESTING (tests only): a generator that is stuck at one byte, or has nothing to give. */
#ifdef GOVSEAL_TESTING
enum { RANDOM_WORKS = -1, RANDOM_FAILS = -2 };
static int testing_randomness = RANDOM_WORKS; /* or the byte, 0 to 255 */
#endif

/* The system's own call gives at most this many bytes without being cut short. */
#define RANDOM_PIECE 256

static int random_piece(unsigned char *bytes, size_t size) {
#if defined(__linux__)
    ssize_t got;
    do {
        got = getrandom(bytes, size, 0);
    } while (got < 0 && errno == EINTR);
    if (got >= 0 && (size_t)got != size) {
        errno = EIO;
        return -1;
    }
    return got < 0 ? -1 : 0;
#else
    return getentropy(bytes, size);
#endif
}

/* Fills bytes; returns 0, or -1 with errno set where the system has no randomness to give. */
static int random_bytes(unsigned char *bytes, size_t size) {
#ifdef GOVSEAL_TESTING
    if (testing_randomness == RANDOM_FAILS) {
        errno = EIO;
        return -1;
    }
    if (testing_randomness != RANDOM_WORKS) {
        memset(bytes, testing_randomness, size);
        return 0;
    }
#endif
    while (size != 0) {
        const size_t taken = size < RANDOM_PIECE ? size : RANDOM_PIECE;
        if (random_piece(bytes, taken) != 0) {
            return -1;
        }
        bytes += taken;
        size -= taken;
    }
    return 0;
}

#endif
