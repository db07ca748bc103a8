/* DER for Python. */
#ifndef GOVSEAL_USUAL_PYTHON_DER_H
#define GOVSEAL_USUAL_PYTHON_DER_H

#include <Python.h>

#include "der.h"
#include "python_rows.h"

static PyObject *usual_der(PyObject *module, PyObject *args) {
    const char *data;
    Py_ssize_t size, start, end, elements, depth, most;
    der_known known;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#nnnnn:der", &data, &size, &start, &end, &elements, &depth,
                          &most)) {
        return NULL;
    }
    if (start < 0 || end < 0 || elements < 0 || depth < 0 || most < 0) {
        return PyLong_FromLong(0);
    }
    known = (der_known){(size_t)start, (size_t)end, (size_t)elements, (size_t)depth};
    return PyLong_FromSize_t(
        der_check((const unsigned char *)data, (size_t)size, &known, (size_t)most));
}

/* One element as a tuple of that type: buffer, tag, start, body, end. */
static PyObject *der_element(PyTypeObject *type, PyObject *buffer, unsigned char tag, size_t at,
                             size_t body, size_t end) {
    PyObject *made = row_start(type, 5);
    if (made == NULL) {
        return NULL;
    }
    if (!row_put(made, 0, Py_NewRef(buffer)) || !row_put(made, 1, PyLong_FromLong(tag)) ||
        !row_put(made, 2, PyLong_FromSize_t(at)) || !row_put(made, 3, PyLong_FromSize_t(body)) ||
        !row_put(made, 4, PyLong_FromSize_t(end))) {
        Py_DECREF(made);
        return NULL;
    }
    return row_end(type, made);
}

static PyObject *usual_elements(PyObject *module, PyObject *args) {
    PyObject *buffer, *found;
    PyTypeObject *type;
    Py_ssize_t size, at, end;
    char *bytes;
    (void)module;
    if (!PyArg_ParseTuple(args, "SnnO!:elements", &buffer, &at, &end, &PyType_Type, &type) ||
        PyBytes_AsStringAndSize(buffer, &bytes, &size) != 0) {
        return NULL;
    }
    if (!PyType_IsSubtype(type, &PyTuple_Type)) {
        PyErr_SetString(PyExc_TypeError, "elements are tuples");
        return NULL;
    }
    if (at < 0 || end < at || end > size) {
        Py_RETURN_NONE;
    }
    found = PyList_New(0);
    while (found != NULL && at < end) {
        const unsigned char *data = (const unsigned char *)bytes;
        size_t body, stop;
        PyObject *made;
        if (!der_extent(data, (size_t)at, (size_t)end, &body, &stop)) {
            Py_DECREF(found);
            Py_RETURN_NONE;
        }
        made = der_element(type, buffer, data[at], (size_t)at, body, stop);
        if (made == NULL || PyList_Append(found, made) != 0) {
            Py_CLEAR(found);
        }
        Py_XDECREF(made);
        at = (Py_ssize_t)stop;
    }
    if (found != NULL) {
        PyObject *list = found;
        found = PyList_AsTuple(list);
        Py_DECREF(list);
    }
    return found;
}

#endif
