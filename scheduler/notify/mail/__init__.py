"""The mail channel: ``compose`` makes the message, ``transport`` hands it to a folder (the default) or to SMTP.

A mail holds nothing that a patient typed: whoever books could otherwise send words of their own choice to anyone's
address in the clinic's name. Public: ``compose.compose``, ``transport.send``. May import: calendars, settings, clock.
"""
