"""Names of people written in one cell: « Mme DUPONT Jeanne », « Jeanne DUPONT »."""

import re

_CIVILITY = re.compile(
    r"(?:M\.?|Mr\.?|MM\.?|Mmes?\.?|Mlles?\.?|Monsieur|Madame|Mademoiselle|Dr\.?|Docteur|Me\.?)\s+", re.I
)


def split_name(text: str) -> tuple[str, str] | None:
    """(last name, first name) of a whole name, None when nothing in how it is written tells them apart.

    Capitals tell: French directories write the last name so. « Jeanne Martin » is left alone, for both could be either,
    and what follows a comma is as often what the person does.
    """
    bare = " ".join(text.split())
    named = _CIVILITY.match(bare)
    bare = bare[named.end() :] if named else bare
    if "," in bare:
        return None
    words = bare.split()
    if len(words) == 1 and named:
        return words[0], ""
    capitals = [len(word) > 1 and word.isupper() for word in words]
    count = sum(capitals)
    if not 0 < count < len(words):
        return None
    if all(capitals[:count]):
        return " ".join(words[:count]), " ".join(words[count:])
    if all(capitals[-count:]):
        return " ".join(words[-count:]), " ".join(words[:-count])
    return None
