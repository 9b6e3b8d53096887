"""« Lisez-moi », the first sheet people see: what the workbook is, what it holds, the six rules; and « Conflits »."""

from xlsxwriter.worksheet import Worksheet

from app.exchange.book import Book
from app.exchange.layout import FIRST_ROW, Profile
from app.exchange.looks import Looks
from app.exchange.rendering import fitting
from app.formatting import NBSP, counted, format_date

RULES = (
    (
        "Corriger, compléter",
        "Écrivez dans les cellules, comme d’habitude. Laissez la ligne des titres telle quelle et gardez le format"
        " « Classeur Excel (.xlsx) ».",
    ),
    (
        "Ajouter une ligne",
        "Écrivez sous la dernière ligne du tableau, ou insérez-en une. Laissez sa case « Réf. » vide : elle lui sera"
        " donnée par l’application.",
    ),
    (
        "Supprimer une ligne",
        "Choisissez « supprimer » dans sa dernière colonne. Effacer la ligne, ou la feuille, ne supprime rien.",
    ),
    (
        "Trier, filtrer, déplacer",
        "Tout est permis, avec les flèches des titres. La colonne « Réf. » suit sa ligne : ne la modifiez pas.",
    ),
    (
        "Choisir dans une liste",
        "Prenez un mot proposé. Là où plusieurs réponses sont possibles, séparez-les par un point-virgule :"
        " CAF ; Ville.",
    ),
    (
        "Ce qui n’est pas relu",
        "Les colonnes « (lecture seule) » à titre gris, calculées par l’application, et les commentaires.",
    ),
)  # fmt: skip

_AUDIENCE = {
    Profile.TEAM: "L’équipe : valeurs et historique complets, à ne pas transmettre au dehors",
    Profile.PARTNER: "Un partenaire : sans note interne, sans coordonnées privées, sans pièce jointe, sans historique",
}


def write(sheet: Worksheet, book: Book, looks: Looks) -> None:
    """Fill « Lisez-moi »."""
    p = looks.palette
    title = looks.make({"font_size": 20, "bold": True, "font_color": p["accent"], "valign": "vcenter"})
    subtitle = looks.make({"font_size": 11, "font_color": p["text_muted"], "valign": "vcenter"})
    heading = looks.make(
        {"font_size": 13, "bold": True, "font_color": p["accent"], "bottom": 2, "bottom_color": p["accent"]}
    )
    line = {"bottom": 1, "bottom_color": p["border"], "valign": "vcenter", "font_size": 11}
    name = looks.make(line | {"font_color": p["text_muted"]})
    value = looks.make(line | {"text_wrap": True})
    strong = looks.make(line | {"bold": True})
    code = looks.make(line | {"bold": True, "font_size": 14, "font_name": "Consolas", "font_color": p["accent"]})
    link = looks.make(line | {"font_color": p["accent"], "underline": 1})
    number = looks.make(line | {"num_format": "#,##0", "align": "right"})
    round_number = looks.make(
        {"bold": True, "font_size": 11, "font_color": p["accent_text"], "bg_color": p["accent"], "align": "center",
         "valign": "vcenter", "bottom": 1, "bottom_color": p["surface"]}
    )  # fmt: skip

    for place, width in enumerate((3, 5, 27, 14, 72, 3)):
        sheet.set_column(place, place, width)
    sheet.set_default_row(19)
    sheet.set_row(1, 32)
    sheet.write_string(1, 1, "Carnet de quartier", title)
    sheet.write_string(2, 1, "Classeur d’échange : modifiez-le, renvoyez-le, rien ne se perd.", subtitle)

    row = 4
    row = _heading(sheet, row, "Ce classeur", heading)
    created = f"{format_date(book.created.date())} à {book.created:%H:%M}"
    for said, text, look in (
        ("Code", book.code4, code),
        ("Écrit le", created, value),
        ("Pour", _AUDIENCE[book.profile], value),
        ("Portée", book.scope, strong),
    ):
        sheet.merge_range(row, 1, row, 2, said, name)
        sheet.merge_range(row, 3, row, 4, text, look)
        row += 1

    row = _heading(sheet, row + 1, "Six règles", heading)
    for place, (said, text) in enumerate(RULES, start=1):
        sheet.set_row(row, 36 if len(text) > 80 else 22)
        sheet.write_number(row, 1, place, round_number)
        sheet.write_string(row, 2, said, strong)
        sheet.merge_range(row, 3, row, 4, text, value)
        row += 1

    row = _heading(sheet, row + 1, "Les couleurs", heading)
    for look, text in (
        (looks.heading_sample(True), "Titre d’une colonne à remplir"),
        (looks.heading_sample(False), "Titre d’une colonne qui n’est pas relue"),
        (looks.conflict_sample(), "Deux collègues ont écrit des valeurs différentes : le commentaire les donne ;"
         " écrivez la bonne"),
        (looks.deleted_sample(), "Ligne que vous proposez de supprimer"),
    ):  # fmt: skip
        sheet.write_string(row, 2, "Exemple", look)
        sheet.merge_range(row, 3, row, 4, text, value)
        row += 1

    row = _heading(sheet, row + 1, "Ce qu’il contient", heading)
    for content in book.sheets:
        target = f"internal:'{content.layout.name.replace(chr(39), chr(39) * 2)}'!B{FIRST_ROW + 1}"
        sheet.merge_range(row, 1, row, 2, "", link)
        sheet.write_url(row, 1, target, link, content.layout.name)
        sheet.write_number(row, 3, content.rows, number)
        filled = [column.heading for column in content.layout.columns[1:-1]]
        more = f"… ({len(filled)} colonnes)" if len(filled) > 5 else ""
        sheet.write_string(
            row,
            4,
            f"   {', '.join(filled[:5])}{more}",
            looks.make(line | {"font_color": p["text_muted"], "font_size": 9}),
        )
        row += 1
    if book.clashes:
        row += 1
        said = counted(len(book.clashes), "valeur", "valeurs")
        sheet.merge_range(
            row, 1, row, 4, f"{said} en conflit{NBSP}: voyez la feuille « Conflits ».",
            looks.conflict_sample(),
        )  # fmt: skip
    sheet.set_portrait()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&C&9{book.code4} – &P / &N")


def write_clashes(sheet: Worksheet, book: Book, looks: Looks) -> None:
    """Fill « Conflits »: the list of what colleagues wrote differently, to be settled in the data sheets."""
    p = looks.palette
    head = looks.make({"bold": True, "font_color": p["accent_text"], "bg_color": p["accent"], "valign": "vcenter"})
    cell = looks.make({"text_wrap": True, "bottom": 1, "bottom_color": p["border"]})
    title = looks.make({"font_size": 13, "bold": True, "font_color": p["accent"]})
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 46)
    sheet.set_column(2, 2, 24)
    sheet.set_column(3, 3, 90)
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, "Valeurs en conflit : écrivez la bonne dans la cellule orange de sa feuille.", title)
    for place, said in enumerate(("Feuille", "Ligne", "Colonne", "Valeurs en présence")):
        sheet.write_string(1, place, said, head)
    for row, clash in enumerate(book.clashes, start=2):
        texts = (clash.sheet, clash.row, clash.field, "\n".join(clash.values))
        for place, text in enumerate(texts):
            sheet.write_string(row, place, fitting(text), cell)
        sheet.set_row(row, 15 * min(8, max(2, len(clash.values))))
    sheet.freeze_panes(2, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)


def _heading(sheet: Worksheet, row: int, text: str, look: object) -> int:
    sheet.set_row(row, 22)
    sheet.merge_range(row, 1, row, 4, text, look)
    return row + 1
