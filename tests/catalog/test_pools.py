"""Pools and private links."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from scheduler import catalog, clock
from scheduler.catalog import pools, slugs
from scheduler.db import snapshot
from scheduler.errors import EditConflict, NotFound
from scheduler.models import Pool, PoolMember
from tests.catalog.acts import LONG, NUL, act, again, refused
from tests.catalog.conftest import Still
from tests.factories import Clinic, make_practitioner, make_schedule, make_type

BAD: list[tuple[str, Any]] = [
    ("name", ""), ("name", LONG), ("slug", "console"), ("members", {}), ("members", {"nothing": 1}),
    ("members", {NUL: 1}), ("members", {f"s{number}": 1 for number in range(201)}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), BAD, ids=[field for field, _ in BAD])
def test_each_bad_field_of_a_pool_is_named(still: Still, field: str, value: Any) -> None:
    fields = {"appointment_type_id": still.clinic.type, "name": "Team", "members": {still.clinic.schedule: 0}}
    assert list(refused(still.clinic, catalog.add_pool, **(fields | {field: value}))) == [field]


@pytest.mark.parametrize("priority", [-1, 101, "high", None])
def test_priorities_are_small_whole_numbers(still: Still, priority: Any) -> None:
    problems = refused(
        still.clinic, catalog.add_pool, appointment_type_id=still.clinic.type, name="Team",
        members={still.clinic.schedule: priority},
    )  # fmt: skip
    assert list(problems) == ["members"]


def test_members_offer_the_pools_own_type(clinic: Clinic) -> None:
    other = make_schedule(clinic, type=make_type(clinic).id)
    problems = refused(
        clinic, catalog.add_pool, appointment_type_id=clinic.type, name="Team", members={other.id: 0}
    )
    assert list(problems) == ["members"]


def test_a_pool_has_members_a_page_and_can_be_changed(clinic: Clinic) -> None:
    second = make_schedule(clinic, hosts=[make_practitioner(clinic).actor])
    pool = act(
        clinic,
        catalog.add_pool,
        appointment_type_id=clinic.type,
        name="Riverside team",
        members={clinic.schedule: 5},
    )
    act(clinic, catalog.set_pool_members, pool_id=pool.id, members={clinic.schedule: 1, second.id: 2})
    act(clinic, catalog.edit_pool, pool_id=pool.id, name="Our team", active=False)

    with clinic.app.app_context(), snapshot() as session:
        rows = session.scalars(select(PoolMember)).all()
        assert {row.schedule_id: row.priority for row in rows} == {clinic.schedule: 1, second.id: 2}
        assert slugs.current_slug(session, "pool", pool.id) == "riverside-team"
    assert (again(clinic, pool).name, again(clinic, pool).active) == ("Our team", False)
    assert list(refused(clinic, catalog.edit_pool, pool_id=pool.id, name="")) == ["name"]
    assert list(refused(clinic, catalog.set_pool_members, pool_id=pool.id, members={})) == ["members"]


def test_a_pool_is_saved_as_a_whole_or_not_at_all(clinic: Clinic) -> None:
    second = make_schedule(clinic, hosts=[make_practitioner(clinic).actor])
    pool = act(
        clinic, catalog.add_pool, appointment_type_id=clinic.type, name="Team", members={clinic.schedule: 5}
    )
    wanted = {"pool_id": pool.id, "name": "Our team", "slug": "ours", "members": {second.id: 2}}
    problems = refused(clinic, catalog.save_pool, **wanted | {"name": "", "slug": "Knee", "members": {}})
    assert sorted(problems) == ["members", "name", "slug"]
    assert list(refused(clinic, catalog.save_pool, **wanted | {"slug": clinic.slug})) == ["slug"]
    assert stamp_of(clinic, pool.id)[1:] == ("Team", "team", {clinic.schedule: 5})

    seen = stamp_of(clinic, pool.id)[0]
    act(clinic, catalog.save_pool, **wanted, seen=seen)
    assert stamp_of(clinic, pool.id)[1:] == ("Our team", "ours", {second.id: 2})
    with pytest.raises(EditConflict):
        act(clinic, catalog.save_pool, **wanted | {"name": "Late"}, seen=seen)
    act(clinic, catalog.save_pool, **wanted | {"slug": ""})
    act(clinic, catalog.rename_pool, pool_id=pool.id, slug="team")
    assert stamp_of(clinic, pool.id)[1:] == ("Our team", "team", {second.id: 2})


def test_a_removed_pool_leaves_its_members_and_its_word_to_nobody(clinic: Clinic) -> None:
    pool = act(
        clinic, catalog.add_pool, appointment_type_id=clinic.type, name="Team", members={clinic.schedule: 5}
    )
    act(clinic, catalog.remove_pool, pool_id=pool.id)
    with pytest.raises(NotFound):
        act(clinic, catalog.remove_pool, pool_id=pool.id)
    with clinic.app.app_context(), snapshot() as session:
        assert session.scalars(select(PoolMember)).all() == []
    fields = {"appointment_type_id": clinic.type, "name": "Team", "members": {clinic.schedule: 0}}
    assert list(refused(clinic, catalog.add_pool, **fields, slug="team")) == ["slug"]
    assert clinic.first_start


def stamp_of(clinic: Clinic, pool_id: str) -> tuple[str, str, str | None, dict[str, int]]:
    """The pool's stamp, name, word and members."""
    with clinic.app.app_context(), snapshot() as session:
        row = session.get_one(Pool, pool_id)
        word = slugs.current_slug(session, "pool", pool_id)
        return pools.stamp(session, row), row.name, word, pools.members_of(session, pool_id)


@pytest.mark.parametrize(
    ("field", "value"), [("label", LONG), ("label", NUL), ("expires_at", 0)], ids=["long", "nul", "past"]
)
def test_each_bad_field_of_a_private_link_is_named(still: Still, field: str, value: Any) -> None:
    problems = refused(
        still.clinic, catalog.add_share_link, appointment_type_id=still.clinic.type, **{field: value}
    )
    assert list(problems) == [field]


def test_private_links_cannot_be_guessed_and_can_be_ended(clinic: Clinic) -> None:
    links = [
        act(clinic, catalog.add_share_link, appointment_type_id=clinic.type, expires_at=clock.now() + 60)
        for _ in range(2)
    ]
    assert links[0].token != links[1].token
    assert len(links[0].token) >= 32
    act(clinic, catalog.end_share_link, share_link_id=links[0].id)
    assert [again(clinic, link).active for link in links] == [False, True]
    act(clinic, catalog.reopen_share_link, share_link_id=links[0].id)
    assert again(clinic, links[0]).active
    with pytest.raises(NotFound):
        act(clinic, catalog.end_share_link, share_link_id="nothing")
