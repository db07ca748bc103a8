package govseal.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.ofdrw.layout.OFDDoc;
import org.ofdrw.layout.PageLayout;
import org.ofdrw.layout.VirtualPage;
import org.ofdrw.layout.element.Paragraph;
import org.ofdrw.layout.element.Position;

/** {@code make-doc OUT.ofd TEXT}: a document of A4 pages, the same text on each. */
final class MakeDoc {
    private static final double FONT_SIZE_MM = 5;

    private MakeDoc() {}

    static Json run(Arguments arguments) throws UsageException, IOException {
        List<String> words = arguments.positional(Set.of("pages"), "OUT.ofd", "TEXT");
        int pages = (int) arguments.number("pages", 1);
        try (OFDDoc document = new OFDDoc(Path.of(words.get(0)))) {
            for (int i = 0; i < pages; i++) {
                Paragraph text = new Paragraph(words.get(1), FONT_SIZE_MM);
                text.setPosition(Position.Absolute).setX(25d).setY(30d).setWidth(160d);
                VirtualPage page = new VirtualPage(PageLayout.A4());
                page.add(text);
                document.addVPage(page);
            }
        }
        return Json.ok().with("out", words.get(0));
    }
}
