"""XML, as far as it can be trusted: elements with their lines; no DTD, no entities, no depth.

A document type is refused as such: what expands (entities in entities) or fetches (external
entities) must be declared in one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from topology.errors import NetworkError
from topology.formats.draft import check_size

DEEPEST: Final = 50
MOST_ELEMENTS: Final = 5_000_000


@dataclass(slots=True)
class Element:
    """A tag without its namespace, its attributes, text and children, and its line."""

    tag: str
    line: int
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def all(self, tag: str) -> Iterator["Element"]:
        """Yield the children with a tag."""
        return (child for child in self.children if child.tag == tag)

    def first(self, tag: str) -> "Element | None":
        """Return the first child with a tag."""
        return next(self.all(tag), None)

    def words(self, tag: str) -> str:
        """Return the text of the first child with a tag, or nothing."""
        child = self.first(tag)
        return "" if child is None else child.text.strip()


def parse(text: str, source: str) -> Element:
    """Return the root; raises NetworkError with the line of what is wrong."""
    check_size(text, source)
    # The text is decoded already: what it declares as its encoding says nothing any more.
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    top = Element("", 0, {})
    stack = [top]
    count = 0

    def fault(words: str) -> NetworkError:
        return NetworkError(f"{source}: line {parser.CurrentLineNumber}: {words}")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > DEEPEST:
            raise fault(f"elements in more than {DEEPEST} elements")
        if count > MOST_ELEMENTS:
            raise fault(f"more than {MOST_ELEMENTS:,} elements; split the file")
        bare = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(name.rpartition(" ")[2], parser.CurrentLineNumber, bare)
        stack[-1].children.append(element)
        stack.append(element)

    def end(name: str) -> None:
        stack.pop()

    def characters(data: str) -> None:
        stack[-1].text += data

    def doctype(*_: object) -> None:
        raise fault("a document type (<!DOCTYPE …>) is not read; remove it")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    parser.buffer_text = True
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        words = expat.ErrorString(error.code)
        raise NetworkError(f"{source}: line {error.lineno}: no XML: {words}") from None
    return top.children[0]
