"""Why a time is not open: the console's page that asks ``availability.explain`` and leads to what to change.

Public: ``why_page`` (page), ``why_address`` (the address that asks about a time). Beside the rule's reasons stand notes
that are no rule: paused, link only, not offered at a place, published copies that are not of this moment.
"""
