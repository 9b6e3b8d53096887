"""What people read is written as French is printed: no-break spaces, typographic apostrophes, real guillemets."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "app").rglob("*.py"))
PAGES = sorted((ROOT / "resources" / "help").glob("*.md"))

# A plain space where a no-break one belongs: before a high mark, inside guillemets.
_PLAIN_BEFORE = re.compile(r"[\w»)’…\ufffc] [:;?!»%€](?:[\s.,)]|$)")
_PLAIN_AFTER = re.compile(r"« ")
_STRAIGHT = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|aujourd)'[a-zéèêàâîôûœh]", re.IGNORECASE)
_DOUBLE = re.compile(r"[a-zéè] {2,}[a-zéè]")
# Texts that are code, not words: SQL, style sheets, patterns, formats.
_CODE = re.compile(
    r"\b(SELECT|ATTACH|INSERT|UPDATE|DELETE|CREATE|PRAGMA|FROM|WHERE|VALUES|JOIN|ORDER BY)\b"
    r"|[{};]\s*\n|\bpx\b|\\[dwsb]|^#|/\*"
)


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of each text a source holds, docstrings left out; the holes of an f-string read as U+FFFC."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(_part(part) for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs | inside:
            yield node.lineno, node.value


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    is_space = isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) and part.value.id == "NBSP"
    return "\u00a0" if is_space else "\ufffc"


def faults(text: str) -> list[str]:
    found = []
    for pattern, what in (
        (_PLAIN_BEFORE, "espace insécable attendue avant : ; ? ! » % €"),
        (_PLAIN_AFTER, "espace insécable attendue après «"),
        (_STRAIGHT, "apostrophe typographique attendue"),
        (_DOUBLE, "deux espaces"),
    ):
        found += [f"{what}, dans {match.group()!r}" for match in pattern.finditer(text)]
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_words_of_the_application_are_set_in_french(path):
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {fault} dans {text[:80]!r}"
        for line, text in sentences(path)
        if not _CODE.search(text)
        for fault in faults(text)
    ]

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_guide_is_set_in_french(path):
    text = re.sub(r"`[^`]*`", "x", path.read_text(encoding="utf-8"))

    assert faults(text) == []


def test_faults_are_seen():
    assert len(faults("Est-ce sûr ?")) == 1
    assert len(faults("« mot »")) == 2
    assert len(faults("l'action")) == 1
    assert faults("Est-ce sûr\u00a0? L’action «\u00a0mot\u00a0» à 14:03, 12\u00a0%.") == []
