/* What the Python types share: state, buffers, arguments. */
#ifndef GOVSEAL_PYTHON_UTIL_H
#define GOVSEAL_PYTHON_UTIL_H

#include <Python.h>

#include "core.h"

typedef struct {
    PyTypeObject *sm3_type;
    PyTypeObject *hmac_sm3_type;
    PyTypeObject *public_key_type;
    PyTypeObject *prepared_key_type;
    PyTypeObject *private_key_type;
} core_state;

typedef struct {
    PyObject_HEAD
    sm3_context context;
} sm3_object;

typedef struct {
    PyObject_HEAD
    sm3_hmac hmac;
} hmac_sm3_object;

typedef struct {
    PyObject_HEAD
    public_key key;
} public_key_object;

typedef struct {
    PyObject_HEAD
    prepared_key key;
} prepared_key_object;

typedef struct {
    PyObject_HEAD
    private_key key;
    public_key_object *public;
} private_key_object;

#define FASTCALL(function) ((PyCFunction)(void (*)(void))(function))
#define OPAQUE_TYPE (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION)

/* Hashing below this size costs less than giving the interpreter lock away and back. */
#define RELEASE_THRESHOLD 2048

/* The tier that the tables were built for, -1 before: a higher one would look into tables that are
 * not there. */
static int tables_tier = -1;

/* Called with the interpreter lock held, which is what makes it happen once; and a fork in another
 * thread cannot then fall into the middle. It takes about a millisecond. */
static void build_tables(void) {
    if (tables_tier < 0) {
        signature_build_tables();
        tables_tier = (int)tier;
    }
}

/* The same for what prepared keys need besides. */
static void build_prepared_tables(void) {
    static int is_built = 0;
    build_tables();
    if (!is_built) {
        prepared_build_tables();
        is_built = 1;
    }
}

/* PyObject_GetBuffer; a view with gaps is an argument of the wrong type like any other. */
static int get_buffer(PyObject *object, Py_buffer *buffer) {
    if (PyObject_GetBuffer(object, buffer, PyBUF_SIMPLE) == 0) {
        return 0;
    }
    if (PyErr_ExceptionMatches(PyExc_BufferError)) {
        PyErr_SetString(PyExc_TypeError, "a contiguous buffer is wanted");
    }
    return -1;
}

static int check_count(const char *name, Py_ssize_t got, Py_ssize_t wanted) {
    if (got != wanted) {
        PyErr_Format(PyExc_TypeError, "%s() takes %zd arguments (%zd given)", name, wanted, got);
        return -1;
    }
    return 0;
}

/* The n arguments as buffers; None is allowed as the last where optional is set, and then has a
 * null buf. On failure nothing is held. */
static int get_buffers(Py_buffer *buffers, PyObject *const *args, Py_ssize_t count, int optional) {
    for (Py_ssize_t i = 0; i < count; i++) {
        if (optional && i == count - 1 && args[i] == Py_None) {
            memset(&buffers[i], 0, sizeof buffers[i]); /* releasing it does nothing */
        } else if (get_buffer(args[i], &buffers[i]) != 0) {
            while (i > 0) {
                PyBuffer_Release(&buffers[--i]);
            }
            return -1;
        }
    }
    return 0;
}

static void release_buffers(Py_buffer *buffers, Py_ssize_t count) {
    for (Py_ssize_t i = 0; i < count; i++) {
        PyBuffer_Release(&buffers[i]);
    }
}

static PyObject *bytes_from(const unsigned char *data, size_t size) {
    return PyBytes_FromStringAndSize((const char *)data, (Py_ssize_t)size);
}

/* Z of a key, for the default ID where user_id has a null obj. The ID is at most USER_ID_MAX. */
static void identity_of(unsigned char z[SM3_DIGEST_SIZE], const public_key *key,
                        const Py_buffer *user_id) {
    if (user_id->obj == NULL) {
        memcpy(z, key->default_z, SM3_DIGEST_SIZE);
    } else {
        public_key_identity(z, key, user_id->buf, (size_t)user_id->len);
    }
}

/* e = SM3(Z ‖ M). */
static void message_digest(unsigned char digest[SM3_DIGEST_SIZE], const public_key *key,
                           const Py_buffer *message, const Py_buffer *user_id) {
    sm3_context context;
    identity_of(digest, key, user_id);
    sm3_init(&context);
    sm3_update(&context, digest, SM3_DIGEST_SIZE);
    sm3_update(&context, message->buf, (size_t)message->len);
    sm3_final(&context, digest);
}

static int check_user_id(const Py_buffer *user_id) {
    if (user_id->len > USER_ID_MAX) {
        PyErr_SetString(PyExc_ValueError, "a user ID has at most 8191 bytes");
        return -1;
    }
    return 0;
}

static int check_digest(const Py_buffer *digest) {
    if (digest->len != SM3_DIGEST_SIZE) {
        PyErr_SetString(PyExc_ValueError, "a digest is 32 bytes");
        return -1;
    }
    return 0;
}

/* Objects of heap types own a reference to their type. */
static void free_object(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_Free(self);
    Py_DECREF(type);
}

#endif
