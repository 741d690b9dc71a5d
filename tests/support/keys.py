"""Somebody who uses the keyboard alone: goes to a control by Tab, sees where they are, presses and types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

MOST_STOPS = 150
# What is focused: its name as it reads, whether the focus is drawn, and whether the middle of it can be seen.
_FOCUSED = """() => {
    const one = document.activeElement;
    const words = [one.getAttribute("aria-label"), ...[...(one.labels || [])].map(label => label.textContent), one.textContent];
    const name = words.map(text => (text || "").trim().replace(/\\s+/g, " ")).find(Boolean) || "";
    // a choice is drawn by what stands around or beside it
    const drawn = [one, one.closest(".choice"), one.nextElementSibling, ...(one.labels || [])].some(part => {
        const style = part && getComputedStyle(part);
        return style && ((style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none");
    });
    const box = one.getClientRects()[0] || one.getBoundingClientRect(); // a link in a sentence may go over two lines
    const [x, y] = [box.left + Math.min(box.width / 2, 40), box.top + Math.min(box.height / 2, 40)];
    const top = document.elementFromPoint(x, y);
    const seen = !!top && (one.contains(top) || [...(one.labels || [])].some(label => label.contains(top)));
    return {name, field: one.name || "", drawn, seen, body: one === document.body};
}"""


class Keys:
    """``page``'s keyboard. Each stop on the way must show its focus, uncovered."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, name: str) -> None:
        """Tab to the control whose name begins so."""
        self._until(lambda focus: focus["name"].startswith(name), name)

    def to_field(self, field: str) -> None:
        """Tab to the field that is sent under this name."""
        self._until(lambda focus: focus["field"] == field, field)

    def press(self, name: str) -> None:
        """Tab to a button or link, and press it; it leads to a page."""
        self.to(name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, field: str, text: str) -> None:
        """Tab to a field and type in place of what it holds."""
        self.to_field(field)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def _until(self, found: Callable[[dict[str, Any]], bool], what: str) -> None:
        stops = []
        for _ in range(MOST_STOPS):
            focus = self.page.evaluate(_FOCUSED)
            if not focus["body"]:
                stops.append(focus["name"] or focus["field"])
                if found(focus):
                    return
            self.page.keyboard.press("Tab")
            self._look()
        raise AssertionError(f"no key leads to {what}; there are {stops}")

    def _look(self) -> None:
        focus = self.page.evaluate(_FOCUSED)
        if not focus["body"]:
            assert focus["drawn"], f"no focus is seen at {focus['name'] or focus['field']} of {self.page.url}"
            assert focus["seen"], f"{focus['name'] or focus['field']} of {self.page.url} is covered"
