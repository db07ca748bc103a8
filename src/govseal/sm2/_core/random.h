/* Random bytes of the operating system, the only source of nonces and keys. */
#ifndef GOVSEAL_RANDOM_H
#define GOVSEAL_RANDOM_H

#include <errno.h>
#include <stddef.h>

#if defined(__linux__)
#include <sys/random.h>
#else
#include <unistd.h> /* getentropy; macOS declares it in sys/random.h */
#if defined(__APPLE__)
#include <sys/random.h>
#endif
#endif

/* Fills bytes; returns 0, or -1 with errno set where the system has no randomness to give. size is
 * at most 256, which neither call ever cuts short. */
static int random_bytes(unsigned char *bytes, size_t size) {
#if defined(__linux__)
    for (;;) {
        const ssize_t got = getrandom(bytes, size, 0);
        if (got == (ssize_t)size) {
            return 0;
        }
        if (got >= 0) {
            errno = EIO;
            return -1;
        }
        if (errno != EINTR) {
            break;
        }
    }
    if (errno != ENOSYS) {
        return -1;
    }
#endif
    return getentropy(bytes, size);
}

#endif
