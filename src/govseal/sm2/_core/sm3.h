/* SM3 (GB/T 32905). */
#ifndef GOVSEAL_SM3_H
#define GOVSEAL_SM3_H

#include "util.h"

#define SM3_DIGEST_SIZE 32
#define SM3_BLOCK_SIZE 64

typedef struct {
    uint32_t state[8];
    uint64_t length; /* bytes so far; the standard ends at 2^61 bytes */
    unsigned char block[2 * SM3_BLOCK_SIZE]; /* the last length mod 64 bytes, and room for padding */
} sm3_context;

static void sm3_init(sm3_context *context);
static void sm3_update(sm3_context *context, const unsigned char *data, size_t size);

/* Writes the digest; the context is spent. */
static void sm3_final(sm3_context *context, unsigned char digest[SM3_DIGEST_SIZE]);

/* A message in two parts, head ‖ data: a digest Z, say, and what is signed. */
typedef struct {
    const unsigned char *head;
    size_t head_size;
    const unsigned char *data;
    size_t size;
} sm3_message;

/* The digests of count messages of any sizes, one after the other. Takes secrets: the sizes alone
 * decide what runs, and no copy of a message is left. */
static void sm3_many(unsigned char *digests, const sm3_message *messages, size_t count);

/* The same for messages that all begin with what start has seen, a whole number of blocks:
 * start ‖ head ‖ data. */
static void sm3_many_after(unsigned char *digests, const sm3_context *start,
                           const sm3_message *messages, size_t count);

#endif
