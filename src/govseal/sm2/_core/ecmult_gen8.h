/* Multiplications of the base point by secrets in eight lanes: one scalar over all of them, or eight
 * scalars side by side. Constant time, to be called where tier >= TIER_IFMA alone.
 */
#ifndef GOVSEAL_ECMULT_GEN8_H
#define GOVSEAL_ECMULT_GEN8_H

#include "ecmult_gen.h"
#include "group8.h"

#if HAS_LANES

/* The contracts of ecmult_gen and ecmult_gen_many_x. */
static void ecmult_gen_lanes(ge *r, const scalar *k);
static void ecmult_gen_lanes_many_x(uint64_t (*x)[4], const scalar *k, size_t count);

#endif
#endif
