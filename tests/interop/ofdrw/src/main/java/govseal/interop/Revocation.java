package govseal.interop;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertException;
import org.bouncycastle.cert.X509CRLEntryHolder;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.Req;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** {@code ocsp}, {@code verify-ocsp}, {@code crl} and {@code verify-crl}: SM2 with SM3. */
final class Revocation {
    private static final long DAY = 86_400_000L;

    private Revocation() {}

    /** Answers every question of a request as {@code --state} says. */
    static Json answer(Arguments arguments)
            throws UsageException,
                    IOException,
                    GeneralSecurityException,
                    OperatorException,
                    OCSPException {
        List<String> files =
                arguments.positional(Set.of("cert", "key", "state", "seconds"), "REQUEST", "OUT");
        X509CertificateHolder responder = holder(arguments.text("cert"));
        Date now = new Date((long) arguments.number("seconds") * 1000);
        CertificateStatus status =
                switch (arguments.text("state")) {
                    case "good" -> CertificateStatus.GOOD;
                    case "revoked" -> new RevokedStatus(now, CRLReason.keyCompromise);
                    default -> throw new UsageException("--state is good or revoked");
                };
        OCSPReq request = new OCSPReq(Files.readAllBytes(Path.of(files.get(0))));
        BasicOCSPRespBuilder builder =
                new BasicOCSPRespBuilder(new RespID(responder.getSubject()));
        for (Req question : request.getRequestList()) {
            builder.addResponse(question.getCertID(), status, now, new Date(now.getTime() + DAY));
        }
        BasicOCSPResp basic =
                builder.build(signer(arguments), new X509CertificateHolder[] {responder}, now);
        OCSPResp response = new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, basic);
        Files.write(Path.of(files.get(1)), response.getEncoded());
        return Json.ok();
    }

    /** Signature, responder and its purpose, and what is said about one certificate. */
    static Json verifyAnswer(Arguments arguments)
            throws UsageException,
                    IOException,
                    GeneralSecurityException,
                    OperatorException,
                    OCSPException,
                    CertException {
        List<String> files = arguments.positional(Set.of("issuer", "cert", "digest"), "RESPONSE");
        X509CertificateHolder issuer = holder(arguments.text("issuer"));
        OCSPResp response = new OCSPResp(Files.readAllBytes(Path.of(files.get(0))));
        BasicOCSPResp basic = (BasicOCSPResp) response.getResponseObject();
        X509CertificateHolder responder = basic.getCerts()[0];
        if (!responder.equals(issuer)) {
            ExtendedKeyUsage usage = ExtendedKeyUsage.fromExtensions(responder.getExtensions());
            if (usage == null || !usage.hasKeyPurposeId(KeyPurposeId.id_kp_OCSPSigning)) {
                throw new OCSPException("not a responder");
            }
            if (!responder.isSignatureValid(verifier(issuer))) {
                throw new OCSPException("a responder of another CA");
            }
        }
        if (!basic.isSignatureValid(verifier(responder))) {
            throw new OCSPException("the signature is not the responder's");
        }
        CertificateID wanted = id(arguments.text("digest"), issuer, holder(arguments.text("cert")));
        for (SingleResp single : basic.getResponses()) {
            if (single.getCertID().equals(wanted)) {
                boolean isGood = single.getCertStatus() == CertificateStatus.GOOD;
                return Json.ok().with("state", isGood ? "good" : "other");
            }
        }
        throw new OCSPException("no answer about the certificate");
    }

    /** A list of one certificate, or with {@code --base} the changes since another list. */
    static Json list(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException, OperatorException {
        List<String> files =
                arguments.positional(
                        Set.of("cert", "key", "revoked", "number", "base", "seconds"), "OUT");
        Date now = new Date((long) arguments.number("seconds") * 1000);
        X509v2CRLBuilder builder =
                new X509v2CRLBuilder(holder(arguments.text("cert")).getSubject(), now);
        builder.setNextUpdate(new Date(now.getTime() + DAY));
        if (arguments.has("revoked")) {
            BigInteger serial = holder(arguments.text("revoked")).getSerialNumber();
            builder.addCRLEntry(serial, now, CRLReason.superseded);
        }
        builder.addExtension(Extension.cRLNumber, false, number(arguments.number("number")));
        if (arguments.has("base")) {
            builder.addExtension(Extension.deltaCRLIndicator, true, number(arguments.number("base")));
        }
        Files.write(Path.of(files.get(0)), builder.build(signer(arguments)).getEncoded());
        return Json.ok();
    }

    /** Signature, kind, and what is said about one certificate. */
    static Json verifyList(Arguments arguments)
            throws UsageException,
                    IOException,
                    GeneralSecurityException,
                    OperatorException,
                    CertException {
        List<String> files = arguments.positional(Set.of("issuer", "cert"), "CRL");
        X509CRLHolder crl = new X509CRLHolder(Files.readAllBytes(Path.of(files.get(0))));
        X509CertificateHolder issuer = holder(arguments.text("issuer"));
        if (!crl.getIssuer().equals(issuer.getSubject()) || !crl.isSignatureValid(verifier(issuer))) {
            throw new CertException("the list is not the issuer's");
        }
        X509CRLEntryHolder entry =
                crl.getRevokedCertificate(holder(arguments.text("cert")).getSerialNumber());
        return Json.ok()
                .with("revoked", entry != null)
                .with("delta", crl.getExtension(Extension.deltaCRLIndicator) != null);
    }

    private static CRLNumber number(double value) {
        return new CRLNumber(BigInteger.valueOf((long) value));
    }

    private static CertificateID id(
            String digest, X509CertificateHolder issuer, X509CertificateHolder certificate)
            throws OperatorException, OCSPException {
        AlgorithmIdentifier algorithm =
                digest.equals("sm3")
                        ? new AlgorithmIdentifier(GMObjectIdentifiers.sm3)
                        : CertificateID.HASH_SHA1;
        DigestCalculatorProvider digests =
                new JcaDigestCalculatorProviderBuilder().setProvider(Keys.PROVIDER).build();
        return new CertificateID(digests.get(algorithm), issuer, certificate.getSerialNumber());
    }

    private static ContentSigner signer(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException, OperatorException {
        return new JcaContentSignerBuilder(Keys.ALGORITHM)
                .setProvider(Keys.PROVIDER)
                .build(Keys.privateKey(arguments.text("key")));
    }

    private static ContentVerifierProvider verifier(X509CertificateHolder certificate)
            throws OperatorException, GeneralSecurityException {
        return new JcaContentVerifierProviderBuilder().setProvider(Keys.PROVIDER).build(certificate);
    }

    private static X509CertificateHolder holder(String file)
            throws IOException, GeneralSecurityException {
        X509Certificate certificate = Keys.certificate(file);
        return new JcaX509CertificateHolder(certificate);
    }
}
