"""Drafts laid before the units below, with comments of the tenant, that the walls are tried on."""

from datetime import timedelta
from typing import Any

import msgspec

from core.kernel.permissions import every_permission
from core.standards.consultation.answer import AnswerComment, answer_comment
from core.standards.consultation.comment import CommentOnDraft, comment_on_draft
from core.standards.consultation.consult import OpenConsultation, open_consultation
from core.standards.consultation.models import CommentVerdict, Consultation
from core.standards.document import load_standard
from core.standards.draft import DraftStandard, draft_standard
from tests.support.networks import as_person


async def furnish_consultations(house: Any, standard: Any, words: tuple[str, str]) -> None:
    """Lay drafts of headquarters open and have the tenant comment.

    Args:
        house: The furnished network.
        standard: The file of a standard.
        words: A word of the tenant's own, and one that all may read.
    """
    own, shared = words
    headquarters, author = house.headquarters, as_person(house.headquarters, every_permission())
    content = load_standard(standard).content
    opened: dict[str, Consultation] = {}
    for name in ("kept", "closed", "none"):
        draft = DraftStandard(content=msgspec.structs.replace(content, code=f"consulted-{name}"))
        version = await house.run(author, draft_standard, draft)
        if name == "none":
            house.call("version unconsulted", "StandardVersion", version.id)
            house.revisions["unconsulted"] = version.revision
            continue
        opening = OpenConsultation(
            version_id=version.id,
            until=house.office.clock.now() + timedelta(days=30),
            note=shared,
            expected_revision=version.revision,
        )
        opened[name] = await house.run(headquarters, open_consultation, opening)
        house.call(f"consultation {name}", "Consultation", opened[name].id)
    for name in ("open", "answered"):
        said = CommentOnDraft(consultation_id=opened["kept"].id, clause_key="greeting", text=own)
        comment = await house.run(house.north, comment_on_draft, said)
        house.call(f"comment {name}", "ConsultationComment", comment.id)
    await house.office.carry_out()
    answer = AnswerComment(comment_id=comment.id, verdict=CommentVerdict.DECLINED, note=own, expected_revision=1)
    await house.run(headquarters, answer_comment, answer)
    await house.office.carry_out()
