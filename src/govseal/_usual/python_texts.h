/* The texts of XML for Python. */
#ifndef GOVSEAL_USUAL_PYTHON_TEXTS_H
#define GOVSEAL_USUAL_PYTHON_TEXTS_H

#include <Python.h>
#include <stdlib.h>

#include "texts.h"

/* The roots of parts, of which there are none where they tell nothing; -1 with an error. */
static int take_roots(PyObject *parts, text_roots *roots) {
    const Py_ssize_t count = PySequence_Size(parts);
    int is_told = 1;
    init_roots(roots);
    for (Py_ssize_t i = 0; is_told && i < count; i++) {
        PyObject *part = PySequence_GetItem(parts, i);
        char *bytes = NULL;
        Py_ssize_t size = 0;
        const int failed = part == NULL || PyBytes_AsStringAndSize(part, &bytes, &size) != 0;
        is_told = !failed && add_root(roots, (const unsigned char *)bytes, (size_t)size);
        Py_XDECREF(part);
        if (failed) {
            return -1;
        }
    }
    if (is_told) {
        end_roots(roots);
    } else {
        init_roots(roots);
    }
    return count < 0 ? -1 : 0;
}

/* Whether any of parts is in text: 1, 0, or -1 with an error. */
static int has_any(PyObject *text, PyObject *parts, const text_roots *roots) {
    const Py_ssize_t count = PySequence_Size(parts);
    int has = count < 0 ? -1 : 0;
    if (roots->count != 0 && !has_root((const unsigned char *)PyBytes_AsString(text),
                                       (size_t)PyBytes_Size(text), roots)) {
        return 0;
    }
    for (Py_ssize_t i = 0; has == 0 && i < count; i++) {
        PyObject *part = PySequence_GetItem(parts, i);
        has = part == NULL ? -1 : PySequence_Contains(text, part);
        Py_XDECREF(part);
    }
    return has;
}

/* The texts of small, None where they are not told, False where a part is in them. */
static PyObject *texts_of(PyObject *small, int is_plain, PyObject *parts) {
    const unsigned char *bytes = (const unsigned char *)PyBytes_AsString(small);
    const size_t size = (size_t)PyBytes_Size(small);
    PyObject *texts;
    unsigned char *cut;
    size_t length;
    text_roots roots;
    int has = take_roots(parts, &roots) != 0 ? -1 : has_any(small, parts, &roots);
    if (has != 0) {
        return has < 0 ? NULL : Py_NewRef(Py_False);
    }
    if (!is_plain) {
        Py_RETURN_NONE;
    }
    cut = malloc(size + 1);
    if (cut == NULL) {
        return PyErr_NoMemory();
    }
    length = cut_texts(bytes, size, cut);
    texts = PyBytes_FromStringAndSize((const char *)cut, (Py_ssize_t)length);
    free(cut);
    has = texts == NULL ? -1 : has_any(texts, parts, &roots);
    if (has != 0) {
        Py_XDECREF(texts);
        return has < 0 ? NULL : Py_NewRef(Py_False);
    }
    return texts;
}

static PyObject *usual_texts(PyObject *module, PyObject *args) {
    const char *data;
    Py_ssize_t size, start;
    int is_plain;
    PyObject *parts, *small, *texts;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#nO:texts", &data, &size, &start, &parts)) {
        return NULL;
    }
    if (start < 0) {
        Py_RETURN_NONE;
    }
    small = PyBytes_FromStringAndSize(NULL, size);
    if (small == NULL) {
        return NULL;
    }
    /* Nobody else has it yet. */
    if (make_small((const unsigned char *)data, (size_t)size, (size_t)start,
                   (unsigned char *)PyBytes_AsString(small), &is_plain)) {
        texts = texts_of(small, is_plain, parts);
    } else {
        texts = Py_NewRef(Py_False);
    }
    Py_DECREF(small);
    return texts;
}

static PyObject *usual_long_location(PyObject *module, PyObject *args) {
    const char *data, *texts;
    Py_ssize_t size, length, limit;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#y#n:long_location", &data, &size, &texts, &length, &limit)) {
        return NULL;
    }
    return PyBool_FromLong(has_long_location((const unsigned char *)data, (size_t)size,
                                             (const unsigned char *)texts, (size_t)length,
                                             (size_t)limit));
}

#endif
