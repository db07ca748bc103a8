/* What the vectors of eight words have in common, for either set of instructions; see
 * sm3_lanes_impl.h, which forgets all of it again. */
#define V __m256i
#define V_LOAD(place) _mm256_load_si256((const void *)(place))
#define V_STORE(place, x) _mm256_store_si256((void *)(place), x)
#define V_ADD(x, y) _mm256_add_epi32(x, y)
#define V_XOR(x, y) _mm256_xor_si256(x, y)
#define V_ROWS(blocks, i, at)                                                                      \
    _mm256_inserti128_si256(_mm256_castsi128_si256(SM3_QUARTER(blocks, i, at)),                    \
                            SM3_QUARTER(blocks, (i) + 4, at), 1)
#define V_LOW32(x, y) _mm256_unpacklo_epi32(x, y)
#define V_HIGH32(x, y) _mm256_unpackhi_epi32(x, y)
#define V_LOW64(x, y) _mm256_unpacklo_epi64(x, y)
#define V_HIGH64(x, y) _mm256_unpackhi_epi64(x, y)
#define V_SWAP(x) _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(SM3_SWAP_BYTES))
#include "sm3_lanes_impl.h"
