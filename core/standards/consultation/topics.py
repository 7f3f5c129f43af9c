"""What tenants send each other about comments on drafts."""

from typing import Final

TAKE_IN: Final = "standards.consultation.take_in"
"""To the owner of the draft: a unit below has commented."""
ANSWER: Final = "standards.consultation.answer"
"""Back to the unit that commented: the comment is answered."""
