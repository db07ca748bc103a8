/* Many signatures in one call for Python.
 *
 * The work goes block by block, so that memory beyond arguments and result is bounded and the user's
 * signals are heard; each block is split among threads (python_threads.h).
 */
#ifndef GOVSEAL_PYTHON_BATCH_H
#define GOVSEAL_PYTHON_BATCH_H

#include "python_result.h"
#include "python_threads.h"
#include "python_util.h"
#include "python_verify.h"

/* A few milliseconds of work: enough to make light of starting the threads. */
#define BLOCK_PER_THREAD 1024

/* In the buffers of verify_digests: e ‖ r ‖ s. */
#define VERIFY_RECORD_SIZE (SM3_DIGEST_SIZE + RAW_SIGNATURE_SIZE)

/* --- Blocks ---------------------------------------------------------------------------------- */

/* The number of records of a contiguous buffer, or -1 with an exception set. */
static Py_ssize_t record_count(const Py_buffer *buffer, Py_ssize_t size, const char *name) {
    if (buffer->len % size != 0) {
        PyErr_Format(PyExc_ValueError, "%s are %zd bytes each", name, size);
        return -1;
    }
    if (buffer->len / size > PY_SSIZE_T_MAX / VERIFY_RECORD_SIZE) {
        PyErr_NoMemory();
        return -1;
    }
    return buffer->len / size;
}

static size_t block_size(size_t count, size_t threads) {
    const size_t most = BLOCK_PER_THREAD * threads;
    return count < most ? count : most;
}

/* What one block works on; each array has room for a block, or is NULL where it is not needed. */
typedef struct {
    const private_key *signer;
    const Py_buffer *user_id; /* see identity_of */
    Py_buffer *buffers;       /* the messages, held */
    size_t held;
    sm3_message *messages;
    unsigned char *zs;
    unsigned char *digests;
    unsigned char *raws;
    verify_record *records;
    unsigned char *valid;
    int error; /* errno of a thread that failed, or 0 */
} batch_block;

static void block_release(batch_block *block) {
    release_buffers(block->buffers, (Py_ssize_t)block->held);
    block->held = 0;
}

static void block_free(batch_block *block) {
    block_release(block);
    PyMem_Free(block->buffers);
    PyMem_Free(block->messages);
    PyMem_Free(block->zs);
    PyMem_Free(block->digests);
    PyMem_Free(block->raws);
    PyMem_Free(block->records);
    PyMem_Free(block->valid);
}

/* Room for the messages of a block and what is made of them. Returns 0, or -1 with MemoryError. */
static int block_allocate(batch_block *block, size_t size) {
    block->buffers = PyMem_Calloc(size, sizeof *block->buffers);
    block->messages = PyMem_Calloc(size, sizeof *block->messages);
    block->zs = PyMem_Calloc(size, SM3_DIGEST_SIZE);
    block->digests = PyMem_Calloc(size, SM3_DIGEST_SIZE);
    block->raws = PyMem_Calloc(size, RAW_SIGNATURE_SIZE);
    block->records = PyMem_Calloc(size, sizeof *block->records);
    block->valid = PyMem_Calloc(size, 1);
    if (!block->buffers || !block->messages || !block->zs || !block->digests || !block->raws ||
        !block->records || !block->valid) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

/* Holds the message as the next of the block, behind its Z. Returns 0, or -1 with an exception set. */
static int block_hold(batch_block *block, PyObject *message, const unsigned char *z) {
    Py_buffer *buffer = &block->buffers[block->held];
    if (get_buffer(message, buffer) != 0) {
        return -1;
    }
    block->messages[block->held] =
        (sm3_message){z, SM3_DIGEST_SIZE, buffer->buf, (size_t)buffer->len};
    block->held++;
    return 0;
}

/* Puts an object that the caller owns at the end of a list. Returns 0, or -1 with an exception set. */
static int list_take(PyObject *list, PyObject *object) {
    int failed;
    if (object == NULL) {
        return -1;
    }
    failed = PyList_Append(list, object);
    Py_DECREF(object);
    return failed;
}

/* Returns 0, or -1 with an exception set. */
static int block_failed(const batch_block *block) {
    if (block->error != 0) {
        errno = block->error;
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    return PyErr_CheckSignals();
}

/* --- Signing --------------------------------------------------------------------------------- */

static void sign_digests_chunk(void *context, size_t begin, size_t end) {
    batch_block *block = context;
    if (private_key_sign_many(block->raws + RAW_SIGNATURE_SIZE * begin, block->signer,
                              block->digests + SM3_DIGEST_SIZE * begin, end - begin) != 0) {
        __atomic_store_n(&block->error, errno, __ATOMIC_RELAXED);
    }
}

static void sign_messages_chunk(void *context, size_t begin, size_t end) {
    const batch_block *block = context;
    sm3_many(block->digests + SM3_DIGEST_SIZE * begin, block->messages + begin, end - begin);
    sign_digests_chunk(context, begin, end);
}

/* Arguments: digests, out or None, threads. */
static PyObject *private_key_sign_digests(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    batch_block block = {.signer = &((private_key_object *)self)->key};
    batch_result result;
    Py_buffer digests;
    Py_ssize_t total;
    size_t threads;
    int failed = 0;

    if (check_count("sign_digests", count, 3) != 0 || (threads = thread_count(args[2])) == 0 ||
        get_buffer(args[0], &digests) != 0) {
        return NULL;
    }
    total = record_count(&digests, SM3_DIGEST_SIZE, "digests");
    if (total < 0 ||
        result_open(&result, args[1], RAW_SIGNATURE_SIZE * (size_t)total, &digests) != 0) {
        PyBuffer_Release(&digests);
        return NULL;
    }
    block.digests = digests.buf;
    block.raws = result.memory;
    for (size_t left = (size_t)total, size; !failed && left != 0; left -= size) {
        size = block_size(left, threads);
        run_in_threads(sign_digests_chunk, &block, size, threads);
        block.digests += SM3_DIGEST_SIZE * size;
        block.raws += RAW_SIGNATURE_SIZE * size;
        failed = block_failed(&block) != 0;
    }
    PyBuffer_Release(&digests);
    return result_close(&result, failed);
}

/* Signs the messages [first, first + size) behind Z and appends the signatures to the result. Returns
 * 0, or -1 with an exception set. */
static int sign_block(PyObject *result, batch_block *block, const unsigned char z[SM3_DIGEST_SIZE],
                      PyObject *messages, size_t first, size_t size, size_t threads) {
    for (size_t i = 0; i < size; i++) {
        if (block_hold(block, PyTuple_GetItem(messages, (Py_ssize_t)(first + i)), z) != 0) {
            return -1;
        }
    }
    run_in_threads(sign_messages_chunk, block, size, threads);
    block_release(block);
    if (block_failed(block) != 0) {
        return -1;
    }
    for (size_t i = 0; i < size; i++) {
        unsigned char der[DER_SIGNATURE_MAX];
        const size_t length = der_encode_signature(der, block->raws + RAW_SIGNATURE_SIZE * i);
        if (list_take(result, bytes_from(der, length)) != 0) {
            return -1;
        }
    }
    return 0;
}

/* Arguments: messages, user_id, threads. */
static PyObject *private_key_sign_messages(PyObject *self, PyObject *const *args,
                                           Py_ssize_t count) {
    const private_key_object *signer = (private_key_object *)self;
    batch_block block = {.signer = &signer->key};
    unsigned char z[SM3_DIGEST_SIZE];
    PyObject *messages = NULL, *result = NULL;
    Py_buffer user_id;
    size_t threads, total, size;
    int failed = 1;

    if (check_count("sign_many", count, 3) != 0 || (threads = thread_count(args[2])) == 0 ||
        get_buffers(&user_id, &args[1], 1, 1) != 0) {
        return NULL;
    }
    if (check_user_id(&user_id) == 0 && (messages = PySequence_Tuple(args[0])) != NULL) {
        total = (size_t)PyTuple_Size(messages);
        result = PyList_New(0);
        failed = result == NULL || block_allocate(&block, block_size(total, threads)) != 0;
        identity_of(z, &signer->public->key, &user_id);
        for (size_t first = 0; !failed && first < total; first += size) {
            size = block_size(total - first, threads);
            failed = sign_block(result, &block, z, messages, first, size, threads) != 0;
        }
    }
    block_free(&block);
    Py_XDECREF(messages);
    PyBuffer_Release(&user_id);
    if (failed) {
        Py_CLEAR(result);
    }
    return result;
}

/* --- Verifying ------------------------------------------------------------------------------- */

/* One key for all records, or a tuple of one key for each. */
typedef struct {
    core_state *state;
    PyObject *keys;
    int is_tuple;
} batch_keys;

/* Whether an object is a key that verifies; if it is, fills in the key of a record. */
static int record_key(verify_record *record, const core_state *state, PyObject *object) {
    verifier who;
    if (Py_TYPE(object) == state->public_key_type) {
        who = verifier_of_public(object);
    } else if (Py_TYPE(object) == state->prepared_key_type) {
        who = verifier_of_prepared(object);
    } else {
        return 0;
    }
    record->key = who.key;
    record->prepared = who.prepared;
    return 1;
}

/* arg is a key, or a sequence of keys. Returns 0, or -1 with an exception set. */
static int keys_open(batch_keys *keys, core_state *state, PyObject *arg) {
    verify_record record;
    keys->state = state;
    keys->is_tuple = !record_key(&record, state, arg);
    keys->keys = keys->is_tuple ? PySequence_Tuple(arg) : Py_NewRef(arg);
    return keys->keys == NULL ? -1 : 0;
}

/* Returns 0, or -1 with ValueError where the number of keys is not that of the records. */
static int keys_check_count(const batch_keys *keys, Py_ssize_t count) {
    if (keys->is_tuple && PyTuple_Size(keys->keys) != count) {
        PyErr_SetString(PyExc_ValueError, "one key is wanted, or one for each signature");
        return -1;
    }
    return 0;
}

/* Fills in the key of record i. Returns 0, or -1 with TypeError. */
static int keys_get(verify_record *record, const batch_keys *keys, size_t i) {
    PyObject *key = keys->is_tuple ? PyTuple_GetItem(keys->keys, (Py_ssize_t)i) : keys->keys;
    if (!record_key(record, keys->state, key)) {
        PyErr_SetString(PyExc_TypeError, "a key is a public key, plain or prepared");
        return -1;
    }
    return 0;
}

static void verify_digests_chunk(void *context, size_t begin, size_t end) {
    const batch_block *block = context;
    signature_verify_many_var(block->valid + begin, block->records + begin, end - begin);
}

static void verify_messages_chunk(void *context, size_t begin, size_t end) {
    const batch_block *block = context;
    if (block->user_id->obj != NULL) {
        for (size_t i = begin; i < end; i++) {
            identity_of(block->zs + SM3_DIGEST_SIZE * i, block->records[i].key, block->user_id);
        }
    }
    sm3_many(block->digests + SM3_DIGEST_SIZE * begin, block->messages + begin, end - begin);
    verify_digests_chunk(context, begin, end);
}

/* Arguments: keys, records (e ‖ r ‖ s), out or None, threads. */
static PyObject *core_verify_digests(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    batch_block block = {0};
    batch_keys keys;
    batch_result result;
    Py_buffer buffer;
    Py_ssize_t total;
    size_t threads, size;
    int failed;

    if (check_count("verify_digests", count, 4) != 0 || (threads = thread_count(args[3])) == 0 ||
        keys_open(&keys, PyModule_GetState(module), args[0]) != 0) {
        return NULL;
    }
    if (get_buffer(args[1], &buffer) != 0) {
        Py_DECREF(keys.keys);
        return NULL;
    }
    total = record_count(&buffer, VERIFY_RECORD_SIZE, "records");
    if (total < 0 || keys_check_count(&keys, total) != 0 ||
        result_open(&result, args[2], (size_t)total, &buffer) != 0) {
        PyBuffer_Release(&buffer);
        Py_DECREF(keys.keys);
        return NULL;
    }
    build_tables();
    failed = block_allocate(&block, block_size((size_t)total, threads)) != 0;
    for (size_t first = 0; !failed && first < (size_t)total; first += size) {
        const unsigned char *record = (unsigned char *)buffer.buf + VERIFY_RECORD_SIZE * first;
        size = block_size((size_t)total - first, threads);
        for (size_t i = 0; !failed && i < size; i++, record += VERIFY_RECORD_SIZE) {
            block.records[i].digest = record;
            block.records[i].raw = record + SM3_DIGEST_SIZE;
            failed = keys_get(&block.records[i], &keys, first + i) != 0;
        }
        if (!failed) {
            run_in_threads(verify_digests_chunk, &block, size, threads);
            memcpy(result.memory + first, block.valid, size);
            failed = block_failed(&block) != 0;
        }
    }
    block_free(&block);
    PyBuffer_Release(&buffer);
    Py_DECREF(keys.keys);
    return result_close(&result, failed);
}

/* Fills in record i from its DER signature; one that is malformed becomes r = s = 0, which no key
 * verifies. Returns 0, or -1 with TypeError. */
static int record_signature(batch_block *block, size_t i, PyObject *signature) {
    unsigned char *raw = block->raws + RAW_SIGNATURE_SIZE * i;
    Py_buffer der;
    if (get_buffer(signature, &der) != 0) {
        return -1;
    }
    if (!der_decode_signature(raw, der.buf, (size_t)der.len)) {
        memset(raw, 0, RAW_SIGNATURE_SIZE);
    }
    PyBuffer_Release(&der);
    block->records[i].raw = raw;
    block->records[i].digest = block->digests + SM3_DIGEST_SIZE * i;
    return 0;
}

/* Verifies the records [first, first + size) and appends the answers to the result. Returns 0, or -1
 * with an exception set. */
static int verify_block(PyObject *result, batch_block *block, const batch_keys *keys,
                        PyObject *signatures, PyObject *messages, size_t first, size_t size,
                        size_t threads) {
    for (size_t i = 0; i < size; i++) {
        const Py_ssize_t at = (Py_ssize_t)(first + i);
        const unsigned char *z;
        if (keys_get(&block->records[i], keys, first + i) != 0 ||
            record_signature(block, i, PyTuple_GetItem(signatures, at)) != 0) {
            return -1;
        }
        z = block->user_id->obj == NULL ? block->records[i].key->default_z
                                        : block->zs + SM3_DIGEST_SIZE * i;
        if (block_hold(block, PyTuple_GetItem(messages, at), z) != 0) {
            return -1;
        }
    }
    run_in_threads(verify_messages_chunk, block, size, threads);
    block_release(block);
    for (size_t i = 0; i < size; i++) {
        if (list_take(result, PyBool_FromLong(block->valid[i])) != 0) {
            return -1;
        }
    }
    return block_failed(block);
}

/* The answers for tuples of signatures and messages. */
static PyObject *verify_tuples(const batch_keys *keys, PyObject *signatures, PyObject *messages,
                               const Py_buffer *user_id, size_t threads) {
    const Py_ssize_t total = PyTuple_Size(signatures);
    batch_block block = {.user_id = user_id};
    PyObject *result;
    size_t size;
    int failed;

    if (PyTuple_Size(messages) != total) {
        PyErr_SetString(PyExc_ValueError, "one message is wanted for each signature");
        return NULL;
    }
    if (keys_check_count(keys, total) != 0 || (result = PyList_New(0)) == NULL) {
        return NULL;
    }
    build_tables();
    failed = block_allocate(&block, block_size((size_t)total, threads)) != 0;
    for (size_t first = 0; !failed && first < (size_t)total; first += size) {
        size = block_size((size_t)total - first, threads);
        failed =
            verify_block(result, &block, keys, signatures, messages, first, size, threads) != 0;
    }
    block_free(&block);
    if (failed) {
        Py_CLEAR(result);
    }
    return result;
}

/* Arguments: keys, signatures (DER), messages, user_id, threads. */
static PyObject *core_verify_many(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    PyObject *signatures, *messages = NULL, *result = NULL;
    batch_keys keys;
    Py_buffer user_id;
    size_t threads;

    if (check_count("verify_many", count, 5) != 0 || (threads = thread_count(args[4])) == 0 ||
        get_buffers(&user_id, &args[3], 1, 1) != 0) {
        return NULL;
    }
    if (check_user_id(&user_id) == 0 &&
        keys_open(&keys, PyModule_GetState(module), args[0]) == 0) {
        signatures = PySequence_Tuple(args[1]);
        messages = signatures == NULL ? NULL : PySequence_Tuple(args[2]);
        if (messages != NULL) {
            result = verify_tuples(&keys, signatures, messages, &user_id, threads);
        }
        Py_XDECREF(signatures);
        Py_XDECREF(messages);
        Py_DECREF(keys.keys);
    }
    PyBuffer_Release(&user_id);
    return result;
}

#endif
