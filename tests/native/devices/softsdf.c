/* A cryptographic machine in software, after the interface of GM/T 0018: one SM2 key at index 1.
 *
 * SOFTSDF_BITS      ECCref_MAX_BITS: 512, or 256 for the structures of old devices
 * SOFTSDF_SESSIONS  how many sessions there may be; 16 by default
 */
#include "device.h"

enum {
    OK = 0,
    OPENDEVICE = 0x01000005,
    OPENSESSION = 0x01000006,
    PARDENY = 0x01000007,
    KEYNOTEXIST = 0x01000008,
    SIGNERR = 0x0100000D,
    STEPERR = 0x01000010,
    INARGERR = 0x0100001D,
    OUTARGERR = 0x0100001E,
    OF_A_VENDOR = 0x01000100
};

#define MAX_OCTETS 64

typedef struct {
    atomic_int sessions;
} device;

typedef struct {
    device *owner;
    atomic_flag is_in_use; /* a session serves one thread at a time */
    int has_right;
} session;

static atomic_int devices = 0, all_sessions = 0, opened = 0;

/* Handles that were not given back yet, and all sessions that ever were. */
EXPORT int softsdf_devices(void) {
    return devices;
}

EXPORT int softsdf_sessions(void) {
    return all_sessions;
}

EXPORT int softsdf_opened(void) {
    return opened;
}

static size_t octets(void) {
    return (size_t)atoi(setting("SOFTSDF_BITS", "512")) / 8;
}

/* A number at the right end of its field; the fault puts it at the left. */
static void put_number(unsigned char *field, const unsigned char *number) {
    memset(field, 0, octets());
    memcpy(field + (is_fault("left_aligned") ? 0 : octets() - SCALAR_SIZE), number, SCALAR_SIZE);
}

static int enter(session *it, unsigned int index) {
    if (it == NULL) {
        return INARGERR;
    }
    if (atomic_flag_test_and_set(&it->is_in_use)) {
        return STEPERR;
    }
    if (index != 1) {
        atomic_flag_clear(&it->is_in_use);
        return KEYNOTEXIST;
    }
    return OK;
}

static int leave(session *it, int answer) {
    atomic_flag_clear(&it->is_in_use);
    return answer;
}

EXPORT int SDF_OpenDevice(void **handle) {
    if (is_fault("open_device")) {
        return OPENDEVICE;
    }
    *handle = is_fault("no_handle") ? NULL : calloc(1, sizeof(device));
    devices += *handle != NULL;
    return OK;
}

EXPORT int SDF_CloseDevice(void *handle) {
    free(handle);
    devices--;
    return OK;
}

EXPORT int SDF_OpenSession(void *handle, void **opened_session) {
    device *owner = handle;
    session *it = NULL;
    if (is_fault("busy") || owner->sessions >= atoi(setting("SOFTSDF_SESSIONS", "16"))) {
        return OPENSESSION;
    }
    it = calloc(1, sizeof *it);
    if (it == NULL) {
        return OPENSESSION;
    }
    atomic_flag_clear(&it->is_in_use);
    it->owner = owner;
    owner->sessions++;
    all_sessions++;
    opened++;
    *opened_session = it;
    return OK;
}

EXPORT int SDF_CloseSession(void *handle) {
    session *it = handle;
    it->owner->sessions--;
    all_sessions--;
    free(it);
    return OK;
}

EXPORT int SDF_ExportSignPublicKey_ECC(void *handle, unsigned int index, unsigned char *exported) {
    const unsigned int bits = is_fault("bits") ? 384 : 256;
    private_key key;
    public_key public;
    const int answer = enter(handle, index);
    if (answer != OK) {
        return answer;
    }
    if (exported == NULL || !load_key(&key, &public)) {
        return leave(handle, exported == NULL ? OUTARGERR : KEYNOTEXIST);
    }
    memcpy(exported, &bits, sizeof bits);
    put_number(exported + 4, public.encoded + 1);
    put_number(exported + 4 + octets(), public.encoded + 1 + SCALAR_SIZE);
    exported[4 + octets() - 1] ^= (unsigned char)is_fault("off_curve");
    return leave(handle, OK);
}

EXPORT int SDF_GetPrivateKeyAccessRight(void *handle, unsigned int index,
                                        const unsigned char *password, unsigned int size) {
    session *it = handle;
    const int answer = enter(it, index);
    if (answer != OK) {
        return answer;
    }
    if (is_fault("vendor_code")) {
        return leave(it, OF_A_VENDOR);
    }
    if (!is_password(password, size)) {
        return leave(it, PARDENY);
    }
    it->has_right = 1;
    return leave(it, OK);
}

EXPORT int SDF_ReleasePrivateKeyAccessRight(void *handle, unsigned int index) {
    session *it = handle;
    const int answer = enter(it, index);
    if (answer != OK) {
        return answer;
    }
    if (!it->has_right || is_fault("release")) {
        return leave(it, STEPERR);
    }
    it->has_right = 0;
    return leave(it, OK);
}

EXPORT int SDF_InternalSign_ECC(void *handle, unsigned int index, const unsigned char *data,
                                unsigned int size, unsigned char *signature) {
    unsigned char raw[RAW_SIGNATURE_SIZE];
    session *it = handle;
    const int needs_right = *setting("SOFTDEVICE_PASSWORD", "govseal-pin") != 0;
    const int answer = enter(it, index);
    if (answer != OK) {
        return answer;
    }
    if ((needs_right && !it->has_right) || is_fault("no_right")) {
        return leave(it, PARDENY);
    }
    if (data == NULL || size != SM3_DIGEST_SIZE) {
        return leave(it, INARGERR);
    }
    if (is_fault("sign") || !sign_with_key(raw, data)) {
        return leave(it, SIGNERR);
    }
    put_number(signature, raw);
    put_number(signature + octets(), raw + SCALAR_SIZE);
    return leave(it, OK);
}
