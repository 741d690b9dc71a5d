"""The cast can be relied on: each is signed in as they are, and nobody else's browser is."""

from __future__ import annotations

from tests.people import Cast


def test_each_is_signed_in_with_their_own_role(cast: Cast) -> None:
    asked = {part: person.browser.get("/console/share") for part, person in cast.everybody.items()}
    pages = {part: answer.status_code for part, answer in asked.items()}

    assert pages.pop("nobody") in (302, 303)
    assert set(pages.values()) == {200}
    emails = [person.user.email for person in cast.everybody.values() if person.user is not None]
    assert len(set(emails)) == 6
    assert cast.owner.user is not None
    assert cast.owner.user.practitioner_id == cast.clinic.practitioner
    assert cast.stranger.user is not None
    assert cast.stranger.user.organization_id == cast.elsewhere.organization != cast.clinic.organization
