/* govseal._usual: what most files look like, told quickly, in the limited API of 3.11.
 *
 * Nothing here judges. Each function answers for input of the usual form alone, and says None to all
 * else: then the readable Python beside it reads, tolerates, or refuses by name. The surface is
 * declared in ../_usual.pyi; the headers are plain C over bytes, without Python.
 */
#define PY_SSIZE_T_CLEAN
#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030B0000
#endif
#include <Python.h>

#include "doubled.h"
#include "python_der.h"
#include "python_records.h"
#include "python_texts.h"
#include "python_tree.h"

/* The pairs as tuples of bytes. */
static PyObject *list_pairs(const xml_doubles *found) {
    PyObject *list = PyList_New((Py_ssize_t)found->pair_count);
    for (size_t i = 0; list != NULL && i < found->pair_count; i++) {
        const xml_pair *pair = &found->pairs[i];
        PyObject *made = Py_BuildValue("(y#y#)", pair->holder.name, (Py_ssize_t)pair->holder.size,
                                       pair->child.name, (Py_ssize_t)pair->child.size);
        if (made == NULL || PyList_SetItem(list, (Py_ssize_t)i, made) != 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

static PyObject *usual_doubled(PyObject *module, PyObject *args) {
    const char *data;
    Py_ssize_t size, start;
    xml_doubles found;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#n:doubled", &data, &size, &start)) {
        return NULL;
    }
    if (start < 0 || start > size ||
        !find_doubled((const unsigned char *)data + start, (size_t)(size - start), &found)) {
        Py_RETURN_NONE;
    }
    return list_pairs(&found);
}

static PyMethodDef usual_methods[] = {
    {"der", usual_der, METH_VARARGS, "Where the first element ends, 0 where it is not DER."},
    {"elements", usual_elements, METH_VARARGS, "The elements of a row in DER."},
    {"doubled", usual_doubled, METH_VARARGS, "Names that siblings share, in well-formed XML."},
    {"records", usual_records, METH_VARARGS, "The end and the entries of a ZIP archive."},
    {"texts", usual_texts, METH_VARARGS, "The texts of XML that hold none of some parts."},
    {"tree", usual_tree, METH_VARARGS, "The root of XML, with all that is in it."},
    {"long_location", usual_long_location, METH_VARARGS, "Whether a text is a long location."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot usual_slots[] = {{0, NULL}};

static struct PyModuleDef usual_module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "govseal._usual",
    .m_doc = "What most files look like, told quickly.",
    .m_methods = usual_methods,
    .m_slots = usual_slots,
};

PyMODINIT_FUNC PyInit__usual(void) {
    return PyModuleDef_Init(&usual_module);
}
