/* Random archives, DER and XML of the usual form, or nearly; and archives made whole again. */
#ifndef GOVSEAL_TESTS_FUZZ_GROW_H
#define GOVSEAL_TESTS_FUZZ_GROW_H

#include "fuzz_input.h"

/* Beyond the longest comment of an archive, which an end record is looked for in. */
#define MAX_SIZE ((size_t)70000)

typedef struct {
    uint8_t data[MAX_SIZE];
    size_t size;
} grown;

typedef void grow_input(grown *out);

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* As much as there is room for. */
static void put(grown *out, const void *bytes, size_t size) {
    size = size < MAX_SIZE - out->size ? size : MAX_SIZE - out->size;
    memcpy(out->data + out->size, bytes, size);
    out->size += size;
}

static void put_text(grown *out, const char *text) {
    put(out, text, strlen(text));
}

static void put_little(grown *out, size_t value, size_t octets) {
    for (; octets > 0; octets--, value >>= 8) {
        const uint8_t byte = (uint8_t)value;
        put(out, &byte, 1);
    }
}

static void put_random(grown *out, size_t size) {
    for (; size > 0; size--) {
        put_little(out, (size_t)test_random(), 1);
    }
}

/* ------------------------------------------------------------------------------------- archives */

static void set_little(uint8_t *place, size_t value, size_t octets) {
    for (size_t i = 0; i < octets; i++, value >>= 8) {
        place[i] = (uint8_t)value;
    }
}

static void put_end(grown *out, size_t count, size_t size, size_t start) {
    put(out, "PK\5\6\0\0\0\0", 8);
    put_little(out, count, 2);
    put_little(out, count, 2);
    put_little(out, size, 4);
    put_little(out, start, 4);
    put_little(out, 0, 2);
}

/* A file in the archive and its record in the directory; returns where it is said to end. */
static size_t put_entry(grown *out, grown *directory, const char *name, size_t start) {
    static const size_t FLAGS[] = {0, 0, 0x0800, 0x0802, 0x0006, 0x0008, 0x0001};
    const size_t at = out->size, length = strlen(name), method = below(3) ? 0 : below(16) ? 8 : 9;
    const size_t small = name[length - 1] == '/' ? 0 : below(40);
    /* There is room for one of these. */
    const size_t packed = at != 0 || below(2000) ? small : 65535 - below(100);
    const size_t said = below(32) ? packed : below(200000);
    put(out, "PK\3\4\24\0", 6);
    put_little(out, FLAGS[below(below(8) ? 4 : COUNT(FLAGS))], 2);
    put_little(out, method, 2);
    put_random(out, 8); /* time, date and checksum */
    put_little(out, said, 4);
    put_little(out, method == 8 ? below(5000) : said, 4);
    put_little(out, length, 2);
    put_little(out, 0, 2);
    put(directory, "PK\1\2\36\3", 6);
    put(directory, out->data + at + 4, 24);
    put(directory, "\0\0\0\0\0\0\0", 8);
    put_random(directory, 4); /* what the maker's system says of it */
    put_little(directory, start, 4);
    put_text(out, name);
    put_text(directory, name);
    put_random(out, packed);
    return start + 30 + length + said;
}

static void grow_archive(grown *out) {
    static const char *const NAMES[] = {"OFD.xml", "Doc_0/Document.xml", "Doc_0/", "a",
                                        "\xe7\xab\xa0.xml", "Doc_0/Signs/Sign_0/Signature.xml"};
    static grown directory;
    const size_t count = below(5);
    size_t start = 0;
    out->size = directory.size = 0;
    for (size_t i = 0; i < count; i++) {
        start = put_entry(out, &directory, NAMES[below(COUNT(NAMES))], start);
    }
    start = out->size;
    put(out, directory.data, directory.size);
    put_end(out, count, directory.size, start);
    if (below(8) == 0) { /* in what is stored, another end, whose comment is all the rest */
        const size_t at = below(out->size - 21), rest = out->size - 22 - at;
        memcpy(out->data + at, "PK\5\6", at + 4 <= start ? 4 : 0);
        set_little(out->data + at + 20, rest, at + 22 <= start && rest < 65536 ? 2 : 0);
    }
}

/* Lets the end record and the directory name the places where things are after an accident. */
static void mend_archive(grown *archive) {
    uint8_t *data = archive->data, *end;
    size_t start = SIZE_MAX, count = 0, local = 0;
    if (archive->size < 22) {
        return;
    }
    end = data + archive->size - 22;
    for (uint8_t *at = data; at + 46 <= end; at++) {
        if (memcmp(at, "PK\1\2", 4) != 0) {
            continue;
        }
        start = start == SIZE_MAX ? (size_t)(at - data) : start;
        for (; local < start && memcmp(data + local, "PK\3\4", 4) != 0; local++) {
        }
        set_little(at + 42, local++, 4);
        count++;
    }
    start = count == 0 ? archive->size - 22 : start;
    memcpy(end, "PK\5\6\0\0\0\0", 8);
    set_little(end + 8, count, 2);
    set_little(end + 10, count, 2);
    set_little(end + 12, archive->size - 22 - start, 4);
    set_little(end + 16, start, 4);
    set_little(end + 20, 0, 2);
}

/* ------------------------------------------------------------------------------------------ DER */

/* Puts tag and length before what stands from at on, mostly in the fewest bytes. */
static void put_header(grown *out, size_t at, uint8_t tag) {
    const size_t length = out->size - at;
    uint8_t head[6] = {tag};
    size_t octets = 0, size = 2;
    while (length >> 8 * octets != 0) {
        octets++;
    }
    octets += below(100) == 0 && octets < 4;
    if (length < 0x80 && below(200)) {
        head[1] = (uint8_t)length;
    } else {
        head[1] = (uint8_t)(0x80 | octets);
        for (size_t i = octets; i > 0; i--) {
            head[size++] = (uint8_t)(length >> 8 * (i - 1));
        }
    }
    if (out->size + size <= MAX_SIZE) {
        memmove(out->data + at + size, out->data + at, length);
        memcpy(out->data + at, head, size);
        out->size += size;
    }
}

static void grow_leaf(grown *out) {
    static const uint8_t TAGS[] = {0x01, 0x02, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17,
                                   0x80, 0x81, 0x41, 0x04, 0x04, 0x24, 0x10, 0x1f, 0x00};
    const uint8_t tag = TAGS[below(below(30) ? 15 : COUNT(TAGS))];
    const size_t at = out->size;
    if (tag == 0x01) {
        put(out, below(2) ? "\xff" : "\0", 1);
    } else if (tag != 0x05) {
        put_random(out, below(400) == 0 ? below(300) : (tag == 0x02) + below(12));
    }
    put_header(out, at, tag);
}

/* An element with levels below it, one child on each as long as there are many. */
static void grow_element(grown *out, size_t levels) {
    static const uint8_t TAGS[] = {0x30, 0x30, 0x30, 0x31, 0xa0, 0xa1, 0x61, 0xbf};
    const size_t at = out->size;
    if (levels == 0) {
        grow_leaf(out);
        return;
    }
    for (size_t children = levels > 4 ? 1 : below(5); children > 0; children--) {
        grow_element(out, levels > 4 ? levels - 1 : below(levels));
    }
    put_header(out, at, TAGS[below(below(30) ? 7 : COUNT(TAGS))]);
}

static void grow_der(grown *out) {
    out->size = 0;
    grow_element(out, below(6) ? below(5) : 28 + below(6));
    if (below(3000) == 0) { /* lengths of three octets */
        put_random(out, 65536);
        put_header(out, 0, 0x04);
    }
    put_random(out, below(8) ? 0 : below(4));
}

/* ------------------------------------------------------------------------------------------ XML */

#define OFD "http://www.ofdspec.org/2016"

/* Beside the usual: so many names, pairs or levels that limits are met. */
typedef struct {
    const char *prefix;
    size_t numbered; /* names are numbered up to this, if it is not 0 */
    size_t words;    /* so many of WORDS are used */
} xml_style;

static void put_name(grown *out, const xml_style *style, size_t number) {
    static const char *const NAMES[] = {"OFD", "DocBody", "DocInfo", "DocRoot", "Signature",
                                        "References", "Reference", "CheckValue", "a", "Seal"};
    put_text(out, style->prefix);
    if (style->numbered == 0) {
        put_text(out, NAMES[number % COUNT(NAMES)]);
    } else {
        char name[24];
        (void)snprintf(name, sizeof name, "N%zu", number % style->numbered);
        put_text(out, name);
    }
}

/* The first of them may stand anywhere, then come those for texts alone. */
static const char *const WORDS[] = {
    "", "", "1", "/Doc_0/Document.xml", "\xe5\x8d\xb0\xe7\xab\xa0", " ", "sIgN", "\\", "abcdefgh",
    "]]", "\n\t", "]>", "'", "\"", "&amp;", "]]>", "&#65;", "\r", "\xef\xbf\xbf", ">"};
#define ANYWHERE 10
#define IN_TEXTS 11

static void put_words(grown *out, size_t most) {
    for (size_t words = below(3); words > 0; words--) {
        put_text(out, WORDS[below(most)]);
    }
}

static void put_attributes(grown *out, const xml_style *style) {
    static const char *const NAMES[] = {"ID", "Type", "Version", "DocType", "ID", "a", "b", "c"};
    const size_t many = below(300) == 0 ? 28 + below(8) : 0, few = below(4) ? 0 : below(4);
    const char *quote = below(3) ? "\"" : "'";
    for (size_t i = 0; i < many + few; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "A%zu", i);
        put_text(out, below(8) ? " " : "\n \t");
        put_text(out, many != 0 ? name : NAMES[(i + below(3)) % COUNT(NAMES)]);
        put_text(out, below(8) ? "=" : " = ");
        put_text(out, quote);
        put_words(out, style->words == IN_TEXTS ? ANYWHERE : style->words);
        put_text(out, quote);
    }
}

static void grow_node(grown *out, const xml_style *style, size_t number, size_t levels,
                      const char *declared) {
    size_t children = levels == 0 ? 0 : levels > 4 ? 1 : below(5);
    if (levels != 0 && style->numbered > 20) {
        children = style->numbered > 100 ? style->numbered + below(8) : 2 * style->numbered;
    }
    put_text(out, "<");
    put_name(out, style, number);
    put_text(out, declared);
    if (style->numbered == 0) {
        put_attributes(out, style);
    }
    if (children == 0 && below(2)) {
        put_text(out, below(4) ? "/>" : " />");
        return;
    }
    put_text(out, below(10) ? ">" : " >");
    put_words(out, style->words);
    for (size_t i = 0; i < children; i++) {
        const size_t next = style->numbered > 20 ? i : (size_t)test_random() >> 40;
        grow_node(out, style, next, levels > 4 || style->numbered > 20 ? levels - 1 : below(levels),
                  "");
        put_words(out, style->words);
    }
    put_text(out, "</");
    put_name(out, style, number);
    put_text(out, below(10) ? ">" : " >");
}

static void grow_xml(grown *out) {
    static const struct {
        const char *prefix, *declared;
    } FORMS[] = {{"ofd:", " xmlns:ofd=\"" OFD "\""},
                 {"", " xmlns='" OFD "'"},
                 {"", ""},
                 {"o:", " xmlns='" OFD "' xmlns:o='" OFD "'"},
                 {"", " xmlns:xmlns='" OFD "'"},
                 {"ofd:", ""}};
    const size_t form = below(below(20) ? 4 : COUNT(FORMS));
    xml_style style = {FORMS[form].prefix, 0, below(4) ? IN_TEXTS : COUNT(WORDS)};
    size_t levels = below(5);
    out->size = 0;
    if (below(300) == 0) {
        style.words = IN_TEXTS;
        style.numbered = below(2) ? 248 + below(16) : 30 + below(6);
        levels = 1;
    } else if (below(30) == 0) {
        levels = 44 + below(12);
    }
    put_text(out, below(4) ? "" : "\n ");
    grow_node(out, &style, (size_t)test_random() >> 40, levels, FORMS[form].declared);
    put_text(out, below(4) ? "" : " \n");
}

#endif
