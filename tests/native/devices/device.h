/* What the two software devices of the tests share: a key and faults that the environment sets.
 *
 * SOFTDEVICE_KEY       d of the key, 64 hexadecimal digits
 * SOFTDEVICE_PASSWORD  its PIN or password; "govseal-pin" by default
 * SOFTDEVICE_FAULT     what goes wrong; see where is_fault is asked
 *
 * They are read at every call, so that a test can change them under an open device.
 */
#ifndef GOVSEAL_SOFT_DEVICE_H
#define GOVSEAL_SOFT_DEVICE_H

#include "core.h"

#include <stdatomic.h>
#include <stdlib.h>

#define EXPORT __attribute__((visibility("default")))

static const char *setting(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    return value == NULL ? otherwise : value;
}

static int is_fault(const char *name) {
    return strcmp(setting("SOFTDEVICE_FAULT", ""), name) == 0;
}

static int is_password(const unsigned char *given, size_t size) {
    const char *wanted = setting("SOFTDEVICE_PASSWORD", "govseal-pin");
    return given != NULL && size == strlen(wanted) && memcmp(given, wanted, size) == 0;
}

static int digit(char c) {
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= '0' && c <= '9' ? c - '0' : -1;
}

/* Returns 1, or 0 where the environment names no key. */
static int load_key(private_key *key, public_key *public) {
    static atomic_flag is_building = ATOMIC_FLAG_INIT;
    static atomic_int is_built = 0;
    const char *text = setting("SOFTDEVICE_KEY", "");
    unsigned char d[SCALAR_SIZE];
    if (strlen(text) != 2 * sizeof d) {
        return 0;
    }
    for (size_t i = 0; i < sizeof d; i++) {
        const int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return 0;
        }
        d[i] = (unsigned char)(16 * high + low);
    }
    while (atomic_flag_test_and_set(&is_building)) {
    }
    if (!is_built) {
        signature_build_tables();
        is_built = 1;
    }
    atomic_flag_clear(&is_building);
    return private_key_load(key, public, d);
}

static atomic_int signatures = 0;

/* How often the key was used since the library was loaded. */
EXPORT int softdevice_signatures(void) {
    return signatures;
}

/* Signs e with the key; the fault "wrong_signature" gives another value. Returns 1 or 0. */
static int sign_with_key(unsigned char raw[RAW_SIGNATURE_SIZE],
                         const unsigned char digest[SM3_DIGEST_SIZE]) {
    private_key key;
    public_key public;
    if (!load_key(&key, &public) || private_key_sign(raw, &key, digest) != 0) {
        return 0;
    }
    signatures++;
    raw[RAW_SIGNATURE_SIZE - 1] ^= (unsigned char)is_fault("wrong_signature");
    return 1;
}

#endif
