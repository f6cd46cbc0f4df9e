"""Sheets as offices expect them; the writer itself is `conurb.journal.sheets`."""

from conurb.journal.sheets import Column, Sheet, Value, write

__all__ = ["Column", "Sheet", "Value", "write"]
