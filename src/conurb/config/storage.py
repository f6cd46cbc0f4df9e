"""How static files are kept: under the hash of their content, compressed once."""

from __future__ import annotations

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """WhiteNoise's storage with gzip alone.

    Brotli at its highest level, which WhiteNoise uses, makes a first start a minute longer and the
    files a fifth smaller; a proxy in front of a busy node can do it once for all.
    """

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """Return the compressor, without Brotli."""
        return Compressor(**kwargs, use_brotli=False)
