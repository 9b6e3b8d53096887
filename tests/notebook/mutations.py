"""Would the tests see it? Faults put one at a time into the merge and what erasures take away; each must fail a test.

By hand: `python -m tests.notebook.mutations`, part of `make faults`. It prints a line a fault and ends with 1 when one
went unseen. Nothing of the checkout is changed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
MERGE = Path("app/notebook/merge.py")
EMPTYING = Path("app/notebook/emptying.py")
MASKS = Path("app/notebook/masks.py")
MATERIALISE = Path("app/notebook/materialise.py")
JUDGES = (
    "tests/notebook/test_masks.py", "tests/notebook/test_merge.py", "tests/notebook/test_cases.py",
    "tests/notebook/test_against_model.py",
)  # fmt: skip


class Fault(NamedTuple):
    """What the fault would do, and the line it spoils: `right` stands once in `module`, `wrong` takes its place."""

    does: str
    right: str
    wrong: str
    module: Path = MERGE


FAULTS = (
    # What is a head.
    Fault("a replaced value stays a head", "if m.op_id not in replaced]", "]"),
    Fault("only what was replaced is a head", "if m.op_id not in replaced]", "if m.op_id in replaced]"),
    Fault(
        "parents of another field count",
        "replaced = frozenset[bytes]().union(*(m.writes[key].parents for m in touching))",
        "replaced = frozenset[bytes]().union(*(w.parents for m in modifications for w in m.writes.values()))",
    ),
    Fault(
        "the parents of the first write alone count",
        "*(m.writes[key].parents for m in touching)",
        "*(m.writes[key].parents for m in touching[:1])",
    ),
    Fault(
        "two parents replace nothing",
        "*(m.writes[key].parents for m in touching)",
        "*(m.writes[key].parents for m in touching if len(m.writes[key].parents) < 2)",
    ),
    Fault("the first written is shown", "key=lambda head: head.rank, reverse=True", "key=lambda head: head.rank"),
    Fault("equal stamps are not told apart", "return (self.stamp, self.op_id)", "return (self.stamp, b'')"),
    Fault("ids come before stamps", "(self.stamp, self.op_id)\n", "(0 * self.stamp, self.op_id)\n"),
    # What is a conflict.
    Fault(
        "equal values written apart are a conflict",
        "len({head.value for head in found}) > 1",
        "len(list(found)) > 1",
    ),
    Fault("two values are no conflict", "for head in found}) > 1", "for head in found}) > 2"),
    Fault("nothing is ever a conflict", "for head in found}) > 1", "for head in found}) > 99"),
    Fault("an automatic field has conflicts", "if key not in auto and is_contested(found)", "if is_contested(found)"),
    Fault("automatic fields alone have conflicts", "if key not in auto and is", "if key in auto and is"),
    Fault(
        "a delete and a restoring are no conflict",
        "if key not in auto and is",
        "if key not in auto and key != STATE and is",
    ),
    Fault("a delete that had not seen is silent", "    if unseen:", "    if False:"),
    Fault(
        "a field in conflict shows nothing", "found[0].value if found else", "found[0].value if len(found) == 1 else"
    ),
    Fault("a field in conflict shows its oldest value", "found[0].value if found", "found[-1].value if found"),
    Fault("a ring of parents is an error", "found[0].value if found else None", "found[0].value"),
    Fault(
        "the state is among the values",
        "for key, found in by_field.items() if key != STATE}\n",
        "for key, found in by_field.items()}\n",
    ),
    Fault("an erasure is forgotten", "erased=bool(values.get(ERASED))", "erased=False"),
    # What is deleted.
    Fault(
        "a delete beside a restoring wins",
        "any(head.value == LIVE for head in states)",
        "all(head.value == LIVE for head in states)",
    ),
    Fault("a restored row stays deleted", "or any(head.value == LIVE for head in states):", "or False:"),
    Fault("a row without state is deleted", "if not states or any", "if states and any"),
    Fault("a delete that had not seen hides the row", "return not unseen, unseen", "return True, unseen"),
    Fault("a delete hides nothing", "return not unseen, unseen", "return False, unseen"),
    Fault(
        "what the deleter saw is forgotten",
        "frozenset(deleters).union(*(m.seen for m in log if m.op_id in deleters))",
        "frozenset(deleters)",
    ),
    Fault(
        "what anybody saw counts",
        "*(m.seen for m in log if m.op_id in deleters)",
        "*(m.seen for m in log)",
    ),
    Fault(
        "what is written beside a delete is unseen",
        "seen = frozenset(deleters).union(",
        "seen = frozenset[bytes]().union(",
    ),
    Fault(
        "one deleter of two counts",
        "deleters = {head.op_id for head in states}",
        "deleters = {head.op_id for head in states[:1]}",
    ),
    Fault("an erasure is an unseen edit", "return key not in (STATE, ERASED) and", "return key != STATE and"),
    Fault("a mask is an unseen edit", "not in (STATE, ERASED) and not is_mask(key)", "not in (STATE, ERASED)"),
    Fault("an automatic field is an unseen edit", "judged = worked_on(log) - auto", "judged = worked_on(log)"),
    Fault("only an edit of all the fields is unseen", "unseen = any(_has_unseen", "unseen = all(_has_unseen"),
    Fault(
        "the same value written again is an unseen edit",
        "any(head.value not in known for",
        "any(head.op_id not in seen for",
    ),
    Fault(
        "one head that was seen is enough", "return any(head.value not in known", "return all(head.value not in known"
    ),
    Fault(
        "a link is never unseen",
        "known = known or {0 if key.startswith(LINK_PREFIX) else None}",
        "known = known or {0, 1, None}",
    ),
    Fault("a link that was not there is an empty text", "{0 if key.startswith(LINK_PREFIX) else None}", "{None}"),
    Fault(
        "an empty field that stays empty is an unseen edit",
        "known = known or {0 if key.startswith(LINK_PREFIX) else None}\n",
        "\n",
    ),
    # What a file says of a modification.
    Fault("the stamp is not in the digest", "{self.stamp!r}{self.source!r}", "{self.source!r}"),
    Fault("the source is not in the digest", "{self.stamp!r}{self.source!r}", "{self.stamp!r}"),
    Fault("the parents are not in the digest", "{write.value!r}, {sorted(write.parents)!r})", "{write.value!r})"),
    Fault(
        "the value is not in the digest", "{write.value!r}, {sorted(write.parents)!r})", "{sorted(write.parents)!r})"
    ),
    Fault("what was seen is not in the digest", "{sorted(self.seen)!r}", ""),
    Fault("the digest goes by the order of the fields", "in sorted(self.writes.items())", "in self.writes.items()"),
    # Trees of parents.
    Fault("the earliest link of a loop gives way", "cut.add(max(loop,", "cut.add(min(loop,"),
    Fault("what leads to a loop gives way too", "loop = path[path.index(row) :]", "loop = path"),
    Fault("a loop is left", "if row in path:", "if False:"),
    # What erasures take away.
    Fault("a mask covers every row", "(row, place.op_id)", '("", place.op_id)', EMPTYING),
    Fault("masks known already are forgotten", "_add(found, row_text(row), key, value)", "pass", EMPTYING),
    Fault(
        "masks that arrive are forgotten",
        "    _add_all(found, every)\n    return Emptied(log",
        "    return Emptied(log",
        EMPTYING,
    ),
    Fault(
        "the last mask alone counts",
        "(*of_write.get(place.field, ()), *masks.read(value))",
        "masks.read(value)",
        EMPTYING,
    ),
    Fault("a choice or a link is masked", " and (field is None or holds_names(field))", "", EMPTYING),
    Fault(
        "the text of a newer version is not masked",
        "field is None or holds_names",
        "field is not None and holds_names",
        EMPTYING,
    ),
    Fault("an erased row keeps its values", "else Write(None, write.parents)", "else write", EMPTYING),
    Fault(
        "an erased row loses its links",
        "key in (STATE, ERASED) or key.startswith(LINK_PREFIX) or",
        "key in (STATE, ERASED) or",
        EMPTYING,
    ),
    Fault(
        "what the log holds is not masked",
        'db.execute("UPDATE modif_field SET value = ? WHERE',
        'db.execute("SELECT ?, ?, ?" or "',
        EMPTYING,
    ),
    Fault("a masked head is not written in the tables", "[*new, *emptying.heads_among(db, lost)]", "new", MATERIALISE),
    Fault(
        "a known write that comes back masked is a forgery",
        "    emptying.forget_digests(db, taken)\n    new = ",
        "    new = ",
        MATERIALISE,
    ),
    Fault("masks of one write are a conflict", "return not masks.is_mask(key) and key", "return key", MATERIALISE),
    Fault("a mask hides a space", "if not letters[place].isspace():", "if True:", MASKS),
    Fault(
        "a mask takes one letter more", "range(start, min(end, length))", "range(start, min(end + 1, length))", MASKS
    ),
    Fault("a mask longer than the text fails", "min(end, length)", "end", MASKS),
)


def seen_by(copy: Path, fault: Fault) -> str:
    """The test that fails on the copy once spoiled, "" when none does; the copy is put right again."""
    whole = (ROOT / fault.module).read_text(encoding="utf-8")
    if whole.count(fault.right) != 1:
        raise SystemExit(f"« {fault.right} » stands {whole.count(fault.right)} times in {fault.module}.")
    (copy / fault.module).write_text(whole.replace(fault.right, fault.wrong), encoding="utf-8")
    try:
        return failing_test(copy)
    finally:
        (copy / fault.module).write_text(whole, encoding="utf-8")


def failing_test(copy: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-rfE", "--tb=no", "-p", "no:cacheprovider", *JUDGES],
        cwd=copy, env=os.environ | {"PYTHONPATH": str(copy), "HYPOTHESIS_PROFILE": "judge"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 0:
        return ""
    failed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if not failed:
        raise SystemExit(done.stdout + done.stderr)
    return failed[0].rpartition("/")[2]


def copied(to: Path) -> Path:
    for part in ("app", "tests", "resources"):
        shutil.copytree(ROOT / part, to / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", to)
    return to


def unseen_faults(copy: Path) -> Iterator[Fault]:
    for fault in FAULTS:
        witness = seen_by(copy, fault)
        print(f"{witness or 'PASSED UNSEEN':<70} {fault.does}", flush=True)
        if not witness:
            yield fault


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder))
        if failing := failing_test(copy):
            print(f"{failing} fails before any fault.")
            return 1
        unseen = list(unseen_faults(copy))
    print(f"{len(FAULTS)} faults, {len(unseen)} unseen.")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())
