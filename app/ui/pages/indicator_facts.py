"""The two lists of the fiche of an indicator: its measurements and its targets, added, changed and erased in place."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.errors import KnownError
from app.formatting import NBSP
from app.models import registry
from app.services import measurements, records
from app.services.readings import Scale, read, reading_words
from app.services.scorecard import Goal, Measure
from app.ui.context import Context
from app.ui.editing import RecordEditing
from app.ui.forms.editors import Editor
from app.ui.forms.form import make_editor
from app.ui.pages.indicator_lines import FactList, StagedForm, goal_fact, measure_line, reading_field, reading_sources
from app.ui.widgets.buttons import button
from app.ui.widgets.form_row import FormRow

_ADDED = ("year", "reading", "period", "territory", "source")
_EDITED = ("year", "period", "territory", "source", "place", "comment", "to_confirm")
_GOAL = ("year", "comparator", "low", "high", "text", "territory")


class Measures(QObject):
    """The measurements of one indicator. `refused(message, advice)` when a gesture could not be done."""

    refused = Signal(str, str)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._indicator = ""
        self._scale = Scale()
        self._measures: tuple[Measure, ...] = ()
        self._editing: RecordEditing | None = None
        self._reading: Editor | None = None
        self.list = FactList(context.theme, "Aucune valeur n’est saisie.")
        self.list.opened.connect(self.open)

    def show(self, indicator: str, scale: Scale, measures: Sequence[Measure], comments: Mapping[str, str]) -> None:
        """Show these measures, by territory."""
        if indicator != self._indicator or scale != self._scale:
            self._indicator, self._scale = indicator, scale
            self.list.close_form()
        self._measures = tuple(measures)
        places: dict[str, list[Measure]] = {}
        for one in measures:
            places.setdefault(one.territory_name or "Sans territoire", []).append(one)
        self.list.show_groups(
            [
                (
                    place,
                    [
                        (one.id, partial(measure_line, self._context.theme, one, scale, comments.get(one.id, "")))
                        for one in several
                    ],
                )
                for place, several in places.items()
            ]
        )
        self._follow()

    def add(self) -> None:
        """The fields of a new value: this year, the quartier."""
        form = StagedForm(
            self._context, "measurement", _ADDED, word="Ajouter", extra={"reading": self._reading_editor()},
            hints=("reading", "period"),
        )  # fmt: skip
        year = self._context.clock().date().year
        taken = {one.year for one in self._measures if one.territory == self._context.quarter}
        form.show_values({"territory": self._context.quarter or None, "year": year if year not in taken else None})
        form.done.connect(self._create)
        form.given_up.connect(self.list.close_form)
        self.list.show_form("new", form)
        (form.editors["year"] if year in taken else form.editors["reading"]).setFocus()

    def open(self, id: str) -> None:
        """The fields of a measurement, beneath its line; each saves itself when it is left."""
        if not self.leave():
            return
        theme = self._context.theme
        with self._context.store.read() as connection:
            record = records.fetch(connection, "measurement", id)
        self._editing = editing = RecordEditing(self._context, "measurement", self)
        editing.refused.connect(self.refused)
        self._reading = self._reading_editor()
        self._reading.committed.connect(lambda text: self._change_reading(id, text))
        form = QFrame()
        form.setProperty("role", "surface_alt")
        column = QVBoxLayout(form)
        column.setContentsMargins(theme.px(10), theme.px(8), theme.px(10), theme.px(10))
        column.setSpacing(theme.px(4))
        column.addWidget(FormRow(theme, "Valeur", self._reading))
        for key in _EDITED:
            column.addWidget(editing.row(key))
        line = QHBoxLayout()
        line.addWidget(
            button(theme, "Supprimer la valeur", kind="link", icon="trash", clicked=lambda: self._delete(id))
        )
        line.addStretch(1)
        line.addWidget(button(theme, "Fermer", small=True, clicked=self._close))
        column.addLayout(line)
        editing.show(id, record.values)
        self._show_reading(record.values)
        self.list.show_form(id, form)
        self._reading.setFocus()

    def leave(self) -> bool:
        """Commit what is typed; False when something is wrong (it says why)."""
        form = self.list.form()
        if form is None:
            return True
        if isinstance(form, StagedForm):
            typed = form.editors["reading"]
            if not typed.draft().strip():
                self.list.close_form()
                return True
            form.ask()
            return self.list.form() is None
        if self._reading is not None and self._reading.is_changed() and not self._reading.commit():
            self._reading.setFocus()
            return False
        return self._editing is None or self._editing.leave()

    # -- inside ---------------------------------------------------------------------------------------------------

    def _reading_editor(self) -> Editor:
        return make_editor(self._context.theme, reading_field(self._scale), reading_sources(self._scale))

    def _show_reading(self, values: Mapping[str, Any]) -> None:
        if self._reading is not None and not self._reading.is_changed():
            words = reading_words(measurements.reading_of(values), self._scale, unit=False)
            self._reading.set_value(words.replace(NBSP, " ") or None)

    def _follow(self) -> None:
        """The open form after a commit: what is being typed stays."""
        id = self.list.open_id()
        if id in ("", "new") or self._editing is None:
            return
        with self._context.store.read() as connection:
            record = records.fetch(connection, "measurement", id)
        self._editing.show(id, record.values, keep_typing=True)
        self._show_reading(record.values)

    def _close(self) -> None:
        if self.leave():
            self._editing = self._reading = None
            self.list.close_form()

    def _create(self, values: dict[str, Any]) -> None:
        reading = read(values.pop("reading") or "", self._scale)
        form = self.list.form()
        if reading.is_empty:
            # Announced, not filled: kept only when it says when or where it will come from.
            if isinstance(form, StagedForm):
                form.refuse("La valeur manque. Écrivez un nombre, ou «\u00a0masquée\u00a0».")
            return
        written = {**values, **measurements.reading_values(reading), "indicator": self._indicator}
        self.list.close_form()
        self._try(lambda: records.create(self._context.store, "measurement", written))

    def _change_reading(self, id: str, text: str | None) -> None:
        values = measurements.reading_values(read(text or "", self._scale))
        self._try(lambda: records.update(self._context.store, "measurement", id, values))

    def _delete(self, id: str) -> None:
        self._editing = self._reading = None
        self.list.close_form()
        self._try(lambda: records.delete(self._context.store, "measurement", [id]))

    def _try(self, gesture: Any) -> None:
        try:
            gesture()
        except KnownError as error:
            self.refused.emit(error.message, error.advice)


class Goals(QObject):
    """The targets of one indicator; changing one asks for the reason."""

    refused = Signal(str, str)

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._indicator = ""
        self.list = FactList(context.theme, "Aucune cible. Sans cible, l’indicateur éclaire le contexte sans verdict.")
        self.list.opened.connect(self.open)

    def show(
        self, indicator: str, scale: Scale, goals: Sequence[Goal], reasons: Mapping[str, str], places: Mapping[str, str]
    ) -> None:
        """Show these targets; `reasons` and `places` (names of territories) by target."""
        if indicator != self._indicator:
            self._indicator = indicator
            self.list.close_form()
        theme = self._context.theme
        lines = [
            (
                goal.id,
                partial(goal_fact, theme, goal, scale, where=places.get(goal.id, ""), reason=reasons.get(goal.id, "")),
            )
            for goal in goals
        ]
        self.list.show_groups([("", lines)] if lines else [])

    def add(self) -> None:
        """The fields of a new target."""
        form = StagedForm(self._context, "target", _GOAL, word="Ajouter la cible")
        form.show_values({"comparator": "at_least", "territory": self._context.quarter or None})
        form.done.connect(self._create)
        form.given_up.connect(self.list.close_form)
        self.list.show_form("new", form)
        form.take_focus()

    def open(self, id: str) -> None:
        """The fields of a target, with the reason of its revision."""
        if not self.leave():
            return
        with self._context.store.read() as connection:
            record = records.fetch(connection, "target", id)
        reason = make_editor(self._context.theme, registry.entity("target").fields["reason"])
        form = StagedForm(
            self._context, "target", (*_GOAL, "reason"), word="Réviser la cible", extra={"reason": reason},
            delete="Supprimer la cible", hints=("reason",),
        )  # fmt: skip
        form.show_values({**record.values, "reason": None})
        form.done.connect(lambda values: self._revise(id, values))
        form.given_up.connect(self.list.close_form)
        form.delete_asked.connect(lambda: self._delete(id))
        self.list.show_form(id, form)
        form.take_focus()

    def leave(self) -> bool:
        """Close an untouched form, keep or finish the other; False when it lacks something (it says what)."""
        form = self.list.form()
        if not isinstance(form, StagedForm):
            return True
        if form.is_changed() and not (self.list.open_id() == "new" and not _aims(form.values())):
            form.ask()
            return self.list.form() is None
        self.list.close_form()
        return True

    # -- inside ---------------------------------------------------------------------------------------------------

    def _create(self, values: dict[str, Any]) -> None:
        if not _aims(values):
            self._say("La cible manque\u00a0: donnez une valeur, ou dites-la en mots.")
            return
        self._try(lambda: records.create(self._context.store, "target", {**values, "indicator": self._indicator}))

    def _revise(self, id: str, values: dict[str, Any]) -> None:
        reason = values.pop("reason") or ""
        self._try(lambda: measurements.revise(self._context.store, id, values, reason=reason))

    def _delete(self, id: str) -> None:
        self._try(lambda: records.delete(self._context.store, "target", [id]))

    def _try(self, gesture: Any) -> None:
        """Do it, then close the form; what is refused is said in the form, which stays as typed."""
        form, open_id = self.list.form(), self.list.open_id()
        try:
            gesture()
        except KnownError as error:
            self._say(str(error))
            return
        if form is self.list.form() and open_id == self.list.open_id():
            self.list.close_form()

    def _say(self, sentence: str) -> None:
        form = self.list.form()
        if isinstance(form, StagedForm):
            form.refuse(sentence)


def _aims(values: Mapping[str, Any]) -> bool:
    return any(values.get(key) is not None for key in ("low", "high", "text"))
