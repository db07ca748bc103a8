package govseal.interop;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One result line. Values are booleans, integers, strings and lists of strings: no library needed. */
final class Json {
    private final Map<String, Object> fields = new LinkedHashMap<>();

    private Json(boolean ok) {
        fields.put("ok", ok);
    }

    static Json ok() {
        return new Json(true);
    }

    static Json error(Throwable reason) {
        return new Json(false).with("error", describe(reason));
    }

    Json with(String name, Object value) {
        fields.put(name, value);
        return this;
    }

    boolean isOk() {
        return fields.get("ok").equals(Boolean.TRUE);
    }

    /** Class and message of the exception and of its causes, outermost first. */
    private static String describe(Throwable reason) {
        List<String> parts = new ArrayList<>();
        for (Throwable t = reason; t != null && parts.size() < 5; t = t.getCause()) {
            parts.add(t.getClass().getSimpleName() + ": " + t.getMessage());
        }
        return String.join(" <- ", parts);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        fields.forEach((name, value) -> {
            text.append(text.length() > 1 ? ", " : "");
            quote(text, name);
            text.append(": ");
            write(text, value);
        });
        return text.append('}').toString();
    }

    private static void write(StringBuilder text, Object value) {
        if (value instanceof Boolean || value instanceof Integer) {
            text.append(value);
        } else if (value instanceof Collection<?> items) {
            text.append('[');
            String separator = "";
            for (Object item : items) {
                text.append(separator);
                write(text, item);
                separator = ", ";
            }
            text.append(']');
        } else {
            quote(text, String.valueOf(value));
        }
    }

    private static void quote(StringBuilder text, String value) {
        text.append('"');
        for (char c : value.toCharArray()) {
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < 0x20 || Character.isSurrogate(c)) {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
