/* XML: all that stands in a file is in the tree, each thing once and inside. */
#ifndef GOVSEAL_TESTS_FUZZ_TREE_H
#define GOVSEAL_TESTS_FUZZ_TREE_H

#include "texts.h"
#include "tree.h"

#include "fuzz_input.h"

/* Reads XML with room for no more than so many; what is in the reader is to be freed. */
static int told_tree(tree_reader *reader, const unsigned char *data, size_t size, size_t most,
                     size_t most_attributes, size_t deepest) {
    memset(reader, 0, sizeof *reader);
    reader->data = data;
    reader->size = size;
    reader->most = most;
    reader->most_attributes = most_attributes;
    reader->deepest = deepest;
    reader->elements = malloc(most * sizeof *reader->elements);
    reader->attributes = malloc(most_attributes * sizeof *reader->attributes);
    CHECK((reader->elements != NULL || most == 0) &&
          (reader->attributes != NULL || most_attributes == 0));
    return read_tree(reader);
}

static void free_tree(tree_reader *reader) {
    free(reader->elements);
    free(reader->attributes);
}

static int is_tree(tree_reader *reader, const unsigned char *data, size_t size) {
    return told_tree(reader, data, size, count_most(data, size, '<', MOST_ELEMENTS),
                     count_most(data, size, '=', MOST_ELEMENTS), DEEPEST_TREE);
}

static int is_told_with(const unsigned char *data, size_t size, size_t most,
                        size_t most_attributes, size_t deepest) {
    tree_reader reader;
    const int is_told = told_tree(&reader, data, size, most, most_attributes, deepest);
    free_tree(&reader);
    return is_told;
}

/* Slices come one behind the other: *at is where the last ended. */
static void check_slice(const tree_reader *reader, tree_slice slice, size_t *at) {
    CHECK(*at <= slice.at && slice.at <= reader->size && slice.size <= reader->size - slice.at);
    *at = slice.at + slice.size;
}

/* No references, no markup, nothing that XML does not know or a parser would change. */
static void check_characters(const tree_reader *reader, tree_slice slice, int is_value) {
    const unsigned char *data = reader->data + slice.at;
    for (size_t i = 0; i < slice.size; i++) {
        const size_t left = slice.size - i;
        CHECK(data[i] >= 0x20 || (!is_value && (data[i] == '\n' || data[i] == '\t')));
        CHECK(data[i] != '<' && data[i] != '&');
        CHECK(left < 3 || (memcmp(data + i, "\xef\xbf\xbe", 3) != 0 &&
                           memcmp(data + i, "\xef\xbf\xbf", 3) != 0));
        CHECK(is_value || left < 3 || memcmp(data + i, "]]>", 3) != 0);
    }
}

/* The prefix of a name is the one that is declared, for the one namespace there is. */
static void check_namespace(const tree_reader *reader, const tree_element *element) {
    const unsigned char *name = reader->data + element->name.at;
    CHECK(element->prefix < element->name.size);
    if (element->prefix == 0) {
        CHECK(element->is_named == reader->is_default);
    } else {
        CHECK(element->is_named && reader->has_prefix && name[element->prefix] == ':');
        CHECK(element->prefix == reader->prefix.size &&
              memcmp(name, reader->data + reader->prefix.at, element->prefix) == 0);
    }
}

static void check_element(const tree_reader *reader, size_t place) {
    const tree_element *element = &reader->elements[place];
    size_t at = place == 0 ? 0 : element[-1].name.at + element[-1].name.size, tail;
    check_slice(reader, element->name, &at);
    check_namespace(reader, element);
    CHECK(element->first + element->attributes <= reader->attribute_count);
    CHECK(element->attributes <= 32); /* each is held against all before it */
    for (size_t i = element->first; i < element->first + element->attributes; i++) {
        check_slice(reader, reader->attributes[i].name, &at);
        check_slice(reader, reader->attributes[i].value, &at);
        check_characters(reader, reader->attributes[i].value, 1);
    }
    CHECK(element->text.at != 0 || element->text.size == 0);
    tail = element->text.at == 0 ? at : element->text.at;
    check_slice(reader, element->tail, &tail);
    check_characters(reader, element->tail, 0);
    check_characters(reader, element->text, 0);
    if (element->text.at != 0) {
        check_slice(reader, element->text, &at);
    } else {
        CHECK(element->children == 0);
    }
    CHECK(place == 0 ? element->parent == 0 : element->parent < place);
}

/* How deep it is, all numbers of children counted again. */
static size_t check_children(const tree_reader *reader) {
    size_t *children = calloc(reader->count * 2, sizeof *children), *depth, deepest = 1;
    CHECK(children != NULL);
    depth = children + reader->count;
    depth[0] = 1;
    for (size_t i = 1; i < reader->count; i++) {
        children[reader->elements[i].parent]++;
        depth[i] = depth[reader->elements[i].parent] + 1;
        deepest = depth[i] > deepest ? depth[i] : deepest;
    }
    for (size_t i = 0; i < reader->count; i++) {
        CHECK(children[i] == reader->elements[i].children);
    }
    free(children);
    return deepest;
}

/* ------------------------------------------------------------ the file in one form, in two ways */

typedef struct {
    unsigned char *bytes;
    size_t size;
} one_form;

static void write_byte(one_form *out, unsigned char byte) {
    out->bytes[out->size++] = byte;
}

static void write_slice(one_form *out, const tree_reader *reader, tree_slice slice) {
    for (size_t i = 0; i < slice.size; i++) {
        write_byte(out, reader->data[slice.at + i]);
    }
}

static void write_end(one_form *out, const tree_reader *reader, const tree_element *element) {
    write_byte(out, '<');
    write_byte(out, '/');
    write_slice(out, reader, element->name);
    write_byte(out, '>');
    write_slice(out, reader, element->tail);
}

/* From the tree: no blanks in tags, an end for every start, and nothing declared. */
static void write_tree(one_form *out, const tree_reader *reader) {
    size_t open[DEEPEST_TREE], levels = 0;
    for (size_t place = 0; place < reader->count; place++) {
        const tree_element *element = &reader->elements[place];
        while (levels > 0 && open[levels - 1] != element->parent) {
            write_end(out, reader, &reader->elements[open[--levels]]);
        }
        CHECK(levels > 0 || place == 0);
        open[levels++] = place;
        write_byte(out, '<');
        write_slice(out, reader, element->name);
        for (size_t i = element->first; i < element->first + element->attributes; i++) {
            const tree_slice value = reader->attributes[i].value;
            const tree_slice quoted = {value.at - 1, value.size + 2};
            write_slice(out, reader, reader->attributes[i].name);
            write_byte(out, '=');
            write_slice(out, reader, quoted);
        }
        write_byte(out, '>');
        write_slice(out, reader, element->text);
    }
    while (levels > 0) {
        write_end(out, reader, &reader->elements[open[--levels]]);
    }
}

/* Writes bytes up to one of ends, without blanks where they stand outside quotes. */
static const unsigned char *write_until(one_form *out, const unsigned char *at, const char *ends) {
    while (strchr(ends, *at) == NULL) {
        const unsigned char quote = *at;
        if (!is_blank(quote)) {
            write_byte(out, quote);
        }
        at++;
        if (quote == '"' || quote == '\'') {
            while (*at != quote) {
                write_byte(out, *at++);
            }
            write_byte(out, *at++);
            break;
        }
    }
    return at;
}

/* A start tag, of which the name comes next. */
static const unsigned char *write_start(one_form *out, const unsigned char *at) {
    const size_t name = out->size;
    size_t end;
    at = write_until(out, at, "/> \t\n");
    end = out->size;
    for (;;) {
        const size_t before = out->size;
        while (is_blank(*at)) {
            at++;
        }
        if (*at == '/' || *at == '>') {
            break;
        }
        at = write_until(out, at, "");
        if (memcmp(out->bytes + before, "xmlns", 5) == 0 &&
            (out->bytes[before + 5] == ':' || out->bytes[before + 5] == '=')) {
            out->size = before;
        }
    }
    write_byte(out, '>');
    if (*at == '/') {
        at++;
        write_byte(out, '<');
        write_byte(out, '/');
        memcpy(out->bytes + out->size, out->bytes + name, end - name);
        out->size += end - name;
        write_byte(out, '>');
    }
    return at + 1;
}

/* From the bytes, of which a tree was told: so they can be read without looking for their end. */
static void write_bytes(one_form *out, const unsigned char *data, size_t size) {
    const unsigned char *at = data, *end = data + size;
    while (end > data && is_blank(end[-1])) {
        end--;
    }
    while (is_blank(*at)) {
        at++;
    }
    while (at < end) {
        const unsigned char byte = *at++;
        write_byte(out, byte);
        if (byte == '<') {
            at = *at == '/' ? write_until(out, at, ">") : write_start(out, at);
        }
    }
}

static void check_forms(const tree_reader *reader) {
    one_form one = {malloc(3 * reader->size), 0}, other = {malloc(3 * reader->size), 0};
    CHECK(one.bytes != NULL && other.bytes != NULL);
    write_tree(&one, reader);
    write_bytes(&other, reader->data, reader->size);
    CHECK(one.size == other.size && memcmp(one.bytes, other.bytes, one.size) == 0);
    free(one.bytes);
    free(other.bytes);
}

/* The texts of the tree are those that are cut from the bytes, where these tell them. */
static void check_texts(const tree_reader *reader) {
    const size_t size = reader->size;
    unsigned char *small = malloc(size), *texts = malloc(size), *is_text = calloc(size, 1);
    size_t length, taken = 0;
    int is_plain;
    CHECK(small != NULL && texts != NULL && is_text != NULL);
    if (make_small(reader->data, size, 0, small, &is_plain) && is_plain) {
        length = cut_texts(small, size, texts);
        for (size_t i = 0; i < reader->count; i++) {
            const tree_element *element = &reader->elements[i];
            memset(is_text + element->text.at, 1, element->text.size);
            memset(is_text + element->tail.at, 1, element->tail.size);
        }
        for (size_t i = 0; i < size; i++) {
            if (is_text[i]) {
                CHECK(taken < length && texts[taken] == small[i]);
                taken++;
            }
        }
        CHECK(taken == length);
    }
    free(small);
    free(texts);
    free(is_text);
}

static int fuzz_tree(const uint8_t *input, size_t size) {
    unsigned char *data = copy_of(input, size);
    tree_reader reader;
    const int is_told = is_tree(&reader, data, size);
    CHECK(count_most(data, size, '<', 3) <= 3);
    if (is_told) {
        const size_t count = reader.count, attributes = reader.attribute_count;
        size_t deepest;
        for (size_t place = 0; place < count; place++) {
            check_element(&reader, place);
        }
        deepest = check_children(&reader);
        check_forms(&reader);
        check_texts(&reader);
        CHECK(is_told_with(data, size, count, attributes, deepest));
        CHECK(!is_told_with(data, size, count - 1, attributes, deepest));
        CHECK(!is_told_with(data, size, count, attributes, deepest - 1));
        CHECK(attributes == 0 || !is_told_with(data, size, count, attributes - 1, deepest));
    }
    free_tree(&reader);
    free(data);
    return is_told;
}

#endif
