"""Partners: structures and people in order, filtered and counted by SQL."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, false, func, or_, select, text, union

from app.formatting import fold
from app.models.registry import ENTITIES
from app.notebook.clock import iso_of
from app.notebook.log import chunks
from app.notebook.search import match_expression
from app.services import likeness
from app.services.action_partners import DEFAULT_ROLE
from app.services.coverage import reach
from app.services.names import ERASED_PERSON, erased
from app.services.queries.partners_coverage import load_parents
from app.services.queries.plan import load_priorities
from app.services.queries.scope import Scope, scope_of, within

ORGANISATION = ENTITIES["organisation"]
_O = ORGANISATION.table
_C = ENTITIES["contact"].table
_A = ENTITIES["action"].table
_AP = ENTITIES["action_partner"].table
_T = ENTITIES["territory"].table
_COVERED = ORGANISATION.link_tables["territories"]
_SERVED = ORGANISATION.link_tables["priorities"]

# A QPV and a quartier vécu often bear the same name.
_KIND_WORDS = {"qpv_2024": "QPV ", "lived": "Quartier vécu "}

#: Among the territories of a filter: the structures that name none.
UNPLACED = ""


@dataclass(frozen=True, slots=True)
class PartnersFilter:
    """What the page keeps. Empty sets keep everything.

    A territory chosen takes the place of the quartier: what covers another place must be findable. `only` names the
    rows to show, whatever the rest says. The bin (`deleted`) is that of the whole notebook.
    """

    district: str = ""
    text: str = ""
    categories: frozenset[str] = frozenset()
    territories: frozenset[str] = frozenset()
    priorities: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    deleted: bool = False

    @property
    def is_narrow(self) -> bool:
        """True when something beyond the quartier is filtered."""
        return bool(self.text.strip() or self.categories or self.territories or self.priorities or self.only)


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """What the directory shows of a structure; `actions` counts those it carries or takes part in."""

    id: str
    name: str
    acronym: str
    category: str
    people: int
    actions: int
    territories: tuple[str, ...]
    phone: str
    email: str
    to_confirm: bool
    generic: bool
    example: bool
    updated_at: str


@dataclass(frozen=True, slots=True)
class ContactRow:
    """What the directory shows of a person; `organisation` is an id."""

    id: str
    last_name: str
    first_name: str
    function: str
    organisation: str
    organisation_name: str
    email: str
    phone: str
    example: bool
    erased: bool = False

    @property
    def name(self) -> str:
        return ERASED_PERSON if self.erased else f"{self.first_name} {self.last_name}".strip()

    @property
    def listed_name(self) -> str:
        """The name as a directory sorts it: « Martin Claude »."""
        return ERASED_PERSON if self.erased else f"{self.last_name} {self.first_name}".strip()


@dataclass(frozen=True, slots=True)
class Part:
    """An action a structure takes part in; `role` is « porteur » or what was written."""

    action: str
    code: str
    title: str
    priority: str
    role: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of what a filter keeps."""

    organisations: int
    contacts: int
    to_confirm: int


@dataclass(frozen=True, slots=True)
class Addresses:
    """Professional addresses of a selection, each once; `without` names those that have none."""

    emails: tuple[str, ...]
    without: tuple[str, ...]


# -- lists --------------------------------------------------------------------------------------------------------


def organisations(
    connection: Connection, kept: PartnersFilter, column: str = "name", *, descending: bool = False
) -> list[tuple[str, str]]:
    """(id, category) of the structures kept, sorted by a column of `ORGANISATION_SORTS`; empty values come last."""
    key = ORGANISATION_SORTS[column]()
    query = select(_O.c.id, func.coalesce(_O.c.category, "")).where(*_organisation_conditions(connection, kept))
    order = [key.is_(None), key.desc() if descending else key.asc(), func.fold(_O.c.name), _O.c.id]
    return [(row, category) for row, category in connection.execute(query.order_by(*order))]


def fetch_organisations(
    connection: Connection, ids: Sequence[str], *, district: str = ""
) -> dict[str, OrganisationRow]:
    """The rows of `ids`, by id. Actions are those of the quartier."""
    found: dict[str, OrganisationRow] = {}
    scope = scope_of(connection, district)
    for some in chunks(ids):
        people: dict[str, int] = dict(
            connection.execute(
                select(_C.c.organisation, func.count())
                .where(_C.c.organisation.in_(some), _C.c.deleted == 0)
                .group_by(_C.c.organisation)
            ).all()
        )
        parts = _parts(some, scope).subquery()
        actions: dict[str, int] = dict(
            connection.execute(select(parts.c.organisation, func.count()).group_by(parts.c.organisation)).all()
        )
        names = _territory_names(connection, some)
        for row in connection.execute(select(_O).where(_O.c.id.in_(some))).mappings():
            id_ = row["id"]
            found[id_] = OrganisationRow(
                id_, row["name"] or "", row["acronym"] or "", row["category"] or "", people.get(id_, 0),
                actions.get(id_, 0), names.get(id_, ()), row["phone"] or "", row["email"] or "",
                bool(row["to_confirm"]), bool(row["generic"]), bool(row["example"]), iso_of(row["updated_at"]),
            )  # fmt: skip
    return found


def contacts(
    connection: Connection, kept: PartnersFilter, column: str = "last_name", *, descending: bool = False
) -> list[str]:
    """The ids of the people the filter keeps, sorted by a column of `CONTACT_SORTS`; empty values come last."""
    key = CONTACT_SORTS[column]()
    query = select(_C.c.id).outerjoin(_O, _O.c.id == _C.c.organisation).where(*_contact_conditions(connection, kept))
    order = [key.is_(None), key.desc() if descending else key.asc(), func.fold(_C.c.last_name), _C.c.id]
    return list(connection.scalars(query.order_by(*order)))


def fetch_contacts(connection: Connection, ids: Sequence[str]) -> dict[str, ContactRow]:
    """The rows of `ids`, by id."""
    found: dict[str, ContactRow] = {}
    for some in chunks(ids):
        for row in _select_contacts(connection, _C.c.id.in_(some)):
            found[row.id] = row
    return found


def totals(connection: Connection, kept: PartnersFilter) -> Totals:
    """How many structures and people the filter keeps, and how many structures wait to be confirmed."""
    conditions = _organisation_conditions(connection, kept)
    structures, waiting = connection.execute(
        select(func.count(), func.coalesce(func.sum(_O.c.to_confirm), 0)).where(*conditions)
    ).one()
    people = connection.execute(
        select(func.count())
        .select_from(_C)
        .outerjoin(_O, _O.c.id == _C.c.organisation)
        .where(*_contact_conditions(connection, kept))
    ).scalar_one()
    return Totals(structures, people, waiting)


def in_bin(connection: Connection, entity: str) -> int:
    """How many rows of `entity` are in the bin."""
    table = ENTITIES[entity].table
    return connection.execute(select(func.count()).select_from(table).where(table.c.deleted == 1)).scalar_one()


def addresses(connection: Connection, entity: str, ids: Sequence[str]) -> Addresses:
    """The professional addresses of structures or people, never a private one.

    A structure without an address of its own is written to through its people.
    """
    emails: dict[str, str] = {}
    without: list[str] = []
    if entity == "contact":
        rows = fetch_contacts(connection, ids)
        for row in (rows[id_] for id_ in ids if id_ in rows):
            _keep_address(emails, without, row.name, [row.email])
        return Addresses(tuple(emails.values()), tuple(without))
    structures = fetch_organisations(connection, ids)
    through: dict[str, list[str]] = defaultdict(list)
    for some in chunks([id_ for id_, row in structures.items() if not row.email]):
        for person in _select_contacts(connection, _C.c.organisation.in_(some), _C.c.deleted == 0):
            through[person.organisation].append(person.email)
    for structure in (structures[id_] for id_ in ids if id_ in structures):
        _keep_address(emails, without, structure.name, [structure.email] if structure.email else through[structure.id])
    return Addresses(tuple(emails.values()), tuple(without))


# -- a record -----------------------------------------------------------------------------------------------------


def people_of(connection: Connection, organisation: str) -> tuple[ContactRow, ...]:
    """The people of a structure, by name."""
    found = _select_contacts(connection, _C.c.organisation == organisation, _C.c.deleted == 0)
    return tuple(sorted(found, key=lambda row: (fold(row.last_name), fold(row.first_name), row.id)))


def parts_of(connection: Connection, organisation: str) -> tuple[Part, ...]:
    """The actions a structure carries, then those it takes part in, with its role in each."""
    priority = ENTITIES["priority"].table
    joined = _A.outerjoin(priority, priority.c.id == _A.c.priority)
    named = select(_A.c.id, _A.c.code, _A.c.title, priority.c.number)
    carried = connection.execute(
        named.select_from(joined).where(_A.c.promoter == organisation, _A.c.deleted == 0).order_by(_A.c.code, _A.c.id)
    )
    found = [_part(row, code, title, number, "porteur") for row, code, title, number in carried]
    shared = connection.execute(
        named.add_columns(_AP.c.role)
        .select_from(joined.join(_AP, _AP.c.action == _A.c.id))
        .where(_AP.c.organisation == organisation, _AP.c.deleted == 0, _A.c.deleted == 0)
        .order_by(_A.c.code, _A.c.id, _AP.c.role)
    )
    found += [_part(row, code, title, number, role or DEFAULT_ROLE) for row, code, title, number, role in shared]
    return tuple(found)


# -- choices of the filters ---------------------------------------------------------------------------------------


def territory_choices(connection: Connection) -> list[tuple[str, str]]:
    """(id, name) of the territories a directory is filtered by: quartiers, QPV, quartiers vécus, commune."""
    kinds = {"district": 0, "qpv_2024": 1, "lived": 2, "municipality": 3}
    query = select(_T.c.id, func.coalesce(_T.c.short_name, _T.c.name), _T.c.kind).where(
        _T.c.deleted == 0, _T.c.kind.in_(kinds)
    )
    rows = sorted(connection.execute(query), key=lambda row: (kinds[row[2]], fold(row[1] or "")))
    return [(row, f"{_KIND_WORDS.get(kind, '')}{name}") for row, name, kind in rows]


def short_names(connection: Connection, entity: str, ids: Sequence[str]) -> dict[str, str]:
    """What chips say of territories (« QPV Nouveau Roubaix ») and priorities (« P3 Santé »)."""
    if entity == "priority":
        return {node.id: f"{node.key} {node.short_title}" for node in load_priorities(connection) if node.id in ids}
    query = select(_T.c.id, func.coalesce(_T.c.short_name, _T.c.name), _T.c.kind).where(_T.c.id.in_(ids))
    return {row: f"{_KIND_WORDS.get(kind, '')}{name or ''}" for row, name, kind in connection.execute(query)}


def duplicates(connection: Connection) -> tuple[likeness.Alike, ...]:
    """The structures that are probably entered twice."""
    query = select(_O.c.id, func.coalesce(_O.c.name, ""), func.coalesce(_O.c.siret, "")).where(_O.c.deleted == 0)
    rows = connection.execute(query.order_by(func.fold(_O.c.name), _O.c.id))
    return likeness.alike(likeness.Named(*row) for row in rows)


# -- conditions ---------------------------------------------------------------------------------------------------


def _organisation_conditions(connection: Connection, kept: PartnersFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_O.c.deleted == int(kept.deleted)]
    if kept.only:
        return [*found, _O.c.id.in_(kept.only)]
    if kept.text.strip():
        found.append(_typed(connection, kept))
    return [*found, *_structure_filters(connection, kept)]


def _contact_conditions(connection: Connection, kept: PartnersFilter) -> list[ColumnElement[bool]]:
    """People follow the structure they belong to; those without one belong everywhere."""
    found: list[ColumnElement[bool]] = [_C.c.deleted == int(kept.deleted)]
    if kept.text.strip():
        typed = match_expression(kept.text)
        if kept.deleted or not typed:
            whole = func.coalesce(_C.c.last_name, "") + " " + func.coalesce(_C.c.first_name, "")
            found += _holding(whole, kept.text)
        else:
            found.append(or_(_C.c.id.in_(_searched("contact", typed)), _O.c.id.in_(_searched("organisation", typed))))
    if filters := _structure_filters(connection, kept):
        inside = _C.c.organisation.in_(select(_O.c.id).where(*filters))
        chosen = kept.categories or kept.territories or kept.priorities
        found.append(inside if chosen else or_(inside, _C.c.organisation.is_(None)))
    return found


def _structure_filters(connection: Connection, kept: PartnersFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if kept.categories:
        found.append(func.coalesce(_O.c.category, "").in_(kept.categories))
    if kept.territories:
        parents = load_parents(connection)
        wanted = {row for place in kept.territories - {UNPLACED} for row in reach(place, parents)}
        named = _O.c.id.in_(select(_COVERED.c.row).where(_COVERED.c.target.in_(wanted))) if wanted else false()
        unplaced = _O.c.id.not_in(select(_COVERED.c.row)) if UNPLACED in kept.territories else false()
        found.append(or_(named, unplaced))
    elif not kept.deleted:
        inside = within(ORGANISATION, scope_of(connection, kept.district), wide=True)
        found += [] if inside is None else [inside]
    if kept.priorities:
        found.append(_O.c.id.in_(select(_SERVED.c.row).where(_SERVED.c.target.in_(kept.priorities))))
    return found


def _typed(connection: Connection, kept: PartnersFilter) -> ColumnElement[bool]:
    """What is typed is found in the structure, or in one of its people."""
    typed = match_expression(kept.text)
    if kept.deleted or not typed:
        # The index holds live rows only: the bin, which is short, is read.
        whole = func.coalesce(_O.c.name, "") + " " + func.coalesce(_O.c.acronym, "")
        return _O.c.id.in_(select(_O.c.id).where(*_holding(whole, kept.text)))
    people = select(_C.c.organisation).where(_C.c.id.in_(_searched("contact", typed)), _C.c.organisation.is_not(None))
    return or_(_O.c.id.in_(_searched("organisation", typed)), _O.c.id.in_(people))


def _holding(column: ColumnElement[Any], typed: str) -> list[ColumnElement[bool]]:
    return [func.instr(func.fold(column), word) > 0 for word in fold(typed).split()]


def _searched(entity: str, typed: str) -> Any:
    return text(
        "SELECT r.row FROM search s JOIN search_row r ON r.n = s.rowid WHERE search MATCH :typed AND r.entity = :kind"
    ).bindparams(bindparam("typed", typed, unique=True), bindparam("kind", entity, unique=True))


# -- sorts --------------------------------------------------------------------------------------------------------


def _people_count() -> Any:
    return select(func.count()).where(_C.c.organisation == _O.c.id, _C.c.deleted == 0).scalar_subquery()


def _actions_count() -> Any:
    carried = select(func.count()).where(_A.c.promoter == _O.c.id, _A.c.deleted == 0)
    shared = (
        select(func.count(_AP.c.action.distinct()))
        .join(_A, _A.c.id == _AP.c.action)
        .where(
            _AP.c.organisation == _O.c.id, _AP.c.deleted == 0, _A.c.deleted == 0,
            func.coalesce(_A.c.promoter, "") != _O.c.id,
        )
    )  # fmt: skip
    return carried.correlate(_O).scalar_subquery() + shared.correlate(_O).scalar_subquery()


#: What the structures can be sorted by.
ORGANISATION_SORTS: dict[str, Callable[[], Any]] = {
    "name": lambda: func.fold(_O.c.name),
    "acronym": lambda: func.fold(_O.c.acronym),
    "people": _people_count,
    "actions": _actions_count,
    "phone": lambda: _O.c.phone,
    "email": lambda: func.fold(_O.c.email),
    "mark": lambda: func.coalesce(_O.c.to_confirm, 0) * -2 - func.coalesce(_O.c.generic, 0),
}

#: What the people can be sorted by.
CONTACT_SORTS: dict[str, Callable[[], Any]] = {
    "last_name": lambda: func.fold(_C.c.last_name),
    "first_name": lambda: func.fold(_C.c.first_name),
    "function": lambda: func.fold(_C.c.function),
    "organisation_name": lambda: func.fold(_O.c.name),
    "email": lambda: func.fold(_C.c.email),
    "phone": lambda: _C.c.phone,
}


# -- inside -------------------------------------------------------------------------------------------------------


def _parts(organisations_: Sequence[str], scope: Scope) -> Any:
    """(organisation, action) of what each structure carries or takes part in, once each."""
    live = [_A.c.deleted == 0]
    if (inside := within(ENTITIES["action"], scope)) is not None:
        live.append(inside)
    carried = select(_A.c.promoter.label("organisation"), _A.c.id.label("action")).where(
        _A.c.promoter.in_(organisations_), *live
    )
    shared = (
        select(_AP.c.organisation, _AP.c.action)
        .join(_A, _A.c.id == _AP.c.action)
        .where(_AP.c.organisation.in_(organisations_), _AP.c.deleted == 0, *live)
    )
    return union(carried, shared)


def _select_contacts(connection: Connection, *conditions: ColumnElement[bool]) -> list[ContactRow]:
    query = select(
        _C.c.id, _C.c.last_name, _C.c.first_name, _C.c.function, _C.c.organisation, _O.c.name, _C.c.email, _C.c.phone,
        _C.c.example,
    ).outerjoin(_O, _O.c.id == _C.c.organisation)  # fmt: skip
    rows = connection.execute(query.where(*conditions)).all()
    gone = erased(connection, [row.id for row in rows if not (row.last_name or row.first_name)])
    return [
        ContactRow(
            row, last or "", first or "", function or "", organisation or "", name or "", email or "", phone or "",
            bool(example), row in gone,
        )
        for row, last, first, function, organisation, name, email, phone, example in rows
    ]  # fmt: skip


def _keep_address(emails: dict[str, str], without: list[str], name: str, found: Iterable[str]) -> None:
    addresses_ = [email for email in found if email]
    for email in addresses_:
        emails.setdefault(fold(email), email)
    if not addresses_:
        without.append(name)


def _territory_names(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    names: dict[str, list[str]] = defaultdict(list)
    query = (
        select(_COVERED.c.row, func.coalesce(_T.c.short_name, _T.c.name))
        .join(_T, _T.c.id == _COVERED.c.target)
        .where(_COVERED.c.row.in_(ids))
        .order_by(_T.c.kind, _T.c.name)
    )
    for row, name in connection.execute(query):
        names[row].append(name or "")
    return {row: tuple(found) for row, found in names.items()}


def _part(row: str, code: str | None, title: str | None, number: int | None, role: str) -> Part:
    return Part(row, code or "", title or "", f"P{number}" if number else "", role)
