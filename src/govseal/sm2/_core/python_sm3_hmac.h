/* HMAC with SM3 for Python: one call, and a streaming object. */
#ifndef GOVSEAL_PYTHON_SM3_HMAC_H
#define GOVSEAL_PYTHON_SM3_HMAC_H

#include "python_sm3.h"
#include "python_util.h"

/* Arguments: key, data. */
static PyObject *core_hmac_sm3(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    unsigned char tag[SM3_HMAC_SIZE];
    Py_buffer buffers[2];
    sm3_hmac hmac;
    (void)module;
    if (check_count("hmac_sm3", count, 2) != 0 || get_buffers(buffers, args, 2, 0) != 0) {
        return NULL;
    }
    sm3_hmac_init(&hmac, buffers[0].buf, (size_t)buffers[0].len);
    update_sm3(&hmac.inner, &buffers[1]);
    sm3_hmac_final(&hmac, tag);
    release_buffers(buffers, 2);
    return bytes_from(tag, sizeof tag);
}

/* Argument: key. */
static PyObject *core_new_hmac_sm3(PyObject *module, PyObject *arg) {
    core_state *state = PyModule_GetState(module);
    hmac_sm3_object *self;
    Py_buffer key;
    if (get_buffer(arg, &key) != 0) {
        return NULL;
    }
    self = PyObject_New(hmac_sm3_object, state->hmac_sm3_type);
    if (self != NULL) {
        sm3_hmac_init(&self->hmac, key.buf, (size_t)key.len);
    }
    PyBuffer_Release(&key);
    return (PyObject *)self;
}

/* On a copy while the lock is released: see sm3_object_update. */
static PyObject *hmac_sm3_object_update(PyObject *self, PyObject *arg) {
    sm3_context inner = ((hmac_sm3_object *)self)->hmac.inner;
    Py_buffer data;
    if (get_buffer(arg, &data) != 0) {
        return NULL;
    }
    update_sm3(&inner, &data);
    ((hmac_sm3_object *)self)->hmac.inner = inner;
    wipe(&inner, sizeof inner);
    PyBuffer_Release(&data);
    Py_RETURN_NONE;
}

static PyObject *hmac_sm3_object_digest(PyObject *self, PyObject *unused) {
    sm3_hmac hmac = ((hmac_sm3_object *)self)->hmac;
    unsigned char tag[SM3_HMAC_SIZE];
    (void)unused;
    sm3_hmac_final(&hmac, tag);
    return bytes_from(tag, sizeof tag);
}

/* Argument: a tag. One of another length is not the right one. */
static PyObject *hmac_sm3_object_verify(PyObject *self, PyObject *arg) {
    sm3_hmac hmac;
    Py_buffer tag;
    int is_right = 0;
    if (get_buffer(arg, &tag) != 0) {
        return NULL;
    }
    if (tag.len == SM3_HMAC_SIZE) {
        hmac = ((hmac_sm3_object *)self)->hmac;
        is_right = sm3_hmac_verify(&hmac, tag.buf);
    }
    PyBuffer_Release(&tag);
    return PyBool_FromLong(is_right);
}

static PyObject *hmac_sm3_object_copy(PyObject *self, PyObject *unused) {
    hmac_sm3_object *copy = PyObject_New(hmac_sm3_object, Py_TYPE(self));
    (void)unused;
    if (copy != NULL) {
        copy->hmac = ((hmac_sm3_object *)self)->hmac;
    }
    return (PyObject *)copy;
}

static void hmac_sm3_object_dealloc(PyObject *self) {
    wipe(&((hmac_sm3_object *)self)->hmac, sizeof(sm3_hmac));
    free_object(self);
}

static PyMethodDef hmac_sm3_methods[] = {
    {"update", hmac_sm3_object_update, METH_O, "Append data."},
    {"digest", hmac_sm3_object_digest, METH_NOARGS, "The tag of everything appended so far."},
    {"verify", hmac_sm3_object_verify, METH_O, "Whether a tag is that; in constant time."},
    {"copy", hmac_sm3_object_copy, METH_NOARGS, "An independent object in the same state."},
    {NULL, NULL, 0, NULL}};

static PyType_Slot hmac_sm3_slots[] = {
    {Py_tp_methods, hmac_sm3_methods}, {Py_tp_dealloc, hmac_sm3_object_dealloc}, {0, NULL}};

static PyType_Spec hmac_sm3_spec = {"govseal.sm2._core.HmacSm3", sizeof(hmac_sm3_object), 0,
                                    OPAQUE_TYPE, hmac_sm3_slots};

#endif
