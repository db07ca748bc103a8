/* govseal.sm2._core: SM2 and SM3 for Python, in the limited API of 3.11.
 *
 * The only compilation unit. The Python surface is declared in ../_core.pyi. Arguments are any
 * bytes-like objects; their buffers are held, and the interpreter lock is released, while the
 * arithmetic runs.
 */
#define PY_SSIZE_T_CLEAN
#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030B0000
#endif
#include <Python.h>

#include "core.h"

#include "python_batch.h"
#include "python_encryption.h"
#include "python_keys.h"
#include "python_prepared.h"
#include "python_sm3.h"
#include "python_sm3_hmac.h"
#include "python_sm3_many.h"
#include "python_tier.h"
#include "python_util.h"

static int add_type(PyObject *module, PyType_Spec *spec, PyTypeObject **type) {
    *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    return *type == NULL ? -1 : PyModule_AddType(module, *type);
}

static int core_exec(PyObject *module) {
    core_state *state = PyModule_GetState(module);
    choose_tier();
    if (add_type(module, &sm3_spec, &state->sm3_type) != 0 ||
        add_type(module, &hmac_sm3_spec, &state->hmac_sm3_type) != 0 ||
        add_type(module, &public_key_spec, &state->public_key_type) != 0 ||
        add_type(module, &prepared_key_spec, &state->prepared_key_type) != 0 ||
        add_type(module, &private_key_spec, &state->private_key_type) != 0) {
        return -1;
    }
    return 0;
}

static int core_traverse(PyObject *module, visitproc visit, void *arg) {
    core_state *state = PyModule_GetState(module);
    Py_VISIT(state->sm3_type);
    Py_VISIT(state->hmac_sm3_type);
    Py_VISIT(state->public_key_type);
    Py_VISIT(state->prepared_key_type);
    Py_VISIT(state->private_key_type);
    return 0;
}

static int core_clear(PyObject *module) {
    core_state *state = PyModule_GetState(module);
    Py_CLEAR(state->sm3_type);
    Py_CLEAR(state->hmac_sm3_type);
    Py_CLEAR(state->public_key_type);
    Py_CLEAR(state->prepared_key_type);
    Py_CLEAR(state->private_key_type);
    return 0;
}

static void core_free(void *module) {
    (void)core_clear(module);
}

#ifdef GOVSEAL_TESTING
#include "entry_points.h" /* tests/native: defines TESTING_METHODS */
#else
#define TESTING_METHODS
#endif

static PyMethodDef core_methods[] = {
    {"sm3", core_sm3, METH_O, "The SM3 digest of data."},
    {"new_sm3", core_new_sm3, METH_NOARGS, "An empty streaming digest."},
    {"sm3_many", core_sm3_many, METH_O, "The SM3 digests of a list."},
    {"sm3_records", FASTCALL(core_sm3_records), METH_FASTCALL, "The digests of equal records."},
    {"hmac_sm3", FASTCALL(core_hmac_sm3), METH_FASTCALL, "The HMAC tag of data under a key."},
    {"new_hmac_sm3", core_new_hmac_sm3, METH_O, "A streaming HMAC under a key."},
    {"kdf", FASTCALL(core_kdf), METH_FASTCALL, "A key of this length from Z."},
    {"tier", core_tier_name, METH_NOARGS, "The tier in use."},
    {"use_tier", core_use_tier, METH_O, "Takes a lower tier than the best."},
    {"load_public", FASTCALL(core_load_public), METH_FASTCALL, "A checked public key."},
    {"prepare", core_prepare, METH_O, "A public key with tables."},
    {"load_private", core_load_private, METH_O, "The key of 32 bytes d."},
    {"generate_private", core_generate_private, METH_NOARGS, "A random key."},
    {"verify_many", FASTCALL(core_verify_many), METH_FASTCALL, "Which DER signatures are valid."},
    {"verify_digests", FASTCALL(core_verify_digests), METH_FASTCALL,
     "Which records e || r || s are valid, a byte each."},
    TESTING_METHODS
    {NULL, NULL, 0, NULL}};

static PyModuleDef_Slot core_slots[] = {{Py_mod_exec, core_exec}, {0, NULL}};

static struct PyModuleDef core_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_core",
    .m_doc = "SM2 and SM3, compiled.",
    .m_size = sizeof(core_state),
    .m_methods = core_methods,
    .m_slots = core_slots,
    .m_traverse = core_traverse,
    .m_clear = core_clear,
    .m_free = core_free,
};

PyMODINIT_FUNC PyInit__core(void) {
    return PyModuleDef_Init(&core_module);
}
