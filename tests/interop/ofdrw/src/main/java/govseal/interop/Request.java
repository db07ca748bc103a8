package govseal.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** {@code verify-request FILE} and {@code make-request OUT}: PKCS#10 with SM2 and SM3. */
final class Request {
    private Request() {}

    /** Signature by the key inside, subject and requested key usage, as Bouncy Castle sees them. */
    static Json verify(Arguments arguments)
            throws UsageException, IOException, OperatorException, PKCSException {
        byte[] der = Files.readAllBytes(Path.of(arguments.only("FILE")));
        PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
        boolean isValid =
                request.isSignatureValid(
                        new JcaContentVerifierProviderBuilder()
                                .setProvider(Keys.PROVIDER)
                                .build(request.getSubjectPublicKeyInfo()));
        if (!isValid) {
            throw new PKCSException("the signature is wrong");
        }
        Attribute asked =
                request.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)[0];
        KeyUsage usage =
                KeyUsage.fromExtensions(Extensions.getInstance(asked.getAttributeValues()[0]));
        return Json.ok()
                .with("subject", request.getSubject().toString())
                .with("signs", usage.hasUsages(KeyUsage.digitalSignature | KeyUsage.nonRepudiation))
                .with("key", encode(request.getSubjectPublicKeyInfo().getEncoded()));
    }

    /** A request for the key of a certificate, with another subject. */
    static Json make(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException, OperatorException {
        List<String> files = arguments.positional(Set.of("cert", "key", "subject"), "OUT");
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        extensions.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyAgreement));
        PKCS10CertificationRequest request =
                new JcaPKCS10CertificationRequestBuilder(
                                new X500Name(arguments.text("subject")),
                                Keys.certificate(arguments.text("cert")).getPublicKey())
                        .addAttribute(
                                PKCSObjectIdentifiers.pkcs_9_at_extensionRequest,
                                extensions.generate())
                        .build(
                                new JcaContentSignerBuilder(Keys.ALGORITHM)
                                        .setProvider(Keys.PROVIDER)
                                        .build(Keys.privateKey(arguments.text("key"))));
        Files.write(Path.of(files.get(0)), request.getEncoded());
        return Json.ok();
    }

    private static String encode(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }
}
