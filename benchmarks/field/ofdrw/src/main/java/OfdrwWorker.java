// Passes of ofdrw over the files of a folder, timed from inside; the protocol is in
// ../../../../../ofd.py. Keys, certificate and seal are read once, as they are on the other side.

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.ofdrw.gm.ses.v4.SESeal;
import org.ofdrw.reader.OFDReader;
import org.ofdrw.sign.OFDSigner;
import org.ofdrw.sign.SignMode;
import org.ofdrw.sign.signContainer.SESV4Container;
import org.ofdrw.sign.stamppos.NormalStampPos;
import org.ofdrw.sign.verify.OFDValidator;
import org.ofdrw.sign.verify.container.SESV4ValidateContainer;

public final class OfdrwWorker {
    private static final Provider PROVIDER = new BouncyCastleProvider();

    private final PrivateKey key;
    private final X509Certificate certificate;
    private final SESeal seal;

    private OfdrwWorker(Path keys) throws Exception {
        byte[] pkcs8 = Files.readAllBytes(keys.resolve("signer.pkcs8"));
        key = KeyFactory.getInstance("EC", PROVIDER).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        try (InputStream in = Files.newInputStream(keys.resolve("signer.cer"))) {
            CertificateFactory factory = CertificateFactory.getInstance("X.509", PROVIDER);
            certificate = (X509Certificate) factory.generateCertificate(in);
        }
        seal = SESeal.getInstance(Files.readAllBytes(keys.resolve("seal.esl")));
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        System.setOut(System.err); // ofdrw may say something there
        OfdrwWorker worker = new OfdrwWorker(Path.of(arguments[0]));
        out.println("ready ofdrw");
        out.flush();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            out.println(worker.pass(line.split("\t")));
            out.flush();
        }
    }

    /** Nanoseconds of this thread on the processor and on the clock, for one file of the folder. */
    private String pass(String[] words) throws Exception {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        List<Path> files;
        try (Stream<Path> found = Files.list(Path.of(words[1]))) {
            files = found.sorted().collect(Collectors.toList());
        }
        long cpu = threads.getCurrentThreadCpuTime();
        long clock = System.nanoTime();
        for (Path file : files) {
            if (words[0].equals("verify")) {
                verify(file);
            } else {
                stamp(file, Path.of(words[2]).resolve(file.getFileName()));
            }
        }
        cpu = threads.getCurrentThreadCpuTime() - cpu;
        clock = System.nanoTime() - clock;
        return cpu / files.size() + " " + clock / files.size();
    }

    private static void verify(Path file) throws Exception {
        try (OFDReader reader = new OFDReader(file)) {
            new OFDValidator(reader).setValidator(new SESV4ValidateContainer()).exeValidate();
        }
    }

    private void stamp(Path file, Path target) throws Exception {
        try (OFDReader reader = new OFDReader(file)) {
            OFDSigner signer = new OFDSigner(reader, target);
            signer.setSignMode(SignMode.ContinueSign)
                    .setSignContainer(new SESV4Container(key, seal, certificate))
                    .addApPos(new NormalStampPos(1, 120, 210, 42, 42));
            signer.exeSign();
            signer.close(); // writes the file; only after exeSign, hence not a resource
        }
    }
}
