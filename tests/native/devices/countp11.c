/* A PKCS#11 module around another one, which COUNTP11_MODULE names: it counts C_SignInit and C_Sign
 * and does nothing else, so that tests see how often a key is used. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
typedef unsigned long ulong;

typedef struct {
    unsigned char version[2];
    void *functions[68];
} function_list;

enum { SIGN_INIT = 42, SIGN = 43 };

static function_list ours;
static ulong (*their_init)(ulong, void *, ulong);
static ulong (*their_sign)(ulong, void *, ulong, void *, ulong *);
static int inits = 0, signs = 0;

EXPORT int countp11_inits(void) {
    return inits;
}

EXPORT int countp11_signs(void) {
    return signs;
}

static ulong count_init(ulong session, void *mechanism, ulong key) {
    inits++;
    return their_init(session, mechanism, key);
}

static ulong count_sign(ulong session, void *data, ulong size, void *signature, ulong *length) {
    signs++;
    return their_sign(session, data, size, signature, length);
}

EXPORT ulong C_GetFunctionList(function_list **list) {
    ulong (*get_theirs)(function_list **) = NULL;
    function_list *theirs = NULL;
    const char *path = getenv("COUNTP11_MODULE");
    void *library = path == NULL ? NULL : dlopen(path, RTLD_NOW);
    if (library != NULL) {
        *(void **)&get_theirs = dlsym(library, "C_GetFunctionList");
    }
    if (get_theirs == NULL || get_theirs(&theirs) != 0) {
        return 0x005;
    }
    ours = *theirs;
    memcpy(&their_init, &ours.functions[SIGN_INIT], sizeof their_init);
    memcpy(&their_sign, &ours.functions[SIGN], sizeof their_sign);
    ours.functions[SIGN_INIT] = (void *)count_init;
    ours.functions[SIGN] = (void *)count_sign;
    *list = &ours;
    return 0;
}
