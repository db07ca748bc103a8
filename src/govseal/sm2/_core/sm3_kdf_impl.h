#ifndef GOVSEAL_SM3_KDF_IMPL_H
#define GOVSEAL_SM3_KDF_IMPL_H

#include "sm3_kdf.h"

/* Digests made by one call, and so the size of what stands on the stack. */
#define SM3_KDF_GROUP 64

static int sm3_kdf(unsigned char *out, size_t length, const unsigned char *z, size_t z_size) {
    const size_t whole = z_size - z_size % SM3_BLOCK_SIZE;
    unsigned char counters[SM3_KDF_GROUP][4], last[SM3_DIGEST_SIZE];
    sm3_message messages[SM3_KDF_GROUP];
    sm3_context start;
    uint32_t counter = 1;

    if (length > SM3_KDF_MAX) {
        return 0;
    }
    sm3_init(&start);
    sm3_update(&start, z, whole); /* once: what differs is the rest of z and the counter */
    while (length > 0) {
        const size_t needed = (length + SM3_DIGEST_SIZE - 1) / SM3_DIGEST_SIZE;
        const size_t group = needed < SM3_KDF_GROUP ? needed : SM3_KDF_GROUP;
        const size_t full = length < group * SM3_DIGEST_SIZE ? group - 1 : group;

        for (size_t i = 0; i < group; i++) {
            sm3_store(counters[i], counter++);
            messages[i] = (sm3_message){z + whole, z_size - whole, counters[i], 4};
        }
        sm3_many_after(out, &start, messages, full);
        out += full * SM3_DIGEST_SIZE;
        length -= full * SM3_DIGEST_SIZE;
        if (full < group) {
            sm3_many_after(last, &start, messages + full, 1);
            memcpy(out, last, length);
            length = 0;
        }
    }
    wipe(&start, sizeof start);
    wipe(last, sizeof last);
    wipe_stack();
    return 1;
}

#endif
