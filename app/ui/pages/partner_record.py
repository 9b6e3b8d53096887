"""What the records of a structure and of a person do alike: write to it, copy it, bin it, bring it back."""

from typing import Any

from PySide6.QtWidgets import QMenu

from app.errors import KnownError
from app.services import records
from app.services.queries import partners
from app.ui.navigation import RecordView
from app.ui.pages.partners_mail import write_to


class PartnerRecord(RecordView):
    """Base of both: `write_word` is the gesture of the menu; a deleted record only offers to be restored."""

    write_word = ""
    _deleted = False

    def _fill_menu(self, menu: QMenu) -> None:
        if self._deleted:
            menu.addAction("Restaurer", self._restore)
            return
        menu.addAction(self.write_word, self._write)
        menu.addAction("Dupliquer", self._duplicate)
        menu.addSeparator()
        menu.addAction("Mettre à la corbeille", self._delete)

    def _write(self) -> None:
        with self.context.store.read() as connection:
            found = partners.addresses(connection, self.entity, [self.record_id])
        told = write_to(found)
        if told.strong:
            self.panel.banner.tell(told.strong, told.sentence, tone=told.tone)

    def _restore(self) -> None:
        self._try(lambda: records.restore(self.context.store, self.entity, [self.record_id]))

    def _duplicate(self) -> None:
        made = self._try(lambda: records.duplicate(self.context.store, self.entity, self.record_id))
        if made:
            self.context.navigator.open_record(self.entity, made)

    def _delete(self) -> None:
        if self.leave():
            id = self.record_id
            self.context.navigator.close_record()
            self._try(lambda: records.delete(self.context.store, self.entity, [id]))

    def _try(self, gesture: Any) -> Any:
        """The result of a gesture; None when it was refused, which the banner says."""
        try:
            return gesture()
        except KnownError as error:
            self._refuse(error.message, error.advice)
            return None

    def _refuse(self, message: str, advice: str) -> None:
        self.panel.banner.tell(message, advice, tone="danger")
