package govseal.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.ofdrw.core.signatures.SigType;
import org.ofdrw.core.signatures.Signatures;
import org.ofdrw.gm.ses.parse.SESVersion;
import org.ofdrw.gm.ses.parse.VersionParser;
import org.ofdrw.reader.OFDReader;
import org.ofdrw.sign.verify.OFDValidator;
import org.ofdrw.sign.verify.SignedDataValidateContainer;
import org.ofdrw.sign.verify.container.GBT35275ValidateContainer;
import org.ofdrw.sign.verify.container.SESV1ValidateContainer;
import org.ofdrw.sign.verify.container.SESV4ValidateContainer;

/** {@code verify FILE.ofd}. */
final class Verify {
    private Verify() {}

    /**
     * What ofdrw's validator says: digests of the references, Seal.esl against the embedded seal,
     * dataHash and signature value of every signature of the first document; it stops at the first
     * failure. {@code kinds} lists the signatures that passed, in order.
     */
    static Json document(Arguments arguments) throws UsageException, IOException {
        Path file = Path.of(arguments.only("FILE.ofd"));
        int count = 0;
        List<String> kinds = new ArrayList<>();
        try (OFDReader reader = new OFDReader(file)) {
            count = count(reader);
            new OFDValidator(reader).setValidator(new ByKind(kinds)).exeValidate();
            return Json.ok().with("signatures", count).with("kinds", kinds);
        } catch (Exception | StackOverflowError e) {
            return Json.error(e).with("signatures", count).with("kinds", kinds);
        }
    }

    private static int count(OFDReader reader) {
        // null for a document without, and for one that names a list which is not there
        Signatures list = reader.hasSignature() ? reader.getDefaultSignatures() : null;
        return list == null || list.getSignatures() == null ? 0 : list.getSignatures().size();
    }

    /** ofdrw takes one container for all signatures of a file: this one asks the container that fits each. */
    private record ByKind(List<String> passed) implements SignedDataValidateContainer {
        @Override
        public void validate(SigType type, String algorithm, byte[] content, byte[] value)
                throws IOException, GeneralSecurityException {
            if (type == SigType.Sign) {
                new GBT35275ValidateContainer().validate(type, algorithm, content, value);
                passed.add("cms");
                return;
            }
            SESVersion version = VersionParser.parseSES_SignatureVersion(value).getVersion();
            SignedDataValidateContainer container =
                    switch (version) {
                        case v1 -> new SESV1ValidateContainer();
                        case v4 -> new SESV4ValidateContainer();
                    };
            container.validate(type, algorithm, content, value);
            passed.add(version.name());
        }
    }
}
