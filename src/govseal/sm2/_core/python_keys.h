/* Public and private keys for Python. */
#ifndef GOVSEAL_PYTHON_KEYS_H
#define GOVSEAL_PYTHON_KEYS_H

#include "python_batch.h"
#include "python_encryption.h"
#include "python_util.h"
#include "python_verify.h"

/* --- Public keys ---------------------------------------------------------------------------- */

static PyObject *core_load_public(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    static const char *const defects[] = {
        [PUBLIC_KEY_FORM] = "neither 04 || X || Y nor a compressed point",
        [PUBLIC_KEY_COMPRESSED] = "a compressed point is not accepted here",
        [PUBLIC_KEY_OFF_CURVE] = "the point is not on the curve",
        [PUBLIC_KEY_MINUS_G] = "the point is -G, which no private key in [1, n-2] has",
    };
    core_state *state = PyModule_GetState(module);
    public_key_status status;
    public_key_object *self;
    Py_buffer encoded;
    int allow_compressed;

    if (check_count("load_public", count, 2) != 0) {
        return NULL;
    }
    allow_compressed = PyObject_IsTrue(args[1]);
    if (allow_compressed < 0 || get_buffer(args[0], &encoded) != 0) {
        return NULL;
    }
    self = PyObject_New(public_key_object, state->public_key_type);
    if (self == NULL) {
        PyBuffer_Release(&encoded);
        return NULL;
    }
    status = public_key_load_var(&self->key, encoded.buf, (size_t)encoded.len, allow_compressed);
    PyBuffer_Release(&encoded);
    if (status != PUBLIC_KEY_OK) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_ValueError, defects[status]);
        return NULL;
    }
    return (PyObject *)self;
}

static PyObject *public_key_encode(PyObject *self, PyObject *unused) {
    (void)unused;
    return bytes_from(((public_key_object *)self)->key.encoded, PUBLIC_KEY_SIZE);
}

static PyObject *public_key_identity_digest(PyObject *self, PyObject *arg) {
    unsigned char z[SM3_DIGEST_SIZE];
    Py_buffer user_id;
    if (get_buffers(&user_id, &arg, 1, 1) != 0) {
        return NULL;
    }
    if (check_user_id(&user_id) != 0) {
        PyBuffer_Release(&user_id);
        return NULL;
    }
    identity_of(z, &((public_key_object *)self)->key, &user_id);
    PyBuffer_Release(&user_id);
    return bytes_from(z, sizeof z);
}

/* --- Private keys --------------------------------------------------------------------------- */

/* An object whose key is still zero. */
static private_key_object *new_private_key(core_state *state) {
    private_key_object *self = PyObject_New(private_key_object, state->private_key_type);
    if (self == NULL) {
        return NULL;
    }
    memset(&self->key, 0, sizeof self->key);
    self->public = PyObject_New(public_key_object, state->public_key_type);
    if (self->public == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    return self;
}

static PyObject *core_generate_private(PyObject *module, PyObject *unused) {
    private_key_object *self = new_private_key(PyModule_GetState(module));
    int failed;
    (void)unused;
    if (self == NULL) {
        return NULL;
    }
    build_tables();
    Py_BEGIN_ALLOW_THREADS
    failed = private_key_generate(&self->key, &self->public->key);
    Py_END_ALLOW_THREADS
    if (failed) {
        PyErr_SetFromErrno(PyExc_OSError);
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static PyObject *core_load_private(PyObject *module, PyObject *arg) {
    private_key_object *self;
    Py_buffer d;
    int is_loaded;

    if (get_buffer(arg, &d) != 0) {
        return NULL;
    }
    if (d.len != SCALAR_SIZE) {
        PyBuffer_Release(&d);
        PyErr_SetString(PyExc_ValueError, "not 32 bytes");
        return NULL;
    }
    self = new_private_key(PyModule_GetState(module));
    if (self == NULL) {
        PyBuffer_Release(&d);
        return NULL;
    }
    build_tables();
    Py_BEGIN_ALLOW_THREADS
    is_loaded = private_key_load(&self->key, &self->public->key, d.buf);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&d);
    if (!is_loaded) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_ValueError, "d is not in [1, n-2]");
        return NULL;
    }
    return (PyObject *)self;
}

static PyObject *private_key_public_key(PyObject *self, PyObject *unused) {
    (void)unused;
    return Py_NewRef((PyObject *)((private_key_object *)self)->public);
}

static PyObject *private_key_export_bytes(PyObject *self, PyObject *unused) {
    unsigned char d[SCALAR_SIZE];
    PyObject *result;
    (void)unused;
    private_key_export(d, &((private_key_object *)self)->key);
    result = bytes_from(d, sizeof d);
    wipe(d, sizeof d);
    return result;
}

/* Signs outside the interpreter lock; 0, or -1 with a Python error. */
static int sign_digest_to_der(unsigned char der[DER_SIGNATURE_MAX], size_t *size,
                              const private_key_object *signer,
                              const unsigned char digest[SM3_DIGEST_SIZE], int verify_after_sign) {
    unsigned char raw[RAW_SIGNATURE_SIZE];
    sign_status status;
    Py_BEGIN_ALLOW_THREADS
    if (verify_after_sign) {
        status = private_key_sign_verified(raw, &signer->key, &signer->public->key, digest);
    } else {
        status = private_key_sign(raw, &signer->key, digest) == 0 ? SIGN_OK : SIGN_NO_RANDOMNESS;
    }
    Py_END_ALLOW_THREADS
    if (status == SIGN_NO_RANDOMNESS) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    if (status == SIGN_FAULT) {
        PyErr_SetString(PyExc_ArithmeticError, "a signature that does not verify was made");
        return -1;
    }
    *size = der_encode_signature(der, raw);
    return 0;
}

/* Arguments: message, user_id, and verify_after_sign or nothing. */
static PyObject *private_key_sign_message(PyObject *self, PyObject *const *args,
                                          Py_ssize_t count) {
    const private_key_object *signer = (private_key_object *)self;
    unsigned char digest[SM3_DIGEST_SIZE], der[DER_SIGNATURE_MAX];
    Py_buffer buffers[2];
    int verify_after_sign;
    size_t size;

    if (count != 3 && check_count("sign", count, 2) != 0) {
        return NULL;
    }
    verify_after_sign = count == 3 ? PyObject_IsTrue(args[2]) : 0;
    if (verify_after_sign < 0 || get_buffers(buffers, args, 2, 1) != 0) {
        return NULL;
    }
    if (check_user_id(&buffers[1]) != 0) {
        release_buffers(buffers, 2);
        return NULL;
    }
    if (buffers[0].len < RELEASE_THRESHOLD) {
        message_digest(digest, &signer->public->key, &buffers[0], &buffers[1]);
    } else {
        Py_BEGIN_ALLOW_THREADS
        message_digest(digest, &signer->public->key, &buffers[0], &buffers[1]);
        Py_END_ALLOW_THREADS
    }
    release_buffers(buffers, 2);
    if (sign_digest_to_der(der, &size, signer, digest, verify_after_sign) != 0) {
        return NULL;
    }
    return bytes_from(der, size);
}

/* Arguments: digest, and verify_after_sign or nothing. */
static PyObject *private_key_sign_digest(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    unsigned char digest[SM3_DIGEST_SIZE], der[DER_SIGNATURE_MAX];
    Py_buffer buffer;
    int verify_after_sign;
    size_t size;

    if (count != 2 && check_count("sign_digest", count, 1) != 0) {
        return NULL;
    }
    verify_after_sign = count == 2 ? PyObject_IsTrue(args[1]) : 0;
    if (verify_after_sign < 0 || get_buffers(&buffer, args, 1, 0) != 0) {
        return NULL;
    }
    if (check_digest(&buffer) != 0) {
        PyBuffer_Release(&buffer);
        return NULL;
    }
    memcpy(digest, buffer.buf, sizeof digest);
    PyBuffer_Release(&buffer);
    if (sign_digest_to_der(der, &size, (private_key_object *)self, digest, verify_after_sign) !=
        0) {
        return NULL;
    }
    return bytes_from(der, size);
}

static void private_key_dealloc(PyObject *self) {
    private_key_object *key = (private_key_object *)self;
    wipe(&key->key, sizeof key->key);
    Py_XDECREF((PyObject *)key->public);
    free_object(self);
}

static PyMethodDef public_key_methods[] = {
    {"encode", public_key_encode, METH_NOARGS, "04 || X || Y."},
    {"identity_digest", public_key_identity_digest, METH_O, "Z for a user ID."},
    VERIFY_METHOD_TABLE(public_key),
    {"encrypt", public_key_encrypt_bytes, METH_O, "C1 || C3 || C2 of a plaintext."},
    {NULL, NULL, 0, NULL}};

static PyMethodDef private_key_methods[] = {
    {"public_key", private_key_public_key, METH_NOARGS, "The public part."},
    {"export", private_key_export_bytes, METH_NOARGS, "The secret d, 32 bytes."},
    {"sign", FASTCALL(private_key_sign_message), METH_FASTCALL, "A DER signature of a message."},
    {"sign_digest", FASTCALL(private_key_sign_digest), METH_FASTCALL,
     "A DER signature of a digest."},
    {"decrypt", private_key_decrypt_bytes, METH_O, "The plaintext of C1 || C3 || C2, or None."},
    {"sign_many", FASTCALL(private_key_sign_messages), METH_FASTCALL,
     "DER signatures of many messages."},
    {"sign_digests", FASTCALL(private_key_sign_digests), METH_FASTCALL,
     "r || s for each of many digests that stand one after the other."},
    {NULL, NULL, 0, NULL}};

static PyType_Slot public_key_slots[] = {
    {Py_tp_methods, public_key_methods}, {Py_tp_dealloc, free_object}, {0, NULL}};
static PyType_Slot private_key_slots[] = {
    {Py_tp_methods, private_key_methods}, {Py_tp_dealloc, private_key_dealloc}, {0, NULL}};

static PyType_Spec public_key_spec = {"govseal.sm2._core.PublicKey", sizeof(public_key_object), 0,
                                      OPAQUE_TYPE, public_key_slots};
static PyType_Spec private_key_spec = {"govseal.sm2._core.PrivateKey", sizeof(private_key_object),
                                       0, OPAQUE_TYPE, private_key_slots};

#endif
