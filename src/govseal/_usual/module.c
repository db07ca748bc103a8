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
#include <stdlib.h>

#include "der.h"
#include "doubled.h"
#include "records.h"
#include "texts.h"
#include "tree.h"

static PyObject *usual_der(PyObject *module, PyObject *args) {
    const char *data;
    Py_ssize_t size, start, end, elements, depth, most;
    der_known known;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#nnnnn:der", &data, &size, &start, &end, &elements, &depth,
                          &most)) {
        return NULL;
    }
    known = (der_known){(size_t)start, (size_t)end, (size_t)elements, (size_t)depth};
    return PyLong_FromSize_t(
        der_check((const unsigned char *)data, (size_t)size, &known, (size_t)most));
}

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

/* The tuple that a records.Entry is made of. */
static PyObject *entry_tuple(const unsigned char *data, const record_entry *entry) {
    const char *central = (const char *)data + entry->central, *name = central + CENTRAL_SIZE;
    const Py_ssize_t name_size = (Py_ssize_t)entry->name_size;
    PyObject *text = PyUnicode_DecodeUTF8(name, name_size, "strict");
    if (text == NULL) {
        return NULL;
    }
    return Py_BuildValue("(Ny#IIIIIny#nn)", text, name, name_size, entry->method, entry->crc,
                         entry->packed, entry->size, entry->mode, (Py_ssize_t)entry->start,
                         central, CENTRAL_SIZE + name_size, (Py_ssize_t)entry->body,
                         (Py_ssize_t)entry->end);
}

/* End and entries; NULL without an error where a name is not UTF-8. */
static PyObject *list_entries(const unsigned char *data, const record_end *end,
                              const record_entry *entries) {
    PyObject *list = PyList_New((Py_ssize_t)end->count);
    for (size_t i = 0; list != NULL && i < end->count; i++) {
        PyObject *made = entry_tuple(data, &entries[i]);
        if (made == NULL || PyList_SetItem(list, (Py_ssize_t)i, made) != 0) {
            Py_CLEAR(list);
        }
    }
    if (list == NULL) {
        if (PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) {
            PyErr_Clear();
        }
        return NULL;
    }
    return Py_BuildValue("(nnnN)", (Py_ssize_t)end->at, (Py_ssize_t)end->directory_size,
                         (Py_ssize_t)end->directory, list);
}

static PyObject *usual_records(PyObject *module, PyObject *args) {
    const char *bytes;
    Py_ssize_t size;
    long long most[6];
    record_limits limits;
    record_end end;
    record_entry *entries;
    PyObject *found = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#LLLLLL:records", &bytes, &size, &most[0], &most[1], &most[2],
                          &most[3], &most[4], &most[5])) {
        return NULL;
    }
    for (int i = 0; i < 6; i++) {
        if (most[i] < 0) {
            Py_RETURN_NONE;
        }
    }
    limits = (record_limits){(uint64_t)most[0], (uint64_t)most[1], (uint64_t)most[2],
                             (uint64_t)most[3], (uint64_t)most[4], (uint64_t)most[5]};
    if (read_end((const unsigned char *)bytes, (size_t)size, &limits, &end)) {
        entries = malloc((end.count + 1) * sizeof *entries);
        if (entries == NULL) {
            return PyErr_NoMemory();
        }
        if (read_entries((const unsigned char *)bytes, &end, &limits, entries)) {
            found = list_entries((const unsigned char *)bytes, &end, entries);
        }
        free(entries);
    }
    if (found == NULL && !PyErr_Occurred()) {
        Py_RETURN_NONE;
    }
    return found;
}

/* The roots of parts, of which there are none where they tell nothing; -1 with an error. */
static int take_roots(PyObject *parts, text_roots *roots) {
    const Py_ssize_t count = PySequence_Size(parts);
    int is_told = 1;
    init_roots(roots);
    for (Py_ssize_t i = 0; is_told && i < count; i++) {
        PyObject *part = PySequence_GetItem(parts, i);
        char *bytes = NULL;
        Py_ssize_t size = 0;
        const int failed = part == NULL || PyBytes_AsStringAndSize(part, &bytes, &size) != 0;
        is_told = !failed && add_root(roots, (const unsigned char *)bytes, (size_t)size);
        Py_XDECREF(part);
        if (failed) {
            return -1;
        }
    }
    if (is_told) {
        end_roots(roots);
    } else {
        init_roots(roots);
    }
    return count < 0 ? -1 : 0;
}

/* Whether any of parts is in text: 1, 0, or -1 with an error. */
static int has_any(PyObject *text, PyObject *parts, const text_roots *roots) {
    const Py_ssize_t count = PySequence_Size(parts);
    int has = count < 0 ? -1 : 0;
    if (roots->count != 0 && !has_root((const unsigned char *)PyBytes_AsString(text),
                                       (size_t)PyBytes_Size(text), roots)) {
        return 0;
    }
    for (Py_ssize_t i = 0; has == 0 && i < count; i++) {
        PyObject *part = PySequence_GetItem(parts, i);
        has = part == NULL ? -1 : PySequence_Contains(text, part);
        Py_XDECREF(part);
    }
    return has;
}

/* The texts of small, None where they are not told, False where a part is in them. */
static PyObject *texts_of(PyObject *small, int is_plain, PyObject *parts) {
    const unsigned char *bytes = (const unsigned char *)PyBytes_AsString(small);
    const size_t size = (size_t)PyBytes_Size(small);
    PyObject *texts;
    unsigned char *cut;
    size_t length;
    text_roots roots;
    int has = take_roots(parts, &roots) != 0 ? -1 : has_any(small, parts, &roots);
    if (has != 0) {
        return has < 0 ? NULL : Py_NewRef(Py_False);
    }
    if (!is_plain) {
        Py_RETURN_NONE;
    }
    cut = malloc(size + 1);
    if (cut == NULL) {
        return PyErr_NoMemory();
    }
    length = cut_texts(bytes, size, cut);
    texts = PyBytes_FromStringAndSize((const char *)cut, (Py_ssize_t)length);
    free(cut);
    has = texts == NULL ? -1 : has_any(texts, parts, &roots);
    if (has != 0) {
        Py_XDECREF(texts);
        return has < 0 ? NULL : Py_NewRef(Py_False);
    }
    return texts;
}

static PyObject *usual_texts(PyObject *module, PyObject *args) {
    const char *data;
    Py_ssize_t size, start;
    int is_plain;
    PyObject *parts, *small, *texts;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#nO:texts", &data, &size, &start, &parts)) {
        return NULL;
    }
    if (start < 0) {
        Py_RETURN_NONE;
    }
    small = PyBytes_FromStringAndSize(NULL, size);
    if (small == NULL) {
        return NULL;
    }
    /* Nobody else has it yet. */
    if (make_small((const unsigned char *)data, (size_t)size, (size_t)start,
                   (unsigned char *)PyBytes_AsString(small), &is_plain)) {
        texts = texts_of(small, is_plain, parts);
    } else {
        texts = Py_NewRef(Py_False);
    }
    Py_DECREF(small);
    return texts;
}

static PyObject *usual_long_location(PyObject *module, PyObject *args) {
    const char *data, *texts;
    Py_ssize_t size, length, limit;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#y#n:long_location", &data, &size, &texts, &length, &limit)) {
        return NULL;
    }
    return PyBool_FromLong(has_long_location((const unsigned char *)data, (size_t)size,
                                             (const unsigned char *)texts, (size_t)length,
                                             (size_t)limit));
}

/* Names recur: each is made once for a file, as long as there are few. */
#define KNOWN_NAMES 64

typedef struct {
    const tree_reader *reader;
    PyTypeObject *type;
    newfunc make;            /* of tuples */
    PyObject *namespaces[2]; /* none, and that of OFD */
    PyObject *nothing[2];    /* no attributes, no text */
    tree_slice slices[KNOWN_NAMES];
    PyObject *names[KNOWN_NAMES];
    size_t known;
    PyObject **children; /* for each element the tuple of its children, or NULL */
} tree_builder;

static PyObject *tree_string(const tree_builder *builder, tree_slice slice) {
    if (slice.size == 0) {
        return Py_NewRef(builder->nothing[1]);
    }
    return PyUnicode_DecodeUTF8((const char *)builder->reader->data + slice.at,
                                (Py_ssize_t)slice.size, "strict");
}

static PyObject *tree_known_name(tree_builder *builder, tree_slice slice) {
    PyObject *name;
    for (size_t i = 0; i < builder->known; i++) {
        if (is_same_slice(builder->reader, builder->slices[i], slice)) {
            return Py_NewRef(builder->names[i]);
        }
    }
    name = tree_string(builder, slice);
    if (name != NULL && builder->known < KNOWN_NAMES) {
        builder->slices[builder->known] = slice;
        builder->names[builder->known++] = Py_NewRef(name);
    }
    return name;
}

static PyObject *tree_attribute_dict(tree_builder *builder, const tree_element *element) {
    PyObject *made;
    if (element->attributes == 0) {
        return Py_NewRef(builder->nothing[0]);
    }
    made = PyDict_New();
    for (size_t i = 0; made != NULL && i < element->attributes; i++) {
        const tree_attribute *attribute = &builder->reader->attributes[element->first + i];
        PyObject *name = tree_known_name(builder, attribute->name);
        PyObject *value = name == NULL ? NULL : tree_string(builder, attribute->value);
        if (value == NULL || PyDict_SetItem(made, name, value) != 0) {
            Py_CLEAR(made);
        }
        Py_XDECREF(name);
        Py_XDECREF(value);
    }
    return made;
}

/* The node of an element, whose children are there. */
static PyObject *tree_node(tree_builder *builder, size_t place) {
    const tree_element *element = &builder->reader->elements[place];
    const size_t skipped = element->prefix == 0 ? 0 : element->prefix + 1;
    const tree_slice local = {element->name.at + skipped, element->name.size - skipped};
    PyObject *children = builder->children[place], *row, *arguments, *node = NULL;
    builder->children[place] = NULL;
    if (children == NULL) {
        children = PyTuple_New(0);
    }
    /* What could not be made is NULL, and ends it. */
    row = Py_BuildValue("(NONNNN)", tree_known_name(builder, local),
                        builder->namespaces[element->is_named],
                        tree_attribute_dict(builder, element), tree_string(builder, element->text),
                        children, tree_string(builder, element->tail));
    arguments = row == NULL ? NULL : PyTuple_Pack(1, row);
    if (arguments != NULL) {
        node = builder->make(builder->type, arguments, NULL);
    }
    Py_XDECREF(row);
    Py_XDECREF(arguments);
    return node;
}

/* All nodes from the last to the first, so that children come before those that hold them. */
static PyObject *tree_build(tree_builder *builder) {
    const tree_reader *reader = builder->reader;
    for (size_t place = reader->count; place-- > 0;) {
        tree_element *element = &reader->elements[place], *parent;
        PyObject *node = tree_node(builder, place), **row;
        if (node == NULL || place == 0) {
            return node;
        }
        parent = &reader->elements[element->parent];
        row = &builder->children[element->parent];
        if (*row == NULL && (*row = PyTuple_New((Py_ssize_t)parent->children)) == NULL) {
            Py_DECREF(node);
            return NULL;
        }
        /* They are filled from behind; the number becomes that of those still to come. */
        if (PyTuple_SetItem(*row, (Py_ssize_t)--parent->children, node) != 0) {
            return NULL;
        }
    }
    return NULL;
}

static PyObject *tree_read(tree_reader *reader, PyTypeObject *type) {
    tree_builder builder = {.reader = reader, .type = type};
    PyObject *root = NULL;
    builder.make = (newfunc)PyType_GetSlot(&PyTuple_Type, Py_tp_new);
    builder.namespaces[0] = builder.nothing[1] = PyUnicode_FromString("");
    builder.namespaces[1] = PyUnicode_FromString(OFD_NAMESPACE);
    builder.nothing[0] = PyDict_New();
    builder.children = calloc(reader->count, sizeof *builder.children);
    if (builder.children == NULL) {
        PyErr_NoMemory();
    } else if (builder.nothing[1] != NULL && builder.namespaces[1] != NULL &&
               builder.nothing[0] != NULL) {
        root = tree_build(&builder);
    }
    for (size_t i = 0; builder.children != NULL && i < reader->count; i++) {
        Py_XDECREF(builder.children[i]);
    }
    for (size_t i = 0; i < builder.known; i++) {
        Py_DECREF(builder.names[i]);
    }
    free(builder.children);
    Py_XDECREF(builder.nothing[0]);
    Py_XDECREF(builder.nothing[1]);
    Py_XDECREF(builder.namespaces[1]);
    return root;
}

static PyObject *usual_tree(PyObject *module, PyObject *args) {
    const char *data;
    Py_ssize_t size, start, deepest;
    PyTypeObject *type;
    PyObject *root = NULL;
    tree_reader reader = {0};
    (void)module;
    if (!PyArg_ParseTuple(args, "y#nnO!:tree", &data, &size, &start, &deepest, &PyType_Type,
                          &type)) {
        return NULL;
    }
    if (!PyType_IsSubtype(type, &PyTuple_Type)) {
        PyErr_SetString(PyExc_TypeError, "nodes are tuples");
        return NULL;
    }
    if (start < 0 || start > size || size > MOST_TREE_BYTES || deepest < 1) {
        Py_RETURN_NONE;
    }
    reader.data = (const unsigned char *)data + start;
    reader.size = (size_t)(size - start);
    reader.deepest = deepest < DEEPEST_TREE ? (size_t)deepest : DEEPEST_TREE;
    reader.most = count_most(reader.data, reader.size, '<', MOST_ELEMENTS);
    reader.most_attributes = count_most(reader.data, reader.size, '=', MOST_ELEMENTS);
    reader.elements = malloc((reader.most + 1) * sizeof *reader.elements);
    reader.attributes = malloc((reader.most_attributes + 1) * sizeof *reader.attributes);
    if (reader.elements == NULL || reader.attributes == NULL) {
        PyErr_NoMemory();
    } else if (read_tree(&reader)) {
        root = tree_read(&reader, type);
    }
    free(reader.elements);
    free(reader.attributes);
    if (root == NULL && PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_UnicodeDecodeError)) {
        PyErr_Clear();
    }
    if (root == NULL && !PyErr_Occurred()) {
        Py_RETURN_NONE;
    }
    return root;
}

static PyMethodDef usual_methods[] = {
    {"der", usual_der, METH_VARARGS, "Where the first element ends, 0 where it is not DER."},
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
