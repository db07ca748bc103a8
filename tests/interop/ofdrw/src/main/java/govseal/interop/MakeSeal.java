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
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.ofdrw.gm.ses.v1.SES_ESPictrueInfo;
import org.ofdrw.gm.ses.v1.SES_Header;
import org.ofdrw.gm.ses.v4.SES_CertList;
import org.ofdrw.gm.ses.v4.SES_ESPropertyInfo;
import org.ofdrw.gm.ses.v4.SES_SealInfo;
import org.ofdrw.gm.ses.v4.SESeal;

/** {@code make-seal OUT.esl}: a GB/T 38540-2020 seal in ofdrw's classes, signed by the maker. */
final class MakeSeal {
    private static final Set<String> OPTIONS =
            Set.of("maker-cert", "maker-key", "signer-cert", "id", "name", "picture", "mm", "type", "from", "to");
    private static final String VENDOR = "govseal-interop";
    private static final int DAYS_VALID = 730;

    private MakeSeal() {}

    static Json run(Arguments arguments) throws UsageException, IOException, GeneralSecurityException {
        String out = arguments.positional(OPTIONS, "OUT.esl").get(0);
        SES_SealInfo info =
                new SES_SealInfo()
                        .setHeader(new SES_Header(SES_Header.V4, new DERIA5String(VENDOR)))
                        .setEsID(new DERIA5String(arguments.text("id"), true))
                        .setProperty(property(arguments))
                        .setPicture(picture(arguments));
        byte[] value = Keys.sign(Keys.privateKey(arguments.text("maker-key")), info.getEncoded("DER"));
        SESeal seal =
                new SESeal()
                        .seteSealInfo(info)
                        .setCert(Keys.certificate(arguments.text("maker-cert")))
                        .setSignAlgID(GMObjectIdentifiers.sm2sign_with_sm3)
                        .setSignedValue(value);
        Files.write(Path.of(out), seal.getEncoded("DER"));
        return Json.ok().with("out", out);
    }

    private static SES_ESPropertyInfo property(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException {
        X509Certificate signer = Keys.certificate(arguments.text("signer-cert"));
        DERSequence list = new DERSequence(new DEROctetString(signer.getEncoded()));
        Instant now = Instant.now();
        return new SES_ESPropertyInfo()
                .setType(new ASN1Integer((long) arguments.number("type", 1)))
                .setName(new DERUTF8String(arguments.text("name")))
                .setCertListType(SES_ESPropertyInfo.CertListType)
                .setCertList(SES_CertList.getInstance(SES_ESPropertyInfo.CertListType, list))
                .setCreateDate(time(now))
                .setValidStart(time(instant(arguments, "from", now)))
                .setValidEnd(time(instant(arguments, "to", now.plus(DAYS_VALID, ChronoUnit.DAYS))));
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
}
