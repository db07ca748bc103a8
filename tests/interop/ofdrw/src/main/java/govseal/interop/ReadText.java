package govseal.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.dom4j.DocumentException;
import org.ofdrw.core.basicType.ST_Box;
import org.ofdrw.reader.ContentExtractor;
import org.ofdrw.reader.OFDReader;
import org.ofdrw.reader.keyword.KeywordExtractor;
import org.ofdrw.reader.keyword.KeywordPosition;

/** The text of a document as ofdrw's reader finds it. */
final class ReadText {
    private ReadText() {}

    /** {@code text FILE.ofd}: the texts of all pages, one for each text object or part of it. */
    static Json text(Arguments arguments) throws UsageException, IOException {
        try (OFDReader reader = new OFDReader(Path.of(arguments.only("FILE.ofd")))) {
            List<String> texts = new ContentExtractor(reader).extractAll();
            return Json.ok().with("pages", reader.getNumberOfPages()).with("texts", texts);
        }
    }

    /** {@code find FILE.ofd WORD}: page, left, top, width and height in millimetres of each occurrence. */
    static Json find(Arguments arguments) throws UsageException, IOException, DocumentException {
        List<String> words = arguments.positional(Set.of(), "FILE.ofd", "WORD");
        try (OFDReader reader = new OFDReader(Path.of(words.get(0)))) {
            List<String> places = new ArrayList<>();
            for (KeywordPosition found : KeywordExtractor.getKeyWordPositionList(reader, words.get(1))) {
                ST_Box box = found.getBox();
                places.add(
                        String.format(
                                Locale.ROOT,
                                "%d %.3f %.3f %.3f %.3f",
                                found.getPage(),
                                box.getTopLeftX(),
                                box.getTopLeftY(),
                                box.getWidth(),
                                box.getHeight()));
            }
            return Json.ok().with("places", places);
        }
    }
}
