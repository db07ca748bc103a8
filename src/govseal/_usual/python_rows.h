/* Tuples of a type of their own, filled where they lie: half the time of making each of a plain one. */
#ifndef GOVSEAL_USUAL_PYTHON_ROWS_H
#define GOVSEAL_USUAL_PYTHON_ROWS_H

#include <Python.h>

/* From 3.14 on a tuple keeps its hash. It says that it has none yet only where Python filled it: one
 * that is filled from outside has 0 for ever, and is not found by its equals. */
#ifndef KEEPS_HASHES
#define KEEPS_HASHES (Py_Version >= 0x030E0000)
#endif

/* A tuple with room for size, to be filled by row_put and ended by row_end. */
static PyObject *row_start(PyTypeObject *type, Py_ssize_t size) {
    return KEEPS_HASHES ? PyTuple_New(size)
                        : ((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, size);
}

/* Puts value at place of row; 0 where it could not be made. */
static int row_put(PyObject *row, Py_ssize_t place, PyObject *value) {
    return value != NULL && PyTuple_SetItem(row, place, value) == 0;
}

/* The full row, as a tuple of the type. */
static PyObject *row_end(PyTypeObject *type, PyObject *row) {
    PyObject *arguments, *made = NULL;
    if (Py_IS_TYPE(row, type)) {
        return row;
    }
    arguments = PyTuple_Pack(1, row);
    if (arguments != NULL) {
        made = ((newfunc)PyType_GetSlot(&PyTuple_Type, Py_tp_new))(type, arguments, NULL);
    }
    Py_XDECREF(arguments);
    Py_DECREF(row);
    return made;
}

#endif
