"""A hold as its owner sees it, and what its pages need to know. Reading only; ``scheduler.booking`` writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from scheduler.availability.zones import zone as zone_of
from scheduler.booking import MAX_EXTENSIONS, documents, is_live
from scheduler.booking.documents import Attached
from scheduler.booking.eligible import day_of
from scheduler.booking.together import kind_of
from scheduler.booking.transaction import together_with
from scheduler.intake import questions_of
from scheduler.intake.asking import Asked
from scheduler.intake.drafts import Draft, read_draft
from scheduler.intake.forms import DetailsForm, details_form
from scheduler.intake.relative import RelativeForm, relative_form
from scheduler.intake.who import Who
from scheduler.models import EXPIRED, HELD, Appointment, PatientDetails, Referral
from scheduler.portal.offers import load_offers
from scheduler.portal.slots import Chosen
from scheduler.portal.weekly import RELATIVES


@dataclass(frozen=True, slots=True)
class Held:
    """A visitor's hold with what was typed behind it. ``until``: when it ends or ended (epoch seconds); ``kind``: ``series``
    or ``relatives`` when several times are held together, all of which are ``visits``, the first being ``chosen``.
    ``second_id``: the visit of the second of two relatives, behind which their own files (``second_attached``) are kept."""

    id: str
    chosen: Chosen
    status: str
    live: bool
    until: int
    extensions_left: int
    today: date
    draft: Draft
    questions: tuple[Asked, ...]
    attached: tuple[Attached, ...]
    source: str
    booking_referral: str
    who: Who
    kind: str = ""
    visits: tuple[Chosen, ...] = ()
    second_id: str = ""
    second_attached: tuple[Attached, ...] = ()

    @property
    def open(self) -> bool:
        """Whether it is still a hold, live or lapsed: not booked, not cancelled."""
        return self.status in (HELD, EXPIRED)

    def form(self) -> DetailsForm:
        """The details form with what was typed so far."""
        return self.form_of(self.draft.values())

    def form_of(self, typed: MultiDict[str, str] | None) -> DetailsForm:
        """The details form of this hold's type with what was ``typed``."""
        return details_form(self.questions, typed, self.today, self.who, self.attached)

    def second_of(self, typed: MultiDict[str, str] | None) -> RelativeForm | None:
        """The form about the second of two relatives with what was ``typed``; None for every other hold."""
        if self.kind != RELATIVES:
            return None
        return relative_form(self.questions, typed, self.today, self.who, self.second_attached)

    def hold_of(self, document_id: str) -> str:
        """Behind which of the held visits a file is kept."""
        theirs = any(one.id == document_id for one in self.second_attached)
        return self.second_id if theirs else self.id

    def ready(self, typed: MultiDict[str, str] | None) -> bool:
        """Whether what was ``typed`` is all that a booking needs."""
        second = self.second_of(typed)
        return self.form_of(typed).validate() and (second is None or second.validate())

    @property
    def complete(self) -> bool:
        """Whether what was typed so far is all that a booking needs."""
        return not self.draft.empty and self.ready(self.draft.values())


def find_appointment(session: Session, hold_id: str) -> Appointment | None:
    """The appointment of that id, whoever's it is; None for anything that is no id."""
    if not hold_id.isascii() or not hold_id.isalnum() or len(hold_id) > 32:
        return None
    return session.get(Appointment, hold_id)


def find_held(session: Session, hold_id: str, visitor: str | None, now: int) -> Held | None:
    """The hold of that id when it is this visitor's, else None."""
    appointment = find_appointment(session, hold_id) if hold_id else None
    return held_by(session, appointment, visitor, now) if appointment is not None else None


def answers_kept(session: Session, hold_id: str, visitor: str | None, now: int) -> bool:
    """Whether answers typed for that hold of this visitor wait to be used for another time."""
    held = find_held(session, hold_id, visitor, now)
    return held is not None and held.open and not held.draft.empty


def held_by(session: Session, appointment: Appointment, visitor: str | None, now: int) -> Held | None:
    """The hold with its draft when it is this visitor's, else None: nobody else sees a word of it."""
    if visitor is None or appointment.visitor != visitor:
        return None
    together = together_with(session, appointment)
    appointment = together[0]
    details = session.get(PatientDetails, appointment.id)
    referral = session.get(Referral, appointment.id)
    chosen = chosen_of(session, appointment)
    kind = kind_of(session, appointment)
    second_id = together[-1].id if kind == RELATIVES else ""
    return Held(
        id=appointment.id,
        chosen=chosen,
        status=appointment.status,
        live=is_live(appointment, now),
        until=appointment.expires_at or now,
        extensions_left=max(0, MAX_EXTENSIONS - appointment.extensions),
        today=date.fromordinal(zone_of(chosen.zone).day(now)),
        draft=read_draft(details.draft if details else None),
        questions=questions_of(session, appointment.appointment_type_id),
        attached=documents.listed(session, appointment.id),
        source=(referral.source if referral else None) or "",
        booking_referral=(referral.booking_referral if referral else None) or "",
        kind=kind,
        visits=tuple(chosen_of(session, one) for one in together),
        who=Who(chosen.offer.rules, day_of(chosen.start, chosen.zone)),
        second_id=second_id,
        second_attached=documents.listed(session, second_id) if second_id else (),
    )


def chosen_of(session: Session, appointment: Appointment) -> Chosen:
    """The time of an appointment as the card shows it."""
    offer = load_offers(session, [appointment.schedule_id])[appointment.schedule_id]
    return Chosen(offer, appointment.starts_at)
