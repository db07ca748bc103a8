/* A PKCS#11 module in software with one SM2 key, behind mechanisms as vendors number them.
 *
 * There is no such standard mechanism: it shows that the settings do what they say, and nothing
 * about any vendor's device.
 *   0x80008101  Z and digest by the module, DER         0x80008100  the same, raw
 *   0x80008201  SM3 alone by the module, raw            0x80008202  takes e, raw
 * SOFTP11_CERTIFICATE names a file with the certificate in DER.
 */
#include "device.h"

#include <stdio.h>

typedef unsigned long ulong;

enum {
    OK = 0x000,
    GENERAL_ERROR = 0x005,
    ATTRIBUTE_TYPE_INVALID = 0x012,
    DATA_LEN_RANGE = 0x021,
    DEVICE_REMOVED = 0x032,
    MECHANISM_INVALID = 0x070,
    OPERATION_NOT_INITIALIZED = 0x091,
    PIN_INCORRECT = 0x0A0,
    PIN_LOCKED = 0x0A4,
    USER_NOT_LOGGED_IN = 0x101,
    BUFFER_TOO_SMALL = 0x150,
    FUNCTION_NOT_SUPPORTED = 0x054
};
#define ALREADY_LOGGED_IN 0x100
#define OF_A_VENDOR 0x80000123UL

enum { CERTIFICATE = 1, PUBLIC_KEY = 2, PRIVATE_KEY = 3 };
enum {
    CKA_CLASS = 0,
    CKA_LABEL = 0x003,
    CKA_VALUE = 0x011,
    CKA_KEY_TYPE = 0x100,
    CKA_ID = 0x102,
    CKA_EC_POINT = 0x181
};

typedef struct {
    ulong type;
    void *value;
    ulong size;
} attribute;

typedef struct {
    char label[32], manufacturer[32], model[16], serial[16];
    ulong flags, limits[10];
    unsigned char versions[4];
    char time[16];
} token_info;

typedef struct {
    ulong mechanism;
    void *parameter;
    ulong size;
} mechanism;

static int is_logged_in = 0, wrong_pins = 0;
static ulong found[2], found_count = 0, chosen = 0;
static unsigned char certificate[8192];
static const unsigned char id[] = {0x01, 0xA0};

static ulong not_supported(void) {
    return FUNCTION_NOT_SUPPORTED;
}

static ulong initialize(void *arguments) {
    (void)arguments;
    return is_fault("initialize") ? GENERAL_ERROR : OK;
}

static ulong slot_list(unsigned char present, ulong *slots, ulong *count) {
    (void)present;
    if (is_fault("many_slots")) {
        *count = ~0UL;
        return OK;
    }
    *count = is_fault("removed") ? 0 : is_fault("two_tokens") ? 2 : 1;
    for (ulong i = 0; slots != NULL && i < *count; i++) {
        slots[i] = 7 + i;
    }
    return OK;
}

static void pad(char *field, size_t size, const char *text) {
    memset(field, ' ', size);
    memcpy(field, text, strlen(text));
}

static ulong describe_token(ulong slot, token_info *info) {
    memset(info, 0, sizeof *info);
    pad(info->label, 32, "soft");
    pad(info->manufacturer, 32, "govseal tests");
    pad(info->model, 16, "SM2");
    pad(info->serial, 16, slot == 7 ? "0007" : "0008");
    info->flags = 0x404 | (is_fault("keypad") ? 0x100 : 0);
    return OK;
}

static ulong mechanism_list(ulong slot, ulong *list, ulong *count) {
    (void)slot;
    if (list != NULL) {
        list[0] = 0x80008101;
    }
    *count = 1;
    return OK;
}

static ulong open_session(ulong slot, ulong flags, void *application, void *notify, ulong *handle) {
    (void)slot;
    (void)flags;
    (void)application;
    (void)notify;
    *handle = 1;
    return OK;
}

/* The module knows one session: when it ends, the user is logged out. */
static ulong close_session(ulong handle) {
    (void)handle;
    is_logged_in = 0;
    return OK;
}

static ulong log_in(ulong handle, ulong user, const unsigned char *pin, ulong size) {
    (void)handle;
    (void)user;
    if (is_logged_in) {
        return ALREADY_LOGGED_IN;
    }
    if (wrong_pins >= 3) {
        return PIN_LOCKED;
    }
    if (!(pin == NULL && size == 0 && is_fault("keypad")) && !is_password(pin, size)) {
        wrong_pins++;
        return PIN_INCORRECT;
    }
    is_logged_in = 1;
    return OK;
}

/* Puts the module back as it was when it was loaded. */
EXPORT void softp11_reset(void) {
    is_logged_in = wrong_pins = 0;
    chosen = 0;
}

static size_t read_certificate(void) {
    FILE *file = fopen(setting("SOFTP11_CERTIFICATE", ""), "rb");
    size_t size = 0;
    if (file != NULL) {
        size = fread(certificate, 1, sizeof certificate, file);
        fclose(file);
    }
    return size;
}

/* The value of an attribute of the object with the number of its class; NULL where it has none. */
static const unsigned char *value_of(ulong object, ulong type, size_t *size) {
    static unsigned char point[2 + PUBLIC_KEY_SIZE];
    private_key key;
    public_key public;
    if (type == CKA_ID) {
        *size = sizeof id;
        return id;
    }
    if (type == CKA_KEY_TYPE && object == PRIVATE_KEY) {
        static const ulong key_type = 0xFFFFF001;
        *size = sizeof key_type;
        return (const unsigned char *)&key_type;
    }
    if (type == CKA_LABEL) {
        *size = 5;
        return (const unsigned char *)"sm2-1";
    }
    if (type == CKA_VALUE && object == CERTIFICATE) {
        *size = read_certificate();
        return *size == 0 || is_fault("empty_certificate") ? NULL : certificate;
    }
    if (type == CKA_EC_POINT && object == PRIVATE_KEY && is_fault("point_elsewhere")) {
        return NULL;
    }
    if (type == CKA_EC_POINT && object != CERTIFICATE && load_key(&key, &public)) {
        const int is_bare = is_fault("bare_point");
        point[0] = 0x04;
        point[1] = PUBLIC_KEY_SIZE;
        memcpy(point + 2, public.encoded, PUBLIC_KEY_SIZE);
        *size = sizeof point - (is_bare ? 2 : 0);
        return is_fault("no_point") ? NULL : point + (is_bare ? 2 : 0);
    }
    return NULL;
}

static int fits(ulong object, const attribute *wanted, ulong count) {
    for (ulong i = 0; i < count; i++) {
        size_t size = 0;
        if (wanted[i].type == CKA_CLASS) {
            if (wanted[i].size != sizeof(ulong) || memcmp(wanted[i].value, &object, sizeof(ulong)) != 0) {
                return 0;
            }
            continue;
        }
        const unsigned char *value = value_of(object, wanted[i].type, &size);
        if (value == NULL || size != wanted[i].size || memcmp(value, wanted[i].value, size) != 0) {
            return 0;
        }
    }
    return 1;
}

static ulong find_init(ulong handle, const attribute *wanted, ulong count) {
    (void)handle;
    found_count = 0;
    if (fits(PRIVATE_KEY, wanted, count) && is_logged_in) {
        found[found_count++] = PRIVATE_KEY;
        if (is_fault("two_keys")) {
            found[found_count++] = PRIVATE_KEY;
        }
    } else if (fits(PUBLIC_KEY, wanted, count)) {
        found[found_count++] = PUBLIC_KEY;
    } else if (read_certificate() != 0 && fits(CERTIFICATE, wanted, count)) {
        found[found_count++] = CERTIFICATE;
        if (is_fault("two_certificates")) {
            found[found_count++] = CERTIFICATE;
        }
    }
    return OK;
}

static ulong find(ulong handle, ulong *objects, ulong most, ulong *count) {
    (void)handle;
    for (*count = 0; *count < most && *count < found_count; (*count)++) {
        objects[*count] = found[*count];
    }
    return OK;
}

static ulong find_final(ulong handle) {
    (void)handle;
    return OK;
}

static ulong get_attribute(ulong handle, ulong object, attribute *row, ulong count) {
    size_t size = 0;
    const unsigned char *value = value_of(object, row->type, &size);
    (void)handle;
    (void)count;
    if (value == NULL) {
        row->size = ~0UL;
        return ATTRIBUTE_TYPE_INVALID;
    }
    if (is_fault("huge_attribute")) {
        size = 1UL << 40;
    } else if (row->value != NULL) {
        memcpy(row->value, value, size < row->size ? size : row->size);
    }
    row->size = size;
    return OK;
}

static ulong sign_init(ulong handle, const mechanism *wanted, ulong key) {
    (void)handle;
    (void)key;
    if (!is_logged_in) {
        return USER_NOT_LOGGED_IN;
    }
    if (wanted->mechanism != 0x80008100 && wanted->mechanism != 0x80008101 &&
        wanted->mechanism != 0x80008201 && wanted->mechanism != 0x80008202) {
        return MECHANISM_INVALID;
    }
    chosen = wanted->mechanism;
    return OK;
}

/* e as the mechanism understands it. */
static ulong digest_of(unsigned char e[SM3_DIGEST_SIZE], const unsigned char *data, ulong size) {
    private_key key;
    public_key public;
    sm3_context context;
    if (chosen == 0x80008202) {
        memcpy(e, data, size == SM3_DIGEST_SIZE ? size : 0);
        return size == SM3_DIGEST_SIZE ? OK : DATA_LEN_RANGE;
    }
    if (!load_key(&key, &public)) {
        return GENERAL_ERROR;
    }
    sm3_init(&context);
    if (chosen != 0x80008201) {
        sm3_update(&context, public.default_z, SM3_DIGEST_SIZE);
    }
    sm3_update(&context, data, size);
    sm3_final(&context, e);
    return OK;
}

static ulong sign(ulong handle, const unsigned char *data, ulong size, unsigned char *signature,
                  ulong *signature_size) {
    unsigned char e[SM3_DIGEST_SIZE], raw[RAW_SIGNATURE_SIZE], der[DER_SIGNATURE_MAX];
    const int is_der = chosen == 0x80008101;
    ulong answer = chosen == 0 ? OPERATION_NOT_INITIALIZED : OK;
    (void)handle;
    if (answer == OK) {
        answer = is_fault("vendor_code") ? OF_A_VENDOR : is_fault("unplugged") ? DEVICE_REMOVED : OK;
    }
    if (answer == OK) {
        answer = digest_of(e, data, size);
    }
    if (answer == OK && (*signature_size < DER_SIGNATURE_MAX || is_fault("small_buffer"))) {
        answer = BUFFER_TOO_SMALL;
    }
    if (answer == OK && !sign_with_key(raw, e)) {
        answer = GENERAL_ERROR;
    }
    chosen = 0;
    if (answer != OK) {
        return answer;
    }
    *signature_size = is_der ? der_encode_signature(der, raw) : sizeof raw;
    memcpy(signature, is_der ? der : raw, *signature_size);
    if (is_fault("long_signature")) {
        *signature_size = 1UL << 40;
    }
    return OK;
}

static struct {
    unsigned char version[2];
    void *functions[68];
} table = {{2, 40}, {NULL}};

EXPORT ulong C_GetFunctionList(void **list) {
    for (size_t i = 0; i < 68; i++) {
        table.functions[i] = (void *)not_supported;
    }
    table.functions[0] = (void *)initialize;
    table.functions[4] = (void *)slot_list;
    table.functions[6] = (void *)describe_token;
    table.functions[7] = (void *)mechanism_list;
    table.functions[12] = (void *)open_session;
    table.functions[13] = (void *)close_session;
    table.functions[18] = (void *)log_in;
    table.functions[24] = (void *)get_attribute;
    table.functions[26] = (void *)find_init;
    table.functions[27] = (void *)find;
    table.functions[28] = (void *)find_final;
    table.functions[42] = (void *)sign_init;
    table.functions[43] = is_fault("no_sign") ? NULL : (void *)sign;
    *list = is_fault("no_functions") ? NULL : (void *)&table;
    return OK;
}
