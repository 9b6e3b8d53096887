"""The structure tree of a tagged PDF: what assistive readers follow.

While pages are drawn, blocks open marked content for an `Element`; the `Structure` numbers it per page and hangs the
element in reading order. `write_structure` then gives the finished file its tree, its parent tree, its language.
Headers, footers, rules and repeated table heads are artifacts: they never enter here.

Source: ISO 32000-1, 14.7 (logical structure) and 14.8 (tagged PDF).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf


@dataclass(slots=True, eq=False)
class Element:
    """A node of the tree: `role` is a standard type (H1, P, Table, TD…).

    `attributes` are written as the /A dictionary: {"O": "Table", "Scope": "Column"}; strings become names, a
    Summary excepted.
    A parent given at construction is hung with the element the first time its content is drawn.
    """

    role: str
    parent: "Element | None" = None
    alt: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    kids: "list[Element | Mark | Note]" = field(default_factory=list)
    hung: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of marked content: page index from 0, number on that page."""

    page: int
    number: int


@dataclass(frozen=True, slots=True)
class Note:
    """An annotation (link) of a page, by its rank among those of the page."""

    page: int
    rank: int


class Structure:
    """The tree being grown and, page by page, which element owns each piece of marked content."""

    def __init__(self) -> None:
        self.root = Element("Document", hung=True)
        self.owners: list[list[Element]] = []
        self._containers = [self.root]

    def start_page(self) -> None:
        self.owners.append([])

    def mark(self, element: Element) -> int:
        """Number of a new piece of content of `element` on the current page."""
        self.hang(element)
        owners = self.owners[-1]
        number = len(owners)
        owners.append(element)
        element.kids.append(Mark(len(self.owners) - 1, number))
        return number

    def note(self, element: Element, rank: int) -> None:
        """The annotation number `rank` of the current page belongs to `element`."""
        self.hang(element)
        element.kids.append(Note(len(self.owners) - 1, rank))

    def hang(self, element: Element) -> None:
        """Put `element` at the end of its parent (or of the open container), once."""
        if element.hung:
            return
        parent = element.parent or self._containers[-1]
        self.hang(parent)
        element.parent = parent
        parent.kids.append(element)
        element.hung = True

    def enter(self, container: Element) -> None:
        """Elements without a parent go into `container` until `leave`."""
        self.hang(container)
        self._containers.append(container)

    def leave(self) -> None:
        self._containers.pop()


def write_structure(pdf: Pdf, structure: Structure, *, language: str) -> None:
    """Give `pdf` its structure tree; `structure` must have been grown while drawing its very pages."""
    pages = [page.obj for page in pdf.pages]
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    objects: dict[int, Any] = {}
    notes: list[tuple[Any, Any]] = []
    _build(pdf, structure.root, root, pages, objects, notes)
    root.K = Array([objects[id(structure.root)]])

    numbers: list[Any] = []
    for index, owners in enumerate(structure.owners):
        pages[index].StructParents = index
        pages[index].Tabs = Name.S
        numbers += [index, pdf.make_indirect(Array([objects[id(owner)] for owner in owners]))]
    for key, (annotation, element) in enumerate(notes, start=len(pages)):
        annotation.StructParent = key
        numbers += [key, element]
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=Array(numbers)))
    root.ParentTreeNextKey = len(pages) + len(notes)

    catalog = pdf.Root
    catalog.StructTreeRoot = root
    catalog.MarkInfo = Dictionary(Marked=True)
    catalog.Lang = pikepdf.String(language)
    preferences = catalog.get("/ViewerPreferences") or Dictionary()
    preferences.DisplayDocTitle = True
    catalog.ViewerPreferences = preferences


def _build(
    pdf: Pdf, element: Element, parent: Any, pages: list[Any], objects: dict[int, Any], notes: list[tuple[Any, Any]]
) -> Any:
    """The dictionary of `element` and of all below it; `objects` remembers them by identity of the element."""
    node = pdf.make_indirect(Dictionary({"/S": _name(element.role), "/P": parent}))
    objects[id(element)] = node
    if element.alt:
        node.Alt = pikepdf.String(element.alt)
    if element.attributes:
        node.A = Dictionary({f"/{key}": _attribute(key, value) for key, value in element.attributes.items()})
    home: int | None = None
    kids: list[Any] = []
    for kid in element.kids:
        if isinstance(kid, Element):
            kids.append(_build(pdf, kid, node, pages, objects, notes))
        elif isinstance(kid, Note):
            annotation = _annotation(pdf, pages[kid.page], kid.rank)
            notes.append((annotation, node))
            kids.append(Dictionary(Type=Name.OBJR, Obj=annotation, Pg=pages[kid.page]))
        elif home is None or home == kid.page:
            home = kid.page
            kids.append(kid.number)
        else:
            kids.append(Dictionary(Type=Name.MCR, Pg=pages[kid.page], MCID=kid.number))
    if home is not None:
        node.Pg = pages[home]
    if len(kids) == 1:
        node.K = kids[0]
    elif kids:
        node.K = Array(kids)
    return node


def _annotation(pdf: Pdf, page: Any, rank: int) -> Any:
    annotation = page.Annots[rank]
    if not annotation.is_indirect:
        annotation = pdf.make_indirect(annotation)
        page.Annots[rank] = annotation
    return annotation


_names: dict[str, Name] = {}


def _name(text: str) -> Name:
    """Names are few and asked for thousands of times."""
    found = _names.get(text)
    if found is None:
        found = _names[text] = Name(f"/{text}")
    return found


def _attribute(key: str, value: Any) -> Any:
    if key == "Summary":
        return pikepdf.String(value)
    if isinstance(value, str):
        return _name(value)
    return Array(list(value)) if isinstance(value, list | tuple) else value
