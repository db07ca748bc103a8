package govseal.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import org.ofdrw.gm.ses.parse.SESVersionHolder;
import org.ofdrw.gm.ses.parse.VersionParser;
import org.ofdrw.reader.OFDReader;
import org.ofdrw.sign.ExtendSignatureContainer;
import org.ofdrw.sign.OFDSigner;
import org.ofdrw.sign.SignMode;
import org.ofdrw.sign.signContainer.GBT35275DSContainer;
import org.ofdrw.sign.signContainer.GBT35275PKCS9DSContainer;
import org.ofdrw.sign.signContainer.SESV1Container;
import org.ofdrw.sign.signContainer.SESV4Container;
import org.ofdrw.sign.stamppos.CuttingRideStampPos;
import org.ofdrw.sign.stamppos.NormalStampPos;
import org.ofdrw.sign.stamppos.RidingStampPos;
import org.ofdrw.sign.stamppos.Side;
import org.ofdrw.sign.stamppos.StampAppearance;

/** {@code sign IN.ofd OUT.ofd}: a stamp by ofdrw's signer, of the generation of its seal. */
final class Sign {
    private static final Set<String> OPTIONS =
            Set.of(
                    "seal", "cert", "key", "page", "x", "y", "w", "h", "mode", "seam", "margin", "group",
                    "form");

    private Sign() {}

    static Json run(Arguments arguments) throws UsageException, IOException, GeneralSecurityException {
        List<String> files = arguments.positional(OPTIONS, "IN.ofd", "OUT.ofd");
        ExtendSignatureContainer container = container(arguments);
        SignMode mode = mode(arguments);
        List<StampAppearance> places = arguments.has("form") ? List.of() : List.of(place(arguments));
        try (OFDReader reader = new OFDReader(Path.of(files.get(0)))) {
            OFDSigner signer = new OFDSigner(reader, Path.of(files.get(1)));
            signer.setSignMode(mode).setSignContainer(container);
            places.forEach(signer::addApPos);
            signer.exeSign();
            signer.close(); // writes the file; only after exeSign, hence not a resource
        }
        return Json.ok().with("out", files.get(1));
    }

    /**
     * The container of the seal's own generation; or with {@code --form} signed data without a seal,
     * {@code attributes} or {@code digest} (the digest of Signature.xml inside).
     */
    private static ExtendSignatureContainer container(Arguments arguments)
            throws UsageException, IOException, GeneralSecurityException {
        PrivateKey key = Keys.privateKey(arguments.text("key"));
        X509Certificate certificate = Keys.certificate(arguments.text("cert"));
        if (arguments.has("form")) {
            return switch (arguments.text("form")) {
                case "attributes" -> new GBT35275PKCS9DSContainer(certificate, key);
                case "digest" -> new GBT35275DSContainer(certificate, key);
                default -> throw new UsageException("--form is attributes or digest");
            };
        }
        byte[] der = Files.readAllBytes(Path.of(arguments.text("seal")));
        SESVersionHolder seal = VersionParser.parseSES_SealVersion(der);
        return switch (seal.getVersion()) {
            case v1 -> new SESV1Container(key, seal.getInstanceV1Seal(), certificate);
            case v4 -> new SESV4Container(key, seal.getInstanceV4Seal(), certificate);
        };
    }

    private static Side side(Arguments arguments) throws UsageException {
        return switch (arguments.text("seam")) {
            case "right" -> Side.Right;
            case "left" -> Side.Left;
            case "top" -> Side.Top;
            case "bottom" -> Side.Bottom;
            default -> throw new UsageException("--seam is an edge, or facing");
        };
    }

    private static SignMode mode(Arguments arguments) throws UsageException {
        return switch (arguments.text("mode", "continue")) {
            case "continue" -> SignMode.ContinueSign;
            case "whole" -> SignMode.WholeProtected;
            default -> throw new UsageException("--mode is continue or whole");
        };
    }

    /**
     * A place on one page; or with {@code --seam EDGE} strips along that edge, centred unless
     * {@code --y} is given, {@code facing} for halves on neighbouring pages.
     */
    private static StampAppearance place(Arguments arguments) throws UsageException {
        double width = arguments.number("w");
        double height = arguments.number("h");
        if (arguments.has("seam")) {
            Double offset = arguments.has("y") ? arguments.number("y") : null;
            double margin = arguments.number("margin", 0);
            if (arguments.text("seam").equals("facing")) {
                return new CuttingRideStampPos(Side.Right, offset, width, height, margin, null);
            }
            int group = (int) arguments.number("group", 0);
            return new RidingStampPos(side(arguments), offset, group, width, height, margin);
        }
        int page = (int) arguments.number("page", 1);
        return new NormalStampPos(page, arguments.number("x"), arguments.number("y"), width, height);
    }
}
