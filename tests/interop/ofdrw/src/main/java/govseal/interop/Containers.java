package govseal.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.CipherInputStream;
import javax.crypto.CipherOutputStream;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.crypto.ExtendedDigest;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.jcajce.spec.PBKDF2KeySpec;
import org.bouncycastle.operator.GenericKey;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.InputDecryptor;
import org.bouncycastle.operator.InputDecryptorProvider;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.operator.bc.BcDefaultDigestProvider;
import org.bouncycastle.pkcs.PKCS12PfxPdu;
import org.bouncycastle.pkcs.PKCS12PfxPduBuilder;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCS12SafeBagFactory;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.bc.BcPKCS12MacCalculatorBuilder;
import org.bouncycastle.pkcs.bc.BcPKCS12MacCalculatorBuilderProvider;
import org.bouncycastle.pkcs.jcajce.JcaPKCS12SafeBagBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;

/** PKCS#12 with SM2 keys: as Java's key store has it, and with SM4 and SM3 throughout. */
final class Containers {
    private static final byte[] MESSAGE = {1, 2, 3};
    private static final int ITERATIONS = 1000;
    private Containers() {}

    /** {@code read-key-store FILE --password P}: key and certificates through java.security.KeyStore. */
    static Json readKeyStore(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException {
        String file = arguments.positional(Set.of("password"), "FILE").get(0);
        char[] password = arguments.text("password").toCharArray();
        // 1.68 asks for the cipher of PBES2 without naming its provider.
        Security.insertProviderAt(Keys.PROVIDER, 1);
        KeyStore store = KeyStore.getInstance("PKCS12", Keys.PROVIDER);
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            store.load(in, password);
        }
        String alias = store.aliases().nextElement();
        PrivateKey key = (PrivateKey) store.getKey(alias, password);
        Certificate[] chain = store.getCertificateChain(alias);
        return answer(key, (X509Certificate) chain[0]).with("certificates", chain.length);
    }

    /** {@code read-pfx FILE --password P}: the same part by part, which knows SM4 and SM3. */
    static Json readPfx(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException, PKCSException {
        String file = arguments.positional(Set.of("password"), "FILE").get(0);
        char[] password = arguments.text("password").toCharArray();
        PKCS12PfxPdu pfx = new PKCS12PfxPdu(Files.readAllBytes(Path.of(file)));
        if (!pfx.isMacValid(new BcPKCS12MacCalculatorBuilderProvider(Containers::digest), password)) {
            throw new PKCSException("the MAC is wrong");
        }
        InputDecryptorProvider decryptor = decryptor(password);
        PrivateKey key = null;
        X509Certificate first = null;
        int certificates = 0;
        for (ContentInfo info : pfx.getContentInfos()) {
            boolean isEncrypted = info.getContentType().equals(PKCSObjectIdentifiers.encryptedData);
            PKCS12SafeBagFactory bags =
                    isEncrypted
                            ? new PKCS12SafeBagFactory(info, decryptor)
                            : new PKCS12SafeBagFactory(info);
            for (PKCS12SafeBag bag : bags.getSafeBags()) {
                Object value = bag.getBagValue();
                if (value instanceof PKCS8EncryptedPrivateKeyInfo shrouded) {
                    PrivateKeyInfo plain = shrouded.decryptPrivateKeyInfo(decryptor);
                    key = Keys.privateKey(plain.getEncoded());
                } else if (value instanceof X509CertificateHolder holder) {
                    certificates++;
                    if (first == null) {
                        first = new JcaX509CertificateConverter().setProvider(Keys.PROVIDER).getCertificate(holder);
                    }
                }
            }
        }
        return answer(key, first).with("certificates", certificates);
    }

    /** {@code make-pkcs12 OUT --cert U.der --key U.pkcs8.der --password P --form key-store|3des|sm4}. */
    static Json make(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException, PKCSException {
        String file = arguments.positional(Set.of("cert", "key", "password", "form"), "OUT").get(0);
        PrivateKey key = Keys.privateKey(arguments.text("key"));
        X509Certificate certificate = Keys.certificate(arguments.text("cert"));
        char[] password = arguments.text("password").toCharArray();
        String form = arguments.text("form");
        if (form.equals("sm4")) {
            Files.write(Path.of(file), pfx(key, certificate, password));
            return Json.ok();
        }
        KeyStore store =
                KeyStore.getInstance(form.equals("3des") ? "PKCS12-3DES-3DES" : "PKCS12", Keys.PROVIDER);
        store.load(null, null);
        store.setKeyEntry("private", key, password, new Certificate[] {certificate});
        try (OutputStream out = Files.newOutputStream(Path.of(file))) {
            store.store(out, password);
        }
        return Json.ok();
    }

    private static byte[] pfx(PrivateKey key, X509Certificate certificate, char[] password)
            throws IOException, GeneralSecurityException, PKCSException {
        OutputEncryptor encryptor = new Sm4(password);
        PKCS12PfxPduBuilder builder = new PKCS12PfxPduBuilder();
        builder.addEncryptedData(encryptor, new JcaPKCS12SafeBagBuilder(certificate).build());
        builder.addData(new JcaPKCS12SafeBagBuilder(key, encryptor).build());
        AlgorithmIdentifier sm3 = new AlgorithmIdentifier(GMObjectIdentifiers.sm3, DERNull.INSTANCE);
        return builder
                .build(new BcPKCS12MacCalculatorBuilder(new SM3Digest(), sm3), password)
                .getEncoded();
    }

    /** Bouncy Castle 1.68 has SM3, but not in this table. */
    private static ExtendedDigest digest(AlgorithmIdentifier algorithm)
            throws OperatorCreationException {
        return GMObjectIdentifiers.sm3.equals(algorithm.getAlgorithm())
                ? new SM3Digest()
                : BcDefaultDigestProvider.INSTANCE.get(algorithm);
    }

    private static InputDecryptorProvider decryptor(char[] password) {
        InputDecryptorProvider known =
                new JcePKCSPBEInputDecryptorProviderBuilder()
                        .setProvider(Keys.PROVIDER)
                        .build(password);
        return algorithm -> {
            if (!algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2)) {
                return known.get(algorithm);
            }
            PBES2Parameters parameters = PBES2Parameters.getInstance(algorithm.getParameters());
            EncryptionScheme scheme = parameters.getEncryptionScheme();
            if (!scheme.getAlgorithm().equals(GMObjectIdentifiers.sms4_cbc)) {
                return known.get(algorithm);
            }
            return new Sm4Reader(algorithm, parameters, password);
        };
    }

    /** PBES2 with SM4-CBC, which 1.68 does not find by its identifier. */
    private static final class Sm4Reader implements InputDecryptor {
        private final AlgorithmIdentifier algorithm;
        private final Cipher cipher;

        Sm4Reader(AlgorithmIdentifier algorithm, PBES2Parameters parameters, char[] password)
                throws OperatorCreationException {
            this.algorithm = algorithm;
            PBKDF2Params kdf =
                    PBKDF2Params.getInstance(parameters.getKeyDerivationFunc().getParameters());
            byte[] iv =
                    ASN1OctetString.getInstance(parameters.getEncryptionScheme().getParameters())
                            .getOctets();
            int iterations = kdf.getIterationCount().intValueExact();
            try {
                SecretKey key =
                        SecretKeyFactory.getInstance("PBKDF2", Keys.PROVIDER)
                                .generateSecret(
                                        new PBKDF2KeySpec(
                                                password, kdf.getSalt(), iterations, 128, kdf.getPrf()));
                cipher = Cipher.getInstance("SM4/CBC/PKCS5Padding", Keys.PROVIDER);
                cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(iv));
            } catch (GeneralSecurityException e) {
                throw new OperatorCreationException("SM4", e);
            }
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return algorithm;
        }

        @Override
        public InputStream getInputStream(InputStream in) {
            return new CipherInputStream(in, cipher);
        }
    }

    /** PBES2 with PBKDF2-HMAC-SM3 and SM4-CBC, for which 1.68 has no builder. */
    private static final class Sm4 implements OutputEncryptor {
        private final AlgorithmIdentifier algorithm;
        private final SecretKey key;
        private final Cipher cipher;

        Sm4(char[] password) throws GeneralSecurityException {
            byte[] salt = new byte[16];
            byte[] iv = new byte[16];
            new SecureRandom().nextBytes(salt);
            new SecureRandom().nextBytes(iv);
            AlgorithmIdentifier prf =
                    new AlgorithmIdentifier(GMObjectIdentifiers.hmac_sm3, DERNull.INSTANCE);
            key =
                    SecretKeyFactory.getInstance("PBKDF2", Keys.PROVIDER)
                            .generateSecret(new PBKDF2KeySpec(password, salt, ITERATIONS, 128, prf));
            cipher = Cipher.getInstance("SM4/CBC/PKCS5Padding", Keys.PROVIDER);
            cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(iv));
            PBKDF2Params derivation = new PBKDF2Params(salt, ITERATIONS, prf);
            algorithm =
                    new AlgorithmIdentifier(
                            PKCSObjectIdentifiers.id_PBES2,
                            new PBES2Parameters(
                                    new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, derivation),
                                    new EncryptionScheme(
                                            GMObjectIdentifiers.sms4_cbc, new DEROctetString(iv))));
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return algorithm;
        }

        @Override
        public OutputStream getOutputStream(OutputStream out) {
            return new CipherOutputStream(out, cipher);
        }

        @Override
        public GenericKey getKey() {
            return new GenericKey(algorithm, key.getEncoded());
        }
    }

    private static Json answer(PrivateKey key, X509Certificate certificate)
            throws GeneralSecurityException {
        if (!Keys.isSignedBy(certificate, MESSAGE, Keys.sign(key, MESSAGE))) {
            throw new GeneralSecurityException("the key does not belong to the certificate");
        }
        byte[] der = certificate.getEncoded();
        return Json.ok().with("certificate", Base64.getEncoder().encodeToString(der));
    }
}
