"""The two ways to export, as tiles: what is in the workbook and what is not."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app.formatting import NBSP
from app.ui import painting
from app.ui.theme import Theme

TEAM, PARTNER = "team", "partner"

_WITHIN = {
    TEAM: (
        "Toutes les fiches du périmètre, notes internes comprises",
        f"L’historique complet{NBSP}: qui a changé quoi, et quand",
        f"Les pièces jointes, les plus récentes d’abord, jusqu’à 20{NBSP}Mo",
        "De quoi tout réunir dans le carnet d’un collègue, champ par champ",
    ),
    PARTNER: (
        "Les fiches du quartier choisi, dans des feuilles à remplir",
        "Les listes de choix et le mode d’emploi, en première feuille",
        "De quoi reconnaître ensuite chaque cellule modifiée",
    ),
}
_WITHOUT = {
    TEAM: ("Vos saisies en cours, vos réglages et vos points de restauration",),
    PARTNER: (
        f"Rien de confidentiel{NBSP}: notes internes, avis, téléphones et courriels personnels, montants non votés",
        "Ni historique, ni pièce jointe, ni nom de qui a saisi, ni autre quartier",
    ),
}
_TITLES = {TEAM: "Pour l’équipe", PARTNER: "Pour un partenaire"}
_ICONS = {TEAM: "users-group", PARTNER: "building-community"}
_SENTENCES = {
    TEAM: "Un collègue qui a aussi l’application l’importe dans son carnet.",
    PARTNER: "Une structure le remplit dans Excel ou LibreOffice, puis vous le renvoie.",
}


class ProfileTile(QAbstractButton):
    """One way to export, with what is in the workbook and what is not. The whole tile is the target."""

    moved = Signal(int)

    def __init__(self, theme: Theme, key: str) -> None:
        super().__init__()
        self._theme = theme
        self.key = key
        self.setText(_TITLES[key])
        self.setAccessibleName(_TITLES[key])
        within = ". ".join(_WITHIN[key])
        without = ". ".join(_WITHOUT[key])
        said = f"{_SENTENCES[key]} Ce qui y est{NBSP}: {within}. Ce qui n’y est pas{NBSP}: {without}."
        self.setAccessibleDescription(said)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(320), self._theme.px(236))

    def height_for(self, width: int) -> int:
        """The height a tile of that width needs."""
        theme = self._theme
        measure = painting.metrics(theme.font("cell"))
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap)

        def lines(text: str, left: int) -> int:
            return measure.boundingRect(QRect(0, 0, width - left - theme.px(16), 1000), flags, text).height() + 1

        points = (*_WITHIN[self.key], *_WITHOUT[self.key])
        told = sum(lines(text, theme.px(40)) + theme.px(4) for text in points)
        return theme.px(52) + lines(_SENTENCES[self.key], theme.px(16)) + told + theme.px(14)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}.get(
            Qt.Key(event.key())
        )
        if step is not None:
            self.moved.emit(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rect, checked = self._theme, self.rect(), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = 2 if checked else 1
        painter.setPen(QPen(theme.colour("accent" if checked else "border"), edge))
        painter.setBrush(theme.colour("accent_soft" if checked else ("hover" if self.underMouse() else "surface")))
        radius = theme.px("radius.card")
        painter.drawRoundedRect(QRectF(rect).adjusted(edge / 2, edge / 2, -edge / 2, -edge / 2), radius, radius)
        left, top = theme.px(16), theme.px(14)
        painter.drawPixmap(left, top + theme.px(2), theme.pixmap(_ICONS[self.key], "accent", "icon.rail"))
        x, y = rect.right() - theme.px(24), top + theme.px(12)
        painter.setPen(QPen(theme.colour("accent" if checked else "border_control"), 1.5))
        painter.setBrush(theme.colour("surface"))
        outer = theme.px(7)
        painter.drawEllipse(QRectF(x - outer, y - outer, 2 * outer, 2 * outer))
        if checked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            inner = theme.px(7) / 2
            painter.drawEllipse(QRectF(x - inner, y - inner, 2 * inner, 2 * inner))
        painter.setFont(theme.font("heading"))
        painter.setPen(theme.colour("text"))
        painter.drawText(QRect(left + theme.px(30), top, rect.width(), theme.px(24)), painting.LEFT, self.text())
        top += theme.px(30)
        top = self._paint_text(painter, left, top, _SENTENCES[self.key], "text_muted")
        top += theme.px(8)
        for text in _WITHIN[self.key]:
            top = self._paint_point(painter, left, top, text, "check", "success.fg")
        for text in _WITHOUT[self.key]:
            top = self._paint_point(painter, left, top, text, "x", "text_muted")
        if self.hasFocus():
            painting.paint_focus(painter, theme, rect, radius)

    def _paint_point(self, painter: QPainter, left: int, top: int, text: str, icon: str, ink: str) -> int:
        painter.drawPixmap(left, top + self._theme.px(1), self._theme.pixmap(icon, ink))
        word = "text" if icon == "check" else "text_muted"
        return self._paint_text(painter, left + self._theme.px(24), top, text, word) + self._theme.px(4)

    def _paint_text(self, painter: QPainter, left: int, top: int, text: str, ink: str) -> int:
        """Write a text on as many lines as it needs; returns the y below it."""
        theme = self._theme
        painter.setFont(theme.font("cell"))
        painter.setPen(theme.colour(ink))
        room = QRect(left, top, self.width() - left - theme.px(16), theme.px(80))
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        return painter.drawText(room, flags, text).bottom() + 1
