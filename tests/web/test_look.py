"""Every component once, in a real browser: accessible in both colour schemes, whole at every width, alive with script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.support import ways
from tests.support.pages import DESKTOP, PHONE, assert_accessible, assert_fits, screenshot

pytestmark = pytest.mark.browser

# WCAG 1.4.12
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-block-end: 2em !important }"""
PAGES = ("/", "/gallery", "/console-gallery", "/privacy", "/nowhere", "/raise/unexpected")
NewPage = Callable[..., Page]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(small_server: str, new_page: NewPage, path: str) -> None:
    for size, scheme in ((PHONE, "light"), (DESKTOP, "dark")):
        page = new_page(size, dark=scheme == "dark")
        page.goto(small_server + path)
        assert_accessible(page, colours_only=ways.colours_only(scheme))


def test_a_form_with_errors_is_accessible_and_takes_focus(small_server: str, new_page: NewPage) -> None:
    page = new_page(PHONE)
    page.goto(f"{small_server}/gallery")
    page.get_by_role("button", name="Check your answers").click()
    assert page.title().startswith("Error: ")
    assert page.locator(".error-summary h2").inner_text() == "3 answers need a change"
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert_accessible(page)
    page.get_by_role("link", name="First name: enter it as on the insurance card.").click()
    assert page.evaluate("document.activeElement.id") == "given"
    assert page.locator("#given").get_attribute("aria-invalid") == "true"
    described = page.locator("#given").get_attribute("aria-describedby")
    assert described is not None
    assert page.locator(f"#{described}").inner_text() == "First name: enter it as on the insurance card."


def test_the_error_summary_takes_focus_without_script_too(small_server: str, new_page: NewPage) -> None:
    page = new_page(PHONE, script=False)
    page.goto(f"{small_server}/gallery")
    page.get_by_role("button", name="Check your answers").click()
    assert page.locator(".error-summary:focus").count() == 1


@pytest.mark.parametrize("path", PAGES)
def test_nothing_sticks_out_at_any_width_nor_with_wider_spacing(
    small_server: str, new_page: NewPage, path: str
) -> None:
    page = new_page(PHONE)
    page.goto(small_server + path)
    for width, height in (DESKTOP, (768, 1024), PHONE, (320, 640)):
        page.set_viewport_size({"width": width, "height": height})
        assert_fits(page)
        screenshot(page, f"look{path}-{width}")
    page.evaluate(
        "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets = [sheet] }",
        SPACED,
    )
    assert_fits(page)


@pytest.mark.parametrize("width", [320, 390])
def test_everything_to_press_is_large_enough_on_a_phone(
    small_server: str, new_page: NewPage, width: int
) -> None:
    page = new_page((width, 800))
    page.goto(f"{small_server}/gallery")
    page.locator("details").evaluate_all("items => items.forEach(item => item.open = true)")
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, select, textarea, summary")]
            .filter(item => item.checkVisibility() && item.type !== "hidden" && !item.classList.contains("skip-link"))
            .map(item => [item, (item.closest(".choice") || item).getBoundingClientRect()])
            .filter(([item, box]) => box.height < 48 && !item.closest("p:not(.actions), dd"))
            .map(([item, box]) => `${item.outerHTML.slice(0, 80)} is ${box.height} px high`)"""
    )
    assert small == []


def test_the_accessible_names_are_the_brief_s(small_server: str, new_page: NewPage) -> None:
    page = new_page(DESKTOP)
    page.goto(f"{small_server}/gallery")
    for name in (
        "10:30 AM, Tuesday June 8, Eastern time",
        "11:30 AM, held for you until 10:40 AM, continue",
        "I need more time, hold until 10:52 AM",
        "Copy the link for New patient visit",
    ):
        assert page.get_by_role("button", name=name, exact=True).count() == 1, name
    for name in ("Next week, June 14 to 20", "Tuesday, June 8, 14 times", "Change birth date"):
        assert page.get_by_role("link", name=name, exact=True).count() == 1, name
    assert page.get_by_role("region", name="Tuesday, June 8: 14 times").count() == 1
    assert page.get_by_role("region", name="Your held time").count() == 1
    assert page.get_by_role("group", name="Who is it for?").count() == 1
    page.get_by_text("Show all 14").click()
    assert page.get_by_role("button", name="5:00 PM, Tuesday June 8, Eastern time", exact=True).is_visible()


# What has the focus, its outline, whether a choice shows the focus for it, and whether it is wholly under the hold bar.
FOCUS = """() => { const item = document.activeElement; const box = item.getBoundingClientRect();
    const bar = document.querySelector(".hold-bar"); const under = bar.getBoundingClientRect();
    return [item.outerHTML.slice(0, 90), getComputedStyle(item).outlineStyle,
        !!item.closest(".choice"), !bar.contains(item) && box.bottom <= under.bottom && box.top >= under.top
        && box.width > 0] }"""


def test_the_keyboard_reaches_main_first_and_focus_is_seen(small_server: str, new_page: NewPage) -> None:
    page = new_page(PHONE)
    page.goto(f"{small_server}/gallery")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the main part"
    assert page.locator(".skip-link").bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    stops = 0
    while True:
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        stops += 1
        state = page.evaluate(FOCUS)
        assert state[1] != "none" or state[2], f"no focus ring on {state[0]}"
        assert not state[3], f"{state[0]} is under the hold bar"
    assert stops > 30


def test_going_back_by_keyboard_on_a_small_phone_nothing_is_under_the_hold_bar(
    small_server: str, new_page: NewPage
) -> None:
    page = new_page((320, 560))
    page.goto(f"{small_server}/gallery")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    hidden, stops = [], 0
    while stops < 200:
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        stops += 1
        state = page.evaluate(FOCUS)
        hidden += [state[0]] if state[3] else []
    assert hidden == []
    assert stops > 30


def test_a_page_opened_in_the_last_minute_says_so(small_server: str, new_page: NewPage) -> None:
    page = new_page(PHONE)
    page.goto(f"{small_server}/gallery?gone=680")
    assert page.locator("[data-hold-left]").inner_text().endswith(" seconds left")
    assert page.locator("[data-hold-alert]").inner_text() == "Your hold ends in 1 minute."


def test_the_hold_bar_counts_down_warns_and_ends(small_server: str, new_page: NewPage) -> None:
    page = new_page(PHONE)
    page.clock.install()
    page.goto(f"{small_server}/gallery")
    left, status = page.locator("[data-hold-left]"), page.locator(".hold-bar [role=status]")
    warning = page.locator("[data-hold-alert]")
    assert left.inner_text() == "12 minutes left"
    assert left.get_attribute("aria-hidden") == "true"
    page.clock.run_for("06:30")
    assert left.inner_text() == "6 minutes left"
    assert status.inner_text() == ""
    page.clock.run_for("00:45")
    assert status.inner_text() == "Your hold ends in 5 minutes."
    assert warning.inner_text() == ""
    page.clock.run_for("02:50")
    assert warning.inner_text() == 'Your hold ends in 2 minutes. To keep it, choose "I need more time".'
    page.clock.run_for("01:00")
    assert status.inner_text() == "Your hold ends in 1 minute."
    assert left.inner_text().endswith(" seconds left")
    assert warning.inner_text().startswith("Your hold ends in 2 minutes.")
    page.clock.run_for("01:05")
    assert left.inner_text() == "Time is up"
    assert warning.inner_text().startswith("Your hold has ended. Your answers are safe.")


def test_the_countdown_trusts_the_server_s_clock(small_server: str, new_page: NewPage) -> None:
    page = new_page(PHONE)
    page.clock.install(time="2031-01-01T00:00:00Z")
    page.goto(f"{small_server}/gallery?gone=640")
    assert page.locator("[data-hold-left]").inner_text() == "2 minutes left"
    assert page.locator("[data-hold-alert]").inner_text().startswith("Your hold ends in 2 minutes.")


@pytest.mark.parametrize(
    ("zone", "line"),
    [
        ("America/New_York", "All times are Boston time (Eastern)."),
        ("America/Toronto", "All times are Boston time (Eastern)."),
        (
            "America/Los_Angeles",
            "Times are for Boston (Eastern). Your device is on Pacific time, 3 hours earlier.",
        ),
        (
            "Europe/Paris",
            "Times are for Boston (Eastern). Your device is on Central European time, 6 hours later.",
        ),
        (
            "Asia/Kolkata",
            "Times are for Boston (Eastern). Your device is on India Standard time, 9 hours 30 minutes later.",
        ),
    ],
)
def test_the_zone_line_speaks_of_the_device_only_when_its_clocks_differ(
    small_server: str, new_page: NewPage, zone: str, line: str
) -> None:
    page = new_page(PHONE, zone=zone)
    page.goto(f"{small_server}/gallery")
    assert page.locator(".zone-note").inner_text() == line


def test_without_script_the_clinic_s_zone_stands_and_no_dead_button_does(
    small_server: str, new_page: NewPage
) -> None:
    page = new_page(PHONE, zone="America/Los_Angeles", script=False)
    page.goto(f"{small_server}/gallery")
    assert page.locator(".zone-note").inner_text() == "All times are Boston time (Eastern)."
    assert not page.locator("[data-copy-button]").is_visible()
    assert not page.locator("[data-theme-switch]").is_visible()
    assert "until 10:42 AM EDT" in page.locator(".hold-bar").inner_text()


def test_the_copy_button_copies_and_says_so(small_server: str, new_page: NewPage) -> None:
    page = new_page(DESKTOP)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{small_server}/gallery")
    page.get_by_role("button", name="Copy the link for New patient visit").click()
    page.get_by_text("Link copied").wait_for()
    assert (
        page.evaluate("navigator.clipboard.readText()")
        == "https://book.example.org/maya-chen/new-patient-visit"
    )


def test_the_chosen_colours_stay_from_page_to_page(small_server: str, new_page: NewPage) -> None:
    page = new_page(PHONE)
    page.goto(small_server)
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Dark colors").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (light, dark) == ("rgb(247, 249, 250)", "rgb(16, 25, 30)")
    page.goto(f"{small_server}/privacy")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    page.get_by_role("button", name="Light colors").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light


def test_the_menu_of_the_console_folds_on_a_phone(small_server: str, new_page: NewPage) -> None:
    page = new_page(PHONE)
    page.goto(f"{small_server}/console-gallery")
    assert not page.get_by_role("link", name="Find a booking").is_visible()
    page.get_by_text("Menu").click()
    assert page.get_by_role("link", name="Find a booking").is_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.get_by_role("link", name="Find a booking").count() == 1


def test_a_thumb_that_presses_twice_sends_once(small_server: str, new_page: NewPage) -> None:
    page = new_page(PHONE)
    page.goto(f"{small_server}/gallery")
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    with page.expect_response("**/hold"):
        page.get_by_role("button", name="10:30 AM, Tuesday June 8, Eastern time").dblclick()
    assert len(sent) == 1
