"""axe-core in a tab."""

from collections.abc import Sequence
from importlib.resources import files

from playwright.sync_api import Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Run by the debugger: the site's Content-Security-Policy stays as it is.
RUN = """async tags => {
    const { violations } = await axe.run({ runOnly: tags });
    return violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
        .map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html.slice(0, 200)).join(" | ")}`);
}"""


def violations(page: Page, *, schemes: Sequence[str] = ("light", "dark")) -> list[str]:
    """Return the serious and critical violations on the page as it is now, in each colour scheme."""
    page.evaluate(AXE)
    found = []
    for scheme in schemes:
        # Without motion, because half faded-in text has little contrast.
        page.emulate_media(reduced_motion="reduce", color_scheme=scheme)
        found += [f"{scheme}: {violation}" for violation in page.evaluate(RUN, STANDARD)]
    return found
