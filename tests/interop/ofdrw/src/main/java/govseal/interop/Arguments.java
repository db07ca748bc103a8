package govseal.interop;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The words of one command: its name, its files, and {@code --name value} or {@code --flag}. */
final class Arguments {
    private static final Set<String> FLAGS = Set.of("attached", "bare", "gm");

    private final String command;
    private final List<String> files = new ArrayList<>();
    private final Map<String, String> options = new HashMap<>();

    Arguments(List<String> words) throws UsageException {
        if (words.isEmpty()) {
            throw new UsageException(
                    "a command is needed: verify, verify-seal, sign, make-seal, make-doc, time-stamp, "
                            + "verify-time-stamp, make-cms, verify-cms, read-key-store, read-pfx, "
                            + "make-pkcs12, verify-request, make-request, ocsp, verify-ocsp, crl, verify-crl, batch");
        }
        command = words.get(0);
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("--")) {
                files.add(word);
            } else if (FLAGS.contains(word.substring(2))) {
                options.put(word.substring(2), "");
            } else if (++i < words.size()) {
                options.put(word.substring(2), words.get(i));
            } else {
                throw new UsageException(word + " needs a value");
            }
        }
    }

    String command() {
        return command;
    }

    /** The positional words, exactly as many as are named; options outside {@code allowed} are refused. */
    List<String> positional(Set<String> allowed, String... names) throws UsageException {
        if (files.size() != names.length) {
            throw new UsageException(command + " needs " + String.join(" ", names) + ", got " + files);
        }
        for (String option : options.keySet()) {
            if (!allowed.contains(option)) {
                throw new UsageException(command + " has no option --" + option);
            }
        }
        return files;
    }

    /** The single positional word of a command without options. */
    String only(String name) throws UsageException {
        return positional(Set.of(), name).get(0);
    }

    boolean has(String option) {
        return options.containsKey(option);
    }

    String text(String option) throws UsageException {
        String value = options.get(option);
        if (value == null) {
            throw new UsageException(command + " needs --" + option);
        }
        return value;
    }

    String text(String option, String fallback) {
        return options.getOrDefault(option, fallback);
    }

    double number(String option) throws UsageException {
        return parse(option, text(option));
    }

    double number(String option, double fallback) throws UsageException {
        return has(option) ? number(option) : fallback;
    }

    private static double parse(String option, String value) throws UsageException {
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new UsageException("--" + option + " is not a number: " + value);
        }
    }
}
