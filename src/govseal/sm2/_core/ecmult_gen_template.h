/* A template, included by ecmult_gen_impl.h once for each width of vector:
 *
 *   GEN_NAME(name)       what its functions are called
 *   GEN_VECTOR_WORDS     64-bit words in a vector, 2 or 4
 *   GEN_LEAVE_VECTORS    what is to be done to the vector registers after a scan
 *
 * The vectors scan the table. The field arithmetic is that of field_impl.h, compiled once more for
 * the instructions that come with the wider vectors.
 */

typedef uint64_t GEN_NAME(gen_vector)
    __attribute__((vector_size(8 * GEN_VECTOR_WORDS), may_alias));
#define GEN_VECTOR GEN_NAME(gen_vector)
#define GEN_VECTORS (GEN_ENTRIES / GEN_VECTOR_WORDS)

/* r = entry number index of the row, reading all of them. */
static inline void GEN_NAME(ecmult_gen_select)(ge_storage *r,
                                               const uint64_t row[GEN_WORDS][GEN_ENTRIES],
                                               uint64_t index) {
    GEN_VECTOR masks[GEN_VECTORS], distance;
    uint64_t words[GEN_WORDS];

    for (uint64_t i = 0; i < GEN_VECTOR_WORDS; i++) {
        distance[i] = i ^ value_barrier(index);
    }
    UNROLL
    for (uint64_t i = 0; i < GEN_VECTORS; i++) {
        /* all ones where the number of the entry is the index: 0 - 1 has the top bit set */
        const GEN_VECTOR differs = distance ^ (i * GEN_VECTOR_WORDS);
        masks[i] = 0 - ((differs - 1) >> 63);
    }
    for (int j = 0; j < GEN_WORDS; j++) {
        const GEN_VECTOR *entries = (const GEN_VECTOR *)row[j];
        GEN_VECTOR chosen = entries[0] & masks[0];
        UNROLL
        for (int i = 1; i < GEN_VECTORS; i++) {
            chosen |= entries[i] & masks[i];
        }
        words[j] = chosen[0];
        for (int i = 1; i < GEN_VECTOR_WORDS; i++) {
            words[j] |= chosen[i];
        }
    }
    memcpy(r, words, sizeof *r);
    GEN_LEAVE_VECTORS;
}

/* entry = the point of window number row of the recoded scalar. */
static inline void GEN_NAME(ecmult_gen_lookup)(ecmult_gen_workspace *w, int row) {
    const int bit = row * GEN_WINDOW, word = bit / 64, shift = bit % 64;
    const uint64_t low = w->digits.words[word] >> shift;
    const uint64_t high = shift == 0 ? 0 : w->digits.words[word + 1] << (64 - shift);
    const uint64_t window = (low | high) & (2 * GEN_ENTRIES - 1);
    const uint64_t is_negative = (window >> (GEN_WINDOW - 1)) ^ 1;
    const uint64_t index = (window ^ mask_from_bit(is_negative)) & (GEN_ENTRIES - 1);

    GEN_NAME(ecmult_gen_select)(&w->packed, ecmult_gen_table[row], index);
    ge_from_storage(&w->entry, &w->packed);
    ge_negate_if(&w->entry, &w->entry, is_negative);
}

static OWN_FRAME void GEN_NAME(ecmult_gen_add)(gex *r, const gex *a, const ge *b) {
    gex_add_ge(r, a, b);
}

static void GEN_NAME(ecmult_gen)(ge *r, const scalar *k) {
    ecmult_gen_workspace w;

    ecmult_gen_recode(&w.digits, k);
    GEN_NAME(ecmult_gen_lookup)(&w, 0);
    gex_set_ge(&w.sum, &w.entry);
    for (int row = 1; row < GEN_ROWS - 1; row++) {
        GEN_NAME(ecmult_gen_lookup)(&w, row);
        GEN_NAME(ecmult_gen_add)(&w.sum, &w.sum, &w.entry);
    }
    GEN_NAME(ecmult_gen_lookup)(&w, GEN_ROWS - 1);
    gex_add_ge_or_double(&w.sum, &w.sum, &w.entry);
    ge_set_gex(r, &w.sum);
    ge_negate_if(r, r, w.digits.negated);
    fe_normalize(&r->y);
    wipe(&w, sizeof w);
}

#undef GEN_VECTOR
#undef GEN_VECTORS
#undef GEN_NAME
#undef GEN_VECTOR_WORDS
#undef GEN_LEAVE_VECTORS
