"""One editor per kind: values, drafts, faults, commits, names."""

from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.errors import BadValue
from app.models.fields import Choice, Field, Kind
from app.ui.forms.editors import Editor, Node, Sources
from app.ui.forms.form import EDITORS, RecordForm, make_editor
from app.ui.theme import Theme
from tests.ui.accessibility import nameless_controls

NAMES = {"a": "Atelier Santé Ville", "b": "Busabiclou", "e": "Est"}
SOURCES = Sources(
    search=lambda text: [(id, name) for id, name in NAMES.items() if text.casefold() in name.casefold()],
    name=lambda id: NAMES.get(id, id),
    tree=lambda: [Node("v", "Roubaix", "commune", (Node("e", "Est", "quartier"),))],
)
CHOICES = (Choice("running", "En cours"), Choice("done", "Terminée"))
VALUES = {
    Kind.TEXT: ("Un titre", "Un titre"),
    Kind.LONG_TEXT: ("- un\n- deux", "- un\n- deux"),
    Kind.INTEGER: (1250, "1\u00a0250"),
    Kind.DECIMAL: (Decimal("12.5"), "12,5"),
    Kind.MONEY: (Decimal("4525.85"), "4\u00a0525,85\u00a0€"),
    Kind.PERCENT: (Decimal("12.5"), "12,5\u00a0%"),
    Kind.DATE: (date(2026, 12, 31), "31/12/2026"),
    Kind.YEAR: (2026, "2026"),
    Kind.BOOLEAN: (False, "non"),
    Kind.CHOICE: ("done", "done"),
    Kind.LINK: ("b", "Busabiclou"),
    Kind.LINKS: (("a", "b"), ""),
    Kind.TERRITORY: ("e", "e"),
}


def editor_of(qtbot, theme: Theme, kind: Kind, **declared: object) -> Editor:
    declared.setdefault("choices", CHOICES if kind is Kind.CHOICE else ())
    made = make_editor(theme, Field("field", kind, "Champ", **declared), SOURCES, quiet=bool(declared.get("auto")))
    qtbot.addWidget(made)
    made.resize(320, 60)
    made.show()
    return made


def type_text(widget: QWidget, text: str) -> None:
    """Type any French letter (key events abort on them)."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def test_every_kind_has_its_editor() -> None:
    assert set(EDITORS) == set(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_a_value_comes_back_as_it_went(qtbot, theme: Theme, kind: Kind) -> None:
    value, draft = VALUES[kind]
    made = editor_of(qtbot, theme, kind)
    said = []
    made.committed.connect(said.append)
    made.edited.connect(lambda: said.append("edited"))

    made.set_value(value)

    assert made.value() == value
    assert made.draft() == draft
    assert not made.is_changed()
    assert made.commit()
    assert said == []


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_a_value(qtbot, theme: Theme, kind: Kind) -> None:
    made = editor_of(qtbot, theme, kind)
    made.set_value(VALUES[kind][0])

    made.set_value(None)

    assert made.value() in (None, ())
    assert not made.is_changed()


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("quiet", [False, True])
def test_every_editor_has_a_name(qtbot, theme: Theme, kind: Kind, quiet: bool) -> None:
    made = editor_of(qtbot, theme, kind, auto=quiet)

    assert nameless_controls(made) == []
    assert not made.grab().isNull()


@pytest.mark.parametrize("kind", Kind)
def test_a_draft_is_put_back_as_it_was(qtbot, theme: Theme, kind: Kind) -> None:
    one, other = editor_of(qtbot, theme, kind), editor_of(qtbot, theme, kind)
    one.set_value(VALUES[kind][0])

    other.set_draft(one.draft())

    if kind is not Kind.LINKS:  # chips are committed one by one: their draft is what is being typed
        assert other.draft() == one.draft()
        assert other.value() == one.value()


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (Kind.DATE, "1er mars 2026", date(2026, 3, 1)),
        (Kind.MONEY, "1 250,5", Decimal("1250.50")),
        (Kind.PERCENT, "60", Decimal(60)),
        (Kind.INTEGER, "12", 12),
        (Kind.TEXT, "Énergie", "Énergie"),
        (Kind.LONG_TEXT, "Énergie\nœuvre", "Énergie\nœuvre"),
        (Kind.LINK, "busabiclou", "b"),
    ],
)
def test_typing_then_leaving_commits_once(qtbot, theme: Theme, kind: Kind, typed: str, value: object) -> None:
    made = editor_of(qtbot, theme, kind)
    committed, drafts = [], []
    made.committed.connect(committed.append)
    made.edited.connect(lambda: drafts.append(made.draft()))

    type_text(made.input, typed)
    made.input.left.emit()
    made.input.left.emit()

    assert committed == [value]
    assert drafts[-1] == typed


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (Kind.DATE, "31/02/2026"),
        (Kind.MONEY, "beaucoup"),
        (Kind.YEAR, "26"),
        (Kind.INTEGER, "1,5"),
        (Kind.LINK, "Inconnu"),
        (Kind.LINKS, "Inconnu"),
    ],
)
def test_a_wrong_text_stays_and_is_explained(qtbot, theme: Theme, kind: Kind, typed: str) -> None:
    made = editor_of(qtbot, theme, kind)
    made.set_value(VALUES[kind][0])
    committed = []
    made.committed.connect(committed.append)
    made.set_draft(typed)

    made.input.left.emit()

    assert committed == []
    assert made.draft() == typed
    assert typed in made.fault()
    assert made.value() == VALUES[kind][0]
    type_text(made.input, "x")
    assert made.fault() == ""


def test_a_required_field_cannot_be_emptied(qtbot, theme: Theme) -> None:
    made = editor_of(qtbot, theme, Kind.TEXT, required=True)
    made.set_value("Titre")
    made.set_draft("")

    assert not made.commit()
    assert made.fault() == "«\u00a0Champ\u00a0» ne peut pas rester vide."


def test_rules_of_entry_are_asked(qtbot, theme: Theme) -> None:
    def refuse(_value: object) -> None:
        raise BadValue("Ce numéro n’existe pas.")

    made = make_editor(theme, Field("siret", Kind.TEXT, "SIRET"), Sources(check=refuse))
    qtbot.addWidget(made)
    made.set_draft("123")

    assert not made.is_valid()
    assert made.fault() == "Ce numéro n’existe pas."


def test_links_are_added_and_removed_one_by_one(qtbot, theme: Theme) -> None:
    made = editor_of(qtbot, theme, Kind.LINKS)
    made.set_value(("a",))
    committed = []
    made.committed.connect(committed.append)

    made.set_draft("Busabiclou")
    made.input.left.emit()
    qtbot.keyClick(made.input, Qt.Key.Key_Backspace)

    assert committed == [("a", "b"), ("a",)]


def test_a_click_tells_yes_then_no(qtbot, theme: Theme) -> None:
    made = editor_of(qtbot, theme, Kind.BOOLEAN)
    committed = []
    made.committed.connect(committed.append)

    made.input.click()
    made.input.click()

    assert committed == [True, False]
    assert made.input.text() == "Non"


def test_a_choice_unknown_here_is_kept(qtbot, theme: Theme) -> None:
    made = editor_of(qtbot, theme, Kind.CHOICE)

    made.set_value("newer")

    assert made.value() == "newer"
    assert made.input.currentText() == "newer"


def test_a_territory_is_found_by_typing(qtbot, theme: Theme) -> None:
    made = editor_of(qtbot, theme, Kind.TERRITORY)
    popup = made.open_tree()
    popup.filter.setText("est")
    qtbot.waitUntil(lambda: popup.view.currentIndex().data() == "Est   quartier")

    with qtbot.waitSignal(made.committed) as committed:
        qtbot.keyClick(popup.filter, Qt.Key.Key_Return)

    assert committed.args == ["e"]
    assert made.input.text() == "Est"


def test_a_day_is_picked_in_the_calendar(qtbot, theme: Theme) -> None:
    from PySide6.QtWidgets import QCalendarWidget

    made = editor_of(qtbot, theme, Kind.DATE)
    made.set_value(date(2026, 11, 24))
    made.open_calendar()
    calendar = made.findChild(QCalendarWidget)

    with qtbot.waitSignal(made.committed) as committed:
        calendar.clicked.emit(calendar.selectedDate().addDays(1))

    assert committed.args == [date(2026, 11, 25)]


def test_ctrl_z_is_the_fields_only_when_it_has_typing(qtbot, theme: Theme) -> None:
    made = editor_of(qtbot, theme, Kind.TEXT)
    made.set_value("Titre")

    def taken_by_the_field() -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, "z")
        event.ignore()
        QApplication.sendEvent(made.input, event)
        return event.isAccepted()

    assert not taken_by_the_field()
    type_text(made.input, "x")
    assert taken_by_the_field()


def test_a_list_goes_on_at_enter(qtbot, theme: Theme) -> None:
    made = editor_of(qtbot, theme, Kind.LONG_TEXT)
    made.input.setPlainText("- un")
    made.input.moveCursor(made.input.textCursor().MoveOperation.End)

    qtbot.keyClick(made.input, Qt.Key.Key_Return)

    assert made.draft() == "- un\n- "


def test_a_form_gathers_drafts_and_commits(qtbot, theme: Theme) -> None:
    fields = {kind.value: Field(kind.value, kind, kind.value) for kind in (Kind.TEXT, Kind.DATE)}
    form = RecordForm(theme, fields)
    rows = [form.row("text"), form.row("date")]
    for row in rows:
        qtbot.addWidget(row)
    drafted, committed = [], []
    form.drafted.connect(lambda key, draft: drafted.append((key, draft)))
    form.committed.connect(lambda key, value: committed.append((key, value)))
    form.show_values({"text": "Titre", "date": None})

    type_text(form.editor("text").input, "Un ")
    form.show_values({"text": "D’un collègue", "date": date(2026, 1, 1)}, keep_typing=True)
    form.show_drafts({"date": "demain"})

    assert drafted == [("text", form.editor("text").draft())]
    assert "Un " in form.editor("text").draft()
    assert not form.commit()
    assert [key for key, _value in committed] == ["text"]
    assert "demain" in form.editor("date").fault()


def test_a_form_forgets_the_editors_that_are_gone(qtbot, theme: Theme) -> None:
    form = RecordForm(theme, {"text": Field("text", Kind.TEXT, "Texte")})
    form.row("text").deleteLater()
    qtbot.wait(1)

    form.show_values({"text": "Titre"})
    row = form.row("text")
    qtbot.addWidget(row)
    form.show_values({"text": "Titre"})

    assert form.editor("text").value() == "Titre"
