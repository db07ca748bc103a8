package govseal.interop;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Certificates, keys and SM2 signatures through Bouncy Castle (user id 1234567812345678). */
final class Keys {
    static final Provider PROVIDER = new BouncyCastleProvider();
    static final String ALGORITHM = "SM3WithSM2";

    private Keys() {}

    /** Reads a certificate, DER or PEM. */
    static X509Certificate certificate(String file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return certificate(in);
        }
    }

    static X509Certificate certificate(InputStream in) throws GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509", PROVIDER);
        return (X509Certificate) factory.generateCertificate(in);
    }

    /** Reads an unencrypted PKCS#8 SM2 key, DER. */
    static PrivateKey privateKey(String file) throws IOException, GeneralSecurityException {
        return privateKey(Files.readAllBytes(Path.of(file)));
    }

    static PrivateKey privateKey(byte[] der) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC", PROVIDER).generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    static byte[] sign(PrivateKey key, byte[] message) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(ALGORITHM, PROVIDER);
        signature.initSign(key);
        signature.update(message);
        return signature.sign();
    }

    static boolean isSignedBy(X509Certificate certificate, byte[] message, byte[] value)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance(ALGORITHM, PROVIDER);
        signature.initVerify(certificate.getPublicKey());
        signature.update(message);
        return signature.verify(value);
    }
}
