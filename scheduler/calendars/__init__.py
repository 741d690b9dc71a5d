"""iCalendar (RFC 5545, 5546): today the way out. An appointment as an .ics file and as links that add it to a calendar.

Titles are neutral, "Appointment at {clinic}", or, where the organization says so, name the type of visit: "{type} at
{clinic}"; never a reason, an answer or anything else of the patient. Links to third parties are always neutral and hold no
manage link (ux.md 2.5).

Public: ``views.AppointmentView``, ``views.appointment_view``, ``write.appointment_ics``, ``links.google_link``,
``links.outlook_link``. May import: models, availability (zones), clock, settings.
"""
