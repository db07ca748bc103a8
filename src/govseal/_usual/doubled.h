/* Which elements stand twice beside each other, in XML that a parser has found well-formed. */
#ifndef GOVSEAL_USUAL_DOUBLED_H
#define GOVSEAL_USUAL_DOUBLED_H

#include "bytes.h"

#define MOST_LEVELS 48
#define MOST_NAMES 256
#define MOST_PAIRS 32

typedef struct {
    const unsigned char *name; /* without its prefix */
    size_t size;
} xml_name;

typedef struct {
    xml_name holder, child;
} xml_pair;

typedef struct {
    /* Elements that are open: the name of each, and where the names of its children begin. */
    xml_name open[MOST_LEVELS];
    size_t first[MOST_LEVELS];
    size_t levels;
    /* The names of children, each once for an element; those of the innermost come last. */
    xml_name names[MOST_NAMES];
    size_t count;
    xml_pair pairs[MOST_PAIRS];
    size_t pair_count;
} xml_doubles;

static int is_space(unsigned char byte) {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static int is_same_name(xml_name one, xml_name other) {
    return one.size == other.size && memcmp(one.name, other.name, one.size) == 0;
}

/* Notes that the innermost element has a child of this name; 0 where there are too many. */
static int note_child(xml_doubles *found, xml_name name) {
    const xml_name holder = found->open[found->levels - 1];
    for (size_t i = found->first[found->levels - 1]; i < found->count; i++) {
        if (!is_same_name(found->names[i], name)) {
            continue;
        }
        for (size_t j = 0; j < found->pair_count; j++) {
            if (is_same_name(found->pairs[j].holder, holder) &&
                is_same_name(found->pairs[j].child, name)) {
                return 1;
            }
        }
        if (found->pair_count == MOST_PAIRS) {
            return 0;
        }
        found->pairs[found->pair_count++] = (xml_pair){holder, name};
        return 1;
    }
    if (found->count == MOST_NAMES) {
        return 0;
    }
    found->names[found->count++] = name;
    return 1;
}

/* The name of a tag or an attribute at *at, its prefix apart; 0 where it has two colons, or none of
 * it is left. *prefix is the size of the prefix. */
static int take_name(const unsigned char *data, size_t size, size_t *at, xml_name *name,
                     size_t *prefix) {
    const size_t start = *at;
    size_t colon = SIZE_MAX;
    while (*at < size && !is_space(data[*at]) && data[*at] != '/' && data[*at] != '>' &&
           data[*at] != '=') {
        if (data[*at] == ':') {
            if (colon != SIZE_MAX) {
                return 0;
            }
            colon = *at;
        }
        ++*at;
    }
    *prefix = colon == SIZE_MAX ? 0 : colon - start;
    name->name = colon == SIZE_MAX ? data + start : data + colon + 1;
    name->size = (size_t)(data + *at - name->name);
    return *at < size && name->size != 0;
}

/* Goes behind the attributes of a tag, to its > or />; 0 where one is in a namespace, whose name
 * without it may be that of another, or where the tag has no end. */
static int pass_attributes(const unsigned char *data, size_t size, size_t *at) {
    for (;;) {
        const size_t start = *at;
        xml_name name;
        size_t prefix;
        while (*at < size && is_space(data[*at])) {
            ++*at;
        }
        if (*at >= size) {
            return 0;
        }
        if (data[*at] == '>' || data[*at] == '/') {
            return 1;
        }
        if (*at == start || !take_name(data, size, at, &name, &prefix)) {
            return 0;
        }
        if (prefix != 0 && !(prefix == 5 && memcmp(name.name - 6, "xmlns", 5) == 0)) {
            return 0;
        }
        while (*at < size && (is_space(data[*at]) || data[*at] == '=')) {
            ++*at;
        }
        if (*at >= size || (data[*at] != '"' && data[*at] != '\'')) {
            return 0;
        }
        *at = find_byte(data, *at + 1, size, data[*at]) + 1;
        if (*at >= size) {
            return 0;
        }
    }
}

/* One tag that begins at *at with its name; 0 where it is of a form that is not read here. */
static int take_tag(const unsigned char *data, size_t size, size_t *at, xml_doubles *found) {
    xml_name name;
    size_t prefix;
    if (data[*at] == '/') {
        *at = find_byte(data, *at, size, '>') + 1;
        if (*at > size || found->levels == 0) {
            return 0;
        }
        found->count = found->first[--found->levels];
        return 1;
    }
    if (data[*at] == '!' || data[*at] == '?' || !take_name(data, size, at, &name, &prefix) ||
        !pass_attributes(data, size, at) ||
        (found->levels > 0 && !note_child(found, name))) {
        return 0;
    }
    if (data[*at] == '/') {
        *at += 2;
        return *at <= size && data[*at - 1] == '>';
    }
    ++*at;
    if (found->levels == MOST_LEVELS) {
        return 0;
    }
    found->open[found->levels] = name;
    found->first[found->levels++] = found->count;
    return 1;
}

/* Finds the pairs of an element and a name that two or more of its children have, each once; 0 where
 * they cannot be told: comments and the like, attributes in namespaces, too many of anything. */
static int find_doubled(const unsigned char *data, size_t size, xml_doubles *found) {
    size_t at = 0;
    found->levels = found->count = found->pair_count = 0;
    while ((at = find_byte(data, at, size, '<')) < size) {
        if (++at == size || !take_tag(data, size, &at, found)) {
            return 0;
        }
    }
    return found->levels == 0;
}

#endif
