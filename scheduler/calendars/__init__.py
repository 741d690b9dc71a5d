"""iCalendar (RFC 5545, 5546): today the way out. An appointment as an .ics file and as links that add it to a calendar.

Titles and third-party links are neutral: "Appointment at {clinic}", time and address; never the type of visit, the
reason, an answer or, to third parties, the manage link (ux.md 2.5).

Public: ``views.AppointmentView``, ``views.appointment_view``, ``write.appointment_ics``, ``links.google_link``,
``links.outlook_link``. May import: models, availability (zones), clock, settings.
"""
