package govseal.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SignatureException;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Enumeration;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DERSequence;
import org.ofdrw.gm.ses.parse.SESVersion;
import org.ofdrw.gm.ses.parse.SESVersionHolder;
import org.ofdrw.gm.ses.parse.VersionParser;
import org.ofdrw.gm.ses.v1.ExtData;
import org.ofdrw.gm.ses.v1.ExtensionDatas;
import org.ofdrw.gm.ses.v1.SES_ESPictrueInfo;
import org.ofdrw.gm.ses.v1.SES_Header;
import org.ofdrw.gm.ses.v4.CertDigestObj;
import org.ofdrw.gm.ses.v4.SES_CertList;

/**
 * {@code verify-seal FILE.esl}: the maker's signature, and every field as ofdrw's classes read it.
 *
 * <p>ofdrw encodes the information again before it is verified. Octets come back in Base64, times in
 * ISO 8601, extensions as "OID critical Base64".
 */
final class ReadSeal {
    private ReadSeal() {}

    static Json run(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException, ParseException {
        byte[] der = Files.readAllBytes(Path.of(arguments.only("FILE.esl")));
        SESVersionHolder found = VersionParser.parseSES_SealVersion(der);
        return found.getVersion() == SESVersion.v1 ? first(found.getInstanceV1Seal()) : fourth(found.getInstanceV4Seal());
    }

    /** GM/T 0031-2014: the maker signs information, certificate and algorithm together. */
    private static Json first(org.ofdrw.gm.ses.v1.SESeal seal)
            throws IOException, GeneralSecurityException, ParseException {
        org.ofdrw.gm.ses.v1.SES_SealInfo info = seal.getEsealInfo();
        org.ofdrw.gm.ses.v1.SES_SignInfo signed = seal.getSignInfo();
        ASN1Encodable[] parts = {info, signed.getCert(), signed.getSignatureAlgorithm()};
        byte[] value = signed.getSignData().getOctets();
        check(signed.getCert(), new DERSequence(parts).getEncoded("DER"), value);
        org.ofdrw.gm.ses.v1.SES_ESPropertyInfo property = info.getProperty();
        List<String> certificates = new ArrayList<>();
        for (Enumeration<?> list = property.getCertList().getObjects(); list.hasMoreElements(); ) {
            certificates.add(base64(ASN1OctetString.getInstance(list.nextElement())));
        }
        return head("v1", info.getHeader(), info.getPicture(), info.getExtDatas())
                .with("id", info.getEsID().getString())
                .with("type", number(property.getType()))
                .with("name", property.getName().getString())
                .with("certificates", certificates)
                .with("created", property.getCreateDate().getAdjustedDate().toInstant().toString())
                .with("from", property.getValidStart().getAdjustedDate().toInstant().toString())
                .with("to", property.getValidEnd().getAdjustedDate().toInstant().toString())
                .with("maker", base64(signed.getCert()))
                .with("algorithm", signed.getSignatureAlgorithm().getId())
                .with("value", Base64.getEncoder().encodeToString(value));
    }

    /** GB/T 38540-2020, and what GM/T 0031-2025 has in common with it: information alone is signed. */
    private static Json fourth(org.ofdrw.gm.ses.v4.SESeal seal)
            throws IOException, GeneralSecurityException, ParseException {
        org.ofdrw.gm.ses.v4.SES_SealInfo info = seal.geteSealInfo();
        byte[] value = seal.getSignedValue().getOctets();
        check(seal.getCert(), info.getEncoded("DER"), value);
        org.ofdrw.gm.ses.v4.SES_ESPropertyInfo property = info.getProperty();
        Json answer =
                head("v4", info.getHeader(), info.getPicture(), info.getExtDatas())
                        .with("id", info.getEsID().getString())
                        .with("type", number(property.getType()))
                        .with("name", property.getName().getString())
                        .with("list", number(property.getCertListType()))
                        .with("created", property.getCreateDate().getDate().toInstant().toString())
                        .with("from", property.getValidStart().getDate().toInstant().toString())
                        .with("to", property.getValidEnd().getDate().toInstant().toString())
                        .with("maker", base64(seal.getCert()))
                        .with("algorithm", seal.getSignAlgID().getId())
                        .with("value", Base64.getEncoder().encodeToString(value));
        return withSigners(answer, property.getCertList());
    }

    private static Json withSigners(Json answer, SES_CertList list) {
        List<String> rows = new ArrayList<>();
        if (list.getCerts() != null) {
            list.getCerts().forEach(certificate -> rows.add(base64(certificate)));
            return answer.with("certificates", rows);
        }
        for (CertDigestObj digest : list.getCertDigestList()) {
            rows.add(digest.getType().getString() + " " + base64(digest.getValue()));
        }
        return answer.with("digests", rows);
    }

    private static Json head(String kind, SES_Header header, SES_ESPictrueInfo picture, ExtensionDatas extensions) {
        List<String> rows = new ArrayList<>();
        if (extensions != null) {
            for (ExtData row : extensions) {
                rows.add(row.getExtnID().getId() + " " + row.getCritical() + " " + base64(row.getExtnValue()));
            }
        }
        return Json.ok()
                .with("kind", kind)
                .with("header", header.getId().getString())
                .with("version", number(header.getVersion()))
                .with("vendor", header.getVid().getString())
                .with("picture", picture.getType().getString())
                .with("data", base64(picture.getData()))
                .with("width", number(picture.getWidth()))
                .with("height", number(picture.getHeight()))
                .with("extensions", rows);
    }

    private static void check(ASN1OctetString certificate, byte[] message, byte[] value)
            throws IOException, GeneralSecurityException {
        if (!Keys.isSignedBy(Keys.certificate(certificate.getOctetStream()), message, value)) {
            throw new SignatureException("the maker's signature does not fit the seal");
        }
    }

    private static int number(ASN1Integer value) {
        return value.intValueExact();
    }

    private static String base64(ASN1OctetString value) {
        return Base64.getEncoder().encodeToString(value.getOctets());
    }
}
