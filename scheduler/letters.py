"""Signs that nobody sees: they come along with a paste, and can turn a name around on a page."""

from __future__ import annotations

import re

# Signs without a look of their own: marks, embeddings, overrides and isolates of direction, joiners of words, language
# tags, fillers (Unicode 15.0, Default_Ignorable_Code_Point). Those that join or part letters (U+200C, U+200D) and choose
# a letter's form stay: names of some scripts are spelt with them.
_UNSEEN = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    r"\ufff0-\ufffb\U000e0000-\U000e00ff]"
)
_NOTHING = re.compile(r"[\s\u200c\u200d\ufe00-\ufe0f]*")


def seen(text: str) -> str:
    """The text without the signs that have no look of their own; "" when no other is left."""
    kept = _UNSEEN.sub("", text)
    return "" if _NOTHING.fullmatch(kept) else kept
