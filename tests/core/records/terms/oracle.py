"""What a search finds, told slowly: parts of a text, looked for one by one."""

import re
import unicodedata

UNSPACED = re.compile(
    "["
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def alike(text: str) -> str:
    """The text without what does not matter."""
    once = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in unicodedata.normalize("NFKC", once) if unicodedata.category(one) != "Cf")


def is_part(character: str) -> bool:
    """Whether a character belongs to a word or run at all."""
    return unicodedata.category(character)[0] in {"L", "N", "M"}


def pieces(search: str) -> list[str]:
    """The words and runs of a search: cut wherever something else, or the other kind of script, begins."""
    found: list[str] = [""]
    before = ""
    for one in alike(search):
        if found[-1] and (not is_part(one) or bool(UNSPACED.match(one)) != bool(UNSPACED.match(before))):
            found.append("")
        if is_part(one):
            found[-1] += one
        before = one
    return [one for one in found if one]


def finds(search: str, text: str) -> bool:
    """Whether every piece stands in the text: a run anywhere, a word as a whole word."""
    said = alike(text)
    return all(stands(one, said) for one in pieces(search))


def stands(piece: str, said: str) -> bool:
    """Whether a piece stands somewhere."""
    return any(
        UNSPACED.match(piece) or (ends(said, at - 1) and ends(said, at + len(piece)))
        for at in range(len(said))
        if said.startswith(piece, at)
    )


def ends(said: str, at: int) -> bool:
    """Whether a word cannot go on at a place."""
    return not 0 <= at < len(said) or not is_part(said[at]) or bool(UNSPACED.match(said[at]))
