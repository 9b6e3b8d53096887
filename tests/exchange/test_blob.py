"""The blob: what goes in comes out, and what was touched on the way is refused with a sentence."""

import base64
import gzip
import json
import zlib
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange import blob
from app.exchange.blob import BaseColumns
from app.exchange.blob_reading import DamagedSync, packed_of, unpack
from app.exchange.errors import NewerWorkbook
from app.exchange.hidden_sheet import pairs_of, read_header, read_hidden
from app.exchange.payload import Header, ScopeEntry, SheetEntry
from app.formatting import clean_text
from app.notebook.log import Batch, Gesture, Replica
from app.notebook.merge import DELETED, ERASED, LIVE, STATE, Modification, Write
from app.services.outgoing import RowHeads

ROW, OTHER = str(UUID(int=7)), str(UUID(int=9))


def op(n: int) -> bytes:
    return n.to_bytes(16, "big")


# -- batches of any shape -----------------------------------------------------------------------------------------

ids = st.integers(1, 60).map(op)
rows = st.integers(1, 12).map(lambda n: str(UUID(int=n)))
texts = st.text(st.characters(blacklist_categories=("Cs",))).map(clean_text)
parents = st.frozensets(st.integers(100, 160).map(op) | ids, max_size=3)
VALUES = {
    "title": st.none() | texts,
    "description": st.none() | texts,
    "start": st.none() | st.dates().map(lambda day: day.isoformat()),
    "progress": st.none() | st.decimals(0, 100, places=2).map(lambda number: f"{number:f}"),
    "objective": st.none() | rows,
    STATE: st.sampled_from([LIVE, DELETED]),
    "of_a_newer_version": st.none() | st.integers(-(2**63), 2**63 - 1) | texts,
}


@st.composite
def writes(draw):
    found = {
        key: Write(draw(VALUES[key]), draw(parents))
        for key in draw(st.lists(st.sampled_from(sorted(VALUES)), unique=True))
    }
    for target in draw(st.lists(rows, unique=True, max_size=2)):
        found[f"link:themes:{target}"] = Write(draw(st.sampled_from([0, 1])), draw(parents))
    return found or {STATE: Write(LIVE)}


@st.composite
def batches(draw):
    replicas = tuple(Replica(op(1000 + n), name) for n, name in enumerate(draw(st.lists(texts, max_size=2))))
    signers = st.sampled_from([replica.id for replica in replicas] + [op(2000)])
    gestures = tuple(
        Gesture(op(3000 + n), draw(texts), "edit", draw(st.integers(0, 2**62)), draw(signers), draw(st.none() | ids))
        for n in range(draw(st.integers(0, 3)))
    )
    made_by = st.sampled_from([gesture.id for gesture in gestures] + [op(4000)])
    lines = []
    for op_id in draw(st.lists(ids, unique=True, max_size=12)):
        written = {key: Write(write.value, write.parents - {op_id}) for key, write in draw(writes()).items()}
        lines.append(
            Modification(
                op_id,
                draw(made_by),
                "action",
                draw(rows),
                draw(st.integers(0, 2**63 - 1)),
                draw(signers),
                draw(st.sampled_from(["app", "hand", "seed"])),
                written,
                draw(parents),
                draw(st.none() | ids),
            )
        )
    lines.sort(key=lambda m: (m.stamp, m.op_id))
    return Batch(replicas, gestures, tuple(lines))


@given(batches())
def test_a_log_comes_back_whole(batch):
    back = unpack(blob.pack({}, {}, blob.columns_of(batch))).log

    assert back == batch
    assert [m.digest() for m in back.modifications] == [m.digest() for m in batch.modifications]


@given(st.lists(st.tuples(rows, texts, ids, st.none() | ids), unique_by=lambda one: one[0], max_size=8))
def test_a_base_comes_back_whole(lines):
    heads = [
        RowHeads((STATE, "title", "title", "internal_note"), (first, first, other, op(500)), ())
        if other
        else RowHeads((STATE, "title", "internal_note"), (first,), ((("themes", OTHER, first)),))
        for _, _, first, other in lines
    ]
    columns = BaseColumns(
        [row for row, *_ in lines], heads, frozenset({"title", "themes"}), {"title": [text for _, text, *_ in lines]},
        {"themes": {row: [OTHER] for row, _, _, other in lines if not other}},
    )  # fmt: skip

    base = unpack(blob.pack({"action": columns}, {"theme": {OTHER: "Santé"}})).base["action"]

    assert list(base) == [row for row, *_ in lines]
    for row, text, first, other in lines:
        known = base[row]
        assert known.cells["title"].value == text
        assert set(known.cells["title"].heads) == {first, *([other] if other else [])}
        assert known.cells[STATE].heads == (first,)
        # What has no column is not named, and counts among what a delete has seen.
        assert "internal_note" not in known.cells
        assert known.seen == ({first, other, op(500)} if other else {first})
        if not other:
            assert known.cells[f"link:themes:{OTHER}"] == (1, (first,), False)


def test_the_values_of_a_team_base_are_those_of_its_log():
    log = blob.columns_of(one_line(title="Repair café"))
    columns = BaseColumns([ROW], [RowHeads((STATE, "title"), (op(1),), ())], frozenset({"title"}))

    row = unpack(blob.pack({"action": columns}, {}, log)).base["action"][ROW]

    assert row.cells["title"].value == "Repair café"
    assert row.cells[STATE].value == LIVE


def test_a_base_without_values_recalls_them():
    columns = BaseColumns([ROW], [RowHeads(("title",), (op(1),), ())], frozenset({"title"}))

    row = unpack(blob.pack({"action": columns}, {}), recall=lambda op_id, key: f"{key} {op_id[-1]}").base["action"][ROW]

    assert row.cells["title"].value == "title 1"


def one_line(**values) -> Batch:
    written = {STATE: Write(LIVE)} | {key: Write(value) for key, value in values.items()}
    line = Modification(op(1), op(2), "action", ROW, 5, op(3), "app", written)
    return Batch((Replica(op(3), "Équipe Est"),), (Gesture(op(2), "Ajouter une action", "edit", 5, op(3)),), (line,))


# -- the cells ----------------------------------------------------------------------------------------------------


def header() -> Header:
    return Header(
        op(1), "K7QD", op(3), "2026-11-24T14:03:00+00:00", 5, "equipe", ScopeEntry(True),
        (SheetEntry("Actions", "action", "T_action", ("#action.id", "#action.title"), 1),), "abc", "0.1",
    )  # fmt: skip


def hidden(**values) -> list[tuple[str, str]]:
    noise = "".join(sha256(bytes([n % 256, n // 256])).hexdigest() for n in range(2000))
    return list(pairs_of(header(), blob.pack({}, {}, blob.columns_of(one_line(title="Repair", description=noise)))))


def test_cells_are_read_by_key_in_any_order():
    pairs = hidden()
    chunks = [pair for pair in pairs if pair[0].startswith("b0")]
    assert len(chunks) > 1
    assert all(len(text) <= 30_000 for _, text in pairs)

    back = read_hidden(list(reversed(pairs)))

    assert back.header == header()
    assert back.payload.log.modifications[0].writes["title"].value == "Repair"


@pytest.mark.parametrize(
    "damage",
    {
        "gap": lambda pairs: [pair for pair in pairs if pair[0] != "b0001"],
        "twice": lambda pairs: [*pairs, ("b0001", dict(pairs)["b0001"])],
        "extra": lambda pairs: [*pairs, ("b0099", "AAAA")],
        "swapped": lambda pairs: [
            ({"b0001": "b0002", "b0002": "b0001"}.get(key, key), value) for key, value in pairs
        ],
        "one letter": lambda pairs: [
            (key, ("B" if value[50] == "A" else "A").join((value[:50], value[51:])) if key == "b0001" else value)
            for key, value in pairs
        ],
        "not base64": lambda pairs: [(key, "é" + value if key == "b0001" else value) for key, value in pairs],
        "header twice": lambda pairs: [*pairs, ("code4", "AAAA")],
        "header cut": lambda pairs: [pair for pair in pairs if pair[0] != "export_id"],
        "other format": lambda pairs: [(key, "other" if key == "format" else value) for key, value in pairs],
        "odd count": lambda pairs: [(key, "-1" if key == "blob_n" else value) for key, value in pairs],
        "odd sheets": lambda pairs: [(key, "[[]]" if key == "feuilles_json" else value) for key, value in pairs],
    }.items(),
    ids=lambda damage: damage[0],
)  # fmt: skip
def test_a_damaged_sheet_is_refused_in_french(damage):
    with pytest.raises(DamagedSync, match="Rien n’a été changé") as refused:
        read_hidden(damage[1](hidden()))
    assert refused.value.advice


def test_the_header_survives_a_damaged_blob():
    pairs = [pair for pair in hidden() if pair[0] != "b0001"]

    assert read_header(pairs).code4 == "K7QD"


def test_a_newer_version_asks_for_an_update():
    newer = [(key, "2" if key == "version" else value) for key, value in hidden()]

    with pytest.raises(NewerWorkbook, match="plus récente"):
        read_header(newer)


# -- forged content -----------------------------------------------------------------------------------------------


def content(packed: bytes) -> dict:
    return json.loads(zlib.decompress(packed))


def forged(change) -> bytes:
    columns = BaseColumns([ROW], [RowHeads((STATE, "title"), (op(1),), (("themes", OTHER, op(1)),))],
                          frozenset({"title", "themes"}), None, {"themes": {ROW: [OTHER]}})  # fmt: skip
    known = content(blob.pack({"action": columns}, {"theme": {OTHER: "Santé"}}, blob.columns_of(one_line(title="x"))))
    change(known)
    return zlib.compress(json.dumps(known).encode())


def at(*path):
    """A change that puts the last of `path` at the place the others name."""

    def change(known):
        for step in path[:-2]:
            known = known[step]
        known[path[-2]] = path[-1]

    return change


FORGERIES = {
    "no ops": at("ops", ""),
    "ops not base64": at("ops", "é"),
    "ops cut": at("ops", base64.b64encode(b"1234").decode()),
    "an id twice": lambda known: known.update(ops=base64.b64encode(op(1) + op(1)).decode()),
    "a list of another length": at("log", "stamp", []),
    "negative stamp": at("log", "stamp", [-1]),
    "stamp beyond 63 bits": at("log", "stamp", [2**63]),
    "a boolean for a number": at("log", "row", [True]),
    "a number for a list": at("log", "entity", 3),
    "unknown row": at("log", "row", [99]),
    "unknown replica": at("log", "replica", [5]),
    "a float value": at("values", [[1.5, "x"]]),
    "a list value": at("values", [[1, ["x"]]]),
    "a lone surrogate": at("values", [[1, "\ud800"]]),
    "a null character": at("values", [[1, "a\u0000b"]]),
    "a value too many": at("values", [[1, "x", 2]]),
    "a state of seven": at("values", [[7, "x"]]),
    "an odd field": at("log", "shapes", [["_state", "link:themes:x"]]),
    "an odd entity": at("log", "entities", ["Action; DROP"]),
    "its own parent": at("log", "parents", [[0, [0, 0x10000]]]),
    "a parent elsewhere": at("log", "parents", [[0, [0, -50]]]),
    "a cut parent": at("log", "parents", [[0, [0, ["00"]]]]),
    "parents of nothing": at("log", "parents", [[5, [0, 0]]]),
    "an odd label": at("labels", "theme", "texts", [3]),
    "labels that do not match": at("labels", "theme", "texts", []),
    "a base without shape": at("base", "action", "shape", []),
    "a base with an odd place": at("base", "action", "ops", [12]),
    "a base with an odd link": at("base", "action", "links", [[0, [["themes", 99, 0, 1]]]]),
    "a base that locks nothing": at("base", "action", "locked", [[9, ["title"]]]),
    "values without log": at("log", None),
    "another format": at("format", 2),
    "nothing": lambda known: known.clear(),
}


@pytest.mark.parametrize("change", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_payload_is_refused_in_french(change):
    with pytest.raises(DamagedSync, match="altérées"):
        unpack(forged(change))


@pytest.mark.parametrize(
    ("field", "value"),
    [("start", "demain"), ("start", "2026-02-30"), ("progress", "1e9"), ("progress", "NaN"), ("objective", "EST"),
     ("title", 5), ("status", 1), (ERASED, 2)],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused(field, value):
    with pytest.raises(DamagedSync):
        unpack(blob.pack({}, {}, blob.columns_of(one_line(**{field: value}))))


@pytest.mark.parametrize(
    "packed",
    {
        "gzip": gzip.compress(b"{}"),
        "empty": b"",
        "noise": b"\x00" * 50,
        "cut": zlib.compress(b'{"format":1}' * 50)[:-6],
        "followed": zlib.compress(b'{"format":1}') + b"more",
        "not json": zlib.compress(b"{"),
        "not utf-8": zlib.compress(b'{"format":"\xff"}'),
        "a list": zlib.compress(b"[]"),
        "deep": zlib.compress(b"[" * 100_000 + b"]" * 100_000),
        "deep and spaced": zlib.compress(b'{"format":1,"ops":' + b"[1," * 100_000 + b"1" + b"]" * 100_000 + b"}"),
        "not a number": zlib.compress(b'{"format":NaN}'),
        "a number without end": zlib.compress(b'{"format":' + b"9" * 100_000 + b"}"),
    }.items(),
    ids=lambda packed: packed[0],
)
def test_what_is_no_blob_is_refused(packed):
    with pytest.raises(DamagedSync):
        unpack(packed[1])


def test_a_blob_that_unfolds_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr("app.exchange.blob_reading.LARGEST", 10_000)

    with pytest.raises(DamagedSync, match="sans fin"):
        unpack(zlib.compress(b" " * 1_000_000))


def test_the_size_of_the_text_is_bounded(monkeypatch):
    monkeypatch.setattr("app.exchange.blob_reading.LONGEST_TEXT", 10)

    with pytest.raises(DamagedSync, match="démesurées"):
        packed_of([("b0001", "A" * 20)], count=1, digest="")


@given(st.data())
def test_no_change_of_a_byte_does_harm(data):
    """Whatever is altered, the answer is the payload or a refusal, never a crash."""
    raw = bytearray(zlib.decompress(forged(lambda known: None)))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        payload = unpack(zlib.compress(bytes(raw)))
        for table in payload.base.values():
            for row in table:
                assert table[row].seen is not None
    except DamagedSync:
        pass
