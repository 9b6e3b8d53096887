"""How much of a foreign workbook is accepted, and the meter that counts it while it is read."""

from dataclasses import dataclass

from app.exchange.errors import FarCell, TooManyCells, TooManyColumns, TooManyMerges, TooManyRows, TooMuchText, quoted
from app.exchange.workbook import Area, column_letters
from app.formatting import format_number

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is accepted. Sizes in bytes, texts in characters."""

    file_bytes: int = 50 * MEGABYTE
    entries: int = 2_000
    entry_bytes: int = 200 * MEGABYTE
    total_bytes: int = 500 * MEGABYTE
    #: Unfolded over folded, asked only of entries above `ratio_from`: small ones fold well without harm.
    ratio: int = 200
    ratio_from: int = 10 * MEGABYTE
    #: Parts that are read whole (styles, names, properties), not cell by cell.
    part_bytes: int = 30 * MEGABYTE
    rows: int = 100_000
    columns: int = 300
    cells: int = 2_000_000
    text: int = 1_000_000
    characters: int = 200_000_000
    #: Rows under merged ranges, all ranges added up.
    merged_rows: int = 500_000


LIMITS = Limits()


class Meter:
    """Counts what passes while a workbook is read, and refuses beyond the limits: reading stops there."""

    def __init__(self, name: str, limits: Limits = LIMITS) -> None:
        self._name = name
        self.limits = limits
        self._sheet = ""
        #: Cells met in the whole workbook, filled or not; filled rows in this sheet; characters kept.
        self.cells = 0
        self.rows = 0
        self.characters = 0
        self._merged_rows = 0

    def begin(self, sheet: str) -> None:
        """A new sheet begins."""
        self._sheet = sheet
        self.rows = 0

    def pass_cells(self, count: int) -> None:
        """So many more cells or rows were met, be they empty."""
        self.cells += count
        if self.cells > self.limits.cells:
            raise TooManyCells(
                f"{quoted(self._name)} a plus de {format_number(self.limits.cells)} cellules.",
                advice="Supprimez les lignes et les colonnes inutiles, ou partagez-le en plusieurs classeurs.",
            )

    def keep_row(self, row: int, last_column: int, *, filled: int, characters: int) -> None:
        """A filled row: its last filled column, how many cells it fills, the length of their texts."""
        self.rows += 1
        self.characters += characters
        limits = self.limits
        if row > limits.rows or last_column > limits.columns:
            where = f"Dans {quoted(self._name)}, la feuille {quoted(self._sheet)}"
            # A stray cell is to be erased; a sheet that is full up to there is too large.
            if self.rows < min(row, limits.rows) / 2 or filled < min(last_column, limits.columns) / 2:
                raise FarCell(
                    f"{where} a une cellule remplie en {column_letters(last_column)}{row}, loin de tout.",
                    advice="Effacez-la (supprimez sa ligne et sa colonne), enregistrez, puis réessayez.",
                )
            if row > limits.rows:
                raise TooManyRows(
                    f"{where} dépasse la ligne {format_number(limits.rows)}.",
                    advice="Supprimez les lignes inutiles, ou partagez-la en plusieurs classeurs.",
                )
            raise TooManyColumns(
                f"{where} a plus de {format_number(limits.columns)} colonnes.",
                advice="Supprimez celles qui ne servent pas, puis réessayez.",
            )
        if self.characters > limits.characters:
            raise self.too_much_text()

    def keep_text(self, length: int) -> None:
        """One text of the workbook, before it is used anywhere."""
        if length > self.limits.text:
            raise self.too_much_text()

    def keep_merged(self, area: Area) -> None:
        """A merged range."""
        self._merged_rows += min(area.bottom, self.limits.rows) - area.top + 1
        if self._merged_rows > self.limits.merged_rows:
            raise TooManyMerges(
                f"{quoted(self._name)} fusionne trop de cellules pour être compris.",
                advice="Défusionnez les cellules (Accueil › Fusionner et centrer), enregistrez, puis réessayez.",
            )

    def too_much_text(self) -> TooMuchText:
        return TooMuchText(
            f"{quoted(self._name)} contient des textes démesurés, que personne n’a tapés.",
            advice="Vérifiez d’où il vient, ou enlevez ces textes, puis réessayez.",
        )
