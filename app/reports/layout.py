"""Blocks and how they fill pages: what any piece of a report answers, and the blocks that hold others.

A block knows its height at a given width, the least room it needs to start, how to split, how to draw itself below
a given height. `document.py` pours a story (a list of blocks) down the pages with these four answers.
"""

from collections.abc import Iterator, Sequence

from app.reports.pen import Pen
from app.reports.tagging import Element
from app.reports.theme import Sheet


class Block:
    """A piece of a report. Lengths are points; `space_before` and `space_after` fall at the ends of a page."""

    space_before: float = 0
    space_after: float = 0
    keep_with_next: bool = False

    def height(self, width: float) -> float:
        """Height it takes at `width`, spaces apart."""
        raise NotImplementedError

    def least(self, width: float) -> float:
        """Height of its smallest leading part: with less room it goes to the next page."""
        return self.height(width)

    def split(self, width: float, room: float) -> "tuple[Block, Block] | None":
        """A part no higher than `room` and the rest; None when it does not cut there."""
        return None

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        raise NotImplementedError

    def children(self) -> Sequence["Block"]:
        """The blocks it holds."""
        return ()


class Space(Block):
    """An empty height; nothing at the top of a page."""

    def __init__(self, height: float) -> None:
        self._height = height

    def height(self, width: float) -> float:
        return self._height

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        pass


class NewPage(Block):
    """Go on at the top of a new page, on another sheet when one is given."""

    def __init__(self, sheet: Sheet | None = None) -> None:
        self.sheet = sheet

    def height(self, width: float) -> float:
        return 0

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        pass


class Room(Block):
    """Go to a new page when less than `wanted` points remain."""

    def __init__(self, wanted: float) -> None:
        self.wanted = wanted

    def height(self, width: float) -> float:
        return 0

    def least(self, width: float) -> float:
        return self.wanted

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        pass


class Stack(Block):
    """Blocks one under the other, kept on one page as long as a page can hold them.

    `padding` and `fill`/`edge` make a box of it, `stripe` a coloured left edge.
    """

    def __init__(
        self,
        blocks: Sequence[Block],
        *,
        before: float = 0,
        after: float = 0,
        padding: float = 0,
        fill: str = "",
        edge: str = "",
        stripe: str = "",
        role: str = "",
        keep_with_next: bool = False,
        breakable: bool = False,
    ) -> None:
        self.blocks = list(blocks)
        self.space_before, self.space_after = before, after
        self.padding, self.fill, self.edge, self.stripe = padding, fill, edge, stripe
        self.keep_with_next = keep_with_next
        self.breakable = breakable
        self.element = Element(role) if role else None

    def children(self) -> Sequence[Block]:
        return self.blocks

    def height(self, width: float) -> float:
        inner = self._inner(width)
        return 2 * self.padding + sum(gap + block.height(inner) for gap, block in _gaps(self.blocks))

    def least(self, width: float) -> float:
        if not self.breakable:
            return self.height(width)
        return 2 * self.padding + least_of(self.blocks, self._inner(width))

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        first, rest = cut(self.blocks, self._inner(width), room - 2 * self.padding)
        return (self._part(first), self._part(rest)) if first and rest else None

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        height = self.height(width)
        if self.fill or self.edge or self.stripe:
            with pen.artifact():
                if self.fill or self.edge:
                    pen.round_box(x, top - height, width, height, radius=3, fill=self.fill, edge=self.edge)
                if self.stripe:
                    pen.box(x, top - height, 2.5, height, fill=self.stripe)
        if self.element:
            pen.structure.enter(self.element)
        draw_down(self.blocks, pen, x + self._margin(), top - self.padding, self._inner(width))
        if self.element:
            pen.structure.leave()

    def _margin(self) -> float:
        return self.padding + (4 if self.stripe else 0)

    def _inner(self, width: float) -> float:
        return width - self._margin() - self.padding

    def _part(self, blocks: list[Block]) -> "Stack":
        part = Stack(
            blocks, padding=self.padding, fill=self.fill, edge=self.edge, stripe=self.stripe, breakable=self.breakable
        )
        part.space_after = self.space_after
        part.element = self.element
        return part


class Columns(Block):
    """Columns side by side, read one after the other; `shares` are their relative widths."""

    def __init__(
        self,
        columns: Sequence[Sequence[Block]],
        *,
        shares: Sequence[float] = (),
        gap: float = 24,
        before: float = 0,
        after: float = 0,
        elements: Sequence[Element] = (),
    ) -> None:
        self.columns = [list(blocks) for blocks in columns]
        self.shares = tuple(shares) or (1.0,) * len(self.columns)
        self.gap = gap
        self.space_before, self.space_after = before, after
        self.elements = tuple(elements) or tuple(Element("Div") for _ in self.columns)

    def children(self) -> Sequence[Block]:
        return [block for blocks in self.columns for block in blocks]

    def height(self, width: float) -> float:
        heights = [
            sum(gap + block.height(extent) for gap, block in _gaps(blocks))
            for blocks, (_, extent) in zip(self.columns, self._places(width), strict=True)
        ]
        return max(heights, default=0)

    def least(self, width: float) -> float:
        leasts = [
            least_of(blocks, extent) for blocks, (_, extent) in zip(self.columns, self._places(width), strict=True)
        ]
        return max(leasts, default=0)

    def split(self, width: float, room: float) -> tuple[Block, Block] | None:
        firsts, rests = [], []
        for blocks, (_, extent) in zip(self.columns, self._places(width), strict=True):
            first, rest = cut(blocks, extent, room)
            firsts.append(first)
            rests.append(rest)
        if not any(firsts) or not any(rests):
            return None
        return self._part(firsts), self._part(rests)

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        for element in self.elements:
            pen.structure.hang(element)
        for blocks, element, (offset, extent) in zip(self.columns, self.elements, self._places(width), strict=True):
            pen.structure.enter(element)
            draw_down(blocks, pen, x + offset, top, extent)
            pen.structure.leave()

    def _places(self, width: float) -> Iterator[tuple[float, float]]:
        """Offset and width of each column."""
        free = width - self.gap * (len(self.columns) - 1)
        offset = 0.0
        for share in self.shares:
            extent = free * share / sum(self.shares)
            yield offset, extent
            offset += extent + self.gap

    def _part(self, columns: list[list[Block]]) -> "Columns":
        return Columns(columns, shares=self.shares, gap=self.gap, after=self.space_after, elements=self.elements)


# -- piling up ----------------------------------------------------------------------------------------------------


def gap_between(above: Block | None, below: Block) -> float:
    """The larger of the two spaces that meet; none at the top."""
    return 0.0 if above is None else max(above.space_after, below.space_before)


def least_of(blocks: Sequence[Block], width: float) -> float:
    """Room needed to start `blocks`: the headings at their front and the least of what follows them."""
    needed = 0.0
    for gap, block in _gaps(blocks):
        if not block.keep_with_next:
            return needed + gap + block.least(width)
        needed += gap + block.height(width)
    return needed


def cut(blocks: Sequence[Block], width: float, room: float) -> tuple[list[Block], list[Block]]:
    """The blocks that hold in `room` and the rest; a heading does not stay behind its text."""
    first: list[Block] = []
    used = 0.0
    for rank, (gap, block) in enumerate(_gaps(blocks)):
        if used + gap + least_of(blocks[rank:], width) > room + 0.01:
            return first, list(blocks[rank:])
        height = block.height(width)
        if used + gap + height <= room + 0.01:
            first.append(block)
            used += gap + height
            continue
        parts = block.split(width, room - used - gap)
        if parts is None:
            return first, list(blocks[rank:])
        return [*first, parts[0]], [parts[1], *blocks[rank + 1 :]]
    return first, []


def draw_down(blocks: Sequence[Block], pen: Pen, x: float, top: float, width: float) -> None:
    """Draw `blocks` one under the other."""
    for gap, block in _gaps(blocks):
        top -= gap
        block.draw(pen, x, top, width)
        top -= block.height(width)


def _gaps(blocks: Sequence[Block]) -> Iterator[tuple[float, Block]]:
    above: Block | None = None
    for block in blocks:
        yield gap_between(above, block), block
        above = block
