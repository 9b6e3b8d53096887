"""Made-up imports for the page Échanges, an engine that keeps what it is asked, and pictures of the page.

python -m tests.ui.exchanges_sample FOLDER
"""

import os
import re
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from app.exchange.preview import Applied, CellFault, Change, Decisions, ImportPlan, Kind, PlanStale, Proposal, Source
from app.exchange.questions import (
    CREATE_CHOICE,
    JOIN,
    LEAVE_CHOICE,
    LINK,
    Asked,
    Choice,
    Question,
    link_choice,
)
from app.formatting import NBSP
from app.notebook.log import Batch
from app.services.conflicts import Conflict, ConflictValue
from app.services.imports import ImportRecord, RestorePoint
from app.ui.context import Context
from app.ui.jobs import Job
from app.ui.pages.exchanges import ExchangesPage
from app.ui.pages.exchanges_engine import ExportOrder

NOW = datetime(2026, 11, 24, 14, 3).astimezone()
NORD = "chef de projet Nord"
THEIRS_AT = "2026-11-22T09:30:00+01:00"

_NAMES = {
    "velo": ("action", "5.2.1 Atelier vélo et remise en selle"),
    "mediation": ("action", "4.2.3 Médiation en soirée"),
    "ecrivains": ("action", "6.1.1 Permanences d’écrivains publics"),
    "fle": ("action", "1.1.2 Ateliers FLE pour les parents d’élèves"),
    "compost": ("action", "5.3.2 Composteurs de pied d’immeuble"),
    "lancement": ("step", "Réunion de lancement avec Busabiclou"),
    "rencontres": ("measurement", "Personnes rencontrées, ligne 14"),
    "espaces": ("measurement", "Espaces ressources parents"),
    "doublon": ("organisation", f"Doublon «{NBSP}Busa bi clou{NBSP}»"),
    "lagrange": ("organisation", "Asso. Léo Lagrange"),
}


def change(row: str, kind: Kind, key: str = "", **values: Any) -> Change:
    """A change of a made-up row; `key` is its field."""
    entity, label = _NAMES[row]
    given = {"who": NORD, "at": THEIRS_AT, "erases": bool(values.get("before")) and not values.get("after"), **values}
    return Change(f"{entity}:{row}:{key}", kind, entity, row, label, key, **given)


CHANGES = (
    change("velo", Kind.CONFLICT, "end", mine="31/12/2026", theirs="30/04/2027", origin="15/11/2026",
           before="31/12/2026", after="30/04/2027", after_value=date(2027, 4, 30), lockable=False),
    change("velo", Kind.CONFLICT, "description",
           origin="Atelier de réparation, remise en selle et prêt de vélos au Pile.",
           mine="Atelier de réparation, remise en selle des femmes au Pile.",
           theirs="Atelier de réparation, remise en selle et prêt de vélos au Pile et à l’Alma, deux samedis par mois.",
           after="Atelier de réparation, remise en selle et prêt de vélos au Pile et à l’Alma, deux samedis par mois.",
           lockable=False),
    change("velo", Kind.MERGED, "progress", before=f"25{NBSP}%", after=f"35{NBSP}%"),
    change("velo", Kind.MERGED, "territories", before="Est", after="Est, Nord"),
    change("velo", Kind.MERGED, "title", before="Atelier vélo", after="Atelier vélo et remise en selle"),
    change("mediation", Kind.CONFLICT, "status", mine="En cours", theirs="Terminée", origin="À lancer", sheet="Actions",
           cell="F12"),
    change("ecrivains", Kind.MERGED, "progress", before=f"10{NBSP}%", after=f"20{NBSP}%"),
    change("ecrivains", Kind.MERGED, "description", before="", after="Deux permanences par semaine."),
    change("fle", Kind.UPDATED, "progress", before=f"40{NBSP}%", after=f"45{NBSP}%", sheet="Actions", cell="H7"),
    change("fle", Kind.UPDATED, "description", before="Le mardi et le jeudi, à l’école.", after="", sheet="Actions",
           cell="D7", ticked=False),
    change("compost", Kind.NEW, after=f"Code{NBSP}: EST-047\nStatut{NBSP}: À lancer\nÉchéance{NBSP}: 30/06/2027",
           sheet="Actions", cell="A52"),
    change("lancement", Kind.UPDATED, "done", before="", after="20/11/2026"),
    change("rencontres", Kind.ERROR, "value", sheet="Mesures", cell="E14", ticked=False,
           note=f"«{NBSP}15O{NBSP}» n’est pas un nombre"),
    change("espaces", Kind.UPDATED, "value", before="8", after="9", sheet="Mesures", cell="E3"),
    change("doublon", Kind.DELETED, ticked=False),
    change("lagrange", Kind.SUGGESTION, ticked=False, after=f"Sigle{NBSP}: LL", sheet="Structures", cell="B9",
           note=f"ressemble à «{NBSP}Association Leo Lagrange{NBSP}»"),
)  # fmt: skip


def proposals_of(changes: Sequence[Change]) -> dict[str, Proposal]:
    """What can be taken or left."""
    return {one.key: Proposal() for one in changes if one.lockable and one.kind is not Kind.ERROR}


FAULTS = (
    CellFault("Mesures", "E14", "15O", "un nombre, par exemple 150", f"«{NBSP}15O{NBSP}» n’est pas un nombre."),
    CellFault("Étapes", "D9", "31/02/2025", "une date, par exemple 28/02/2025", "La date n’existe pas."),
)

SOURCE = Source(
    Path("/partage/Carnet-Roubaix-equipe.xlsx"), "0" * 64, "A", "K7QD", "2026-11-12T10:00:00+01:00", NORD, "COMPLET",
    profile="equipe",
)  # fmt: skip

PLAN = ImportPlan(
    (SOURCE,), CHANGES, FAULTS, (f"La feuille «{NBSP}Contacts{NBSP}» a été supprimée du classeur.",),
    batch=Batch((), (), ()), proposals=proposals_of(CHANGES),
    mine={"action:velo:end": (), "action:velo:description": ()},
    log_mark=b"1",
)  # fmt: skip


_LAGRANGE = "Association Leo Lagrange"
QUESTIONS = (
    Question(
        "row:lagrange", Asked.RESEMBLES, "organisation", "lagrange", "Asso. Léo Lagrange",
        f"Cette ligne nouvelle ressemble à «{NBSP}{_LAGRANGE}{NBSP}». Est-ce la même fiche{NBSP}?",
        (link_choice("known", _LAGRANGE), link_choice("gone", "Foyer Léo Lagrange", deleted=True), CREATE_CHOICE),
        f"{LINK}known", sheet="Structures", cell="B9",
    ),
    Question(
        "sort:Étapes:K7QD", Asked.SORTED, "step", "", f"Feuille triée{NBSP}: Étapes",
        f"Les valeurs de «{NBSP}Titre, Échéance{NBSP}» ont changé de ligne sans leur Réf. Chaque ligne peut être"
        " ré-associée à sa fiche par son code ou son intitulé exact.",
        (Choice(JOIN, "Ré-associer", f"3{NBSP}lignes", f"1{NBSP}autre reste non lue"), LEAVE_CHOICE), sheet="Étapes",
        details=(
            f"Ligne 3{NBSP}: «{NBSP}Réunion de lancement{NBSP}», à côté de la Réf. de «{NBSP}Bilan{NBSP}»",
            f"Ligne 4{NBSP}: «{NBSP}Bilan{NBSP}», à côté de la Réf. de «{NBSP}Commande des vélos{NBSP}»",
            f"Ligne 6{NBSP}: «{NBSP}Commande des vélos{NBSP}», à côté de la Réf. de «{NBSP}Réunion de lancement{NBSP}»",
        ),
    ),
)  # fmt: skip

#: A workbook that asks, and that takes back work of this laptop.
ASKING = replace(
    PLAN,
    changes=(
        change("ecrivains", Kind.UPDATED, "description", before="Deux permanences par semaine.", after="Une seule.",
               lockable=False, undone_by=NORD, note=f"Annulé par {NORD}."),
        change("ecrivains", Kind.UPDATED, "progress", before=f"20{NBSP}%", after=f"10{NBSP}%", lockable=False,
               undone_by=NORD, note=f"Annulé par {NORD}."),
        *(one for one in CHANGES[5:] if one.row != "ecrivains"),
    ),
    mine={"action:ecrivains:description": (), "action:ecrivains:progress": ()},
    questions=QUESTIONS,
)  # fmt: skip


def plan_of(count: int) -> ImportPlan:
    """A plan of `count` changes over as many actions."""
    changes = tuple(
        Change(f"action:{n}:progress", Kind.UPDATED, "action", str(n), f"Action {n}", "progress", f"{n % 90}", "100")
        for n in range(count)
    )
    return replace(PLAN, changes=changes, errors=(), proposals=proposals_of(changes))


def conflicts() -> list[Conflict]:
    """Two rows in conflict in the notebook, three fields."""
    at = NOW - timedelta(days=2)

    def value(number: int, text: str, author: str, *, mine: bool = False) -> ConflictValue:
        day = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text)
        value = date(int(day[3]), int(day[2]), int(day[1])) if day else text
        return ConflictValue(bytes([number]) * 16, value, text, author, at.isoformat(), mine)

    description = CHANGES[1]
    return [
        Conflict("action:velo:end", "action", "velo", _NAMES["velo"][1], "end", "end", "Échéance",
                 (value(1, "31/12/2026", "chef de projet Est", mine=True), value(2, "30/04/2027", NORD)), "15/11/2026"),
        Conflict("action:velo:description", "action", "velo", _NAMES["velo"][1], "description", "description",
                 "Description", (
                     value(3, description.mine, "chef de projet Est", mine=True), value(4, description.theirs, NORD),
                     value(5, "Atelier de réparation au Pile.", "classeur B2XM"),
                 ), description.origin),
        Conflict("action:mediation:_state", "action", "mediation", _NAMES["mediation"][1], "_state", "deleted",
                 "Suppression", (value(6, "gardée", "chef de projet Est", mine=True), value(7, "supprimée", NORD)), ""),
    ]  # fmt: skip


@dataclass
class SampleEngine:
    """Answers like the engine, and keeps what it was asked. `fault` is raised by the next long gesture."""

    plan: ImportPlan = PLAN
    waiting: list[Conflict] = field(default_factory=list)
    fault: BaseException | None = None
    hold: threading.Event | None = None
    asked: list[Any] = field(default_factory=list)
    past: list[ImportRecord] = field(default_factory=list)
    points: list[RestorePoint] = field(default_factory=list)

    def entities(self, *, for_team: bool = True) -> list[tuple[str, str]]:
        shared = [("action", "Actions"), ("step", "Étapes"), ("organisation", "Structures")]
        return [*shared, ("attachment", "Pièces jointes")] if for_team else shared

    def districts(self) -> list[tuple[str, str]]:
        return [("est", "Est"), ("nord", "Nord")]

    def fingerprint(self) -> str:
        return "KTRV-BXQM"

    def export(self, order: ExportOrder, job: Job) -> Any:
        self._work(job, order)
        name = order.path if order.path.suffix else order.path / "Projets_Est_2026-11-24_K7QD.xlsx"
        return _Written("K7QD", {"action": 46, "step": 112, "organisation": 58}, name)

    def prepare(
        self, paths: Sequence[Path], job: Job, answers: Mapping[str, str] | None = None, again: bool = False
    ) -> ImportPlan:
        self._work(job, (*paths, dict(answers)) if answers else tuple(paths))
        return self.plan

    def forget(self) -> None:
        pass

    def apply(self, plan: ImportPlan, decisions: Decisions, job: Job) -> Applied:
        self.asked += [decisions, plan]
        if isinstance(self.fault, PlanStale):
            # Like the engine, which makes the preview again there.
            job.advance(0.2, "Lecture de la feuille Actions")
            if self.hold is not None:
                self.hold.wait(10)
            job.check()
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        return Applied("i1", len(decisions.accepted), 2)

    def count_conflicts(self) -> int:
        return len(self.waiting)

    def conflicts(self) -> list[Conflict]:
        return self.waiting

    def resolve(self, id: str, keep: Any) -> None:
        self.asked.append((id, keep))
        self.waiting = [one for one in self.waiting if one.id != id]

    def resolve_all(self, rule: str) -> int:
        self.asked.append(rule)
        self.waiting = self.waiting[:1] if rule == "mine" else []
        return len(self.waiting)

    def undo(self) -> None:
        self.asked.append("undo")

    def imports(self) -> list[ImportRecord]:
        return self.past

    def undo_import(self, id: str) -> Sequence[str]:
        self.asked.append(("undo", id))
        return ("2 champs ont été modifiés depuis et sont gardés.",)

    def restore_points(self) -> list[RestorePoint]:
        return self.points

    def _work(self, job: Job, asked: Any) -> None:
        self.asked.append(asked)
        job.advance(0.4, "Lecture de la feuille Actions")
        if self.hold is not None:
            self.hold.wait(10)
        job.check()
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault


@dataclass(frozen=True)
class _Written:
    code4: str
    counts: dict[str, int]
    path: Path
    notes: tuple[str, ...] = ()


def past_imports() -> list[ImportRecord]:
    return [
        ImportRecord("i3", NOW.replace(hour=9, minute=15), "Carnet-Roubaix-equipe.xlsx", NORD,
                   f"22{NBSP}changements, 2{NBSP}conflits", 20, False),
        ImportRecord("i2", NOW - timedelta(days=6), "Annuaire CAF.xlsx", "tableau", f"58{NBSP}nouvelles", 58, False),
        ImportRecord("i1", NOW - timedelta(days=12), "Projets_Est_2026-11-02_B2XM.xlsx", "classeur B2XM",
                   f"3{NBSP}changements", 3, True),
    ]  # fmt: skip


def restore_points() -> list[RestorePoint]:
    folder = Path("/copies")
    return [
        RestorePoint(folder / "a.carnet", NOW.replace(hour=9, minute=14), "import", 3_240_000),
        RestorePoint(folder / "b.carnet", NOW.replace(hour=8, minute=2), "quotidienne", 3_210_000),
        RestorePoint(folder / "c.carnet", NOW - timedelta(days=3), "quotidienne", 780_000),
    ]


class SamplePage(ExchangesPage):
    """The page on the sample engine, for pictures."""

    def __init__(self, context: Context) -> None:
        engine = SampleEngine(waiting=conflicts(), past=past_imports(), points=restore_points())
        super().__init__(context, engine)  # type: ignore[arg-type]
        self.sample = engine


def main(arguments: list[str]) -> int:
    """Write pictures of each view in the folder named first."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["CARNET_HOME"] = home
        for mode in ("light", "dark"):
            _shoot(folder, Path(home) / f"{mode}.carnet", mode)
    return 0


def _shoot(folder: Path, notebook: Path, mode: str) -> None:
    from PySide6.QtWidgets import QApplication

    from app.services.notebooks import start
    from app.ui.application import Application
    from app.ui.navigation import PageEntry
    from app.ui.pages import PAGES
    from app.ui.preferences import Preferences
    from app.ui.theme import Theme

    application = QApplication.instance() or QApplication(sys.argv[:1])
    theme = Theme.load(mode=mode)
    theme.install(application)
    context = Context(theme, Preferences(notebook.with_suffix(".json")), lambda: NOW)
    entry = PageEntry("exchanges", "Échanges", "arrows-exchange", "tests.ui.exchanges_sample:SamplePage")
    frame = Application(context, pages=[entry if one.key == entry.key else one for one in PAGES])
    frame.window.resize(1366, 768)
    frame.window.show()
    frame.open(start(notebook, district="Est", example=True, now=lambda: NOW))
    frame.window.navigator.go("exchanges")
    page = frame.window.page()
    assert isinstance(page, ExchangesPage)

    def settle(rounds: int = 12) -> None:
        import time

        for _ in range(rounds):
            application.processEvents()
            time.sleep(0.02)

    def picture(name: str) -> None:
        for width, height in ((1366, 768), (1920, 1080)) if name in WIDE else ((1366, 768),):
            frame.window.resize(width, height)
            settle()
            path = folder / f"{name}-{mode}-{width}.png"
            frame.window.grab().save(str(path))
            print(path)

    settle()
    picture("depot")
    page.import_files([Path(SOURCE.path)])
    settle(30)
    page.import_view.preview.detail.blocks["action:velo:end"].tiles[1].click()
    picture("apercu")
    page.import_view.preview.list.go_to("action:fle")
    picture("modifiee")
    page.import_view.preview.list.go_to("action:compost")
    picture("nouvelle")
    page.import_view.preview.list.go_to("measurement:rencontres")
    picture("erreur")
    page.import_view.preview.show_totals()
    picture("resume")
    page.import_view.preview.list.go_to("action:velo")
    frame.window.resize(1024, 600)
    settle()
    frame.window.grab().save(str(folder / f"apercu-{mode}-1024.png"))
    page.import_view.abandon()
    page.sample.plan = ASKING
    page.import_files([Path(SOURCE.path)])
    settle(30)
    page.import_view.preview.go_to_question()
    picture("question")
    page.import_view.preview.go_to_question()
    picture("triee")
    page.import_view.preview.list.go_to("action:ecrivains")
    page.import_view.preview.list.scrollToTop()
    picture("annulees")
    page.import_view.import_all()
    settle(30)
    picture("fait")
    for view in ("export", "conflicts", "history", "restore"):
        page.go_to_view(view)
        picture(view)
    frame.window.close()


WIDE = ("apercu", "export", "conflicts")

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))


def answer(window: Any, gesture: str) -> Any:
    """Answer the question on screen by the button that bears these words."""
    from PySide6.QtWidgets import QMessageBox

    box = next(box for box in window.findChildren(QMessageBox) if box.isVisible())
    next(one for one in box.buttons() if one.text() == gesture).click()
    return box
