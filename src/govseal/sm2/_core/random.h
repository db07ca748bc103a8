/* Random bytes of the operating system, the only source of nonces and keys. */
#ifndef GOVSEAL_RANDOM_H
#define GOVSEAL_RANDOM_H

#include <errno.h>
#include <stddef.h>

#if defined(__linux__) || defined(__APPLE__)
#include <sys/random.h>
#endif
#include <unistd.h>

/* Fills bytes; returns 0, or -1 with errno set where the system has no randomness to give. size is
 * at most 256: such requests are never cut short once the system's pool is ready. */
static int random_bytes(unsigned char *bytes, size_t size) {
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

#endif
