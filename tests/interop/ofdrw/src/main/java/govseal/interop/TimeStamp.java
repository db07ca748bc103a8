package govseal.interop;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampToken;
import org.bouncycastle.tsp.TimeStampTokenGenerator;

/** {@code time-stamp MESSAGE OUT} and {@code verify-time-stamp TOKEN MESSAGE}: SM2 with SM3. */
final class TimeStamp {
    private static final ASN1ObjectIdentifier SM3 = GMObjectIdentifiers.sm3;

    private TimeStamp() {}

    /** A token by Bouncy Castle's authority, its certificate inside. */
    static Json make(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException, OperatorException, TSPException {
        List<String> files = arguments.positional(Set.of("cert", "key", "seconds"), "MESSAGE", "OUT");
        X509Certificate certificate = Keys.certificate(arguments.text("cert"));
        DigestCalculatorProvider digests =
                new JcaDigestCalculatorProviderBuilder().setProvider(Keys.PROVIDER).build();
        TimeStampTokenGenerator generator =
                new TimeStampTokenGenerator(
                        new JcaSignerInfoGeneratorBuilder(digests)
                                .build(
                                        new JcaContentSignerBuilder(Keys.ALGORITHM)
                                                .setProvider(Keys.PROVIDER)
                                                .build(Keys.privateKey(arguments.text("key"))),
                                        certificate),
                        digests.get(new AlgorithmIdentifier(SM3)),
                        new ASN1ObjectIdentifier("1.2.3"));
        generator.addCertificates(new JcaCertStore(List.of(certificate)));
        TimeStampRequestGenerator asking = new TimeStampRequestGenerator();
        asking.setCertReq(true);
        TimeStampRequest request = asking.generate(SM3, digest(files.get(0)));
        Date time = new Date((long) arguments.number("seconds") * 1000);
        TimeStampToken token = generator.generate(request, BigInteger.TEN, time);
        Files.write(Path.of(files.get(1)), token.getEncoded());
        return Json.ok();
    }

    /** Imprint, signature, and the certificate with its purpose and period, as Bouncy Castle sees them. */
    static Json verify(Arguments arguments)
            throws UsageException,
                    IOException,
                    GeneralSecurityException,
                    OperatorException,
                    CMSException,
                    TSPException {
        List<String> files = arguments.positional(Set.of("cert"), "TOKEN", "MESSAGE");
        TimeStampToken token =
                new TimeStampToken(new CMSSignedData(Files.readAllBytes(Path.of(files.get(0)))));
        X509Certificate certificate = Keys.certificate(arguments.text("cert"));
        token.validate(
                new JcaSimpleSignerInfoVerifierBuilder().setProvider(Keys.PROVIDER).build(certificate));
        byte[] imprint = token.getTimeStampInfo().getMessageImprintDigest();
        if (!Arrays.equals(imprint, digest(files.get(1)))) {
            throw new TSPException("the imprint is of another message");
        }
        long seconds = token.getTimeStampInfo().getGenTime().getTime() / 1000;
        return Json.ok().with("seconds", (int) seconds);
    }

    private static byte[] digest(String file) throws IOException, GeneralSecurityException {
        return MessageDigest.getInstance("SM3", Keys.PROVIDER).digest(Files.readAllBytes(Path.of(file)));
    }
}
