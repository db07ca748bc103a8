/* The tier for Python: named, and lowered where somebody asks for it. */
#ifndef GOVSEAL_PYTHON_TIER_H
#define GOVSEAL_PYTHON_TIER_H

#include "python_util.h"

/* Once per process: an interpreter that imports the module again finds the tier as it is, which may
 * have been lowered, and tables that go with it. */
static void choose_tier(void) {
    static int is_chosen = 0;
    if (!is_chosen) {
        tier = tier_best();
        is_chosen = 1;
    }
}

static PyObject *core_tier_name(PyObject *module, PyObject *unused) {
    (void)module;
    (void)unused;
    return PyUnicode_FromString(TIER_NAMES[tier]);
}

/* Argument: a tier's name, at most the one that the tables were built for. */
static PyObject *core_use_tier(PyObject *module, PyObject *arg) {
    const core_tier best = tier_best();
    (void)module;
    for (int wanted = 0; wanted < TIER_COUNT; wanted++) {
        if (PyUnicode_CompareWithASCIIString(arg, TIER_NAMES[wanted]) != 0) {
            continue;
        }
        if (wanted > (int)best) {
            PyErr_Format(PyExc_ValueError, "this processor has no %s; its best is %s",
                         TIER_NAMES[wanted], TIER_NAMES[best]);
            return NULL;
        }
        if (tables_tier >= 0 && wanted > tables_tier) {
            PyErr_Format(PyExc_ValueError, "the tables of this process were built for %s",
                         TIER_NAMES[tables_tier]);
            return NULL;
        }
        tier = (core_tier)wanted;
        Py_RETURN_NONE;
    }
    PyErr_SetString(PyExc_ValueError, "the tiers are portable, avx2 and ifma");
    return NULL;
}

#endif
