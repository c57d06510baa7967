"""Prints the figures that describe the structure of the code: `.venv/bin/python docs/measure_structure.py`."""

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("gallery", "search", "photosearch")


def arrows_between(package: str, graph: grimp.ImportGraph) -> dict[str, set[str]]:
    """Return the files and folders directly in a package, each with those of the same package that it imports."""
    arrows: dict[str, set[str]] = {child: set() for child in graph.find_children(package) if "migrations" not in child}
    for child in arrows:
        imported = {
            target
            for module in [child, *graph.find_descendants(child)]
            for target in graph.find_modules_directly_imported_by(module)
        }
        arrows[child] = {
            other for other in arrows for target in imported if other != child and f"{target}.".startswith(f"{other}.")
        }
    return arrows


def count_layers(arrows: dict[str, set[str]]) -> int | str:
    """Return the length of the longest chain of imports."""
    sorter, layers = TopologicalSorter(arrows), 0
    try:
        sorter.prepare()
    except CycleError as error:
        return f"none: circle {' → '.join(error.args[1])}"
    while sorter.is_active():
        sorter.done(*sorter.get_ready())
        layers += 1
    return layers


def count_short_docstrings(path: Path) -> int:
    """Return the number of docstrings of classes and functions that have at most four words."""
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    docstrings = [ast.get_docstring(node) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)]
    return sum(1 for text in docstrings if text and len(text.split()) <= 4)


def main() -> None:
    """Measure each package and folder, and print the table."""
    sys.path.insert(0, str(ROOT))
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    print(
        f"{'package':12}{'flat files':>11}{'folders':>9}{'arrows':>8}{'layers':>8}{'lines':>8}{'short docstrings':>18}"
    )
    for package in PACKAGES:
        sources = [path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]
        flat = [path for path in sources if path.parent == ROOT / package and path.name != "__init__.py"]
        arrows = arrows_between(package, graph)
        lines = sum(len(path.read_text().splitlines()) for path in sources)
        print(
            f"{package:12}{len(flat):11}{len(arrows) - len(flat):9}{sum(map(len, arrows.values())):8}"
            f"{count_layers(arrows):>8}{lines:8,}{sum(map(count_short_docstrings, sources)):18}"
        )
    for name, pattern in (("templates", "*.html"), ("static", "*.[jc]s*"), ("tests", "*.py"), ("benchmarks", "*.py")):
        lines = [line for path in (ROOT / name).rglob(pattern) for line in path.read_text().splitlines()]
        print(f"{name:12}{len(lines):,} lines, {sum(len(line) > 120 for line in lines):,} over 120 characters")


if __name__ == "__main__":
    main()
