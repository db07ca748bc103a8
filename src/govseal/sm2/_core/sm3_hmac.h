/* HMAC with SM3 (GB/T 15852.2, MAC algorithm 2; RFC 2104): tags of 32 bytes. */
#ifndef GOVSEAL_SM3_HMAC_H
#define GOVSEAL_SM3_HMAC_H

#include "sm3.h"

#define SM3_HMAC_SIZE SM3_DIGEST_SIZE

typedef struct {
    sm3_context inner; /* has seen (K ^ ipad) and the data so far */
    sm3_context outer; /* has seen (K ^ opad) */
} sm3_hmac;

/* The key is a secret of any size; one of more than 64 bytes is replaced by its digest. */
static void sm3_hmac_init(sm3_hmac *hmac, const unsigned char *key, size_t key_size);
static __attribute__((unused)) void sm3_hmac_update(sm3_hmac *hmac, const unsigned char *data,
                                                     size_t size);

/* Writes the tag; hmac is spent and holds nothing any more. */
static void sm3_hmac_final(sm3_hmac *hmac, unsigned char tag[SM3_HMAC_SIZE]);

/* 1 if the tag is that of everything so far, else 0, in constant time; hmac is spent. */
static int sm3_hmac_verify(sm3_hmac *hmac, const unsigned char tag[SM3_HMAC_SIZE]);

#endif
