package govseal.interop;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * ofdrw behind a command line. Each command prints one JSON object on one line of standard output.
 *
 * <p>Exit status: 0 done or valid, 1 refused or invalid, 2 bad usage.
 */
public final class Main {
    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int USAGE = 2;

    private final PrintStream out;

    private Main(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        // UTF-8 whatever the locale says, and nothing on standard output but our lines.
        PrintStream out =
                new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        System.exit(new Main(out).run(List.of(args)));
    }

    private int run(List<String> words) {
        if (!words.isEmpty() && words.get(0).equals("batch")) {
            return runBatch(words);
        }
        return runOne(words);
    }

    /** One command per line of the file, its words separated by tabs: one JVM start for all of them. */
    private int runBatch(List<String> words) {
        List<String> lines;
        try {
            lines = Files.readAllLines(Path.of(new Arguments(words).only("FILE")));
        } catch (UsageException | IOException e) {
            out.println(Json.error(e));
            return USAGE;
        }
        int worst = DONE;
        for (String line : lines) {
            if (!line.isBlank()) {
                worst = Math.max(worst, runOne(List.of(line.split("\t", -1))));
            }
        }
        return worst;
    }

    private int runOne(List<String> words) {
        try {
            Json result = dispatch(new Arguments(words));
            out.println(result);
            return result.isOk() ? DONE : REFUSED;
        } catch (UsageException e) {
            out.println(Json.error(e));
            return USAGE;
        } catch (Exception | StackOverflowError e) {
            // ofdrw answers a file that it cannot read with any kind of exception
            out.println(Json.error(e));
            return REFUSED;
        }
    }

    private static Json dispatch(Arguments arguments) throws Exception {
        return switch (arguments.command()) {
            case "verify" -> Verify.document(arguments);
            case "verify-seal" -> ReadSeal.run(arguments);
            case "sign" -> Sign.run(arguments);
            case "make-seal" -> MakeSeal.run(arguments);
            case "make-doc" -> MakeDoc.run(arguments);
            case "text" -> ReadText.text(arguments);
            case "find" -> ReadText.find(arguments);
            case "time-stamp" -> TimeStamp.make(arguments);
            case "verify-time-stamp" -> TimeStamp.verify(arguments);
            case "make-cms" -> SignedData.make(arguments);
            case "verify-cms" -> SignedData.verify(arguments);
            case "read-key-store" -> Containers.readKeyStore(arguments);
            case "read-pfx" -> Containers.readPfx(arguments);
            case "make-pkcs12" -> Containers.make(arguments);
            case "verify-request" -> Request.verify(arguments);
            case "make-request" -> Request.make(arguments);
            case "verify-path" -> Certificates.verifyPath(arguments);
            case "issue" -> Certificates.issue(arguments);
            case "ocsp" -> Revocation.answer(arguments);
            case "verify-ocsp" -> Revocation.verifyAnswer(arguments);
            case "crl" -> Revocation.list(arguments);
            case "verify-crl" -> Revocation.verifyList(arguments);
            default -> throw new UsageException("unknown command: " + arguments.command());
        };
    }
}
