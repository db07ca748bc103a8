/* Prepared keys for Python. */
#ifndef GOVSEAL_PYTHON_PREPARED_H
#define GOVSEAL_PYTHON_PREPARED_H

#include "python_util.h"
#include "python_verify.h"

/* Argument: a PublicKey. */
static PyObject *core_prepare(PyObject *module, PyObject *arg) {
    core_state *state = PyModule_GetState(module);
    prepared_key_object *self;

    if (!PyObject_TypeCheck(arg, state->public_key_type)) {
        PyErr_SetString(PyExc_TypeError, "not a PublicKey");
        return NULL;
    }
    self = PyObject_New(prepared_key_object, state->prepared_key_type);
    if (self == NULL) {
        return NULL;
    }
    build_prepared_tables();
    Py_BEGIN_ALLOW_THREADS
    prepared_key_set_var(&self->key, &((public_key_object *)arg)->key);
    Py_END_ALLOW_THREADS
    return (PyObject *)self;
}

static void prepared_key_dealloc(PyObject *self) {
    prepared_key_clear(&((prepared_key_object *)self)->key);
    free_object(self);
}

static PyMethodDef prepared_key_methods[] = {VERIFY_METHOD_TABLE(prepared_key),
                                             {NULL, NULL, 0, NULL}};

static PyType_Slot prepared_key_slots[] = {
    {Py_tp_methods, prepared_key_methods}, {Py_tp_dealloc, prepared_key_dealloc}, {0, NULL}};

static PyType_Spec prepared_key_spec = {"govseal.sm2._core.PreparedKey",
                                        sizeof(prepared_key_object), 0, OPAQUE_TYPE,
                                        prepared_key_slots};

#endif
