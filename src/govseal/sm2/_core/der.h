/* SM2Signature ::= SEQUENCE { r INTEGER, s INTEGER } in DER (GB/T 35276, 7.3). */
#ifndef GOVSEAL_DER_H
#define GOVSEAL_DER_H

#include "util.h"

#define RAW_SIGNATURE_SIZE 64
#define DER_SIGNATURE_MAX 72

/* Encodes r ‖ s; returns the size, 8 to 72. Variable time: signatures are public. */
static size_t der_encode_signature(unsigned char der[DER_SIGNATURE_MAX],
                                   const unsigned char raw[RAW_SIGNATURE_SIZE]);

/* Decodes strict DER of two integers in [0, 2^256); returns 0 for any other bytes. */
static int der_decode_signature(unsigned char raw[RAW_SIGNATURE_SIZE], const unsigned char *der,
                                size_t size);

#endif
