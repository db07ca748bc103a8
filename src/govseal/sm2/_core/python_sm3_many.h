/* Many digests in one call, for Python, and the key derivation that is made of them. */
#ifndef GOVSEAL_PYTHON_SM3_MANY_H
#define GOVSEAL_PYTHON_SM3_MANY_H

#include "python_util.h"

/* The digests of the buffers, one after the other; total is the sum of their sizes. */
static void hash_many(unsigned char *digests, const sm3_message *messages, size_t count,
                      size_t total) {
    if (total < RELEASE_THRESHOLD) {
        sm3_many(digests, messages, count);
    } else {
        Py_BEGIN_ALLOW_THREADS
        sm3_many(digests, messages, count);
        Py_END_ALLOW_THREADS
    }
}

/* A list of 32 bytes each. */
static PyObject *list_of_digests(const unsigned char *digests, Py_ssize_t count) {
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list != NULL && i < count; i++) {
        PyObject *digest = bytes_from(digests + SM3_DIGEST_SIZE * i, SM3_DIGEST_SIZE);
        if (digest == NULL || PyList_SetItem(list, i, digest) != 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

/* What one message needs while many are hashed. */
typedef struct {
    Py_buffer buffer;
    sm3_message message;
    unsigned char digest[SM3_DIGEST_SIZE];
} hash_room;

/* messages is a tuple, so that nobody changes it meanwhile. */
static PyObject *hash_tuple(PyObject *messages, Py_ssize_t count) {
    PyObject *result = NULL;
    char *room = PyMem_Malloc((size_t)count * sizeof(hash_room) + 1);
    Py_buffer *buffers = (Py_buffer *)(void *)room;
    sm3_message *parts = (sm3_message *)(void *)(buffers + count);
    unsigned char *digests = (unsigned char *)(parts + count);
    Py_ssize_t held = 0;
    size_t total = 0;

    if (room == NULL) {
        return PyErr_NoMemory();
    }
    for (; held < count; held++) {
        PyObject *item = PyTuple_GetItem(messages, held);
        if (item == NULL || get_buffer(item, &buffers[held]) != 0) {
            break;
        }
        parts[held] = (sm3_message){NULL, 0, buffers[held].buf, (size_t)buffers[held].len};
        total += (size_t)buffers[held].len;
    }
    if (held == count) {
        hash_many(digests, parts, (size_t)count, total);
        result = list_of_digests(digests, count);
    }
    release_buffers(buffers, held);
    PyMem_Free(room);
    return result;
}

/* Argument: a list or tuple of bytes-like objects. */
static PyObject *core_sm3_many(PyObject *module, PyObject *arg) {
    PyObject *messages, *result;
    Py_ssize_t count;
    (void)module;
    if (PyList_Check(arg)) {
        messages = PyList_AsTuple(arg);
    } else if (PyTuple_Check(arg)) {
        messages = arg;
        Py_INCREF(messages);
    } else {
        PyErr_SetString(PyExc_TypeError, "sm3_many() takes a list of bytes-like objects");
        return NULL;
    }
    if (messages == NULL) {
        return NULL;
    }
    count = PyTuple_Size(messages);
    result = (size_t)count > (size_t)PY_SSIZE_T_MAX / sizeof(hash_room) - 1
                 ? PyErr_NoMemory()
                 : hash_tuple(messages, count);
    Py_DECREF(messages);
    return result;
}

#define RECORDS_AT_ONCE 256

/* count digests of records of one size that stand one after the other. */
static void hash_records(unsigned char *digests, const unsigned char *records, size_t size,
                         size_t count) {
    sm3_message messages[RECORDS_AT_ONCE];
    while (count > 0) {
        const size_t part = count < RECORDS_AT_ONCE ? count : RECORDS_AT_ONCE;
        for (size_t i = 0; i < part; i++) {
            messages[i] = (sm3_message){NULL, 0, records + size * i, size};
        }
        sm3_many(digests, messages, part);
        digests += SM3_DIGEST_SIZE * part;
        records += size * part;
        count -= part;
    }
}

/* Arguments: the records, their size. Returns the digests, one after the other. */
static PyObject *core_sm3_records(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    PyObject *result = NULL;
    Py_ssize_t size, records;
    Py_buffer data;
    (void)module;
    if (check_count("sm3_records", count, 2) != 0) {
        return NULL;
    }
    size = PyNumber_AsSsize_t(args[1], PyExc_ValueError);
    if (size == -1 && PyErr_Occurred()) {
        return NULL;
    }
    if (get_buffer(args[0], &data) != 0) {
        return NULL;
    }
    records = size > 0 ? data.len / size : 0;
    if (size <= 0 || data.len % size != 0) {
        PyErr_SetString(PyExc_ValueError, "the data is not a whole number of records");
    } else if (records > PY_SSIZE_T_MAX / SM3_DIGEST_SIZE) {
        PyErr_NoMemory();
    } else {
        result = PyBytes_FromStringAndSize(NULL, records * SM3_DIGEST_SIZE);
    }
    if (result != NULL) {
        unsigned char *digests = (unsigned char *)PyBytes_AsString(result);
        Py_BEGIN_ALLOW_THREADS
        hash_records(digests, data.buf, (size_t)size, (size_t)records);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&data);
    return result;
}

/* Arguments: Z, the number of bytes wanted. */
static PyObject *core_kdf(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    PyObject *result = NULL;
    Py_ssize_t length;
    Py_buffer z;
    (void)module;
    if (check_count("kdf", count, 2) != 0) {
        return NULL;
    }
    length = PyNumber_AsSsize_t(args[1], PyExc_ValueError);
    if (length == -1 && PyErr_Occurred()) {
        return NULL;
    }
    if (length < 0 || (uint64_t)length > SM3_KDF_MAX) {
        PyErr_SetString(PyExc_ValueError, "a key has less than (2^32 - 1) * 32 bytes");
        return NULL;
    }
    if (get_buffer(args[0], &z) != 0) {
        return NULL;
    }
    result = PyBytes_FromStringAndSize(NULL, length);
    if (result != NULL) {
        unsigned char *key = (unsigned char *)PyBytes_AsString(result);
        Py_BEGIN_ALLOW_THREADS
        (void)sm3_kdf(key, (size_t)length, z.buf, (size_t)z.len);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&z);
    return result;
}

#endif
