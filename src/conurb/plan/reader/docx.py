from __future__ import annotations
def docx_text(data: bytes, filename: str) -> str:
    raise NotImplementedError
