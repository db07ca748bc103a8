/* Bursts of OpenSSL's own calls, timed from inside: the protocol is in ../../field.py.
 *
 * Keys are made before, contexts are kept: what is timed is what EVP_PKEY_sign, EVP_PKEY_verify,
 * EVP_PKEY_encrypt, EVP_PKEY_decrypt and EVP_Digest need for one operation.
 */
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
    EVP_PKEY_CTX *sign, *verify, *encrypt, *decrypt; /* the last two for SM2 */
    unsigned char signature[128], ciphertext[256];
    size_t size, ciphertext_size;
} signer;

static unsigned char digest[32], data[16384];

static void must(int is_done, const char *what) {
    if (!is_done) {
        fprintf(stderr, "openssl: %s failed\n", what);
        exit(1);
    }
}

static signer prepare(const char *kind, const char *curve) {
    signer s;
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, kind, curve);
    must(key != NULL, "key");
    s.sign = EVP_PKEY_CTX_new(key, NULL);
    s.verify = EVP_PKEY_CTX_new(key, NULL);
    must(EVP_PKEY_sign_init(s.sign) == 1 && EVP_PKEY_verify_init(s.verify) == 1, "init");
    s.size = sizeof s.signature;
    must(EVP_PKEY_sign(s.sign, s.signature, &s.size, digest, sizeof digest) == 1, "sign");
    return s;
}

static void prepare_encryption(signer *s) {
    EVP_PKEY *key = EVP_PKEY_CTX_get0_pkey(s->sign);
    s->encrypt = EVP_PKEY_CTX_new(key, NULL);
    s->decrypt = EVP_PKEY_CTX_new(key, NULL);
    must(EVP_PKEY_encrypt_init(s->encrypt) == 1 && EVP_PKEY_decrypt_init(s->decrypt) == 1, "init");
    s->ciphertext_size = sizeof s->ciphertext;
    must(EVP_PKEY_encrypt(s->encrypt, s->ciphertext, &s->ciphertext_size, digest, sizeof digest) == 1,
         "encrypt");
}

static void encrypt_once(const signer *s) {
    unsigned char out[256];
    size_t size = sizeof out;
    must(EVP_PKEY_encrypt(s->encrypt, out, &size, digest, sizeof digest) == 1, "encrypt");
}

static void decrypt_once(const signer *s) {
    unsigned char out[256];
    size_t size = sizeof out;
    must(EVP_PKEY_decrypt(s->decrypt, out, &size, s->ciphertext, s->ciphertext_size) == 1, "decrypt");
}

static void sign_once(const signer *s) {
    unsigned char signature[128];
    size_t size = sizeof signature;
    must(EVP_PKEY_sign(s->sign, signature, &size, digest, sizeof digest) == 1, "sign");
}

static void verify_once(const signer *s) {
    must(EVP_PKEY_verify(s->verify, s->signature, s->size, digest, sizeof digest) == 1, "verify");
}

static int run_once(const char *task, const signer *sm2, const signer *p256) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size;
    if (strcmp(task, "sign") == 0) {
        sign_once(sm2);
    } else if (strcmp(task, "verify") == 0) {
        verify_once(sm2);
    } else if (strcmp(task, "encrypt") == 0) {
        encrypt_once(sm2);
    } else if (strcmp(task, "decrypt") == 0) {
        decrypt_once(sm2);
    } else if (strcmp(task, "p256_sign") == 0) {
        sign_once(p256);
    } else if (strcmp(task, "p256_verify") == 0) {
        verify_once(p256);
    } else if (strcmp(task, "sm3") == 0) {
        must(EVP_Digest(data, sizeof data, out, &size, EVP_sm3(), NULL) == 1, "digest");
    } else {
        return 0;
    }
    return 1;
}

int main(void) {
    char task[32];
    long count;
    signer sm2, p256;
    memset(digest, 7, sizeof digest);
    sm2 = prepare("SM2", NULL);
    prepare_encryption(&sm2);
    p256 = prepare("EC", "P-256");
    printf("ready %s\n", OpenSSL_version(OPENSSL_VERSION));
    fflush(stdout);
    while (scanf("%31s %ld", task, &count) == 2) {
        struct timespec begin, end;
        int is_known = 1;
        clock_gettime(CLOCK_MONOTONIC, &begin);
        for (long i = 0; i < count && is_known; i++) {
            is_known = run_once(task, &sm2, &p256);
        }
        clock_gettime(CLOCK_MONOTONIC, &end);
        if (is_known) {
            printf("%.9f\n", (double)(end.tv_sec - begin.tv_sec) +
                                 (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
        } else {
            printf("unknown\n");
        }
        fflush(stdout);
    }
    return 0;
}
