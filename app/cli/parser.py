"""The words of a command line: which commands there are, what each takes, and what was asked.

Options may stand anywhere, before or after the command. Every refusal is a French sentence (WrongUsage, exit code 2).
What a command does is told in `commands`; this module loads nothing heavy.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from app.errors import WrongUsage
from app.formatting import NBSP
from app.paths import NOTEBOOK_SUFFIX


@dataclass(frozen=True, slots=True)
class Option:
    """`--name`, or `--name VALEUR` when `value` names what follows; `many` times if wanted."""

    name: str
    help: str
    value: str = ""
    many: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A word in its place: `ENTITÉ`, `RÉF`; the last may be `many`."""

    name: str
    many: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    help: str
    words: tuple[Word, ...] = ()
    options: tuple[Option, ...] = ()
    #: Whether it changes the notebook: a refusal then says that nothing was changed.
    writes: bool = False

    @property
    def usage(self) -> str:
        parts = [self.name]
        for word in self.words:
            name = f"{word.name}…" if word.many else word.name
            parts.append(name if word.required else f"[{name}]")
        for option in self.options:
            name = f"{option.name} {option.value}".strip()
            name = f"{name}…" if option.many else name
            parts.append(name if option.required else f"[{name}]")
        return " ".join(parts)


NOTEBOOK = Option("--carnet", "le carnet (par défaut, celui du dossier de données)", value="FICHIER")
JSON = Option("--json", "un document JSON sur la sortie")
OPEN = "ouvrir"

_ENTITY, _ROW = Word("ENTITÉ"), Word("RÉF")
_ASSIGNMENTS = Word("champ=valeur", many=True)

COMMANDS = (
    Command(OPEN, "ouvre la fenêtre", options=(NOTEBOOK,)),
    Command(
        "nouveau",
        "crée un carnet",
        (Word("FICHIER"),),
        (
            Option("--quartier", f"le quartier, ou «{NBSP}tous{NBSP}»", value="NOM", required=True),
            Option("--referentiel", f"un référentiel livré, «{NBSP}aucun{NBSP}», ou un dossier", value="NOM"),
            Option("--exemple", "avec un projet d’exemple, marqué comme tel"),
            Option("--auteur", "le nom dont ce poste signe", value="NOM"),
        ),
    ),
    Command("champs", "dit ce que peut porter une entité", (Word("ENTITÉ", required=False),), (JSON,)),
    Command("infos", "dit ce qu’est le carnet", (), (NOTEBOOK, JSON)),
    Command(
        "lister",
        "liste les lignes d’une entité",
        (_ENTITY,),
        (
            Option("--filtre", "ne garde que ces lignes (les filtres s’ajoutent)", value="champ=valeur", many=True),
            Option("--corbeille", "les lignes supprimées"),
            NOTEBOOK,
            JSON,
        ),
    ),
    Command(
        "montrer",
        "montre une ligne",
        (_ENTITY, _ROW),
        (Option("--historique", "et qui a changé quoi, quand"), NOTEBOOK, JSON),
    ),
    Command(
        "ajouter", "ajoute une ligne et imprime son identifiant", (_ENTITY, _ASSIGNMENTS), (NOTEBOOK,), writes=True
    ),
    Command(
        "modifier", "change les champs nommés d’une ligne", (_ENTITY, _ROW, _ASSIGNMENTS), (NOTEBOOK,), writes=True
    ),
    Command("supprimer", "met une ligne à la corbeille", (_ENTITY, _ROW), (NOTEBOOK,), writes=True),
    Command("restaurer", "sort une ligne de la corbeille", (_ENTITY, _ROW), (NOTEBOOK,), writes=True),
    Command(
        "effacer",
        "efface pour toujours une personne, partout où le carnet l’a gardée",
        (_ENTITY, _ROW),
        (
            Option("--confirmer", "sans quoi rien n’est effacé"),
            Option("--textes", "les textes d’autres fiches où masquer son nom : tous, surs ou aucun", value="LESQUELS"),
            NOTEBOOK,
        ),
        writes=True,
    ),
    Command("annuler", "annule le dernier geste de ce poste", (), (NOTEBOOK,), writes=True),
    Command("retablir", "rétablit ce qui vient d’être annulé", (), (NOTEBOOK,), writes=True),
    Command("chercher", "cherche des mots dans tout le carnet", (Word("TEXTE", many=True),), (NOTEBOOK, JSON)),
    Command(
        "rapport",
        "écrit un document",
        (Word("NOM", required=False), Word("option=valeur", many=True, required=False)),
        (
            Option("--liste", "les documents et leurs options"),
            Option("--sortie", "le fichier à écrire", value="FICHIER"),
            NOTEBOOK,
            JSON,
        ),
    ),
    Command("consolider", "met les quartiers côte à côte, et la ville qu’ils font", (), (NOTEBOOK, JSON)),
    Command(
        "exporter",
        "écrit un classeur à partager",
        (Word("CLASSEUR"),),
        (
            Option("--par-quartier", "un classeur par quartier, dans le dossier CLASSEUR"),
            Option("--profil", f"«{NBSP}equipe{NBSP}» (par défaut) ou «{NBSP}partenaire{NBSP}»", value="PROFIL"),
            Option("--quartier", "seulement ce quartier", value="NOM"),
            Option("--entites", "seulement ces entités, séparées par des virgules", value="a,b"),
            NOTEBOOK,
        ),
    ),
    Command(
        "importer",
        "prend ce que des classeurs apportent",
        (Word("FICHIER", many=True),),
        (
            Option("--simuler", "dit ce qui changerait, sans rien écrire"),
            Option(
                "--accepter", "sans-conflit (par défaut), tout ou rien, pour ce qui a été fait à la main", value="CHOIX"
            ),
            Option(
                "--repondre",
                f"répond à une question de l’aperçu{NBSP}: sa cellule, le numéro du choix (s’ajoutent)",
                value="Feuille!A9=1",
                many=True,
            ),
            Option("--classeur-a-jour", "puis écrit ce classeur tel qu’il est maintenant", value="FICHIER"),
            Option("--entite", "ce que sont les lignes d’un tableau qui ne vient pas d’un carnet", value="ENTITÉ"),
            Option("--feuille", "la feuille où il se trouve", value="NOM"),
            Option("--colonne", "le champ que donne une de ses colonnes", value="En-tête=champ", many=True),
            Option("--defaut", "ce que vaut un champ quand la ligne ne le dit pas", value="champ=valeur", many=True),
            Option("--creer", "crée les structures que ses lignes nomment et que le carnet ne connaît pas"),
            Option("--correspondance", "le nom sous lequel cette lecture est retenue, ou reprise", value="NOM"),
            NOTEBOOK,
            JSON,
        ),
        writes=True,
    ),
    Command("imports", "liste les imports, le dernier d’abord", (), (NOTEBOOK, JSON)),
    Command("annuler-import", "annule un import", (Word("ID"),), (NOTEBOOK,), writes=True),
    Command("conflits", "liste les conflits qui attendent un choix", (), (NOTEBOOK, JSON)),
    Command(
        "resoudre",
        "tranche un conflit",
        (Word("ID"),),
        (
            Option("--garder", f"«{NBSP}mien{NBSP}», «{NBSP}leur{NBSP}», ou la valeur", value="VALEUR", required=True),
            NOTEBOOK,
        ),
        writes=True,
    ),
    Command(
        "joindre",
        "joint un fichier à une ligne et imprime l’identifiant de la pièce",
        (_ENTITY, _ROW, Word("FICHIER")),
        (Option("--remarque", "ce qu’il faut en savoir", value="TEXTE"), NOTEBOOK),
        writes=True,
    ),
    Command(
        "extraire",
        "écrit le fichier d’une pièce jointe (DEST est un fichier ou un dossier)",
        (Word("PIÈCE"), Word("DEST")),
        (NOTEBOOK,),
    ),
    Command("sauvegarder", "écrit une copie vérifiée du carnet", (Word("DEST"),), (NOTEBOOK,)),
    Command(
        "restaurer-sauvegarde", "remet une sauvegarde à la place du carnet", (Word("SRC"),), (NOTEBOOK,), writes=True
    ),
    Command("verifier", "vérifie le fichier et son journal", (), (NOTEBOOK, JSON)),
)
BY_NAME = {command.name: command for command in COMMANDS}

HELP = ("--aide", "-h", "--help")
VERSION = "--version"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line asks: `words` in their places (many as a list), `options` by name."""

    command: Command
    words: dict[str, str] = field(default_factory=dict)
    rest: tuple[str, ...] = ()
    options: dict[str, tuple[str, ...]] = field(default_factory=dict)
    wants_help: bool = False
    wants_version: bool = False

    def option(self, name: str) -> str | None:
        given = self.options.get(name)
        return given[0] if given else None

    def has(self, name: str) -> bool:
        return name in self.options


def read_words(argv: Sequence[str]) -> Asked:
    """Understand a command line (without the name of the program); raises WrongUsage."""
    plain, given = _split(argv)
    options = [name for name, _ in given]
    wants_help = any(name in HELP for name in options) or plain[:1] == ["aide"]
    if plain[:1] == ["aide"]:
        plain = plain[1:]
    command = _command(plain)
    if VERSION in options:
        return Asked(command, wants_version=True)
    if wants_help:
        return Asked(command, wants_help=True, rest=tuple(plain[:1]))
    options_given = _options(command, given)
    words, rest = _in_places(command, plain)
    return Asked(command, words, rest, options_given)


def help_text(command: Command | None = None) -> str:
    """The help of one command, or of all."""
    if command is not None:
        lines = [f"carnet {command.usage}", "", f"  {command.help[0].upper()}{command.help[1:]}."]
        if command.options:
            lines.append("")
            lines.extend(_columns([(f"{one.name} {one.value}".strip(), one.help) for one in command.options]))
        return "\n".join(lines)
    lines = [
        "Carnet de quartier, en ligne de commande.",
        "",
        "carnet [COMMANDE] [--carnet FICHIER] [--json]",
        "",
        *_columns([(command.name, command.help) for command in COMMANDS]),
        "",
        f"«{NBSP}carnet COMMANDE --aide{NBSP}» en dit plus. Sans commande, la fenêtre s’ouvre.",
        f"Code de retour{NBSP}: 0 fait, 1 refusé, 2 mal écrit, 3 conflits en attente, 4 ouvert ailleurs.",
    ]
    return "\n".join(lines)


def _columns(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    width = max(len(left) for left, _ in pairs)
    for left, right in pairs:
        yield f"  {left:<{width}}  {right}"


def _split(argv: Sequence[str]) -> tuple[list[str], list[tuple[str, str | None]]]:
    """The plain words, and the options as (name, value or None); what follows `--` is plain."""
    takes_value = {option.name for command in COMMANDS for option in command.options if option.value}
    plain: list[str] = []
    given: list[tuple[str, str | None]] = []
    pending = iter(argv)
    for word in pending:
        if word == "--":
            plain.extend(pending)
        elif word in HELP or not _is_option(word):
            given.append((word, None)) if word in HELP else plain.append(word)
        else:
            name, equal, value = word.partition("=")
            if equal:
                given.append((name, value))
            elif name in takes_value:
                following = next(pending, None)
                if following is None or _is_option(following):
                    raise WrongUsage(f"L’option {name} attend une valeur.", advice=_see())
                given.append((name, following))
            else:
                given.append((name, None))
    return plain, given


def _is_option(word: str) -> bool:
    # A single dash begins a value (« -5 »), never an option.
    return word.startswith("--") and len(word) > 2


def _command(plain: list[str]) -> Command:
    """The command named by the first word, which is taken out of `plain`; the window when there is none."""
    if not plain:
        return BY_NAME[OPEN]
    name = plain[0]
    if name in BY_NAME:
        del plain[0]
        return BY_NAME[name]
    if name.lower().endswith(NOTEBOOK_SUFFIX):  # a notebook double-clicked in a folder
        return BY_NAME[OPEN]
    near = get_close_matches(name.lower(), BY_NAME, n=1, cutoff=0.6)
    advice = f"Vouliez-vous dire «{NBSP}carnet {near[0]}{NBSP}»{NBSP}?" if near else _see()
    raise WrongUsage(f"«{NBSP}{name}{NBSP}» n’est pas une commande.", advice=advice)


def _in_places(command: Command, plain: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    places = (Word("FICHIER", required=False),) if command.name == OPEN else command.words
    words: dict[str, str] = {}
    left = list(plain)
    for place in places:
        if not left and place.required:
            raise WrongUsage(f"Il manque {place.name} après «{NBSP}carnet {command.name}{NBSP}».", advice=_see(command))
        if place.many:
            return words, tuple(left)
        if left:
            words[place.name] = left.pop(0)
    if left:
        raise WrongUsage(
            f"«{NBSP}{left[0]}{NBSP}» est de trop après «{NBSP}carnet {command.name}{NBSP}».",
            advice=f"Un nom de plusieurs mots s’écrit entre guillemets. {_see(command)}",
        )
    return words, ()


def _options(command: Command, given: Sequence[tuple[str, str | None]]) -> dict[str, tuple[str, ...]]:
    known = {option.name: option for option in command.options}
    found: dict[str, tuple[str, ...]] = {}
    for name, value in given:
        option = known.get(name)
        if option is None:
            if name == NOTEBOOK.name and value is not None:
                continue  # said everywhere, even where no notebook is read
            near = get_close_matches(name, known, n=1, cutoff=0.6)
            advice = f"Vouliez-vous dire {near[0]}{NBSP}?" if near else _see(command)
            raise WrongUsage(f"«{NBSP}carnet {command.name}{NBSP}» n’a pas d’option {name}.", advice=advice)
        if option.value and not value:
            raise WrongUsage(f"L’option {name} attend une valeur{NBSP}: {option.value}.", advice=_see(command))
        if not option.value and value is not None:
            raise WrongUsage(f"L’option {name} ne prend pas de valeur.", advice=_see(command))
        if name in found and not option.many and option.value:
            raise WrongUsage(f"L’option {name} est donnée deux fois.", advice="Gardez une seule valeur.")
        found[name] = (*found.get(name, ()), value or "")
    missing = [option for option in command.options if option.required and option.name not in found]
    if missing:
        raise WrongUsage(
            f"Il manque {missing[0].name} {missing[0].value} à «{NBSP}carnet {command.name}{NBSP}».",
            advice=_see(command),
        )
    return found


def _see(command: Command | None = None) -> str:
    words = f"carnet {command.name} --aide" if command else "carnet --aide"
    return f"«{NBSP}{words}{NBSP}» dit comment l’écrire."
