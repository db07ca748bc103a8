/* Results that may go into memory of the caller's. */
#ifndef GOVSEAL_PYTHON_RESULT_H
#define GOVSEAL_PYTHON_RESULT_H

#include "python_util.h"

/* Where a result goes: a new bytes object, or writable memory of the caller's. */
typedef struct {
    PyObject *object;
    Py_buffer buffer; /* held where the memory is the caller's */
    unsigned char *memory;
    size_t size;
} batch_result;

static void result_drop(batch_result *result) {
    PyBuffer_Release(&result->buffer);
    Py_CLEAR(result->object);
}

/* out is None, or a buffer of exactly size bytes apart from the input. The memory starts as zeros.
 * Returns 0, or -1 with an exception set. */
static int result_open(batch_result *result, PyObject *out, size_t size, const Py_buffer *input) {
    memset(result, 0, sizeof *result);
    result->size = size;
    if (out == Py_None) {
        result->object = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
        if (result->object == NULL) {
            return -1;
        }
        result->memory = (unsigned char *)PyBytes_AsString(result->object);
    } else {
        uintptr_t first, input_first;
        if (PyObject_GetBuffer(out, &result->buffer, PyBUF_WRITABLE) != 0) {
            PyErr_SetString(PyExc_TypeError, "out is not a writable, contiguous buffer");
            return -1;
        }
        first = (uintptr_t)result->buffer.buf;
        input_first = (uintptr_t)input->buf;
        if ((size_t)result->buffer.len != size ||
            (first < input_first + (size_t)input->len && input_first < first + size)) {
            PyErr_Format(PyExc_ValueError, "out is to be %zu bytes that do not overlap the input",
                         size);
            PyBuffer_Release(&result->buffer);
            return -1;
        }
        result->object = Py_NewRef(out);
        result->memory = result->buffer.buf;
    }
    if (size != 0) {
        memset(result->memory, 0, size);
    }
    return 0;
}

/* The finished result, or NULL where an exception is set: then no part of it is given away. */
static PyObject *result_close(batch_result *result, int failed) {
    PyObject *object;
    if (failed) {
        memset(result->memory, 0, result->size);
        result_drop(result);
        return NULL;
    }
    object = Py_NewRef(result->object);
    result_drop(result);
    return object;
}

#endif
