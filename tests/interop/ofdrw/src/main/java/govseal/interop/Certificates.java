package govseal.interop;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/** {@code verify-path LEAF} and {@code issue REQUEST OUT}: certificates with SM2 and SM3. */
final class Certificates {
    private static final long DAY = 24L * 60 * 60 * 1000;

    private Certificates() {}

    /** The path from the leaf, over at most one CA, to a root, as Bouncy Castle validates it. */
    static Json verifyPath(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException {
        List<String> files = arguments.positional(Set.of("root", "ca", "seconds"), "LEAF");
        X509Certificate leaf = Keys.certificate(files.get(0));
        List<X509Certificate> chain =
                arguments.has("ca")
                        ? List.of(leaf, Keys.certificate(arguments.text("ca")))
                        : List.of(leaf);
        CertPath path =
                CertificateFactory.getInstance("X.509", Keys.PROVIDER).generateCertPath(chain);
        TrustAnchor anchor = new TrustAnchor(Keys.certificate(arguments.text("root")), null);
        PKIXParameters parameters = new PKIXParameters(Set.of(anchor));
        parameters.setRevocationEnabled(false);
        parameters.setDate(new Date((long) arguments.number("seconds") * 1000));
        CertPathValidator.getInstance("PKIX", Keys.PROVIDER).validate(path, parameters);
        boolean[] usage = leaf.getKeyUsage();
        return Json.ok()
                .with("subject", new JcaX509CertificateHolder(leaf).getSubject().toString())
                .with("serial", leaf.getSerialNumber().toString(16))
                .with("signs", usage != null && usage[0] && usage[1]);
    }

    /** A certificate for a request, valid for a day from then; with {@code --path-length} a CA's. */
    static Json issue(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException, OperatorException {
        List<String> files =
                arguments.positional(
                        Set.of("cert", "key", "seconds", "path-length"), "REQUEST", "OUT");
        PKCS10CertificationRequest request =
                new PKCS10CertificationRequest(Files.readAllBytes(Path.of(files.get(0))));
        X509Certificate issuer = Keys.certificate(arguments.text("cert"));
        Date from = new Date((long) arguments.number("seconds") * 1000);
        boolean isCa = arguments.has("path-length");
        X509v3CertificateBuilder builder =
                new X509v3CertificateBuilder(
                        new JcaX509CertificateHolder(issuer).getSubject(),
                        BigInteger.valueOf(from.getTime()),
                        from,
                        new Date(from.getTime() + DAY),
                        request.getSubject(),
                        request.getSubjectPublicKeyInfo());
        JcaX509ExtensionUtils tool = new JcaX509ExtensionUtils();
        builder.addExtension(
                Extension.basicConstraints,
                true,
                isCa
                        ? new BasicConstraints((int) arguments.number("path-length"))
                        : new BasicConstraints(false));
        int usage =
                isCa
                        ? KeyUsage.keyCertSign | KeyUsage.cRLSign
                        : KeyUsage.digitalSignature | KeyUsage.nonRepudiation;
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        builder.addExtension(
                Extension.authorityKeyIdentifier, false, tool.createAuthorityKeyIdentifier(issuer));
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                tool.createSubjectKeyIdentifier(request.getSubjectPublicKeyInfo()));
        Files.write(
                Path.of(files.get(1)),
                builder.build(
                                new JcaContentSignerBuilder(Keys.ALGORITHM)
                                        .setProvider(Keys.PROVIDER)
                                        .build(Keys.privateKey(arguments.text("key"))))
                        .getEncoded());
        return Json.ok();
    }
}
