"""What a standard says of itself: for whom and what it is, who answers for it."""

from collections.abc import Sequence
from typing import Final

import msgspec

from core.standards.policy.content import OutsideStandard, Profile
from core.standards.policy.values import CHOICE_FORM
from core.standards.policy.wordings import normalised_text, normalised_wording

REVIEW_MONTHS: Final = Profile().review_months
MOST: Final = 100
MAX_MONTHS: Final = 120
LONGEST: Final = 200


def checked_profile(profile: Profile) -> Profile:
    """Give a profile normalised: lists sorted, each entry once.

    Raises:
        ValueError: Something in it cannot be; the message names the field.
    """
    if not 1 <= profile.review_months <= MAX_MONTHS:
        raise ValueError(f"reviewMonths: 1 to {MAX_MONTHS} months are expected")
    return Profile(
        goal=normalised_wording(profile.goal) if profile.goal else {},
        audience=normalised_wording(profile.audience) if profile.audience else {},
        faces=tuple(sorted(set(profile.faces))),
        service_types=codes("serviceTypes", profile.service_types),
        owner=normalised_text(profile.owner, LONGEST) if profile.owner.strip() else "",
        review_months=profile.review_months,
        needs=codes("needs", profile.needs),
        outside_standards=outside(profile.outside_standards),
    )


def codes(field: str, given: Sequence[str]) -> tuple[str, ...]:
    """Give short names sorted, each once."""
    if len(given) > MOST or not all(CHOICE_FORM.fullmatch(one) for one in given):
        raise ValueError(f"{field}: at most {MOST} names in lower-case letters, digits, hyphens and dots are expected")
    return tuple(sorted(set(given)))


def outside(given: Sequence[OutsideStandard]) -> tuple[OutsideStandard, ...]:
    """Give the outside standards in order, each clause of each once."""
    if len(given) > MOST:
        raise ValueError(f"outsideStandards: at most {MOST} are expected")
    read = [
        msgspec.structs.replace(
            one,
            code=normalised_text(one.code, LONGEST),
            clause=normalised_text(one.clause, LONGEST) if one.clause.strip() else "",
        )
        for one in given
    ]
    if len({(one.code, one.clause) for one in read}) < len(read):
        raise ValueError("outsideStandards: each clause of each standard stands once")
    return tuple(sorted(read, key=lambda one: (one.code, one.clause)))
