/* Work split among threads for one call, and joined before it returns.
 *
 * The threads are started through Python's own portable layer, which is part of the stable ABI: the
 * extension then needs no thread library of its own, whose symbols would tie it to a recent libc.
 * No pool is kept, so nothing is left for a fork or for the end of the process to fall over.
 */
#ifndef GOVSEAL_PYTHON_THREADS_H
#define GOVSEAL_PYTHON_THREADS_H

#include "python_util.h"

#define THREADS_MAX 256

/* Fewer records than this are not worth a thread; chunks are multiples of it, so that lanes stay
 * full. */
#define THREAD_GRAIN 32

/* Python's PYTHREAD_INVALID_THREAD_ID, whose name is not in the limited API. */
#define NO_THREAD ((unsigned long)-1)

/* Works on the records [begin, end) without the interpreter lock; chunks run side by side. */
typedef void (*chunk_work)(void *context, size_t begin, size_t end);

typedef struct {
    chunk_work work;
    void *context;
    size_t begin, end;
    PyThread_type_lock done; /* taken until the thread has finished; NULL where there is none */
} thread_chunk;

/* The argument `threads`: 1 to THREADS_MAX, or 0 with an exception set. */
static size_t thread_count(PyObject *arg) {
    const Py_ssize_t threads = PyNumber_AsSsize_t(arg, NULL); /* too large a number is clipped */
    if (threads == -1 && PyErr_Occurred()) {
        return 0;
    }
    if (threads < 1 || threads > THREADS_MAX) {
        PyErr_Format(PyExc_ValueError, "threads is 1 to %d", THREADS_MAX);
        return 0;
    }
    return (size_t)threads;
}

static void thread_main(void *arg) {
    thread_chunk *chunk = arg;
    chunk->work(chunk->context, chunk->begin, chunk->end);
    PyThread_release_lock(chunk->done); /* the last look at the chunk: it may be gone now */
}

/* Leaves done NULL where the system has no thread to give. */
static void thread_start(thread_chunk *chunk) {
    chunk->done = PyThread_allocate_lock();
    if (chunk->done == NULL) {
        return;
    }
    (void)PyThread_acquire_lock(chunk->done, WAIT_LOCK);
    if (PyThread_start_new_thread(thread_main, chunk) == NO_THREAD) {
        PyThread_release_lock(chunk->done);
        PyThread_free_lock(chunk->done);
        chunk->done = NULL;
    }
}

/* Does the work on all of [0, count) in at most `threads` chunks, the first of them, and any for
 * which there is no thread, in the calling thread. Called with the interpreter lock held, which is
 * given away meanwhile. */
static void run_in_threads(chunk_work work, void *context, size_t count, size_t threads) {
    thread_chunk chunks[THREADS_MAX];
    const size_t grains = count / THREAD_GRAIN + (count % THREAD_GRAIN != 0);
    const size_t each = (grains / threads + (grains % threads != 0)) * THREAD_GRAIN;
    size_t used = 0;

    for (size_t begin = 0; begin < count; begin += each) {
        const size_t end = count - begin < each ? count : begin + each;
        chunks[used] = (thread_chunk){work, context, begin, end, NULL};
        if (used > 0) {
            thread_start(&chunks[used]);
        }
        used++;
    }
    Py_BEGIN_ALLOW_THREADS
    for (size_t i = 0; i < used; i++) {
        if (chunks[i].done == NULL) {
            work(context, chunks[i].begin, chunks[i].end);
        }
    }
    for (size_t i = 1; i < used; i++) {
        if (chunks[i].done != NULL) {
            (void)PyThread_acquire_lock(chunks[i].done, WAIT_LOCK);
        }
    }
    Py_END_ALLOW_THREADS
    for (size_t i = 1; i < used; i++) {
        if (chunks[i].done != NULL) {
            PyThread_release_lock(chunks[i].done);
            PyThread_free_lock(chunks[i].done);
        }
    }
}

#endif
