"""What `make screens` draws: each scene brings a view on the screen, with something believable in it."""

import csv
import sys
import time
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QWidget

from app.ui.application import Application
from app.ui.context import Context
from app.ui.preferences import Preferences
from app.ui.theme import Theme

#: The day of the example, so that two runs give the same pictures.
MOMENT = datetime(2026, 11, 24, 14, 3).astimezone()
#: Something unlike any other row, so that the search shows what finding nothing looks like.
NOWHERE = "zzyzx"


class Stage:
    """The application on the example notebook of a quartier, in one palette; `home` is ours to fill."""

    def __init__(self, home: Path, mode: str) -> None:
        from app.services.notebooks import start

        application = QApplication.instance() or QApplication(sys.argv[:1])
        assert isinstance(application, QApplication)
        self._application = application
        self._home = home
        self.theme = Theme.load(mode=mode)
        self.theme.install(application)
        self.context = Context(self.theme, Preferences(home / "preferences.json"), lambda: MOMENT)
        self._frame = Application(self.context)
        self.window: Any = self._frame.window
        self.window.show()
        self._frame.open(start(home / "est.carnet", district="Est", example=True, now=lambda: MOMENT))

    def go(self, page: str, **filter: Any) -> QWidget:
        """A page of the window, with what it is asked to show."""
        self.window.navigator.go(page, **filter)
        self.settle()
        return self.window  # type: ignore[no-any-return]

    def record(self, entity: str, place: int) -> QWidget:
        """The fiche of a row beside the page on the screen."""
        ids = list(self.window.page().record_ids()) or self._rows(entity)
        self.context.navigator.open_record(entity, ids[min(place, len(ids) - 1)])
        return self.window  # type: ignore[no-any-return]

    def town(self, of_town: bool) -> None:
        """The whole town, or the quartier of the notebook."""
        self._frame.choose_quarter("" if of_town else self.context.store.meta("district") or "")
        self.settle()

    def files(self, *paths: Path) -> Any:
        """The page Échanges reading these files."""
        self.go("exchanges", view="import")
        page: Any = self.window.page()
        page.import_files(paths)
        self.settle()
        return page

    @cached_property
    def colleague(self) -> Path:
        """A team workbook of a colleague who worked on the same quartier: changes, creations, deletes, conflicts."""
        from app.exchange.export import export_workbook
        from app.exchange.layout import Profile
        from app.notebook import backup
        from app.services import records
        from app.services.notebooks import open_existing

        copy = self._home / "collegue.carnet"
        backup.save(self.context.store.path, copy)
        ids = self._actions()
        with open_existing(copy) as theirs:
            for row in ids[:6]:
                records.update(theirs, "action", row, {"progress": 80, "lead": "Mission santé"})
            records.update(theirs, "action", ids[0], {"title": "Un titre retouché par la collègue"})
            records.duplicate(theirs, "action", ids[3], title="Une action proposée par la collègue")
            records.delete(theirs, "action", [ids[9]])
            made = export_workbook(theirs, self._home, profile=Profile.TEAM, now=MOMENT)
        records.update(self.context.store, "action", ids[0], {"title": "Un titre retouché ici"})
        return made.path

    @cached_property
    def with_the_colleague(self) -> None:
        """The colleague's workbook taken in, its conflicts left to settle."""
        self._take_in(self.colleague)

    @cached_property
    def with_the_town(self) -> None:
        """The team workbook of another quartier taken in: the town is no longer one quartier."""
        from app.exchange.export import export_workbook
        from app.exchange.layout import Profile
        from app.services.notebooks import start

        with start(self._home / "nord.carnet", district="Nord", example=True, now=lambda: MOMENT) as theirs:
            made = export_workbook(theirs, self._home, profile=Profile.TEAM, now=MOMENT)
        self._take_in(made.path)

    def _take_in(self, book: Path) -> None:
        from app.exchange.apply import apply_plan
        from app.exchange.plan import prepare
        from app.exchange.preview import usual

        plan = prepare(self.context.store, [book], now=MOMENT)
        apply_plan(self.context.store, plan, usual(plan))
        self.settle()

    @cached_property
    def table(self) -> Path:
        """An Excel-like plan of actions that never came from a notebook, as text."""
        path = self._home / "Plan d’actions 2027.csv"
        lines = [
            ("Programmation 2027 du quartier", "", "", "", ""),
            ("N°", "Action", "Porteur", "Début", "Avancement"),
            ("1", "Jardin partagé des Trois-Ponts", "CAF", "01/03/2027", "25"),
            ("2", "Permanence numérique", "Association Inconnue", "31/02/2027", "10"),
            ("3", "Fête du quartier", "", "21/06/2027", ""),
            ("", "Total", "", "", ""),
        ]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows(lines)
        return path

    def _actions(self) -> list[str]:
        from app.services.queries import plan_index

        with self.context.store.read() as connection:
            return plan_index.load_index(connection, self.context.quarter, MOMENT.date()).ids()

    def _rows(self, entity: str) -> list[str]:
        from app.services.records import listing

        with self.context.store.read() as connection:
            return [row.id for row in listing(connection, entity)]

    def settle(self) -> None:
        """Let layouts, repaints and tasks end."""
        until, quiet = time.monotonic() + 20, 0
        while quiet < 4 and time.monotonic() < until:
            self._application.processEvents()
            time.sleep(0.02)
            quiet = 0 if self.context.jobs.running() else quiet + 1

    def clear(self, shown: QWidget) -> None:
        """Take down what a scene put up."""
        self.context.navigator.close_record()
        if shown is not self.window:
            shown.close()
            shown.deleteLater()

    def close(self) -> None:
        self.window.close()
        self.settle()


def _first_start(step: int) -> Callable[[Stage], QWidget]:
    def scene(stage: Stage) -> QWidget:
        from app.ui.dialogs.first_start import FirstStart

        made = FirstStart(stage.theme, stage.context.preferences, default=Path.home() / "est.carnet")
        made.resize(stage.window.size())
        made.show()
        for _ in range(step):
            made.name.setText("Chef de projet Est")
            made.next.click()
            stage.settle()
        return made

    return scene


def _settings(stage: Stage) -> QWidget:
    from app.ui.dialogs.settings import Settings

    made = Settings(stage.context, stage.window)
    made.show()
    return made


def _help(stage: Stage) -> QWidget:
    from app.ui.dialogs.help import Help

    made = Help(stage.context, stage.window, chapter="plan")
    made.show()
    return made


def _named(text: str, *names: str, sure: bool = True) -> Any:
    """A text as the search for a person gives it."""
    from app.services.mentions import Mention

    places = tuple((text.index(name), text.index(name) + len(name)) for name in names)
    return Mention("action", "", "description", True, sure, text, places, {bytes(16): places})


def _erasing(stage: Stage) -> QWidget:
    from app.ui.dialogs.erasing import ErasingQuestion
    from app.ui.dialogs.erasing_texts import NamedText

    texts = [
        NamedText(_named("Rencontre avec Camille Exemple au centre social", "Camille", "Exemple"),
                  "Note de suivi « 3 mars 2026 », texte"),
        NamedText(_named("Relais : Camille Exemple, qui rappelle les familles chaque semaine", "Camille", "Exemple"),
                  "Action « EST-012 Petits déjeuners », description (et 2 versions passées)"),
        NamedText(_named("Rendez-vous allée Exemple", "Exemple", sure=False), "Étape « Visite », intitulé"),
    ]  # fmt: skip
    made = ErasingQuestion(
        stage.theme, "Camille Exemple", workbooks=["Le classeur K7QD (équipe), exporté le 12/11/2026"],
        texts=texts, parent=stage.window,
    )  # fmt: skip
    made.show()
    return made


def _nothing_found(stage: Stage) -> QWidget:
    shown = stage.go("plan")
    page: Any = stage.window.page()
    page.filters.field.setText(NOWHERE)
    stage.settle()
    return shown


def _plan(view: str) -> Callable[[Stage], QWidget]:
    def scene(stage: Stage) -> QWidget:
        shown = stage.go("plan", view=view)
        page: Any = stage.window.page()
        page.filters.clear()
        return shown

    return scene


def _preview(stage: Stage) -> QWidget:
    stage.files(stage.colleague)
    return stage.window  # type: ignore[no-any-return]


def _columns(stage: Stage) -> QWidget:
    stage.files(stage.table)
    return stage.window  # type: ignore[no-any-return]


def _not_a_workbook(stage: Stage) -> QWidget:
    letter = stage.colleague.with_name("Lettre.xlsx")
    letter.write_bytes(b"Madame, Monsieur")
    stage.files(letter)
    return stage.window  # type: ignore[no-any-return]


def _town(page: str, **filter: Any) -> Callable[[Stage], QWidget]:
    def scene(stage: Stage) -> QWidget:
        stage.town(True)
        shown = stage.go(page, **filter)
        stage.settle()
        return shown

    return scene


def _met(with_whom: str, scene: Callable[[Stage], QWidget]) -> Callable[[Stage], QWidget]:
    """A scene once the notebook has met a colleague's."""

    def after(stage: Stage) -> QWidget:
        getattr(stage, with_whom)
        return scene(stage)

    return after


def _page(page: str, **filter: Any) -> Callable[[Stage], QWidget]:
    def scene(stage: Stage) -> QWidget:
        stage.town(False)
        return stage.go(page, **filter)

    return scene


def _fiche(entity: str, place: int, page: Callable[[Stage], QWidget]) -> Callable[[Stage], QWidget]:
    def scene(stage: Stage) -> QWidget:
        page(stage)
        stage.settle()
        return stage.record(entity, place)

    return scene


#: Name of the picture → the scene. In this order: some fill what those after them show.
SCENES: dict[str, Callable[[Stage], QWidget]] = {
    "first-start-name": _first_start(0),
    "first-start-quarter": _first_start(1),
    "first-start-origin": _first_start(2),
    "home": _page("home"),
    "plan": _page("plan", view="table"),
    "plan-tree": _plan("tree"),
    "plan-nothing": _nothing_found,
    "plan-bin": _plan("bin"),
    "plan-fiche": _fiche("action", 8, _plan("table")),
    "partners": _page("partners", view="structures"),
    "partners-contacts": _page("partners", view="contacts"),
    "partners-coverage": _page("partners", view="coverage"),
    "partners-fiche": _fiche("organisation", 3, _page("partners", view="structures")),
    "indicators": _page("indicators", view="board"),
    "indicators-entry": _page("indicators", view="entry"),
    "indicators-logframe": _page("indicators", view="logframe"),
    "indicators-fiche": _fiche("indicator", 3, _page("indicators", view="list")),
    "exchanges-restore": _page("exchanges", view="restore"),
    "reports": _page("reports"),
    "reports-sheet": _page("reports", report="fiche-action"),
    "exchanges": _page("exchanges", view="import"),
    "exchanges-export": _page("exchanges", view="export"),
    "exchanges-preview": _preview,
    "exchanges-columns": _columns,
    "exchanges-refused": _not_a_workbook,
    "exchanges-no-conflict": _page("exchanges", view="conflicts"),
    "exchanges-no-history": _page("exchanges", view="history"),
    "exchanges-conflicts": _met("with_the_colleague", _page("exchanges", view="conflicts")),
    "exchanges-history": _met("with_the_colleague", _page("exchanges", view="history")),
    "home-town": _met("with_the_town", _town("home", view="town")),
    "settings": _settings,
    "help": _help,
    "erasing": _erasing,
}
