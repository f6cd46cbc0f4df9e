"""The command `conurb`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

import click

from conurb.atlas.command import prune
from conurb.network.command import network
from conurb.sames.facilities.appraise_command import appraise

if TYPE_CHECKING:
    from conurb.region.tables import Bilingual

PROJECT = Path(__file__).resolve().parents[2]
DEFAULT_REGION = PROJECT / "regions" / "changzhutan"


def prepare(region: Path | None, data: Path | None, *, demo: bool = False) -> None:
    """Set the environment that the settings read, then start Django."""
    if region is not None:
        os.environ["CONURB_REGION"] = str(region.resolve())
    if data is not None:
        os.environ["CONURB_DATA"] = str(data.resolve())
    if demo:
        os.environ["CONURB_DEMO"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conurb.config.settings")
    import django

    django.setup()


T = TypeVar("T")


def refusable(work: Callable[[], T]) -> T:
    """Do what a rule may refuse; a refusal is told plainly and ends the command with status 1."""
    from conurb.refusal import RefusedError

    try:
        return work()
    except RefusedError as fault:
        raise click.ClickException(str(fault)) from fault


@click.group()
@click.version_option(package_name="conurb")
def main() -> None:
    """Run neighbouring cities as one."""


region_folder = click.Path(exists=True, file_okay=False, path_type=Path)
region_argument = click.argument("region", type=region_folder, default=DEFAULT_REGION)
region_option = click.option("--region", type=region_folder, help="Folder of the region.")
data_option = click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="Folder of this node's data."
)


@main.command()
@region_argument
@data_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--demo", is_flag=True, help="Fill an empty node with invented officers and reports.")
@click.option(
    "--work/--no-work",
    default=True,
    show_default=True,
    help="Start a process for background work too; without, run “conurb work” elsewhere.",
)
def serve(
    region: Path,
    data: Path | None,
    *,
    host: str,
    port: int,
    workers: int,
    demo: bool,
    work: bool,
) -> None:
    """Bring the node's tables up to date, load the region and serve it."""
    os.environ["CONURB_WORKER"] = "1"
    prepare(region, data, demo=demo)
    from django.core.management import CommandError

    from conurb.config.starting import start

    try:
        start(host, port, workers, say=lambda line: click.echo(line, err=True), work=work)
    except CommandError as fault:
        raise click.ClickException(str(fault)) from fault


@main.command()
@region_argument
@data_option
@click.option("--once", is_flag=True, help="End when nothing is left to do.")
@click.option("--parent", type=int, hidden=True, help="End when this process is gone.")
def work(region: Path, data: Path | None, *, once: bool, parent: int | None) -> None:
    """Do background work of a node, until stopped; any number may run, on any machine.

    They need the node's database and its data folder.
    """
    os.environ["CONURB_WORKER"] = "1"
    prepare(region, data)
    from conurb.background import worker

    worker.run(parent=parent, once=once)


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def django(arguments: tuple[str, ...]) -> None:
    """Run a Django management command (migrate, createsuperuser, …) on this node."""
    prepare(None, None)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["conurb django", *arguments])


@main.group()
def region() -> None:
    """Look at a region folder."""


@region.command("check")
@region_argument
def region_check(region: Path) -> None:
    """Say everything that is wrong with a region folder, by file, line and key."""
    from conurb.network.exporting import NoNetworkError
    from conurb.network.region_network import load_network
    from conurb.region.folder import RegionError, load_region, render_problems

    try:
        loaded = load_region(region)
        declared = load_network(loaded)
    except RegionError as fault:
        click.echo(render_problems(fault.problems, "zh"), err=True)
        sys.exit(1)
    except NoNetworkError as fault:
        raise click.ClickException(fault.reason.zh) from fault
    if loaded.warnings:
        click.echo(render_problems(loaded.warnings, "zh"), err=True)
    click.echo(
        f"{region}: {len(loaded.cities)} cities, {len(loaded.counties)} counties, "
        f"{len(loaded.authorities)} authorities, {len(loaded.places)} places"
        + (
            f", {len(declared.network.links)} links and {len(declared.projects)} projects"
            if declared is not None
            else ""
        )
    )


@main.group()
def officer() -> None:
    """Open and close the accounts of officers on this node."""


@officer.command("open")
@click.argument("username")
@click.option("--name", "full_name", required=True, help="The officer's name.")
@click.option("--authority", required=True, help="Key of the authority, as in region.toml.")
@region_option
@data_option
def officer_open(
    username: str, full_name: str, authority: str, region: Path | None, data: Path | None
) -> None:
    """Open an account for an officer of an authority; prints the first password."""
    prepare(region, data)
    from conurb.portal.officers import open_account

    opened = refusable(lambda: open_account(username, full_name, authority))
    click.echo(f"{opened.user.username}: {opened.password}")


@officer.command("renew")
@click.argument("username")
@region_option
@data_option
def officer_renew(username: str, region: Path | None, data: Path | None) -> None:
    """Give an officer a new password and print it."""
    prepare(region, data)
    from conurb.portal.officers import renew_password

    opened = refusable(lambda: renew_password(username))
    click.echo(f"{opened.user.username}: {opened.password}")


@officer.command("close")
@click.argument("username")
@region_option
@data_option
def officer_close(username: str, region: Path | None, data: Path | None) -> None:
    """Close an officer's account; what the officer did stays."""
    prepare(region, data)
    from conurb.portal.officers import close_account

    user = refusable(lambda: close_account(username))
    click.echo(f"{user.username}: closed")


@main.group()
def plan() -> None:
    """Read plans."""


@plan.command("read")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the whole reading as JSON.")
@click.option("--region", type=region_folder, help="Whose places and authorities to know.")
@click.option("--year", type=click.IntRange(1949, 2200), help="Of the plan, where it names none.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def plan_read(
    file: Path, *, as_json: bool, region: Path | None, year: int | None, lang: Literal["zh", "en"]
) -> None:
    """Read a plan document (txt, md, docx, pdf) into fields, items and tasks.

    Nothing is stored. Spans in the JSON are offsets into its "text", the document as decoded.
    """
    from conurb.plan.reader import DocumentError, read_document, render_text
    from conurb.plan.reading import gazetteer_of
    from conurb.region.folder import RegionError, load_region, render_problems

    folder = region or (DEFAULT_REGION if DEFAULT_REGION.is_dir() else None)
    try:
        known = gazetteer_of(load_region(folder)) if folder else None
        reading = read_document(file.read_bytes(), file.name, gazetteer=known, year=year)
    except RegionError as fault:
        click.echo(render_problems(fault.problems, lang), err=True)
        sys.exit(1)
    except DocumentError as fault:
        click.echo(fault.message_en if lang == "en" else fault.message_zh, err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(reading.to_json(), ensure_ascii=False, indent=1))
    else:
        click.echo(render_text(reading, lang))


@main.command()
@click.argument("type_slug", metavar="TYPE")
@click.argument("number", metavar="SUBJECT")
@click.option("--city", required=True, help="Code of the city in which the record is to hold.")
@click.option("--at", help="Moment asked about, as 2026-01-31T08:00:00+08:00; now by default.")
@click.option("--kind", help="Kind of the subject; refused where the type is about another one.")
@click.option("--purpose", default="", help="Why; needed for persons, who can read it.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as JSON.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@region_option
@data_option
def check(
    type_slug: str,
    number: str,
    *,
    city: str,
    at: str | None,
    kind: str | None,
    purpose: str,
    as_json: bool,
    lang: Literal["zh", "en"],
    region: Path | None,
    data: Path | None,
) -> None:
    """Tell whether SUBJECT holds a record of TYPE that is valid in a city.

    Answered from this node's index, without its database. Ends with status 0 where a record is
    valid, else with 1.
    """
    prepare(region, data)
    from conurb.records import check_command

    try:
        answered = check_command.run(
            type_slug, number, city=city, at=at, kind=kind, purpose=purpose
        )
    except check_command.CannotCheckError as fault:
        raise click.ClickException(fault.words.get(lang)) from fault
    click.echo(answered.as_json() if as_json else answered.told(lang))
    sys.exit(0 if answered.valid else 1)


@main.group()
def records() -> None:
    """Look at the signed records of a region and the logs they stand in."""


@records.command("rebuild")
@region_option
@data_option
def records_rebuild(region: Path | None, data: Path | None) -> None:
    """Make the local index anew from the logs; checks are answered from the old one meanwhile."""
    prepare(region, data)
    from conurb.records import index

    click.echo(f"{index.rebuild():,} entries read")


@records.command("gather")
@region_option
@data_option
def records_gather(region: Path | None, data: Path | None) -> None:
    """Move the looks at persons that checks noted into the table that persons read."""
    prepare(region, data)
    from conurb.records.actions.looking import gather

    click.echo(f"{gather():,} looks gathered")


@records.command("keys")
@click.argument("owner", default="")
@region_option
@data_option
def records_keys(owner: str, region: Path | None, data: Path | None) -> None:
    """List the signing keys of the cities, or of OWNER: the code of a city, or “region”."""
    prepare(region, data)
    from conurb.records.keys import holds
    from conurb.records.queries.trust import trust_list

    for key in trust_list().keys.values():
        if owner in {"", key.owner}:
            life = "in use"
            if key.retired_at is not None:
                life = f"retired {key.retired_at:%Y-%m-%d %H:%M}Z"
            if key.compromised_from is not None:
                life = f"withdrawn, compromised from {key.compromised_from:%Y-%m-%d %H:%M}Z"
            here = "" if holds(key.kid) else " (private half not on this node)"
            click.echo(f"{key.owner:8} {key.kid} {key.algorithm:6} {life}{here}")


@records.command("rotate-key")
@click.argument("owner")
@click.option("--algorithm", default="EdDSA", show_default=True, help="EdDSA or ES256.")
@region_option
@data_option
def records_rotate(owner: str, algorithm: str, region: Path | None, data: Path | None) -> None:
    """Let a new key sign for OWNER (the code of a city, or “region”) from now on.

    What the last one signed stands.
    """
    prepare(region, data)
    from conurb.records.actions.keys import rotate

    made = refusable(lambda: rotate(None, owner, algorithm=algorithm))
    click.echo(f"{owner}: {made.kid} signs from now on")


@records.command("withdraw-key")
@click.argument("kid")
@click.option(
    "--compromised-from",
    required=True,
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    help="Since when others may have had the key, in the region's time.",
)
@click.option("--reason", required=True, help="Why; it stands in the public log.")
@region_option
@data_option
def records_withdraw(
    kid: str, compromised_from: datetime, reason: str, region: Path | None, data: Path | None
) -> None:
    """Declare the key KID compromised: only what the logs held before still counts."""
    prepare(region, data)
    from django.utils.timezone import make_aware

    from conurb.records.actions.keys import withdraw

    since = make_aware(compromised_from)
    gone = refusable(lambda: withdraw(None, kid, compromised_from=since, reason=reason))
    click.echo(f"{gone.owner}: {gone.kid} is withdrawn")


@records.command("audit")
@click.argument("cities", nargs=-1, metavar="[CITY]…")
@click.option("--address", help="Audit a node from outside, by its address (https://…).")
@click.option(
    "--seen",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of the heads that were seen before; made and kept up to date.",
)
@click.option("--region-key", default="", help="Name (kid) of the region's first key, if known.")
@region_option
@data_option
def records_audit(
    cities: tuple[str, ...],
    *,
    address: str | None,
    seen: Path | None,
    region_key: str,
    region: Path | None,
    data: Path | None,
) -> None:
    """Verify whole logs: every entry, head, tile and token, and the status lists.

    CITY is the code of a city, as in region.toml; without one, every log is audited. What is wrong
    is told by log, index of the entry and reason; the status is then 1. With --seen, a past that
    was rewritten and signed anew is found, too.
    """
    prepare(region, data)
    from conurb.records.auditing import audit
    from conurb.records.fetching import Node, UnreachableError
    from conurb.records.queries.auditing import Tables
    from conurb.records.queries.trust import type_of
    from conurb.records.seen_heads import SeenHeadsError, load, save

    reports = []
    try:
        before = load(seen) if seen else {}
        source = Node(address) if address else Tables()
        for report in audit(
            source, cities or None, seen=before, type_of=type_of, pinned=region_key
        ):
            reports.append(report)
            for fault in report.faults:
                click.echo(str(fault))
            if report.number_of_faults > len(report.faults):
                click.echo(f"{report.log} … {report.number_of_faults} faults in all")
            for remark in report.remarks:
                click.echo(f"({remark})")
            verdict = "sound" if report.sound else "NOT SOUND"
            click.echo(
                f"{report.log}: {report.entries:,} entries, {report.heads:,} signed heads, "
                f"{report.records:,} records: {verdict}"
            )
    except (UnreachableError, SeenHeadsError) as fault:
        raise click.ClickException(str(fault)) from fault
    if seen:
        save(seen, before, reports)
    if not all(report.sound for report in reports):
        sys.exit(1)


@main.group()
def atlas() -> None:
    """Look at the maps of a node."""


@atlas.command("findings")
@click.option("--layer", "layers", multiple=True, help="Key or name of a map; all by default.")
@click.option(
    "--rule",
    "rules",
    multiple=True,
    type=click.Choice(["overlap", "gap", "facing", "protected", "joining", "corridor"]),
    help="Only this rule; all by default.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Also write the findings to this file: .gpkg, .geojson or .csv.",
)
@click.option("--quiet", is_flag=True, help="Do not tell how far it is.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@region_option
@data_option
def atlas_findings(
    layers: tuple[str, ...],
    rules: tuple[str, ...],
    *,
    output: Path | None,
    quiet: bool,
    lang: Literal["zh", "en"],
    region: Path | None,
    data: Path | None,
) -> None:
    """Look for what conflicts between the maps that are in force or under review.

    Over all maps and by all rules the pass is kept, as one asked for on the page; over some maps
    or by some rules it only answers.
    """
    prepare(region, data)
    from conurb.atlas import finding_command as command

    def tell(done: int, total: int, step: Bilingual) -> None:
        if not quiet:
            click.echo(f"  {done}/{total} {step.get(lang)}", err=True)

    try:
        if output is not None:
            command.format_of(output)
        answer = refusable(lambda: command.run(layers, rules, tell=tell))
        for line in answer.told(lang):
            click.echo(line)
        if output is not None:
            command.write(answer, output, lang)
    except command.AskedAmissError as fault:
        raise click.ClickException(fault.words.get(lang)) from fault


network.add_command(appraise)
main.add_command(network)
atlas.add_command(prune)


if __name__ == "__main__":
    main()
