/* The records of a ZIP archive for Python. */
#ifndef GOVSEAL_USUAL_PYTHON_RECORDS_H
#define GOVSEAL_USUAL_PYTHON_RECORDS_H

#include <Python.h>
#include <stdlib.h>

#include "records.h"

/* The tuple that a records.Entry is made of. */
static PyObject *entry_tuple(const unsigned char *data, const record_entry *entry) {
    const char *central = (const char *)data + entry->central, *name = central + CENTRAL_SIZE;
    const Py_ssize_t name_size = (Py_ssize_t)entry->name_size;
    PyObject *text = PyUnicode_DecodeUTF8(name, name_size, "strict");
    if (text == NULL) {
        return NULL;
    }
    return Py_BuildValue("(Ny#IIIIIny#nn)", text, name, name_size, entry->method, entry->crc,
                         entry->packed, entry->size, entry->mode, (Py_ssize_t)entry->start,
                         central, CENTRAL_SIZE + name_size, (Py_ssize_t)entry->body,
                         (Py_ssize_t)entry->end);
}

/* End and entries; NULL without an error where a name is not UTF-8. */
static PyObject *list_entries(const unsigned char *data, const record_end *end,
                              const record_entry *entries) {
    PyObject *list = PyList_New((Py_ssize_t)end->count);
    for (size_t i = 0; list != NULL && i < end->count; i++) {
        PyObject *made = entry_tuple(data, &entries[i]);
        if (made == NULL || PyList_SetItem(list, (Py_ssize_t)i, made) != 0) {
            Py_CLEAR(list);
        }
    }
    if (list == NULL) {
        if (PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) {
            PyErr_Clear();
        }
        return NULL;
    }
    return Py_BuildValue("(nnnN)", (Py_ssize_t)end->at, (Py_ssize_t)end->directory_size,
                         (Py_ssize_t)end->directory, list);
}

static PyObject *usual_records(PyObject *module, PyObject *args) {
    const char *bytes;
    Py_ssize_t size;
    long long most[6];
    record_limits limits;
    record_end end;
    record_entry *entries;
    PyObject *found = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#LLLLLL:records", &bytes, &size, &most[0], &most[1], &most[2],
                          &most[3], &most[4], &most[5])) {
        return NULL;
    }
    for (int i = 0; i < 6; i++) {
        if (most[i] < 0) {
            Py_RETURN_NONE;
        }
    }
    limits = (record_limits){(uint64_t)most[0], (uint64_t)most[1], (uint64_t)most[2],
                             (uint64_t)most[3], (uint64_t)most[4], (uint64_t)most[5]};
    if (read_end((const unsigned char *)bytes, (size_t)size, &limits, &end)) {
        entries = malloc((end.count + 1) * sizeof *entries);
        if (entries == NULL) {
            return PyErr_NoMemory();
        }
        if (read_entries((const unsigned char *)bytes, &end, &limits, entries)) {
            found = list_entries((const unsigned char *)bytes, &end, entries);
        }
        free(entries);
    }
    if (found == NULL && !PyErr_Occurred()) {
        Py_RETURN_NONE;
    }
    return found;
}

#endif
