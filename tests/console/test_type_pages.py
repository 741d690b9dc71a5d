"""smoke"""

from __future__ import annotations
import re
from tests.people import Cast


def test_smoke(cast: Cast) -> None:
    c = cast.clinic
    cast.admin.browser.application.config["WTF_CSRF_ENABLED"] = False
    for who in (cast.admin, cast.owner, cast.desk, cast.colleague):
        for path in (
            "",
            "/new",
            f"/{c.type}",
            f"/{c.type}/places/new",
            f"/{c.type}/places/{c.schedule}",
            f"/{c.type}/places/{c.schedule}/stop",
            f"/{c.type}/retire",
            f"/{c.type}/questions/new",
            f"/{c.type}/links/new",
        ):
            a = who.browser.get("/console/types" + path)
            print(path, a.status_code)
            if who is cast.admin or who is cast.owner:
                assert a.status_code == 200, a.text
    page = cast.owner.browser.get(f"/console/types/{c.type}").text
    print(page)
