"""What tenants send each other about comments on drafts."""

from typing import Final

TAKE_IN: Final = "standards.consultation.take_in"
"""To the owner of the draft: a unit below has commented."""
ANSWER: Final = "standards.consultation.answer"
"""Back to the unit that commented: the comment is answered."""
TELL: Final = "standards.tell_consultation"
"""Of the owner: the rest of the units below are told of a consultation."""
SHOW: Final = "standards.show_consultation"
"""To a unit below: a consultation was opened or closed."""
ENDS: Final = "standards.consultation_ends"
"""Timer of a unit below: the end of a consultation is reached."""
ITEM: Final = "standards.consultation"
"""Kind of the work item in the units below."""
