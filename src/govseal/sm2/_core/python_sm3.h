/* SM3 for Python: one call, and a streaming object. */
#ifndef GOVSEAL_PYTHON_SM3_H
#define GOVSEAL_PYTHON_SM3_H

#include "python_util.h"

static void update_sm3(sm3_context *context, const Py_buffer *data) {
    if (data->len < RELEASE_THRESHOLD) {
        sm3_update(context, data->buf, (size_t)data->len);
    } else {
        Py_BEGIN_ALLOW_THREADS
        sm3_update(context, data->buf, (size_t)data->len);
        Py_END_ALLOW_THREADS
    }
}

static PyObject *core_sm3(PyObject *module, PyObject *arg) {
    unsigned char digest[SM3_DIGEST_SIZE];
    sm3_context context;
    Py_buffer data;
    (void)module;
    if (get_buffer(arg, &data) != 0) {
        return NULL;
    }
    sm3_init(&context);
    update_sm3(&context, &data);
    sm3_final(&context, digest);
    PyBuffer_Release(&data);
    return bytes_from(digest, sizeof digest);
}

static PyObject *core_new_sm3(PyObject *module, PyObject *unused) {
    core_state *state = PyModule_GetState(module);
    sm3_object *self = PyObject_New(sm3_object, state->sm3_type);
    (void)unused;
    if (self != NULL) {
        sm3_init(&self->context);
    }
    return (PyObject *)self;
}

/* Works on a copy while the lock is released, so that a second thread using the same object finds
 * it in one of two whole states. */
static PyObject *sm3_object_update(PyObject *self, PyObject *arg) {
    sm3_context context = ((sm3_object *)self)->context;
    Py_buffer data;
    if (get_buffer(arg, &data) != 0) {
        return NULL;
    }
    update_sm3(&context, &data);
    ((sm3_object *)self)->context = context;
    PyBuffer_Release(&data);
    Py_RETURN_NONE;
}

static PyObject *sm3_object_digest(PyObject *self, PyObject *unused) {
    sm3_context context = ((sm3_object *)self)->context;
    unsigned char digest[SM3_DIGEST_SIZE];
    (void)unused;
    sm3_final(&context, digest);
    return bytes_from(digest, sizeof digest);
}

static PyObject *sm3_object_copy(PyObject *self, PyObject *unused) {
    sm3_object *copy = PyObject_New(sm3_object, Py_TYPE(self));
    (void)unused;
    if (copy != NULL) {
        copy->context = ((sm3_object *)self)->context;
    }
    return (PyObject *)copy;
}

static void sm3_object_dealloc(PyObject *self) {
    wipe(&((sm3_object *)self)->context, sizeof(sm3_context));
    free_object(self);
}

static PyMethodDef sm3_methods[] = {
    {"update", sm3_object_update, METH_O, "Append data."},
    {"digest", sm3_object_digest, METH_NOARGS, "The digest of everything appended so far."},
    {"copy", sm3_object_copy, METH_NOARGS, "An independent object in the same state."},
    {NULL, NULL, 0, NULL}};

static PyType_Slot sm3_slots[] = {
    {Py_tp_methods, sm3_methods}, {Py_tp_dealloc, sm3_object_dealloc}, {0, NULL}};

static PyType_Spec sm3_spec = {"govseal.sm2._core.Sm3", sizeof(sm3_object), 0, OPAQUE_TYPE,
                               sm3_slots};

#endif
