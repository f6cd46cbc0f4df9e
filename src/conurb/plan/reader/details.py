from __future__ import annotations
from .gazetteer import Gazetteer
from .mapped import Mapped
from .model import Task
class Details:
    def __init__(self, gazetteer: Gazetteer, year: int | None) -> None:
        self.gazetteer = gazetteer
    def tasks(self, body: Mapped, heading: bool = False) -> tuple[Task, ...]:
        text = body.text
        if heading or not text.strip():
            return ()
        return (Task(text, body.span(0, len(text)), "", "operate", text),)
