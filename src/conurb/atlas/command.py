"""The command `conurb atlas prune`: keep the data folder of layers small.

What it needs is imported when it runs, so that `conurb` itself starts at once.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from conurb.atlas.least_used import Removed

__all__ = ["prune"]

MB = 1024 * 1024
_folder = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@click.option("--region", type=_folder, help="Folder of the region.")
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="Folder of this node's data."
)
def prune(*, dry_run: bool, region: Path | None, data: Path | None) -> None:
    """Remove tiles and derived files beyond their size, files handed in long ago, and the files of
    conversions that failed or were cancelled.

    The worker does it once a day; the rule and its settings stand in docs/atlas.md.
    """
    if region is not None:
        os.environ["CONURB_REGION"] = str(region.resolve())
    if data is not None:
        os.environ["CONURB_DATA"] = str(data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conurb.config.settings")
    import django

    django.setup()
    from conurb.atlas.actions import pruning

    made = pruning.prune(dry_run=dry_run)
    if not dry_run:
        pruning.note(made)
    verb = "would be removed" if dry_run else "removed"
    for name in ("tiles", "derived", "sources", "unkept"):
        one: Removed = getattr(made, name)
        click.echo(
            f"{name}: {one.number:,} ({one.bytes / MB:,.1f} MB) {verb}, "
            f"{one.left:,} ({one.bytes_left / MB:,.1f} MB) stay"
        )
    halves = made.leftovers
    click.echo(f"left half written: {halves.number:,} ({halves.bytes / MB:,.1f} MB) {verb}")
