"""``flask feed``: tell directories of the feed, and write copies of it for other servers."""

from __future__ import annotations

import json

import click
from flask import current_app
from flask.cli import AppGroup

from scheduler.cli.plain import plainly
from scheduler.clock import HOUR
from scheduler.db import snapshot
from scheduler.fhir import milliseconds_text
from scheduler.publisher import feed_of
from scheduler.publisher.advertise import load_providers, service_card, shortcomings
from scheduler.publisher.static import checked_base, copy
from scheduler.publisher.targets import target_for
from scheduler.settings import Settings

feed = AppGroup("feed", help="The feed: its card for directories, and copies for other servers.")


@feed.command("advertise")
@plainly
def advertise() -> None:
    """Print the card (schema.org Service) by which directories find the feed. Give them this, or the address of
    /service.json, which holds the same. What the card lacks is said on standard error."""
    settings: Settings = current_app.config["SETTINGS"]
    with snapshot() as session:
        providers = load_providers(session)
    if not providers:
        raise click.ClickException("There is no clinic yet. Add one first: flask init --clinic NAME")
    click.echo(json.dumps(service_card(providers, settings.feed_url), ensure_ascii=False, indent=2))
    for sentence in shortcomings(providers, settings.feed_url):
        click.echo(sentence, err=True)


@feed.command("publish")
@click.option(
    "--to", "to", required=True, metavar="DIR|s3://BUCKET/PREFIX", help="Where the copy is written."
)
@click.option(
    "--base-url",
    metavar="URL",
    help="Address at which the copy is served; the live feed's, ending in /fhir, when left out.",
)
@click.option(
    "--keep-hours",
    type=click.IntRange(0, 8760),
    default=24,
    show_default=True,
    help="How long what is no longer listed stays for readers of an older manifest.",
)
@click.option("--plain", is_flag=True, help="In a bucket: store files uncompressed. A folder has both forms.")
@plainly
def publish(to: str, base_url: str | None, keep_hours: int, plain: bool) -> None:
    """Write a copy of the feed of this moment and of its chain, for any web server or bucket to serve.

    Run it again, as often as readers are to see changes: only what changed is written, in an order in which nobody finds a
    manifest whose files are missing. A run that is cut short leaves a copy that can be read; the next one completes it.

    A bucket's keys, region and endpoint come from the usual variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL. It needs the extra s3: pip install 'scheduler[s3]'.
    """
    settings: Settings = current_app.config["SETTINGS"]
    base = checked_base(base_url or f"{settings.public_url}/fhir")
    target = target_for(to, plain=plain)
    live = feed_of(current_app)
    done = copy(live, target, base, keep_seconds=keep_hours * HOUR)
    click.echo(
        f"Copied the feed as of {milliseconds_text(done.transaction_ms)} (edition {done.edition}) to {to}: "
        f"{done.files} files and {done.manifests} manifests written, {done.removed} objects removed."
    )
    if live.trouble:
        click.echo(live.trouble, err=True)
    click.echo(f"Its root manifest: {base}/$bulk-publish")
