"""自定义标引 (GB/T 33190, clause 16): names of fields, and the text on the pages they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from govseal.errors import FormatError, LimitExceeded
from govseal.formats.metadata import TagField, TagFile
from govseal.formats.ofd import xml
from govseal.formats.ofd.described import Reading, attribute, local_name
from govseal.formats.ofd.xml import Element

_REFERENCE = "ObjectRef"
_DATA = "ObjectData"
_NOTHING = "0"
"""What products write for a field that has no object."""


class TagReader:
    """Reads the tag files of one document; each page is parsed once, and only when referred to.

    A file whose bytes are not ``wanted`` comes without its fields.
    """

    def __init__(self, reading: Reading, wanted: Callable[[bytes], bool] | None = None) -> None:
        self.reading = reading
        self._is_wanted = wanted
        self._pages = {page.id: page.name for page in reversed(reading.body.pages)}

    def read(self) -> Iterator[TagFile]:
        """The tag files, in the order of CustomTags.xml."""
        reading = self.reading
        found = reading.named_in_document("CustomTags")
        if found is None:
            return
        holder, root = found
        for entry in xml.children(root, "CustomTag"):
            location = reading.locate(holder, xml.text(entry, "FileLoc"))
            space = attribute(entry, "NameSpace", "TypeID")
            reading.count(space, location.path)
            if location.name is None:
                problem = FormatError("the tag file is missing", part=location.path)
                yield TagFile(space, location.path, problem=problem)
            else:
                yield self._file(space, location.name)

    def _file(self, space: str, name: str) -> TagFile:
        fields: list[TagField] = []
        problem: FormatError | None = None
        try:
            is_wanted = self._is_wanted
            if is_wanted is not None and not is_wanted(self.reading.package.read(name)):
                return TagFile(space, f"/{name}")
            for field in self._fields(self._open(name)):
                fields.append(field)  # noqa: PERF402 - what was read stays when the rest fails
        except FormatError as error:
            problem = error.kept()
        return TagFile(space, f"/{name}", tuple(fields), problem)

    def _open(self, name: str) -> Element:
        """The root of a tag file; Q17: products write prefixes that no XML has."""
        try:
            return self.reading.open(name)
        except LimitExceeded:
            raise
        except FormatError as error:
            if error.code != "malformed":
                raise
            root = self.reading.open(name, recover=True)
            self.reading.tolerances.note("quirk_q17", f"/{name}")
            return root

    def _fields(self, root: Element) -> Iterator[TagField]:
        """The elements that hold a value, with the names of those around them."""
        pending: list[tuple[str, Element]] = [("", root)]
        while pending:
            path, element = pending.pop()
            below, references, texts = [], [], []
            for child in element:
                name = local_name(child)
                if name == _REFERENCE:
                    references.append(child)
                elif name == _DATA:
                    texts.append(xml.text(child))
                elif name:
                    below.append((f"{path}/{name}" if path else name, child))
                    # Names grow with the depth: each counts before they pile up.
                    self.reading.count(below[-1][0])
            if element is not root and (references or texts or not below):
                if not (references or texts or below):
                    texts.append((element.text or "").strip())
                yield self._field(path, references, texts)
            pending.extend(reversed(below))

    def _field(self, path: str, references: list[Element], texts: list[str]) -> TagField:
        missing = []
        for reference in references:
            page, wanted = attribute(reference, "PageRef"), xml.text(reference)
            text = self._on_page(page).get(wanted)
            if text is not None:
                texts.append(text)
            elif wanted != _NOTHING:
                missing.append(f"{page}/{wanted}")
        self.reading.count(*texts, *missing, fields=len(references))
        return TagField(path, "".join(texts), tuple(missing))

    def _on_page(self, page: str) -> dict[str, str]:
        """The objects of a page and their texts; none where there is no such page to be read.

        Raises:
            LimitExceeded: the tags refer to more pages than can be read.
        """
        name = self._pages.get(page)
        if name is None:
            return {}
        objects = self.reading.spent.objects
        if name not in objects:
            objects[name] = {}
            try:
                objects[name] = dict(_objects(self.reading.open(name)))
            except LimitExceeded:
                raise
            except FormatError as problem:
                self.reading.problems.append(problem.kept())
        return objects[name]


def _objects(root: Element) -> Iterator[tuple[str, str]]:
    """ID and text of each object; what shows no text of its own has an empty one."""
    for element in root.iter():
        identity = attribute(element, "ID") if xml.name(element) else ""
        if identity:
            codes = xml.children(element, "TextCode") if xml.name(element) == "TextObject" else ()
            yield identity, "".join(code.text or "" for code in codes)
