/* XML as Python nodes. */
#ifndef GOVSEAL_USUAL_PYTHON_TREE_H
#define GOVSEAL_USUAL_PYTHON_TREE_H

#include <Python.h>
#include <stdlib.h>

#include "python_rows.h"
#include "tree.h"

/* Names recur: each is made once for a file, as long as there are few. */
#define KNOWN_NAMES 64

typedef struct {
    const tree_reader *reader;
    PyTypeObject *type;
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
    PyObject *children = builder->children[place];
    PyObject *node = row_start(builder->type, 6);
    builder->children[place] = NULL;
    if (node == NULL) {
        Py_XDECREF(children);
        return NULL;
    }
    if (!row_put(node, 4, children != NULL ? children : PyTuple_New(0)) ||
        !row_put(node, 0, tree_known_name(builder, local)) ||
        !row_put(node, 1, Py_NewRef(builder->namespaces[element->is_named])) ||
        !row_put(node, 2, tree_attribute_dict(builder, element)) ||
        !row_put(node, 3, tree_string(builder, element->text)) ||
        !row_put(node, 5, tree_string(builder, element->tail))) {
        Py_DECREF(node);
        return NULL;
    }
    return row_end(builder->type, node);
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

#endif
