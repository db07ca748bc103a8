package govseal.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.Locale;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.ofdrw.gm.ses.v1.SES_ESPictrueInfo;
import org.ofdrw.gm.ses.v1.SES_Header;
import org.ofdrw.gm.ses.v1.SES_SignInfo;
import org.ofdrw.gm.ses.v4.SES_CertList;
import org.ofdrw.gm.ses.v4.SES_ESPropertyInfo;
import org.ofdrw.gm.ses.v4.SES_SealInfo;
import org.ofdrw.gm.ses.v4.SESeal;

/** {@code make-seal OUT.esl}: a seal in ofdrw's classes, signed by the maker. */
final class MakeSeal {
    private static final Set<String> OPTIONS =
            Set.of(
                    "maker-cert", "maker-key", "signer-cert", "id", "name", "picture", "mm", "type", "from", "to",
                    "generation");
    private static final DERIA5String VENDOR = new DERIA5String("govseal-interop");
    private static final ASN1ObjectIdentifier ALGORITHM = GMObjectIdentifiers.sm2sign_with_sm3;
    private static final int DAYS_VALID = 730;

    private MakeSeal() {}

    static Json run(Arguments arguments) throws UsageException, IOException, GeneralSecurityException {
        String out = arguments.positional(OPTIONS, "OUT.esl").get(0);
        ASN1Object seal =
                switch (arguments.text("generation", "2020")) {
                    case "2014" -> first(arguments);
                    case "2020" -> fourth(arguments);
                    default -> throw new UsageException("--generation is 2014 or 2020");
                };
        Files.write(Path.of(out), seal.getEncoded("DER"));
        return Json.ok().with("out", out);
    }

    /** GM/T 0031-2014: the maker signs information, certificate and algorithm together. */
    private static ASN1Object first(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException {
        Instant now = Instant.now();
        org.ofdrw.gm.ses.v1.SES_ESPropertyInfo property =
                new org.ofdrw.gm.ses.v1.SES_ESPropertyInfo()
                        .setType((int) arguments.number("type", 1))
                        .setName(arguments.text("name"))
                        .setCertList(signers(arguments))
                        .setCreateDate(utc(now))
                        .setValidStart(utc(instant(arguments, "from", now)))
                        .setValidEnd(utc(instant(arguments, "to", now.plus(DAYS_VALID, ChronoUnit.DAYS))));
        org.ofdrw.gm.ses.v1.SES_SealInfo info =
                new org.ofdrw.gm.ses.v1.SES_SealInfo()
                        .setHeader(new SES_Header(new ASN1Integer(1), VENDOR))
                        .setEsID(new DERIA5String(arguments.text("id"), true))
                        .setProperty(property)
                        .setPicture(picture(arguments));
        DEROctetString maker = new DEROctetString(Keys.certificate(arguments.text("maker-cert")).getEncoded());
        byte[] message = new DERSequence(new ASN1Encodable[] {info, maker, ALGORITHM}).getEncoded("DER");
        byte[] value = Keys.sign(Keys.privateKey(arguments.text("maker-key")), message);
        SES_SignInfo signed = new SES_SignInfo(maker, ALGORITHM, new DERBitString(value));
        return new org.ofdrw.gm.ses.v1.SESeal(info, signed);
    }

    /** GB/T 38540-2020: the maker signs the information alone. */
    private static ASN1Object fourth(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException {
        SES_SealInfo info =
                new SES_SealInfo()
                        .setHeader(new SES_Header(SES_Header.V4, VENDOR))
                        .setEsID(new DERIA5String(arguments.text("id"), true))
                        .setProperty(property(arguments))
                        .setPicture(picture(arguments));
        byte[] value = Keys.sign(Keys.privateKey(arguments.text("maker-key")), info.getEncoded("DER"));
        return new SESeal()
                .seteSealInfo(info)
                .setCert(Keys.certificate(arguments.text("maker-cert")))
                .setSignAlgID(ALGORITHM)
                .setSignedValue(value);
    }

    private static SES_ESPropertyInfo property(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException {
        Instant now = Instant.now();
        return new SES_ESPropertyInfo()
                .setType(new ASN1Integer((long) arguments.number("type", 1)))
                .setName(new DERUTF8String(arguments.text("name")))
                .setCertListType(SES_ESPropertyInfo.CertListType)
                .setCertList(SES_CertList.getInstance(SES_ESPropertyInfo.CertListType, signers(arguments)))
                .setCreateDate(time(now))
                .setValidStart(time(instant(arguments, "from", now)))
                .setValidEnd(time(instant(arguments, "to", now.plus(DAYS_VALID, ChronoUnit.DAYS))));
    }

    private static DERSequence signers(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException {
        X509Certificate signer = Keys.certificate(arguments.text("signer-cert"));
        return new DERSequence(new DEROctetString(signer.getEncoded()));
    }

    private static SES_ESPictrueInfo picture(Arguments arguments) throws UsageException, IOException {
        Path file = Path.of(arguments.text("picture"));
        String name = file.getFileName().toString();
        long mm = (long) arguments.number("mm");
        return new SES_ESPictrueInfo()
                .setType(name.substring(name.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT))
                .setData(Files.readAllBytes(file))
                .setWidth(mm)
                .setHeight(mm);
    }

    private static Instant instant(Arguments arguments, String option, Instant fallback) throws UsageException {
        try {
            return arguments.has(option) ? Instant.parse(arguments.text(option)) : fallback;
        } catch (DateTimeParseException e) {
            throw new UsageException("--" + option + " is not like 2026-01-01T00:00:00Z");
        }
    }

    private static ASN1GeneralizedTime time(Instant instant) {
        return new ASN1GeneralizedTime(Date.from(instant));
    }

    private static ASN1UTCTime utc(Instant instant) {
        return new ASN1UTCTime(Date.from(instant));
    }
}
