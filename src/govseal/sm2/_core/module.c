/* govseal.sm2._core: SM2 signatures and SM3 for Python, in the limited API of 3.11.
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

#include <pthread.h>

#include "util.h"

#include "modinv.h"

#include "field.h"
#include "scalar.h"

#include "group.h"

#include "der.h"
#include "ecmult.h"
#include "ecmult_gen.h"
#include "signature.h"
#include "sm3.h"

#include "modinv_impl.h"

#include "field_impl.h"
#include "scalar_impl.h"

#include "group_impl.h"

#include "der_impl.h"
#include "ecmult_gen_impl.h"
#include "ecmult_impl.h"
#include "sm3_impl.h"

#include "signature_impl.h"

/* --- Shared plumbing ------------------------------------------------------------------------ */

typedef struct {
    PyTypeObject *sm3_type;
    PyTypeObject *public_key_type;
    PyTypeObject *private_key_type;
} core_state;

typedef struct {
    PyObject_HEAD
    sm3_context context;
} sm3_object;

typedef struct {
    PyObject_HEAD
    public_key key;
} public_key_object;

typedef struct {
    PyObject_HEAD
    private_key key;
    public_key_object *public;
} private_key_object;

/* Hashing below this size costs less than giving the interpreter lock away and back. */
#define RELEASE_THRESHOLD 2048

static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void build_tables(void) {
    pthread_once(&tables_once, signature_build_tables);
}

static int check_count(const char *name, Py_ssize_t got, Py_ssize_t wanted) {
    if (got != wanted) {
        PyErr_Format(PyExc_TypeError, "%s() takes %zd arguments (%zd given)", name, wanted, got);
        return -1;
    }
    return 0;
}

/* The n arguments as buffers; None is allowed as the last where optional is set, and then has a
 * null buf. On failure nothing is held. */
static int get_buffers(Py_buffer *buffers, PyObject *const *args, Py_ssize_t count, int optional) {
    for (Py_ssize_t i = 0; i < count; i++) {
        if (optional && i == count - 1 && args[i] == Py_None) {
            memset(&buffers[i], 0, sizeof buffers[i]); /* releasing it does nothing */
        } else if (PyObject_GetBuffer(args[i], &buffers[i], PyBUF_SIMPLE) != 0) {
            while (i > 0) {
                PyBuffer_Release(&buffers[--i]);
            }
            return -1;
        }
    }
    return 0;
}

static void release_buffers(Py_buffer *buffers, Py_ssize_t count) {
    for (Py_ssize_t i = 0; i < count; i++) {
        PyBuffer_Release(&buffers[i]);
    }
}

static PyObject *bytes_from(const unsigned char *data, size_t size) {
    return PyBytes_FromStringAndSize((const char *)data, (Py_ssize_t)size);
}

/* Z of a key, for the default ID where user_id has a null obj. The ID is at most USER_ID_MAX. */
static void identity_of(unsigned char z[SM3_DIGEST_SIZE], const public_key *key,
                        const Py_buffer *user_id) {
    if (user_id->obj == NULL) {
        memcpy(z, key->default_z, SM3_DIGEST_SIZE);
    } else {
        public_key_identity(z, key, user_id->buf, (size_t)user_id->len);
    }
}

/* e = SM3(Z ‖ M). */
static void message_digest(unsigned char digest[SM3_DIGEST_SIZE], const public_key *key,
                           const Py_buffer *message, const Py_buffer *user_id) {
    sm3_context context;
    identity_of(digest, key, user_id);
    sm3_init(&context);
    sm3_update(&context, digest, SM3_DIGEST_SIZE);
    sm3_update(&context, message->buf, (size_t)message->len);
    sm3_final(&context, digest);
}

static int check_user_id(const Py_buffer *user_id) {
    if (user_id->len > USER_ID_MAX) {
        PyErr_SetString(PyExc_ValueError, "a user ID has at most 8191 bytes");
        return -1;
    }
    return 0;
}

static int check_digest(const Py_buffer *digest) {
    if (digest->len != SM3_DIGEST_SIZE) {
        PyErr_SetString(PyExc_ValueError, "a digest is 32 bytes");
        return -1;
    }
    return 0;
}

/* Objects of heap types own a reference to their type. */
static void free_object(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_Free(self);
    Py_DECREF(type);
}

/* --- SM3 ------------------------------------------------------------------------------------ */

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
    if (PyObject_GetBuffer(arg, &data, PyBUF_SIMPLE) != 0) {
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
    if (PyObject_GetBuffer(arg, &data, PyBUF_SIMPLE) != 0) {
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

/* --- Public keys ---------------------------------------------------------------------------- */

static PyObject *core_load_public(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    static const char *const defects[] = {
        [PUBLIC_KEY_FORM] = "neither 04 || X || Y nor a compressed point",
        [PUBLIC_KEY_COMPRESSED] = "a compressed point is not accepted here",
        [PUBLIC_KEY_OFF_CURVE] = "the point is not on the curve",
        [PUBLIC_KEY_MINUS_G] = "the point is -G, which no private key in [1, n-2] has",
    };
    core_state *state = PyModule_GetState(module);
    public_key_status status;
    public_key_object *self;
    Py_buffer encoded;
    int allow_compressed;

    if (check_count("load_public", count, 2) != 0) {
        return NULL;
    }
    allow_compressed = PyObject_IsTrue(args[1]);
    if (allow_compressed < 0 || PyObject_GetBuffer(args[0], &encoded, PyBUF_SIMPLE) != 0) {
        return NULL;
    }
    self = PyObject_New(public_key_object, state->public_key_type);
    if (self == NULL) {
        PyBuffer_Release(&encoded);
        return NULL;
    }
    status = public_key_load_var(&self->key, encoded.buf, (size_t)encoded.len, allow_compressed);
    PyBuffer_Release(&encoded);
    if (status != PUBLIC_KEY_OK) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_ValueError, defects[status]);
        return NULL;
    }
    return (PyObject *)self;
}

static PyObject *public_key_encode(PyObject *self, PyObject *unused) {
    (void)unused;
    return bytes_from(((public_key_object *)self)->key.encoded, PUBLIC_KEY_SIZE);
}

static PyObject *public_key_identity_digest(PyObject *self, PyObject *arg) {
    unsigned char z[SM3_DIGEST_SIZE];
    Py_buffer user_id;
    if (get_buffers(&user_id, &arg, 1, 1) != 0) {
        return NULL;
    }
    if (check_user_id(&user_id) != 0) {
        PyBuffer_Release(&user_id);
        return NULL;
    }
    identity_of(z, &((public_key_object *)self)->key, &user_id);
    PyBuffer_Release(&user_id);
    return bytes_from(z, sizeof z);
}

/* Arguments: signature, message, user_id. The signature arrives as DER or as r ‖ s. */
static PyObject *verify_message(PyObject *self, PyObject *const *args, int is_der) {
    const public_key *key = &((public_key_object *)self)->key;
    unsigned char raw[RAW_SIGNATURE_SIZE], digest[SM3_DIGEST_SIZE];
    Py_buffer buffers[3];
    int is_valid;

    if (get_buffers(buffers, args, 3, 1) != 0) {
        return NULL;
    }
    if (check_user_id(&buffers[2]) != 0) {
        release_buffers(buffers, 3);
        return NULL;
    }
    if (is_der) {
        is_valid = der_decode_signature(raw, buffers[0].buf, (size_t)buffers[0].len);
    } else {
        is_valid = buffers[0].len == RAW_SIGNATURE_SIZE;
        if (is_valid) {
            memcpy(raw, buffers[0].buf, RAW_SIGNATURE_SIZE);
        }
    }
    if (is_valid) {
        Py_BEGIN_ALLOW_THREADS
        build_tables();
        message_digest(digest, key, &buffers[1], &buffers[2]);
        is_valid = public_key_verify_var(key, raw, digest);
        Py_END_ALLOW_THREADS
    }
    release_buffers(buffers, 3);
    return PyBool_FromLong(is_valid);
}

static PyObject *public_key_verify(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    return check_count("verify", count, 3) != 0 ? NULL : verify_message(self, args, 1);
}

static PyObject *public_key_verify_raw(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    return check_count("verify_raw", count, 3) != 0 ? NULL : verify_message(self, args, 0);
}

/* Arguments: signature (DER, or else 64 raw bytes), digest. */
static PyObject *public_key_verify_digest(PyObject *self, PyObject *const *args,
                                          Py_ssize_t count) {
    const public_key *key = &((public_key_object *)self)->key;
    unsigned char raw[RAW_SIGNATURE_SIZE], digest[SM3_DIGEST_SIZE];
    Py_buffer buffers[2];
    int is_valid;

    if (check_count("verify_digest", count, 2) != 0 || get_buffers(buffers, args, 2, 0) != 0) {
        return NULL;
    }
    if (check_digest(&buffers[1]) != 0) {
        release_buffers(buffers, 2);
        return NULL;
    }
    memcpy(digest, buffers[1].buf, SM3_DIGEST_SIZE);
    is_valid = der_decode_signature(raw, buffers[0].buf, (size_t)buffers[0].len);
    if (!is_valid && buffers[0].len == RAW_SIGNATURE_SIZE) {
        memcpy(raw, buffers[0].buf, RAW_SIGNATURE_SIZE);
        is_valid = 1;
    }
    release_buffers(buffers, 2);
    if (is_valid) {
        Py_BEGIN_ALLOW_THREADS
        build_tables();
        is_valid = public_key_verify_var(key, raw, digest);
        Py_END_ALLOW_THREADS
    }
    return PyBool_FromLong(is_valid);
}

/* --- Private keys --------------------------------------------------------------------------- */

/* An object whose key is still zero. */
static private_key_object *new_private_key(core_state *state) {
    private_key_object *self = PyObject_New(private_key_object, state->private_key_type);
    if (self == NULL) {
        return NULL;
    }
    memset(&self->key, 0, sizeof self->key);
    self->public = PyObject_New(public_key_object, state->public_key_type);
    if (self->public == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    return self;
}

static PyObject *core_generate_private(PyObject *module, PyObject *unused) {
    private_key_object *self = new_private_key(PyModule_GetState(module));
    int failed;
    (void)unused;
    if (self == NULL) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    build_tables();
    failed = private_key_generate(&self->key, &self->public->key);
    Py_END_ALLOW_THREADS
    if (failed) {
        PyErr_SetFromErrno(PyExc_OSError);
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static PyObject *core_load_private(PyObject *module, PyObject *arg) {
    private_key_object *self;
    Py_buffer d;
    int is_loaded;

    if (PyObject_GetBuffer(arg, &d, PyBUF_SIMPLE) != 0) {
        return NULL;
    }
    if (d.len != SCALAR_SIZE) {
        PyBuffer_Release(&d);
        PyErr_SetString(PyExc_ValueError, "not 32 bytes");
        return NULL;
    }
    self = new_private_key(PyModule_GetState(module));
    if (self == NULL) {
        PyBuffer_Release(&d);
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    build_tables();
    is_loaded = private_key_load(&self->key, &self->public->key, d.buf);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&d);
    if (!is_loaded) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_ValueError, "d is not in [1, n-2]");
        return NULL;
    }
    return (PyObject *)self;
}

static PyObject *private_key_public_key(PyObject *self, PyObject *unused) {
    (void)unused;
    return Py_NewRef((PyObject *)((private_key_object *)self)->public);
}

static PyObject *private_key_export_bytes(PyObject *self, PyObject *unused) {
    unsigned char d[SCALAR_SIZE];
    PyObject *result;
    (void)unused;
    private_key_export(d, &((private_key_object *)self)->key);
    result = bytes_from(d, sizeof d);
    wipe(d, sizeof d);
    return result;
}

/* Arguments: message, user_id. */
static PyObject *private_key_sign_message(PyObject *self, PyObject *const *args,
                                          Py_ssize_t count) {
    const private_key_object *signer = (private_key_object *)self;
    unsigned char raw[RAW_SIGNATURE_SIZE], digest[SM3_DIGEST_SIZE], der[DER_SIGNATURE_MAX];
    Py_buffer buffers[2];
    int failed;

    if (check_count("sign", count, 2) != 0 || get_buffers(buffers, args, 2, 1) != 0) {
        return NULL;
    }
    if (check_user_id(&buffers[1]) != 0) {
        release_buffers(buffers, 2);
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    message_digest(digest, &signer->public->key, &buffers[0], &buffers[1]);
    failed = private_key_sign(raw, &signer->key, digest);
    Py_END_ALLOW_THREADS
    release_buffers(buffers, 2);
    if (failed) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return bytes_from(der, der_encode_signature(der, raw));
}

static PyObject *private_key_sign_digest(PyObject *self, PyObject *arg) {
    const private_key_object *signer = (private_key_object *)self;
    unsigned char raw[RAW_SIGNATURE_SIZE], digest[SM3_DIGEST_SIZE], der[DER_SIGNATURE_MAX];
    Py_buffer buffer;
    int failed;

    if (PyObject_GetBuffer(arg, &buffer, PyBUF_SIMPLE) != 0) {
        return NULL;
    }
    if (check_digest(&buffer) != 0) {
        PyBuffer_Release(&buffer);
        return NULL;
    }
    memcpy(digest, buffer.buf, sizeof digest);
    PyBuffer_Release(&buffer);
    Py_BEGIN_ALLOW_THREADS
    failed = private_key_sign(raw, &signer->key, digest);
    Py_END_ALLOW_THREADS
    if (failed) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return bytes_from(der, der_encode_signature(der, raw));
}

static void private_key_dealloc(PyObject *self) {
    private_key_object *key = (private_key_object *)self;
    wipe(&key->key, sizeof key->key);
    Py_XDECREF((PyObject *)key->public);
    free_object(self);
}

/* --- The module ----------------------------------------------------------------------------- */

#define FASTCALL(function) ((PyCFunction)(void (*)(void))(function))
#define OPAQUE_TYPE (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION)

static PyMethodDef sm3_methods[] = {
    {"update", sm3_object_update, METH_O, "Append data."},
    {"digest", sm3_object_digest, METH_NOARGS, "The digest of everything appended so far."},
    {"copy", sm3_object_copy, METH_NOARGS, "An independent object in the same state."},
    {NULL, NULL, 0, NULL}};

static PyMethodDef public_key_methods[] = {
    {"encode", public_key_encode, METH_NOARGS, "04 || X || Y."},
    {"identity_digest", public_key_identity_digest, METH_O, "Z for a user ID."},
    {"verify", FASTCALL(public_key_verify), METH_FASTCALL, "Whether a DER signature is valid."},
    {"verify_raw", FASTCALL(public_key_verify_raw), METH_FASTCALL, "Whether r || s is valid."},
    {"verify_digest", FASTCALL(public_key_verify_digest), METH_FASTCALL,
     "Whether a signature, DER or raw, signs a digest."},
    {NULL, NULL, 0, NULL}};

static PyMethodDef private_key_methods[] = {
    {"public_key", private_key_public_key, METH_NOARGS, "The public part."},
    {"export", private_key_export_bytes, METH_NOARGS, "The secret d, 32 bytes."},
    {"sign", FASTCALL(private_key_sign_message), METH_FASTCALL, "A DER signature of a message."},
    {"sign_digest", private_key_sign_digest, METH_O, "A DER signature of a digest."},
    {NULL, NULL, 0, NULL}};

static PyType_Slot sm3_slots[] = {
    {Py_tp_methods, sm3_methods}, {Py_tp_dealloc, sm3_object_dealloc}, {0, NULL}};
static PyType_Slot public_key_slots[] = {
    {Py_tp_methods, public_key_methods}, {Py_tp_dealloc, free_object}, {0, NULL}};
static PyType_Slot private_key_slots[] = {
    {Py_tp_methods, private_key_methods}, {Py_tp_dealloc, private_key_dealloc}, {0, NULL}};

static PyType_Spec sm3_spec = {"govseal.sm2._core.Sm3", sizeof(sm3_object), 0, OPAQUE_TYPE,
                               sm3_slots};
static PyType_Spec public_key_spec = {"govseal.sm2._core.PublicKey", sizeof(public_key_object), 0,
                                      OPAQUE_TYPE, public_key_slots};
static PyType_Spec private_key_spec = {"govseal.sm2._core.PrivateKey", sizeof(private_key_object),
                                       0, OPAQUE_TYPE, private_key_slots};

static int add_type(PyObject *module, PyType_Spec *spec, PyTypeObject **type) {
    *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    return *type == NULL ? -1 : PyModule_AddType(module, *type);
}

static int core_exec(PyObject *module) {
    core_state *state = PyModule_GetState(module);
    if (add_type(module, &sm3_spec, &state->sm3_type) != 0 ||
        add_type(module, &public_key_spec, &state->public_key_type) != 0 ||
        add_type(module, &private_key_spec, &state->private_key_type) != 0) {
        return -1;
    }
    return 0;
}

static int core_traverse(PyObject *module, visitproc visit, void *arg) {
    core_state *state = PyModule_GetState(module);
    Py_VISIT(state->sm3_type);
    Py_VISIT(state->public_key_type);
    Py_VISIT(state->private_key_type);
    return 0;
}

static int core_clear(PyObject *module) {
    core_state *state = PyModule_GetState(module);
    Py_CLEAR(state->sm3_type);
    Py_CLEAR(state->public_key_type);
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
    {"load_public", FASTCALL(core_load_public), METH_FASTCALL, "A checked public key."},
    {"load_private", core_load_private, METH_O, "The key of 32 bytes d."},
    {"generate_private", core_generate_private, METH_NOARGS, "A random key."},
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
