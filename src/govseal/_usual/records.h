/* The records of a ZIP archive of the usual form, as formats/ofd/records.py reads them.
 *
 * Usual is: one end record without a comment; entries without extra fields, comments or data
 * descriptors, one behind the other from the first byte to the directory, in its order; local headers
 * that repeat the directory byte for byte. Layout: PKWARE APPNOTE 6.3.10, 4.3. */
#ifndef GOVSEAL_USUAL_RECORDS_H
#define GOVSEAL_USUAL_RECORDS_H

#include "bytes.h"

#define END_SIZE 22
#define CENTRAL_SIZE 46
#define LOCAL_SIZE 30
#define LOCATOR_SIZE 20
#define LONGEST_COMMENT 0xffff
/* Hints of the compressor, and names in UTF-8. */
#define USUAL_FLAGS 0x0806u
#define DEFLATED 8u
#define SATURATED 0xffffffffu

typedef struct {
    uint64_t entries, directory, entry, total, ratio, ratio_from;
} record_limits;

typedef struct {
    size_t central; /* offset of its record in the directory, which holds the name too */
    size_t name_size;
    uint32_t method, crc, packed, size, mode;
    size_t start; /* of the local header */
    size_t body;  /* of the packed data */
    size_t end;   /* behind it */
} record_entry;

typedef struct {
    size_t at; /* of the end record */
    size_t count;
    size_t directory;
    size_t directory_size;
} record_end;

/* Whether an end record stands before at whose comment would swallow the one there. */
static int has_other_end(const unsigned char *data, size_t size, size_t at) {
    const size_t reach = END_SIZE + LONGEST_COMMENT;
    size_t place = size > reach ? size - reach : 0;
    while ((place = find_byte(data, place, at, 'P')) < at) {
        /* The last of them may reach into the record at at, which lies wholly inside. */
        if (memcmp(data + place, "PK\5\6", 4) == 0 &&
            place + END_SIZE + little16(data + place + 20) == size) {
            return 1;
        }
        place++;
    }
    return 0;
}

/* Reads the end record; 0 where it is of another form. */
static int read_end(const unsigned char *data, size_t size, const record_limits *limits,
                    record_end *end) {
    const unsigned char *record;
    if (size < END_SIZE) {
        return 0;
    }
    end->at = size - END_SIZE;
    record = data + end->at;
    end->count = little16(record + 10);
    end->directory_size = little32(record + 12);
    end->directory = little32(record + 16);
    if (memcmp(record, "PK\5\6\0\0\0\0", 8) != 0 || little16(record + 8) != end->count ||
        end->count == 0xffff || little16(record + 20) != 0 || end->directory == SATURATED ||
        end->directory_size == SATURATED ||
        (uint64_t)end->directory + end->directory_size != end->at ||
        end->count > limits->entries || end->directory_size > limits->directory ||
        end->count > end->directory_size / CENTRAL_SIZE) {
        return 0;
    }
    /* Its own numbers may spell another, and a reader take that. */
    for (size_t i = 1; i + 4 <= END_SIZE; i++) {
        if (memcmp(record + i, "PK\5\6", 4) == 0) {
            return 0;
        }
    }
    if (end->at >= LOCATOR_SIZE && memcmp(record - LOCATOR_SIZE, "PK\6\7", 4) == 0) {
        return 0;
    }
    return !has_other_end(data, size, end->at);
}

static int is_within(const record_entry *entry, const record_limits *limits) {
    const uint64_t packed = entry->packed != 0 ? entry->packed : 1;
    return entry->size <= limits->entry &&
           (entry->size <= limits->ratio_from || entry->size / packed <= limits->ratio) &&
           (entry->method == DEFLATED || entry->size == entry->packed);
}

/* Reads the record at at of the directory, and the local header, which has to lie at start; 0 where
 * either is of another form. */
static int read_entry(const unsigned char *data, const record_end *end, size_t at, size_t start,
                      const record_limits *limits, record_entry *entry) {
    const unsigned char *central = data + at, *local = data + start;
    if (end->at - at < CENTRAL_SIZE || memcmp(central, "PK\1\2", 4) != 0) {
        return 0;
    }
    entry->central = at;
    entry->method = little16(central + 10);
    entry->crc = little32(central + 16);
    entry->packed = little32(central + 20);
    entry->size = little32(central + 24);
    entry->name_size = little16(central + 28);
    entry->mode = little16(central + 40);
    entry->start = start;
    /* Neither extra field nor comment, and all on the first disk. */
    if ((little16(central + 8) & ~USUAL_FLAGS) != 0 || memcmp(central + 30, "\0\0\0\0\0\0", 6) != 0 ||
        (entry->method != 0 && entry->method != DEFLATED) || entry->packed == SATURATED ||
        entry->size == SATURATED || little32(central + 42) != start || !is_within(entry, limits) ||
        entry->name_size == 0 || end->at - at - CENTRAL_SIZE < entry->name_size ||
        (central[CENTRAL_SIZE + entry->name_size - 1] == '/' && entry->size != 0)) {
        return 0;
    }
    if (start > end->directory || end->directory - start < LOCAL_SIZE + entry->name_size) {
        return 0;
    }
    entry->body = start + LOCAL_SIZE + entry->name_size;
    if (end->directory - entry->body < entry->packed) {
        return 0;
    }
    entry->end = entry->body + entry->packed;
    /* Version, flags, method, time, date, checksum, sizes and the length of the name; no extra. */
    return memcmp(local, "PK\3\4", 4) == 0 && memcmp(local + 4, central + 6, 24) == 0 &&
           memcmp(local + 28, "\0\0", 2) == 0 &&
           memcmp(local + LOCAL_SIZE, central + CENTRAL_SIZE, entry->name_size) == 0;
}

/* Reads end->count entries; 0 where anything is of another form. */
static int read_entries(const unsigned char *data, const record_end *end,
                        const record_limits *limits, record_entry *entries) {
    size_t at = end->directory, start = 0;
    uint64_t total = 0;
    for (size_t i = 0; i < end->count; i++) {
        if (!read_entry(data, end, at, start, limits, &entries[i])) {
            return 0;
        }
        total += entries[i].size;
        if (total > limits->total) {
            return 0;
        }
        at += CENTRAL_SIZE + entries[i].name_size;
        start = entries[i].end;
    }
    return at == end->at && start == end->directory;
}

#endif
