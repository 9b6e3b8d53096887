"""The page Partenaires, through what a person sees and does."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.models.fields import Value
from app.notebook.store import Store
from app.services import notebooks, records
from app.services.queries import partners
from app.ui.context import Context
from app.ui.main_window import MainWindow
from app.ui.navigation import PageEntry
from app.ui.pages.partners import PartnersPage
from app.ui.pages.record_lines import LinkLine
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from tests.ui import gallery
from tests.ui.accessibility import nameless_controls

PAGE = PageEntry(
    "partners", "Partenaires", "building-community", "app.ui.pages.partners:PartnersPage", ("organisation", "contact")
)
RECORDS = {
    "organisation": "app.ui.pages.organisation_record:OrganisationRecord",
    "contact": "app.ui.pages.contact_record:ContactRecord",
}
CENTRE = "Centre social du quartier Est (exemple)"


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook with the example, made once; each test works on a copy."""
    folder = tmp_path_factory.mktemp("exemple")
    path = folder / "exemple.carnet"
    with pytest.MonkeyPatch.context() as patch:
        # Made before the folders of the first test are.
        patch.setenv("CARNET_HOME", str(folder))
        notebooks.start(path, district="Est", example=True, now=lambda: datetime(2026, 11, 20, 9, tzinfo=UTC)).close()
    return path


@pytest.fixture
def store(example: Path, tmp_path: Path) -> Iterator[Store]:
    copy = shutil.copy(example, tmp_path / "essai.carnet")
    with notebooks.open_existing(Path(copy)) as opened:
        yield opened


@pytest.fixture
def window(qtbot, theme: Theme, store: Store, tmp_path: Path) -> Iterator[MainWindow]:
    context = Context(
        theme, Preferences(tmp_path / "preferences.json"), clock=lambda: gallery.NOW, store=store,
        quarter=store.meta("district") or "",
    )  # fmt: skip
    context.bus.listen(store)
    made = MainWindow(context, (PAGE,), records=RECORDS)
    qtbot.addWidget(made)
    made.resize(1366, 697)
    made.show()
    made.navigator.go("partners")
    yield made
    made.close()


@pytest.fixture
def page(window: MainWindow) -> PartnersPage:
    found = window.page()
    assert isinstance(found, PartnersPage)
    return found


def named(store: Store, name: str, entity: str = "organisation") -> str:
    with store.read() as connection:
        return records.resolve(connection, entity, name)


def values(store: Store, row: str, entity: str = "organisation") -> dict[str, Value]:
    with store.read() as connection:
        return dict(records.fetch(connection, entity, row).values)


def shown(page: PartnersPage) -> list[str]:
    """The names listed, groups left out."""
    listing = page.listing()
    return [listing.model.index(listing.model.line_of(id), 1).data() for id in listing.ids()]


def type_into(field: QWidget, text: str) -> None:
    """Letters with accents cannot be sent as keys."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(field, event)


def editor(window: MainWindow, key: str):
    return window._view._editing.form.editor(key)


# -- the list -----------------------------------------------------------------------------------------------------


def test_structures_stand_under_their_category(page: PartnersPage) -> None:
    model = page.structures.model

    assert model.group_at(0).label == "État et services déconcentrés"
    assert "Bailleurs sociaux" in shown(page)
    line = model.line_of(page.structures.ids()[shown(page).index("Bailleurs sociaux")])
    assert model.index(line, model.column_of("mark")).data() == "Famille"
    assert page.status_text()[0].startswith("89\u00a0structures")


def test_the_models_follow_the_rules_of_models(page: PartnersPage) -> None:
    for model in (page.structures.model, page.people.model):
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)

    page.filter.setText("centre")
    page.reload()
    page.structures.model.fold(0, True)
    page.structures.model.tick(page.structures.ids()[:1])
    page.views.choose("contacts")
    page.reload()
    page.views.choose("coverage")
    page.reload()
    QAbstractItemModelTester(page.coverage.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    page.coverage.model.refresh()


def test_typing_filters_without_accents(qtbot, page: PartnersPage) -> None:
    QTest.keyClicks(page.filter, "metropole europ")

    qtbot.waitUntil(lambda: shown(page) == ["Métropole Européenne de Lille"])


def test_nothing_found_says_so_and_gives_a_way_back(qtbot, page: PartnersPage) -> None:
    page.filter.setText("introuvable")
    qtbot.waitUntil(lambda: page.body.currentWidget().accessibleName() == "Aucune structure ne correspond.")

    qtbot.mouseClick(page.body.currentWidget().second, Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: len(shown(page)) == 89)


def test_a_click_on_a_head_sorts_and_a_second_one_turns_round(page: PartnersPage) -> None:
    page.grouping.set_keys(("",))
    head = page.structures.table.head

    head.sectionClicked.emit(page.structures.model.column_of("actions"))
    head.sectionClicked.emit(page.structures.model.column_of("actions"))

    assert shown(page)[0] == CENTRE


def test_a_cell_is_edited_in_place(page: PartnersPage, store: Store) -> None:
    row = named(store, "Préfecture")
    model = page.structures.model

    model.setData(model.index(model.line_of(row), model.column_of("phone")), "03 20 00 00 00")

    assert values(store, row)["phone"] == "03 20 00 00 00"
    assert model.index(model.line_of(row), model.column_of("phone")).data() == "03 20 00 00 00"


def test_a_click_opens_the_record_and_arrows_follow(qtbot, window: MainWindow, page: PartnersPage) -> None:
    table = page.structures.table
    row = page.structures.ids()[0]
    place = table.visualRect(page.structures.model.index(page.structures.model.line_of(row), 1)).center()

    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.navigator.place.id == row
    qtbot.keyClick(table, Qt.Key.Key_Down)

    assert window.navigator.place.id == page.structures.ids()[1]


def test_a_double_click_edits_the_name_beside_the_open_record(qtbot, window: MainWindow, page: PartnersPage) -> None:
    table, row = page.structures.table, page.structures.ids()[0]
    place = table.visualRect(page.structures.model.index(page.structures.model.line_of(row), 1)).center()

    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)

    field = window.focusWidget()
    assert field.accessibleName() == "Nom"
    assert table.isAncestorOf(field)
    field.setText("Agence nationale")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "Agence nationale" in shown(page)
    assert window.panel.title.text() == "Agence nationale"
    assert window.focusWidget() is table


def test_a_wrong_address_typed_in_a_cell_says_why_in_full(qtbot, window: MainWindow, page: PartnersPage) -> None:
    table, model = page.structures.table, page.structures.model
    row = page.structures.ids()[0]
    table.setCurrentIndex(model.index(model.line_of(row), model.column_of("email")))
    qtbot.keyClick(table, Qt.Key.Key_F2)
    field = window.focusWidget()
    field.setText("pas une adresse")

    qtbot.keyClick(field, Qt.Key.Key_Return)

    editor = field.parentWidget()
    assert editor.fault().startswith("«\u00a0pas une adresse\u00a0» n’est pas une adresse de courriel.")
    assert editor.height() >= editor.heightForWidth(editor.width())
    assert table.viewport().rect().contains(editor.geometry())


# -- several at once ----------------------------------------------------------------------------------------------


def test_several_take_a_category_in_one_gesture(page: PartnersPage, store: Store) -> None:
    rows = page.structures.ids()[:3]
    page.structures.model.tick(rows)
    assert page.selection.isVisible()
    assert page.selection.text.text() == "3\u00a0structures choisies"

    page.selection.category_chosen.emit("culture")

    assert {values(store, row)["category"] for row in rows} == {"culture"}


def test_writing_puts_everybody_in_bcc_and_names_who_has_no_address(page: PartnersPage, store: Store) -> None:
    opened: list[QUrl] = []
    page.open_url = lambda url: opened.append(url) or True
    page.structures.model.tick([named(store, CENTRE), named(store, "Préfecture")])

    page.write_to_chosen()

    assert [url.toString() for url in opened] == ["mailto:?bcc=accueil@exemple.fr"]
    assert "Sans adresse\u00a0: Préfecture." in page.banner.accessibleName()


def test_without_a_mail_program_the_addresses_are_copied(page: PartnersPage, store: Store) -> None:
    page.open_url = lambda _url: False
    page.structures.model.tick([named(store, CENTRE)])

    page.write_to_chosen()

    assert QApplication.clipboard().text() == "accueil@exemple.fr"
    assert "presse-papiers" in page.banner.accessibleName()


def test_rows_are_copied_with_their_heads_for_excel(page: PartnersPage, store: Store) -> None:
    page.structures.model.tick([named(store, CENTRE)])

    page.copy_chosen()

    heads, line = QApplication.clipboard().text().split("\n")
    assert heads.startswith("Structure\tSigle\t")
    assert line.startswith(f"{CENTRE}\t")
    assert "03 00 00 00 12" in line


def test_deleting_goes_to_the_bin_and_comes_back(qtbot, page: PartnersPage, store: Store) -> None:
    row = named(store, "Préfecture")
    page.structures.table.go_to(row)

    qtbot.keyClick(page.structures.table, Qt.Key.Key_Delete)
    assert "Préfecture" not in shown(page)
    qtbot.mouseClick(page.bin, Qt.MouseButton.LeftButton)
    assert shown(page) == ["Préfecture"]
    page.structures.model.tick([row])
    qtbot.mouseClick(page.selection.restore, Qt.MouseButton.LeftButton)

    assert page.body.currentWidget().accessibleName() == "La corbeille est vide."
    page.show_bin(False)
    assert "Préfecture" in shown(page)


def test_a_copy_of_a_structure_opens(window: MainWindow, page: PartnersPage, store: Store) -> None:
    page.structures.table.go_to(named(store, "Préfecture"))

    page.duplicate_chosen()

    assert values(store, window.navigator.place.id)["name"] == "Préfecture (copie)"


def test_probable_duplicates_are_told_and_shown(qtbot, page: PartnersPage, store: Store) -> None:
    assert page.notice.isHidden()
    records.create(store, "organisation", {"name": "Association Préfecture"})
    assert "2\u00a0structures se ressemblent." in page.notice.accessibleName()

    page.notice.acted.emit()

    assert sorted(shown(page)) == ["Association Préfecture", "Préfecture"]
    assert page.structures.model.group_at(0).label == "Même nom"
    page.notice.acted.emit()
    assert len(shown(page)) == 90


# -- creating -----------------------------------------------------------------------------------------------------


def test_a_new_structure_takes_the_filters_and_waits_for_its_name(
    qtbot, window: MainWindow, page: PartnersPage, store: Store
) -> None:
    est = store.meta("district")
    page.categories.set_keys(("health",))
    page.territories.set_keys((est,))

    page.create()
    made = values(store, window.navigator.place.id)

    assert (made["name"], made["category"], made["territories"]) == ("Nouvelle structure", "health", (est,))
    qtbot.waitUntil(lambda: editor(window, "name").input.hasFocus() or not window.isActiveWindow())


def test_a_new_contact_opens_beside_the_people(window: MainWindow, page: PartnersPage, store: Store) -> None:
    page.views._group.button(1).click()

    page.create()

    assert values(store, window.navigator.place.id, "contact")["last_name"] == "Nouveau contact"
    assert "Nouveau contact" in shown(page)


# -- coverage -----------------------------------------------------------------------------------------------------


def test_coverage_begins_with_centres_sociaux_and_says_its_gaps(page: PartnersPage, store: Store) -> None:
    page.views._group.button(2).click()
    model = page.coverage.model
    est = model.column_of(store.meta("district"))

    assert model.index(0, 0).data() == "Centres sociaux"
    assert model.index(0, est).data() == "1"
    health = model.line_of("health")
    assert model.index(health, est).data() == "—"
    said = model.index(health, est).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Santé, Est\u00a0: aucune structure connue, 8 sans territoire précisé"
    assert "79\u00a0structures ne disent pas où elles interviennent." in page.notice.accessibleName()


def test_a_cell_of_the_coverage_opens_its_structures(qtbot, page: PartnersPage, store: Store) -> None:
    page.views._group.button(2).click()
    model, table = page.coverage.model, page.coverage.table
    table.setCurrentIndex(model.index(0, model.column_of(store.meta("district"))))

    qtbot.keyClick(table, Qt.Key.Key_Return)

    assert page.views.current() == "structures"
    assert shown(page) == [CENTRE]


def test_a_gap_offers_to_add_a_structure_there(qtbot, window: MainWindow, page: PartnersPage, store: Store) -> None:
    est = store.meta("district")
    page.views._group.button(2).click()
    page.coverage.asked.emit("health", est)

    qtbot.mouseClick(page.body.currentWidget().main, Qt.MouseButton.LeftButton)

    made = values(store, window.navigator.place.id)
    assert (made["category"], made["territories"]) == ("health", (est,))


# -- records ------------------------------------------------------------------------------------------------------


def test_a_wrong_siret_is_refused_where_it_is_typed(window: MainWindow, store: Store) -> None:
    row = named(store, "Préfecture")
    window.navigator.open_record("organisation", row)
    siret = editor(window, "siret")

    siret.input.setText("123 456 789 00012")
    assert siret.commit() is False

    assert (
        siret.fault()
        == "Le SIRET «\u00a0123 456 789 00012\u00a0» comporte une erreur de frappe. Vérifiez ses chiffres."
    )
    assert siret.input.text() == "123 456 789 00012"
    assert values(store, row)["siret"] is None


def test_a_right_siret_loses_its_spaces(window: MainWindow, store: Store) -> None:
    row = named(store, "Préfecture")
    window.navigator.open_record("organisation", row)
    siret = editor(window, "siret")

    siret.input.setText("265 905 127 00015")
    valid = siret.commit()

    assert valid == (values(store, row)["siret"] == "26590512700015")


def test_a_deduced_structure_is_confirmed(window: MainWindow, store: Store) -> None:
    row = named(store, "Comité d’habitants, Est (exemple)")
    window.navigator.open_record("organisation", row)
    assert window.panel.banner.accessibleName().startswith("À confirmer.")

    window.panel.banner.acted.emit()

    assert values(store, row)["to_confirm"] is False
    assert window.panel.banner.isHidden()


def test_a_person_is_added_in_place(qtbot, window: MainWindow, store: Store) -> None:
    row = named(store, "Préfecture")
    window.navigator.open_record("organisation", row)
    add = window._view._add

    add.open()
    type_into(add.editors["last_name"].input, "Déléguée")
    qtbot.keyClicks(add.editors["email"].input, "pas une adresse")
    qtbot.keyClick(add.editors["email"].input, Qt.Key.Key_Return)
    assert add.editors["email"].fault().startswith("«\u00a0pas une adresse\u00a0» n’est pas une adresse de courriel.")
    add.editors["email"].input.setText("deleguee@exemple.fr")
    qtbot.keyClick(add.editors["email"].input, Qt.Key.Key_Return)

    with store.read() as connection:
        people = partners.people_of(connection, row)
    assert [(person.name, person.email) for person in people] == [("Déléguée", "deleguee@exemple.fr")]
    assert add.isHidden()


def test_the_actions_of_a_structure_are_listed_with_its_role(window: MainWindow, store: Store) -> None:
    window.navigator.open_record("organisation", named(store, CENTRE))

    said = [line.accessibleName() for line in window.panel.findChildren(LinkLine)]

    assert "P1, Espace ressources parents du quartier, porteur" in said


def test_from_a_structure_to_its_person_and_back(window: MainWindow, page: PartnersPage, store: Store) -> None:
    window.navigator.open_record("organisation", named(store, CENTRE))
    line = next(line for line in window.panel.findChildren(LinkLine) if line.text() == "Directrice du centre social")

    line.click()
    assert window.navigator.place.entity == "contact"
    assert page.views.current() == "structures"
    back = next(line for line in window.panel.findChildren(LinkLine) if line.text() == CENTRE)
    back.click()

    assert window.navigator.place.id == named(store, CENTRE)


def test_a_person_found_from_elsewhere_is_shown_among_the_people(
    window: MainWindow, page: PartnersPage, store: Store
) -> None:
    window.navigator.open_record("contact", named(store, "Directrice de la crèche", "contact"), stay=False)

    assert page.views.current() == "contacts"
    assert page.people.table.current_id() == window.navigator.place.id


@pytest.mark.parametrize(("entity", "name"), [("organisation", CENTRE), ("contact", "Directrice de la crèche")])
def test_an_open_record_can_be_read_again_whole(window: MainWindow, store: Store, entity: str, name: str) -> None:
    window.navigator.open_record(entity, named(store, name, entity))

    window._view.reload(None)

    assert window.panel.title.text() == name


def test_private_data_are_marked_confidential(window: MainWindow, store: Store) -> None:
    with store.read() as connection:
        query = "SELECT id FROM contact WHERE private_email IS NOT NULL"
        row = connection.exec_driver_sql(query).scalar_one()

    window.navigator.open_record("contact", row)

    chips = [part.text() for part in window.panel.findChildren(QWidget) if part.accessibleName() == "Confidentiel"]
    assert chips == ["Confidentiel"]
    assert editor(window, "private_email").input.text() == "astreinte@exemple.fr"


def test_every_control_has_a_name_on_each_view(qtbot, window: MainWindow, page: PartnersPage, store: Store) -> None:
    for number in range(3):
        page.views._group.button(number).click()
        assert nameless_controls(window) == []
    page.views._group.button(0).click()
    page.structures.model.tick(page.structures.ids()[:2])
    window.navigator.open_record("organisation", named(store, CENTRE))
    assert nameless_controls(window) == []
    window._view._add.open()
    assert nameless_controls(window) == []
    window.navigator.open_record("contact", named(store, "Directrice de la crèche", "contact"))
    assert nameless_controls(window) == []


def test_the_menu_of_a_row_has_no_gesture_that_does_nothing(page: PartnersPage, store: Store) -> None:
    page.structures.table.go_to(named(store, "Préfecture"))
    words = [action.text() for action in page.menu().actions() if not action.isSeparator()]
    assert words == ["Ouvrir la fiche", "Dupliquer", "Écrire", "Copier pour Excel", "Mettre à la corbeille"]

    page.structures.menu_asked.emit(QPoint(1, 1))
    QApplication.activePopupWidget().close()
