/* What tests/sm2 needs to see of the core, for a build of module.c with -DGOVSEAL_TESTING. Nothing of
 * this is in the product: above all no signing with a nonce of the caller's.
 *
 * Numbers are 32 bytes big-endian, elements given as limbs are 5 native 64-bit words; nothing is
 * checked beyond the sizes.
 */
#ifndef GOVSEAL_TESTS_ENTRY_POINTS_H
#define GOVSEAL_TESTS_ENTRY_POINTS_H

/* Copies bytes arguments of the given sizes out. */
static int testing_arguments(PyObject *const *args, Py_ssize_t count, Py_ssize_t wanted,
                             void *const *targets, const size_t *sizes) {
    if (check_count("testing", count, wanted) != 0) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < wanted; i++) {
        char *data;
        Py_ssize_t size;
        if (PyBytes_AsStringAndSize(args[i], &data, &size) != 0) {
            return -1;
        }
        if ((size_t)size != sizes[i]) {
            PyErr_SetString(PyExc_ValueError, "size");
            return -1;
        }
        memcpy(targets[i], data, (size_t)size);
    }
    return 0;
}

/* field(operation, a, b): "add" "sub" "mul" "sqr" "inv" "neg" on integers mod p. */
static PyObject *testing_field(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    unsigned char name[3], a_bytes[32], b_bytes[32], result[32];
    void *const targets[] = {name, a_bytes, b_bytes};
    const size_t sizes[] = {3, 32, 32};
    fe a, b;
    (void)module;
    if (testing_arguments(args, count, 3, targets, sizes) != 0) {
        return NULL;
    }
    (void)fe_set_bytes(&a, a_bytes);
    (void)fe_set_bytes(&b, b_bytes);
    if (memcmp(name, "add", 3) == 0) {
        fe_add(&a, &a, &b);
    } else if (memcmp(name, "sub", 3) == 0) {
        fe_sub(&a, &a, &b, 2);
    } else if (memcmp(name, "mul", 3) == 0) {
        fe_mul(&a, &a, &b);
    } else if (memcmp(name, "sqr", 3) == 0) {
        fe_sqr(&a, &a);
    } else if (memcmp(name, "inv", 3) == 0) {
        fe_inv(&a, &a);
    } else {
        fe_negate(&a, &a, 2);
    }
    fe_get_bytes(result, &a);
    return bytes_from(result, sizeof result);
}

/* field_limbs(magnitude, a, b): the 32 bytes of a·b/2^260 mod p for raw limbs of that magnitude
 * each; and the same for the normalised a where the magnitude is 0. */
static PyObject *testing_field_limbs(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    unsigned char magnitude, result[32];
    fe a, b;
    fe_storage packed;
    void *const targets[] = {&magnitude, a.n, b.n};
    const size_t sizes[] = {1, sizeof a.n, sizeof b.n};
    (void)module;
    if (testing_arguments(args, count, 3, targets, sizes) != 0) {
        return NULL;
    }
    VERIFY_SETUP(a.magnitude = b.magnitude = magnitude == 0 ? FE_MAX_MAGNITUDE : magnitude);
    if (magnitude != 0) {
        fe_mul(&a, &a, &b);
    }
    fe_normalize(&a);
    fe_to_storage(&packed, &a);
    words_store(result, packed.n);
    return bytes_from(result, sizeof result);
}

/* field_difference(operation, a, b, c, d): the 32 bytes of (a·b - c·d)/2^260 mod p for "mul", and of
 * (a·b - 8c²)/2^260 for "sqr", for raw limbs: of magnitude 8 in a and b, and 4 (2) in c and d. */
static PyObject *testing_field_difference(PyObject *module, PyObject *const *args,
                                          Py_ssize_t count) {
    unsigned char name[3], result[32];
    fe a, b, c, d;
    fe_storage packed;
    void *const targets[] = {name, a.n, b.n, c.n, d.n};
    const size_t sizes[] = {3, sizeof a.n, sizeof b.n, sizeof c.n, sizeof d.n};
    (void)module;
    if (testing_arguments(args, count, 5, targets, sizes) != 0) {
        return NULL;
    }
    VERIFY_SETUP(a.magnitude = b.magnitude = 8);
    if (memcmp(name, "mul", 3) == 0) {
        VERIFY_SETUP(c.magnitude = d.magnitude = 4);
        fe_mul_sub_mul(&a, &a, &b, &c, &d);
    } else {
        VERIFY_SETUP(c.magnitude = 2);
        fe_mul_sub_8sqr_inline(&a, &a, &b, &c);
    }
    fe_normalize(&a);
    fe_to_storage(&packed, &a);
    words_store(result, packed.n);
    return bytes_from(result, sizeof result);
}

/* scalar(operation, a, b): "add" "sub" "mul" "inv" "neg" on integers mod n. */
static PyObject *testing_scalar(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    unsigned char name[3], a_bytes[32], b_bytes[32], result[32];
    void *const targets[] = {name, a_bytes, b_bytes};
    const size_t sizes[] = {3, 32, 32};
    scalar a, b;
    (void)module;
    if (testing_arguments(args, count, 3, targets, sizes) != 0) {
        return NULL;
    }
    (void)scalar_set_bytes(&a, a_bytes);
    (void)scalar_set_bytes(&b, b_bytes);
    if (memcmp(name, "add", 3) == 0) {
        scalar_add(&a, &a, &b);
    } else if (memcmp(name, "sub", 3) == 0) {
        scalar_sub(&a, &a, &b);
    } else if (memcmp(name, "mul", 3) == 0) {
        scalar_to_montgomery(&a, &a);
        scalar_mul_montgomery(&a, &a, &b);
    } else if (memcmp(name, "inv", 3) == 0) {
        scalar_inverse(&a, &a);
    } else {
        scalar_negate(&a, &a);
    }
    scalar_get_bytes(result, &a);
    return bytes_from(result, sizeof result);
}

/* base_multiply(k): X ‖ Y of k·G by the constant-time path; k in [1, n-1]. */
static PyObject *testing_base_multiply(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    unsigned char k_bytes[32], result[64];
    void *const targets[] = {k_bytes};
    const size_t sizes[] = {32};
    scalar k;
    ge point;
    (void)module;
    if (testing_arguments(args, count, 1, targets, sizes) != 0) {
        return NULL;
    }
    (void)scalar_set_bytes(&k, k_bytes);
    build_tables();
    ecmult_gen(&point, &k);
    fe_get_bytes(result, &point.x);
    fe_get_bytes(result + 32, &point.y);
    return bytes_from(result, sizeof result);
}

/* base_multiply_many(k ‖ k ‖ …): the X of each, side by side; 1 to GEN_MANY_MAX scalars. */
static PyObject *testing_base_multiply_many(PyObject *module, PyObject *arg) {
    static scalar k[GEN_MANY_MAX];
    static uint64_t x[GEN_MANY_MAX][4];
    static unsigned char result[32 * GEN_MANY_MAX];
    char *data;
    Py_ssize_t size;
    (void)module;
    if (PyBytes_AsStringAndSize(arg, &data, &size) != 0) {
        return NULL;
    }
    if (size == 0 || size % 32 != 0 || size > (Py_ssize_t)sizeof result) {
        PyErr_SetString(PyExc_ValueError, "size");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < size / 32; i++) {
        (void)scalar_set_bytes(&k[i], (const unsigned char *)data + 32 * i);
    }
    build_tables();
    ecmult_gen_many_x(x, k, (size_t)size / 32);
    for (Py_ssize_t i = 0; i < size / 32; i++) {
        words_store(result + 32 * i, x[i]);
    }
    return bytes_from(result, (size_t)size);
}

/* multiply(s, point, t, with_table): X ‖ Y of s·G + t·P by a variable-time path, or None for
 * infinity. The last argument is one byte. */
static PyObject *testing_multiply(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    unsigned char s_bytes[32], encoded[65], t_bytes[32], with_table, result[64];
    void *const targets[] = {s_bytes, encoded, t_bytes, &with_table};
    const size_t sizes[] = {32, 65, 32, 1};
    scalar s, t;
    public_key key;
    gej sum;
    ge point;
    (void)module;
    if (testing_arguments(args, count, 4, targets, sizes) != 0) {
        return NULL;
    }
    (void)scalar_set_bytes(&s, s_bytes);
    (void)scalar_set_bytes(&t, t_bytes);
    if (public_key_load_var(&key, encoded, sizeof encoded, 0) != PUBLIC_KEY_OK) {
        PyErr_SetString(PyExc_ValueError, "point");
        return NULL;
    }
    build_prepared_tables();
    if (with_table) {
        ecmult_table table;
        ecmult_table_set_var(&table, &key.point);
        ecmult_table_var(&sum, &s, &table, &t);
    } else {
        ecmult_var(&sum, &s, &key.point, &t);
    }
    if (gej_is_infinity_var(&sum)) {
        Py_RETURN_NONE;
    }
    ge_set_gej_batch_var(&point, &sum, 1);
    fe_get_bytes(result, &point.x);
    fe_get_bytes(result + 32, &point.y);
    return bytes_from(result, sizeof result);
}

/* sign_with_nonce(d, digest, k): r ‖ s, or None where another nonce is wanted. */
static PyObject *testing_sign_with_nonce(PyObject *module, PyObject *const *args,
                                         Py_ssize_t count) {
    unsigned char d[32], digest[32], k_bytes[32], raw[RAW_SIGNATURE_SIZE];
    void *const targets[] = {d, digest, k_bytes};
    const size_t sizes[] = {32, 32, 32};
    private_key key;
    public_key public;
    scalar k;
    (void)module;
    if (testing_arguments(args, count, 3, targets, sizes) != 0) {
        return NULL;
    }
    (void)scalar_set_bytes(&k, k_bytes);
    build_tables();
    if (!private_key_load(&key, &public, d)) {
        PyErr_SetString(PyExc_ValueError, "d");
        return NULL;
    }
    if (!private_key_sign_with_nonce(raw, &key, digest, &k)) {
        Py_RETURN_NONE;
    }
    return bytes_from(raw, sizeof raw);
}

/* nonce(random, d, e, counter): k, and how many candidates it took; d = 0 stands for no key. */
static PyObject *testing_nonce(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    unsigned char random[32], d_bytes[32], e[32], counter_bytes[4], k_bytes[32];
    void *const targets[] = {random, d_bytes, e, counter_bytes};
    const size_t sizes[] = {32, 32, 32, 4};
    uint32_t counter = 0, first;
    scalar d, k;
    (void)module;
    if (testing_arguments(args, count, 4, targets, sizes) != 0) {
        return NULL;
    }
    for (int i = 0; i < 4; i++) {
        counter = counter << 8 | counter_bytes[i];
    }
    first = counter;
    (void)scalar_set_bytes(&d, d_bytes);
    nonce_derive(&k, random, scalar_is_zero(&d) ? NULL : &d, e, &counter);
    scalar_get_bytes(k_bytes, &k);
    return Py_BuildValue("y#k", k_bytes, (Py_ssize_t)sizeof k_bytes,
                         (unsigned long)(counter - first));
}

/* nonce_many(randoms, d, digests): all k in one piece; any number of 32 bytes each. */
static PyObject *testing_nonce_many(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    PyObject *result = NULL;
    Py_buffer buffers[3];
    scalar d, *k;
    size_t many;
    (void)module;
    if (check_count("testing", count, 3) != 0 || get_buffers(buffers, args, 3, 0) != 0) {
        return NULL;
    }
    many = (size_t)buffers[0].len / 32;
    k = PyMem_Malloc((many + 1) * sizeof *k);
    if (k != NULL && buffers[1].len == 32 && buffers[2].len == buffers[0].len) {
        (void)scalar_set_bytes(&d, buffers[1].buf);
        nonce_derive_many(k, buffers[0].buf, &d, buffers[2].buf, many);
        result = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(32 * many));
        for (size_t i = 0; result != NULL && i < many; i++) {
            scalar_get_bytes((unsigned char *)PyBytes_AsString(result) + 32 * i, &k[i]);
        }
    }
    PyMem_Free(k);
    release_buffers(buffers, 3);
    return result;
}

/* nonce_from_digest(digest): k, or None where the digest lies outside [1, n-1]. */
static PyObject *testing_nonce_from_digest(PyObject *module, PyObject *const *args,
                                           Py_ssize_t count) {
    unsigned char digest[32], k_bytes[32];
    void *const targets[] = {digest};
    const size_t sizes[] = {32};
    scalar k;
    (void)module;
    if (testing_arguments(args, count, 1, targets, sizes) != 0) {
        return NULL;
    }
    if (!nonce_from_digest(&k, digest)) {
        Py_RETURN_NONE;
    }
    scalar_get_bytes(k_bytes, &k);
    return bytes_from(k_bytes, sizeof k_bytes);
}

/* nonce_message_digest(encoded, message): e of a nonce for encrypting. */
static PyObject *testing_nonce_message_digest(PyObject *module, PyObject *const *args,
                                              Py_ssize_t count) {
    unsigned char e[32];
    Py_buffer buffers[2];
    (void)module;
    if (check_count("testing", count, 2) != 0 || get_buffers(buffers, args, 2, 0) != 0) {
        return NULL;
    }
    if (buffers[0].len == PUBLIC_KEY_SIZE) {
        nonce_message_digest(e, buffers[0].buf, buffers[1].buf, (size_t)buffers[1].len);
    }
    release_buffers(buffers, 2);
    return bytes_from(e, sizeof e);
}

/* randomness(state): from now on the system's (-1), none at all (-2), or stuck at a byte (0 to
 * 255). */
static PyObject *testing_set_randomness(PyObject *module, PyObject *arg) {
    const long state = PyLong_AsLong(arg);
    (void)module;
    if (state < RANDOM_FAILS || state > 255) {
        PyErr_SetString(PyExc_ValueError, "state");
        return NULL;
    }
    testing_randomness = (int)state;
    Py_RETURN_NONE;
}

/* happen(event, count): it happens the next count times: "refuse_nonce", "spoil_point", "spoil_s". */
static PyObject *testing_happen(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    static const struct {
        const char *name;
        int *times;
    } events[] = {{"refuse_nonce", &testing_events.refuse_nonce},
                  {"spoil_point", &testing_events.spoil_point},
                  {"spoil_s", &testing_events.spoil_s}};
    (void)module;
    if (check_count("testing", count, 2) != 0) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (PyUnicode_CompareWithASCIIString(args[0], events[i].name) == 0) {
            *events[i].times = (int)PyLong_AsLong(args[1]);
            return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
        }
    }
    PyErr_SetString(PyExc_ValueError, "event");
    return NULL;
}

/* const_multiply(k, point): X ‖ Y of k·P by the constant-time path; k in [1, n-1]. */
static PyObject *testing_const_multiply(PyObject *module, PyObject *const *args,
                                        Py_ssize_t count) {
    unsigned char k_bytes[32], encoded[65], result[64];
    void *const targets[] = {k_bytes, encoded};
    const size_t sizes[] = {32, 65};
    ge point;
    scalar k;
    (void)module;
    if (testing_arguments(args, count, 2, targets, sizes) != 0) {
        return NULL;
    }
    (void)scalar_set_bytes(&k, k_bytes);
    if (!encryption_load_point_var(&point, encoded)) {
        PyErr_SetString(PyExc_ValueError, "point");
        return NULL;
    }
    ecmult_const(&point, &point, &k);
    fe_get_bytes(result, &point.x);
    fe_get_bytes(result + 32, &point.y);
    return bytes_from(result, sizeof result);
}

/* encrypt_with_nonce(point, plaintext, k): C1 ‖ C3 ‖ C2, or None where another k is wanted. */
static PyObject *testing_encrypt_with_nonce(PyObject *module, PyObject *const *args,
                                            Py_ssize_t count) {
    unsigned char encoded[65], plaintext[256], k_bytes[32];
    unsigned char ciphertext[CIPHERTEXT_OVERHEAD + sizeof plaintext];
    const size_t size = count == 3 ? (size_t)PyBytes_Size(args[1]) : 0;
    void *const targets[] = {encoded, plaintext, k_bytes};
    const size_t sizes[] = {65, size, 32};
    public_key key;
    scalar k;
    (void)module;
    if (size < 1 || size > sizeof plaintext) {
        PyErr_SetString(PyExc_ValueError, "plaintext");
        return NULL;
    }
    if (testing_arguments(args, count, 3, targets, sizes) != 0) {
        return NULL;
    }
    (void)scalar_set_bytes(&k, k_bytes);
    if (public_key_load_var(&key, encoded, sizeof encoded, 0) != PUBLIC_KEY_OK) {
        PyErr_SetString(PyExc_ValueError, "point");
        return NULL;
    }
    build_tables();
    if (!public_key_encrypt_with_nonce(ciphertext, &key, plaintext, size, &k)) {
        Py_RETURN_NONE;
    }
    return bytes_from(ciphertext, CIPHERTEXT_OVERHEAD + size);
}

/* path_counts(): how often the rare paths were taken so far. */
static PyObject *testing_path_counts(PyObject *module, PyObject *unused) {
    (void)module;
    (void)unused;
    return Py_BuildValue("{s:K,s:K,s:K,s:K,s:K,s:K,s:K}", "add_var_double",
                         (unsigned long long)path_counter.add_var_double, "add_var_infinity",
                         (unsigned long long)path_counter.add_var_infinity, "add_last_double",
                         (unsigned long long)path_counter.add_last_double, "verify_second_x",
                         (unsigned long long)path_counter.verify_second_x, "verify8_undecided",
                         (unsigned long long)path_counter.verify8_undecided, "nonce_candidate",
                         (unsigned long long)path_counter.nonce_candidate, "gen_lanes_redone",
                         (unsigned long long)path_counter.gen_lanes_redone);
}

#define TESTING_METHODS                                                                            \
    {"field", FASTCALL(testing_field), METH_FASTCALL, NULL},                                       \
    {"field_limbs", FASTCALL(testing_field_limbs), METH_FASTCALL, NULL},                           \
    {"field_difference", FASTCALL(testing_field_difference), METH_FASTCALL, NULL},                 \
    {"scalar", FASTCALL(testing_scalar), METH_FASTCALL, NULL},                                     \
    {"base_multiply", FASTCALL(testing_base_multiply), METH_FASTCALL, NULL},                       \
    {"base_multiply_many", testing_base_multiply_many, METH_O, NULL},                              \
    {"multiply", FASTCALL(testing_multiply), METH_FASTCALL, NULL},                                 \
    {"sign_with_nonce", FASTCALL(testing_sign_with_nonce), METH_FASTCALL, NULL},                   \
    {"nonce", FASTCALL(testing_nonce), METH_FASTCALL, NULL},                                       \
    {"nonce_many", FASTCALL(testing_nonce_many), METH_FASTCALL, NULL},                             \
    {"nonce_from_digest", FASTCALL(testing_nonce_from_digest), METH_FASTCALL, NULL},               \
    {"nonce_message_digest", FASTCALL(testing_nonce_message_digest), METH_FASTCALL, NULL},         \
    {"randomness", testing_set_randomness, METH_O, NULL},                                          \
    {"happen", FASTCALL(testing_happen), METH_FASTCALL, NULL},                                     \
    {"const_multiply", FASTCALL(testing_const_multiply), METH_FASTCALL, NULL},                     \
    {"encrypt_with_nonce", FASTCALL(testing_encrypt_with_nonce), METH_FASTCALL, NULL},             \
    {"path_counts", testing_path_counts, METH_NOARGS, NULL},

#endif
