/* Encrypting and decrypting for Python: methods of the keys in python_keys.h. */
#ifndef GOVSEAL_PYTHON_ENCRYPTION_H
#define GOVSEAL_PYTHON_ENCRYPTION_H

#include "python_util.h"

/* Argument: plaintext. Returns 04 ‖ X ‖ Y ‖ C3 ‖ C2. */
static PyObject *public_key_encrypt_bytes(PyObject *self, PyObject *arg) {
    const public_key *key = &((public_key_object *)self)->key;
    PyObject *result;
    Py_buffer plaintext;
    int failed;

    if (get_buffer(arg, &plaintext) != 0) {
        return NULL;
    }
    if (plaintext.len < 1 || (size_t)plaintext.len > PLAINTEXT_MAX) {
        PyBuffer_Release(&plaintext);
        PyErr_SetString(PyExc_ValueError, "a plaintext has 1 byte to 64 MiB");
        return NULL;
    }
    result = PyBytes_FromStringAndSize(NULL, CIPHERTEXT_OVERHEAD + plaintext.len);
    if (result == NULL) {
        PyBuffer_Release(&plaintext);
        return NULL;
    }
    unsigned char *ciphertext = (unsigned char *)PyBytes_AsString(result);
    build_tables();
    Py_BEGIN_ALLOW_THREADS
    failed = public_key_encrypt(ciphertext, key, plaintext.buf, (size_t)plaintext.len);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&plaintext);
    if (failed) {
        PyErr_SetFromErrno(PyExc_OSError);
        Py_DECREF(result);
        return NULL;
    }
    return result;
}

/* Argument: 04 ‖ X ‖ Y ‖ C3 ‖ C2. Returns the plaintext, or None where the ciphertext is refused. */
static PyObject *private_key_decrypt_bytes(PyObject *self, PyObject *arg) {
    const private_key *key = &((private_key_object *)self)->key;
    PyObject *result;
    Py_buffer ciphertext;
    int is_valid;

    if (get_buffer(arg, &ciphertext) != 0) {
        return NULL;
    }
    if (ciphertext.len <= CIPHERTEXT_OVERHEAD) {
        PyBuffer_Release(&ciphertext);
        Py_RETURN_NONE;
    }
    result = PyBytes_FromStringAndSize(NULL, ciphertext.len - CIPHERTEXT_OVERHEAD);
    if (result == NULL) {
        PyBuffer_Release(&ciphertext);
        return NULL;
    }
    unsigned char *plaintext = (unsigned char *)PyBytes_AsString(result);
    Py_BEGIN_ALLOW_THREADS
    is_valid = private_key_decrypt(plaintext, key, ciphertext.buf, (size_t)ciphertext.len);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&ciphertext);
    if (!is_valid) {
        Py_DECREF(result); /* it was wiped */
        Py_RETURN_NONE;
    }
    return result;
}

#endif
