/* Archives: what is told fills the file from its first byte to its last, within limits. */
#ifndef GOVSEAL_TESTS_FUZZ_RECORDS_H
#define GOVSEAL_TESTS_FUZZ_RECORDS_H

#include "records.h"

#include "fuzz_input.h"

static const record_limits GENEROUS = {10000, 1 << 24, UINT32_MAX, UINT32_MAX, UINT32_MAX, 0};

/* Reads an archive; *entries is to be freed where it is told. */
static int told_records(const unsigned char *data, size_t size, const record_limits *limits,
                        record_end *end, record_entry **entries) {
    if (!read_end(data, size, limits, end)) {
        return 0;
    }
    *entries = malloc(end->count * sizeof **entries);
    CHECK(*entries != NULL || end->count == 0);
    if (!read_entries(data, end, limits, *entries)) {
        free(*entries);
        return 0;
    }
    return 1;
}

static int is_told_within(const unsigned char *data, size_t size, record_limits limits) {
    record_end end;
    record_entry *entries;
    const int is_told = told_records(data, size, &limits, &end, &entries);
    if (is_told) {
        free(entries);
    }
    return is_told;
}

/* No other record than the last can be taken for that of the end by any reader. */
static void check_end(const unsigned char *data, size_t size, const record_end *end) {
    CHECK(end->at + 22 == size && end->directory + end->directory_size == end->at);
    CHECK(little16(data + end->at + 4) == 0 && little16(data + end->at + 6) == 0);
    CHECK(little16(data + end->at + 20) == 0 && end->count < 0xffff);
    for (size_t at = 0; at + 4 <= size; at++) {
        if (memcmp(data + at, "PK\5\6", 4) == 0 && at != end->at) {
            CHECK(at < end->at && at + 22 + little16(data + at + 20) != size);
        }
    }
    CHECK(end->at < 20 || memcmp(data + end->at - 20, "PK\6\7", 4) != 0);
}

static void check_entry(const unsigned char *data, const record_entry *entry) {
    const unsigned char *central = data + entry->central, *local = data + entry->start;
    CHECK(memcmp(central, "PK\1\2", 4) == 0 && memcmp(local, "PK\3\4", 4) == 0);
    CHECK(memcmp(central + 6, local + 4, 26) == 0); /* to the length of the extra field */
    CHECK(memcmp(central + 46, local + 30, entry->name_size) == 0 && entry->name_size > 0);
    CHECK(entry->method == little16(local + 8) && entry->crc == little32(local + 14));
    CHECK(entry->packed == little32(local + 18) && entry->size == little32(local + 22));
    CHECK(entry->name_size == little16(local + 26) && little16(local + 28) == 0);
    CHECK(little16(central + 32) == 0 && little16(central + 34) == 0); /* comment, disk */
    CHECK(entry->mode == little32(central + 38) >> 16 && little32(central + 42) == entry->start);
    CHECK((little16(local + 6) & 0x2009) == 0 && (entry->method == 0 || entry->method == 8));
    CHECK(entry->method == 8 || entry->packed == entry->size);
    CHECK(entry->body == entry->start + 30 + entry->name_size);
    CHECK(entry->end == entry->body + entry->packed);
    CHECK(local[30 + entry->name_size - 1] != '/' || entry->size == 0);
}

/* Limits that it just keeps, and each of them a little closer. */
static void check_limits(const unsigned char *data, size_t size, const record_end *end,
                         const record_entry *entries) {
    record_limits just = {end->count, end->directory_size, 0, 0, 0, 0};
    uint64_t *each[] = {&just.entries, &just.directory, &just.entry, &just.total, &just.ratio};
    for (size_t i = 0; i < end->count; i++) {
        const uint64_t packed = entries[i].packed == 0 ? 1 : entries[i].packed;
        const uint64_t ratio = entries[i].size / packed;
        just.entry = entries[i].size > just.entry ? entries[i].size : just.entry;
        just.ratio = ratio > just.ratio ? ratio : just.ratio;
        just.total += entries[i].size;
    }
    CHECK(is_told_within(data, size, just));
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        if (*each[i] != 0) {
            --*each[i];
            CHECK(!is_told_within(data, size, just));
            ++*each[i];
        }
    }
    just.ratio = 0;
    just.ratio_from = just.entry; /* so small that the ratio does not matter */
    CHECK(is_told_within(data, size, just));
}

static int is_end(const char *record) {
    const record_limits limits = {0xffff, 1 << 24, 0, 0, 0, 0};
    const size_t at = little32((const unsigned char *)record + 12);
    unsigned char *data = calloc(at + 22, 1);
    record_end end;
    int is_read;
    CHECK(data != NULL);
    memcpy(data + at, record, 22);
    is_read = read_end(data, at + 22, &limits, &end);
    free(data);
    return is_read;
}

/* What takes very many files: numbers that spell another end record, or say that there are more. */
static void check_large_ends(void) {
    CHECK(is_end("PK\5\6\0\0\0\0PJPJ\5\6\x0e\0\0\0\0\0\0"));
    CHECK(!is_end("PK\5\6\0\0\0\0PKPK\5\6\x0e\0\0\0\0\0\0"));
    CHECK(is_end("PK\5\6\0\0\0\0\xfe\xff\xfe\xff\0\0\x2e\0\0\0\0\0\0"));
    CHECK(!is_end("PK\5\6\0\0\0\0\xff\xff\xff\xff\0\0\x2e\0\0\0\0\0\0"));
}

static int fuzz_records(const uint8_t *input, size_t size) {
    unsigned char *data = copy_of(input, size);
    record_end end;
    record_entry *entries;
    size_t start = 0, central;
    static int is_checked = 0;
    if (!is_checked) {
        is_checked = 1;
        check_large_ends();
    }
    if (!told_records(data, size, &GENEROUS, &end, &entries)) {
        free(data);
        return 0;
    }
    check_end(data, size, &end);
    central = end.directory;
    for (size_t i = 0; i < end.count; i++) {
        CHECK(entries[i].start == start && entries[i].central == central);
        check_entry(data, &entries[i]);
        start = entries[i].end;
        central += 46 + entries[i].name_size;
    }
    CHECK(start == end.directory && central == end.at);
    check_limits(data, size, &end, entries);
    free(entries);
    free(data);
    return 1;
}

#endif
