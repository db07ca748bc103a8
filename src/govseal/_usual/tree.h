/* XML of the usual form, split into elements and attributes without making anything of them.
 *
 * Usual is what leaves nothing to read in two ways: UTF-8, names in ASCII, the one namespace of OFD
 * declared at the root, no attribute in a namespace; no references, comments, sections, instructions
 * or document type, and nothing that a parser would have to normalize. What is read is well-formed
 * (XML 1.0, namespaces 1.0), provided that names, values and texts are found to be UTF-8. */
#ifndef GOVSEAL_USUAL_TREE_H
#define GOVSEAL_USUAL_TREE_H

#include "bytes.h"

#define DEEPEST_TREE 48
#define MOST_ELEMENTS 20000
#define MOST_TREE_BYTES (1 << 20)
/* A parser has a limit for them, too, such as 50,000. */
#define LONGEST_NAME 255
#define OFD_NAMESPACE "http://www.ofdspec.org/2016"

typedef struct {
    size_t at, size;
} tree_slice;

typedef struct {
    tree_slice name; /* with its prefix */
    size_t prefix;   /* size of the prefix, 0 for none */
    int is_named;    /* whether it is in the namespace of OFD */
    size_t parent;   /* its place among the elements; that of the root is its own */
    size_t children;
    size_t first, attributes; /* those of it */
    tree_slice text, tail;    /* what stands before its first child, and behind its end */
} tree_element;

typedef struct {
    tree_slice name, value;
} tree_attribute;

typedef struct {
    const unsigned char *data;
    size_t size, at;
    tree_element *elements;
    tree_attribute *attributes;
    size_t count, most, attribute_count, most_attributes;
    size_t open[DEEPEST_TREE], levels, deepest;
    /* How the namespace is declared: by a prefix, or for names that have none. */
    tree_slice prefix;
    int has_prefix, is_default;
} tree_reader;

static int is_name_start(unsigned char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

static int is_name_byte(unsigned char byte) {
    return is_name_start(byte) || (byte >= '0' && byte <= '9') || byte == '-' || byte == '.';
}

static int is_blank(unsigned char byte) {
    return byte == ' ' || byte == '\n' || byte == '\t';
}

static int is_slice(const tree_reader *reader, tree_slice slice, const char *text, size_t size) {
    return slice.size == size && memcmp(reader->data + slice.at, text, size) == 0;
}

static int is_same_slice(const tree_reader *reader, tree_slice one, tree_slice other) {
    return is_slice(reader, one, (const char *)reader->data + other.at, other.size);
}

/* How often a byte stands in data, at most most. */
static size_t count_most(const unsigned char *data, size_t size, int byte, size_t most) {
    size_t count = 0, at = 0;
    while (count < most && (at = find_byte(data, at, size, byte)) < size) {
        count++;
        at++;
    }
    return count;
}

/* Whether what ends before at is U+FFFE or U+FFFF, which XML cannot hold. */
static int is_no_character(const unsigned char *data, size_t start, size_t at) {
    return at - start >= 3 && data[at - 3] == 0xef && data[at - 2] == 0xbf && data[at - 1] >= 0xbe;
}

/* Whether the byte at at is one, of which there is one. */
static int tree_has(const tree_reader *reader, unsigned char byte) {
    return reader->at < reader->size && reader->data[reader->at] == byte;
}

static int tree_take(tree_reader *reader, unsigned char byte) {
    if (!tree_has(reader, byte)) {
        return 0;
    }
    reader->at++;
    return 1;
}

/* Goes behind blanks; returns whether there were any. */
static int tree_blanks(tree_reader *reader) {
    const size_t start = reader->at;
    while (reader->at < reader->size && is_blank(reader->data[reader->at])) {
        reader->at++;
    }
    return reader->at > start;
}

/* A name, and the size of its prefix; 0 where there is none, or a long one. */
static int tree_name(tree_reader *reader, tree_slice *name, size_t *prefix) {
    size_t start = reader->at;
    name->at = start;
    *prefix = 0;
    for (;;) {
        if (reader->at == reader->size || !is_name_start(reader->data[reader->at])) {
            return 0;
        }
        while (reader->at < reader->size && is_name_byte(reader->data[reader->at])) {
            reader->at++;
        }
        if (*prefix != 0 || !tree_has(reader, ':')) {
            break;
        }
        *prefix = reader->at - start;
        reader->at++;
    }
    name->size = reader->at - start;
    return name->size <= LONGEST_NAME;
}

/* A value in quotes, in which nothing has to be replaced or normalized. */
static int tree_value(tree_reader *reader, tree_slice *value) {
    const unsigned char quote = reader->at < reader->size ? reader->data[reader->at] : 0;
    if (quote != '"' && quote != '\'') {
        return 0;
    }
    value->at = ++reader->at;
    while (reader->at < reader->size && reader->data[reader->at] != quote) {
        const unsigned char byte = reader->data[reader->at++];
        if (byte < 0x20 || byte == '<' || byte == '&' ||
            (byte >= 0xbe && is_no_character(reader->data, value->at, reader->at))) {
            return 0;
        }
    }
    value->size = reader->at - value->at;
    return tree_take(reader, quote);
}

/* The text up to the next tag: no references, no end of a section, no other end of line. */
static int tree_text(tree_reader *reader, tree_slice *text) {
    text->at = reader->at;
    while (reader->at < reader->size && reader->data[reader->at] != '<') {
        const unsigned char byte = reader->data[reader->at++];
        if ((byte < 0x20 && !is_blank(byte)) || byte == '&' ||
            (byte >= 0xbe && is_no_character(reader->data, text->at, reader->at)) ||
            (byte == '>' && reader->at - text->at >= 3 &&
             memcmp(reader->data + reader->at - 3, "]]>", 3) == 0)) {
            return 0;
        }
    }
    text->size = reader->at - text->at;
    return 1;
}

/* A declaration of the namespace, at the root alone and each once. */
static int tree_declare(tree_reader *reader, tree_slice name, size_t prefix, tree_slice value) {
    if (reader->count != 1 ||
        !is_slice(reader, value, OFD_NAMESPACE, sizeof OFD_NAMESPACE - 1)) {
        return 0;
    }
    if (prefix == 0) {
        const int is_first = !reader->is_default;
        reader->is_default = 1;
        return is_first;
    }
    /* What is behind xmlns: may not start like xml itself. */
    reader->prefix = (tree_slice){name.at + prefix + 1, name.size - prefix - 1};
    if (reader->has_prefix || (reader->prefix.size >= 3 &&
                               (reader->data[reader->prefix.at] | 0x20) == 'x' &&
                               (reader->data[reader->prefix.at + 1] | 0x20) == 'm' &&
                               (reader->data[reader->prefix.at + 2] | 0x20) == 'l')) {
        return 0;
    }
    reader->has_prefix = 1;
    return 1;
}

/* The attributes of the last element, to its > or />. */
static int tree_attributes(tree_reader *reader, tree_element *element) {
    element->first = reader->attribute_count;
    for (;;) {
        tree_slice name, value;
        size_t prefix;
        const int is_apart = tree_blanks(reader);
        if (tree_has(reader, '>') || tree_has(reader, '/')) {
            break;
        }
        if (!is_apart || !tree_name(reader, &name, &prefix)) {
            return 0;
        }
        (void)tree_blanks(reader);
        if (!tree_take(reader, '=')) {
            return 0;
        }
        (void)tree_blanks(reader);
        if (!tree_value(reader, &value)) {
            return 0;
        }
        if (is_slice(reader, (tree_slice){name.at, prefix != 0 ? prefix : name.size}, "xmlns", 5)) {
            if (!tree_declare(reader, name, prefix, value)) {
                return 0;
            }
            continue;
        }
        if (prefix != 0 || reader->attribute_count == reader->most_attributes) {
            return 0;
        }
        for (size_t i = element->first; i < reader->attribute_count; i++) {
            if (is_same_slice(reader, reader->attributes[i].name, name)) {
                return 0;
            }
        }
        /* Each is held against all before it: many of them are not usual. */
        if (reader->attribute_count - element->first == 32) {
            return 0;
        }
        reader->attributes[reader->attribute_count++] = (tree_attribute){name, value};
    }
    element->attributes = reader->attribute_count - element->first;
    return 1;
}

/* A start tag, of which < is read. */
static int tree_start(tree_reader *reader) {
    tree_element *element;
    const size_t place = reader->count;
    if (place == reader->most || reader->levels == reader->deepest) {
        return 0;
    }
    element = &reader->elements[reader->count++];
    memset(element, 0, sizeof *element);
    element->parent = reader->levels == 0 ? place : reader->open[reader->levels - 1];
    if (!tree_name(reader, &element->name, &element->prefix) ||
        !tree_attributes(reader, element)) {
        return 0;
    }
    if (element->prefix != 0) {
        const tree_slice prefix = {element->name.at, element->prefix};
        element->is_named = reader->has_prefix && is_same_slice(reader, prefix, reader->prefix);
        if (!element->is_named) {
            return 0;
        }
    } else {
        element->is_named = reader->is_default;
    }
    if (reader->levels != 0) {
        reader->elements[element->parent].children++;
    }
    if (tree_take(reader, '/')) {
        return tree_take(reader, '>') && tree_text(reader, &element->tail);
    }
    reader->open[reader->levels++] = place;
    return tree_take(reader, '>') && tree_text(reader, &element->text);
}

/* An end tag, of which </ is read. */
static int tree_end(tree_reader *reader) {
    tree_slice name;
    size_t prefix;
    tree_element *element;
    if (reader->levels == 0 || !tree_name(reader, &name, &prefix)) {
        return 0;
    }
    element = &reader->elements[reader->open[--reader->levels]];
    (void)tree_blanks(reader);
    return is_same_slice(reader, name, element->name) && tree_take(reader, '>') &&
           tree_text(reader, &element->tail);
}

/* Reads it all; 0 where it is of another form, or deeper or larger than the reader was made for. */
static int read_tree(tree_reader *reader) {
    (void)tree_blanks(reader);
    if (!tree_take(reader, '<') || !tree_start(reader)) {
        return 0;
    }
    while (reader->levels > 0) {
        if (!tree_take(reader, '<') ||
            !(tree_take(reader, '/') ? tree_end(reader) : tree_start(reader))) {
            return 0;
        }
    }
    /* Behind the root blanks may stand, and nothing else. */
    reader->at = reader->elements[0].tail.at;
    reader->elements[0].tail.size = 0;
    (void)tree_blanks(reader);
    return reader->at == reader->size;
}

#endif
