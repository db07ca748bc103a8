/* Verifying for Python: the same methods for keys with tables and without. */
#ifndef GOVSEAL_PYTHON_VERIFY_H
#define GOVSEAL_PYTHON_VERIFY_H

#include "python_util.h"

typedef struct {
    const public_key *key;
    prepared_key *prepared; /* the key with its tables, or NULL */
} verifier;

static int verifier_check(verifier who, const unsigned char raw[RAW_SIGNATURE_SIZE],
                          const unsigned char digest[SM3_DIGEST_SIZE]) {
    return who.prepared != NULL ? prepared_key_verify_var(who.prepared, raw, digest)
                                : public_key_verify_var(who.key, raw, digest);
}

/* Arguments: signature, message, user_id. The signature arrives as DER or as r ‖ s. */
static PyObject *verify_message(verifier who, PyObject *const *args, int is_der) {
    unsigned char raw[RAW_SIGNATURE_SIZE], digest[SM3_DIGEST_SIZE];
    Py_buffer buffers[3];
    int is_valid;

    if (get_buffers(buffers, args, 3, 1) != 0) {
        return NULL;
    }
    if (check_user_id(&buffers[2]) != 0) {
        release_buffers(buffers, 3);
        return NULL;
    }
    if (is_der) {
        is_valid = der_decode_signature(raw, buffers[0].buf, (size_t)buffers[0].len);
    } else {
        is_valid = buffers[0].len == RAW_SIGNATURE_SIZE;
        if (is_valid) {
            memcpy(raw, buffers[0].buf, RAW_SIGNATURE_SIZE);
        }
    }
    if (is_valid) {
        build_tables();
        Py_BEGIN_ALLOW_THREADS
        message_digest(digest, who.key, &buffers[1], &buffers[2]);
        is_valid = verifier_check(who, raw, digest);
        Py_END_ALLOW_THREADS
    }
    release_buffers(buffers, 3);
    return PyBool_FromLong(is_valid);
}

/* Arguments: signature (DER, or else 64 raw bytes), digest. */
static PyObject *verify_digest(verifier who, PyObject *const *args) {
    unsigned char raw[RAW_SIGNATURE_SIZE], digest[SM3_DIGEST_SIZE];
    Py_buffer buffers[2];
    int is_valid;

    if (get_buffers(buffers, args, 2, 0) != 0) {
        return NULL;
    }
    if (check_digest(&buffers[1]) != 0) {
        release_buffers(buffers, 2);
        return NULL;
    }
    memcpy(digest, buffers[1].buf, SM3_DIGEST_SIZE);
    is_valid = der_decode_signature(raw, buffers[0].buf, (size_t)buffers[0].len);
    if (!is_valid && buffers[0].len == RAW_SIGNATURE_SIZE) {
        memcpy(raw, buffers[0].buf, RAW_SIGNATURE_SIZE);
        is_valid = 1;
    }
    release_buffers(buffers, 2);
    if (is_valid) {
        build_tables();
        Py_BEGIN_ALLOW_THREADS
        is_valid = verifier_check(who, raw, digest);
        Py_END_ALLOW_THREADS
    }
    return PyBool_FromLong(is_valid);
}

/* The three methods of a type whose objects `verifier_of` understands. */
#define VERIFY_METHODS(type, verifier_of)                                                          \
    static PyObject *type##_verify(PyObject *self, PyObject *const *args, Py_ssize_t count) {      \
        return check_count("verify", count, 3) != 0 ? NULL                                         \
                                                    : verify_message(verifier_of(self), args, 1);  \
    }                                                                                              \
    static PyObject *type##_verify_raw(PyObject *self, PyObject *const *args, Py_ssize_t count) {  \
        return check_count("verify_raw", count, 3) != 0                                            \
                   ? NULL                                                                          \
                   : verify_message(verifier_of(self), args, 0);                                   \
    }                                                                                              \
    static PyObject *type##_verify_digest(PyObject *self, PyObject *const *args,                   \
                                          Py_ssize_t count) {                                      \
        return check_count("verify_digest", count, 2) != 0                                         \
                   ? NULL                                                                          \
                   : verify_digest(verifier_of(self), args);                                       \
    }

#define VERIFY_METHOD_TABLE(type)                                                                  \
    {"verify", FASTCALL(type##_verify), METH_FASTCALL, "Whether a DER signature is valid."},       \
    {"verify_raw", FASTCALL(type##_verify_raw), METH_FASTCALL, "Whether r || s is valid."},        \
    {"verify_digest", FASTCALL(type##_verify_digest), METH_FASTCALL,                               \
     "Whether a signature, DER or raw, signs a digest."}

static verifier verifier_of_public(PyObject *self) {
    return (verifier){&((public_key_object *)self)->key, NULL};
}

static verifier verifier_of_prepared(PyObject *self) {
    prepared_key *prepared = &((prepared_key_object *)self)->key;
    return (verifier){&prepared->key, prepared};
}

VERIFY_METHODS(public_key, verifier_of_public)
VERIFY_METHODS(prepared_key, verifier_of_prepared)

#endif
