package govseal.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.DefaultCMSSignatureAlgorithmNameGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationVerifier;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.ContentVerifier;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** {@code make-cms CONTENT OUT} and {@code verify-cms CMS CONTENT}: SM2 with SM3. */
final class SignedData {
    private static final ASN1ObjectIdentifier GM_DATA =
            new ASN1ObjectIdentifier("1.2.156.10197.6.1.4.2.1");
    private static final ASN1ObjectIdentifier SM2_1 = new ASN1ObjectIdentifier("1.2.156.10197.1.301.1");
    private static final AlgorithmIdentifier SM2_WITH_SM3 =
            new AlgorithmIdentifier(GMObjectIdentifiers.sm2sign_with_sm3);

    private SignedData() {}

    /** Signed data by Bouncy Castle; {@code --attached}, {@code --bare} (no attributes), {@code --gm}. */
    static Json make(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException, OperatorException, CMSException {
        List<String> files =
                arguments.positional(Set.of("cert", "key", "attached", "bare", "gm"), "CONTENT", "OUT");
        X509Certificate certificate = Keys.certificate(arguments.text("cert"));
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(
                new JcaSignerInfoGeneratorBuilder(
                                new JcaDigestCalculatorProviderBuilder()
                                        .setProvider(Keys.PROVIDER)
                                        .build())
                        .setDirectSignature(arguments.has("bare"))
                        .build(
                                new JcaContentSignerBuilder(Keys.ALGORITHM)
                                        .setProvider(Keys.PROVIDER)
                                        .build(Keys.privateKey(arguments.text("key"))),
                                certificate));
        generator.addCertificates(new JcaCertStore(List.of(certificate)));
        byte[] bytes = Files.readAllBytes(Path.of(files.get(0)));
        CMSProcessableByteArray content =
                arguments.has("gm")
                        ? new CMSProcessableByteArray(GM_DATA, bytes)
                        : new CMSProcessableByteArray(bytes);
        CMSSignedData made = generator.generate(content, arguments.has("attached"));
        Files.write(Path.of(files.get(1)), made.getEncoded("DER"));
        return Json.ok();
    }

    /** Digest and signature of the one signer; the content inside, if any, has to be the file's. */
    static Json verify(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException, OperatorException, CMSException {
        List<String> files = arguments.positional(Set.of("cert"), "CMS", "CONTENT");
        byte[] content = Files.readAllBytes(Path.of(files.get(1)));
        byte[] encoded = Files.readAllBytes(Path.of(files.get(0)));
        CMSSignedData signed = new CMSSignedData(encoded);
        if (signed.getSignedContent() == null) {
            signed = new CMSSignedData(new CMSProcessableByteArray(content), encoded);
        } else if (!Arrays.equals((byte[]) signed.getSignedContent().getContent(), content)) {
            throw new CMSException("the content inside is another one");
        }
        SignerInformation signer = signed.getSignerInfos().getSigners().iterator().next();
        boolean isValid = signer.verify(verifier(Keys.certificate(arguments.text("cert"))));
        if (!isValid) {
            throw new CMSException("the signature is not valid");
        }
        return Json.ok();
    }

    /** Bouncy Castle does not know SM2-1 as the name of a signature; it means SM2 with SM3. */
    private static SignerInformationVerifier verifier(X509Certificate certificate)
            throws OperatorException {
        ContentVerifierProvider own =
                new JcaContentVerifierProviderBuilder().setProvider(Keys.PROVIDER).build(certificate);
        ContentVerifierProvider both =
                new ContentVerifierProvider() {
                    @Override
                    public boolean hasAssociatedCertificate() {
                        return own.hasAssociatedCertificate();
                    }

                    @Override
                    public X509CertificateHolder getAssociatedCertificate() {
                        return own.getAssociatedCertificate();
                    }

                    @Override
                    public ContentVerifier get(AlgorithmIdentifier found)
                            throws OperatorCreationException {
                        boolean isSm2 = found.getAlgorithm().equals(SM2_1);
                        return own.get(isSm2 ? SM2_WITH_SM3 : found);
                    }
                };
        return new SignerInformationVerifier(
                new DefaultCMSSignatureAlgorithmNameGenerator(),
                new DefaultSignatureAlgorithmIdentifierFinder() {
                    @Override
                    public AlgorithmIdentifier find(String name) {
                        return name.contains(SM2_1.getId()) ? SM2_WITH_SM3 : super.find(name);
                    }
                },
                both,
                new JcaDigestCalculatorProviderBuilder().setProvider(Keys.PROVIDER).build());
    }
}
