"""Damage as real documents suffer it: one seeded random change to a text."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Mutator = Callable[[random.Random, str], str]


def drop_bracket(chance: random.Random, text: str) -> str:
    at = chance.choice([i for i, char in enumerate(text) if char in "()（）"])
    return text[:at] + text[at + 1 :]


def swap_digits(chance: random.Random, text: str) -> str:
    places = [i for i, char in enumerate(text) if char.isdigit()]
    one, other = chance.choice(places), chance.choice(places)
    chars = list(text)
    chars[one], chars[other] = chars[other], chars[one]
    return "".join(chars)


def change_number(chance: random.Random, text: str) -> str:
    number = chance.choice(list(re.finditer(r"\(\d+\)", text)))
    return text[: number.start()] + f"({chance.randrange(1, 40)})" + text[number.end() :]


def break_line(chance: random.Random, text: str) -> str:
    at = chance.randrange(1, len(text))
    return text[:at] + chance.choice(["\n", "\n\n", "\n\n  "]) + text[at:]


def repeat_piece(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text) - 40)
    end = at + chance.randrange(5, 200)
    return text[:end] + text[at:end] + text[end:]


def repeat_line(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    at = chance.choice([i for i, line in enumerate(lines) if line.strip()])
    lines[at + 1 : at + 1] = ["", lines[at]]
    return "\n".join(lines)


def copy_line_elsewhere(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    full = [i for i, line in enumerate(lines) if line.strip()]
    one, other = chance.choice(full), chance.choice(full)
    lines[other + 1 : other + 1] = ["", lines[one]]
    return "\n".join(lines)


def insert_spaces(chance: random.Random, text: str) -> str:
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(1, len(text))
        text = text[:at] + " " + text[at:]
    return text


def merge_lines(chance: random.Random, text: str) -> str:
    gap = chance.choice(list(re.finditer(r"\n\s*", text.strip())))
    text = text.strip()
    return text[: gap.start()] + chance.choice(["", " "]) + text[gap.end() :]


def remove_number(chance: random.Random, text: str) -> str:
    number = chance.choice(list(re.finditer(r"(?m)^\s*(\(\d+\)|\d+、)", text)))
    return text[: number.start(1)] + text[number.end() :]


def drop_character(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text))
    return text[:at] + text[at + 1 :]


def drop_stop(chance: random.Random, text: str) -> str:
    at = chance.choice([i for i, char in enumerate(text) if char in "。,，、;；"])
    return text[:at] + text[at + 1 :]


def change_width(chance: random.Random, text: str) -> str:
    if chance.random() < 0.5:
        return text.replace("(", "（").replace(")", "）")
    return text.replace(",", "，")


MUTATORS: tuple[Mutator, ...] = (
    drop_bracket,
    swap_digits,
    change_number,
    break_line,
    repeat_piece,
    repeat_line,
    copy_line_elsewhere,
    insert_spaces,
    merge_lines,
    remove_number,
    drop_character,
    drop_stop,
    change_width,
)


def mutant(text: str, seed: int) -> str:
    """The text with one change, the same for the same seed."""
    chance = random.Random(seed)
    return chance.choice(MUTATORS)(chance, text)
