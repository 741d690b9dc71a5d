"""What fixtures are made of: real databases, real server processes, a real browser.

Tests ask for fixtures (``tests/conftest.py``); only those few that need several of a kind call these directly:
``servers.start_server``, ``pages.assert_accessible``, ``pages.screenshot``, ``apps.settings_for``.
"""
