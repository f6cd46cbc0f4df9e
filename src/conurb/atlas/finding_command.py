"""What `conurb atlas findings` does: a pass over the maps of a node, worked out by the command.

A pass over all maps by all rules is kept on the node as one asked for on the page; one over some
maps or by some rules only answers, and keeps nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils import translation

from conurb.atlas import finding_files
from conurb.atlas.actions import finding as actions
from conurb.atlas.findings.finding import Rule
from conurb.atlas.findings.passing import Progress
from conurb.atlas.findings.sides import KINDS
from conurb.atlas.models import Finding, Layer, LayerVersion
from conurb.atlas.queries import findings_sides
from conurb.region.tables import Bilingual

Say = Callable[[str], None]


class AskedAmissError(Exception):
    """What was asked for cannot be done; says why in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.words = Bilingual(zh, en)
        super().__init__(en)


@dataclass(frozen=True)
class Answer:
    """What a pass found; `kept` is its name on the node, "" where nothing was kept."""

    findings: Sequence[Finding]
    compared: Sequence[LayerVersion]
    kept: str = ""
    resolved: int = 0

    def told(self, language: str) -> Iterator[str]:
        """Yield lines for people: how many of each rule, and how many of them are new."""
        zh = language == "zh"
        rules = Counter(each.rule for each in self.findings)
        with translation.override("zh-hans" if zh else "en"):
            for value, label in Finding.Rule.choices:
                if rules[value]:
                    yield f"{rules[value]:>7,}  {label}"
        fresh = sum(each.state == Finding.State.NEW for each in self.findings)
        number, maps = len(self.findings), len(self.compared)
        if not self.kept:
            yield (
                f"{number:>7,}  共 {maps} 个图层，未保存"
                if zh
                else (f"{number:>7,}  in {maps} maps; nothing was kept")
            )
        elif zh:
            yield f"{number:>7,}  共 {maps} 个图层；新增 {fresh:,}，消除 {self.resolved:,}"
        else:
            yield f"{number:>7,}  in {maps} maps; {fresh:,} new, {self.resolved:,} resolved"


def run(
    layers: Collection[str] = (),
    rules: Collection[str] = (),
    *,
    tell: Progress | None = None,
) -> Answer:
    """Work a pass out here and now. Raises AskedAmissError, RefusedError."""
    if not layers and not rules:
        return _kept(tell)
    versions = _versions(layers)
    chosen = [Rule(rule) for rule in rules] or list(Rule)
    outcome = actions.work_out(actions.given_of(versions), tell, chosen)
    return Answer(actions.unkept(outcome), versions)


def write(answer: Answer, file: Path, language: str) -> None:
    """Write findings to a file in the format that its ending names. Raises AskedAmissError."""
    with translation.override("zh-hans" if language == "zh" else "en"):
        file.write_bytes(finding_files.write(format_of(file), answer.findings))


def format_of(file: Path) -> str:
    """Return the format that the ending of a file names. Raises AskedAmissError."""
    form = file.suffix.lower().removeprefix(".")
    if form not in finding_files.FORMATS:
        known = "、".join(f".{each}" for each in finding_files.FORMATS)
        raise AskedAmissError(
            f"文件 {file} 应以 {known} 结尾", f"{file} should end with one of {known}"
        )
    return form


def _kept(tell: Progress | None) -> Answer:
    done = actions.perform(actions.note_pass(), tell)
    found = Finding.everything.filter(run=done).exclude(state=Finding.State.RESOLVED)
    return Answer(
        list(found.order_by("rank", "number")),
        list(done.compared(manager="everything").all()),
        done.urn,
        done.counts["resolved"],
    )


def _versions(named: Collection[str]) -> list[LayerVersion]:
    """Return the versions that stand, of the layers named or of all.

    A layer that is named and has no version that stands has part with its newest draft.
    """
    standing = findings_sides.current_versions()
    if not named:
        return standing
    by_layer = {version.layer_id: version for version in standing}
    found = []
    for name in dict.fromkeys(named):
        layer = _layer(name)
        version = by_layer.get(layer.pk) or _draft(layer)
        if version is None:
            raise AskedAmissError(
                f"图层“{layer.name_zh}”还没有版本",
                f"The layer “{layer.name_zh}” has no version yet",
            )
        found.append(version)
    return found


def _layer(name: str) -> Layer:
    """Return the layer with this key or name."""
    judged = Layer.everything.filter(kind__in=KINDS)
    found = [layer for layer in judged if name in {layer.key, layer.name_zh, layer.name_en}]
    if len(found) == 1:
        return found[0]
    choices = "\n".join(f"  {layer.key}  {layer.name_zh}" for layer in found or judged)
    if found:
        raise AskedAmissError(
            f"有 {len(found)} 个图层名为“{name}”，请用编号：\n{choices}",
            f"{len(found)} layers are called “{name}”; name one by its key:\n{choices}",
        )
    raise AskedAmissError(
        f"没有名为“{name}”的图层，现有：\n{choices}", f"No layer is called “{name}”:\n{choices}"
    )


def _draft(layer: Layer) -> LayerVersion | None:
    kept = layer.versions(manager="everything").exclude(state=LayerVersion.State.WITHDRAWN)
    return kept.select_related("layer").order_by("-number").first()
