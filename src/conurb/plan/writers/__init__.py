"""Files that leave the platform, written from plain dataclasses; no Django in here."""
