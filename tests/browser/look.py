"""Take pictures of pages to look at: two widths, two languages, two themes.

    python -m tests.browser.look --base http://127.0.0.1:8000 --user lin --password … --out var/look / /customers/

Signs in once when a user is given. `--only zh-light-1440` limits the combinations. `--axe` runs axe-core on each.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from kexin.project.chromium import find_chromium

WIDTHS = {"1440": (1440, 900), "390": (390, 844)}
LANGUAGES = {"zh": "zh-hans", "en": "en"}
THEMES = ("light", "dark")
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


# Playwright's own "networkidle" waits half a second each time. Pages ask by XMLHttpRequest and fetch as soon as they
# stand or something is seen of them: a tenth of a second without one beginning or ending means that they have all come.
QUIET = """(() => {
  let open = 0, last = Infinity;
  const change = by => { open += by; last = performance.now(); delete document.documentElement.dataset.quiet; };
  const send = XMLHttpRequest.prototype.send, ask = window.fetch;
  XMLHttpRequest.prototype.send = function (...all) {
    change(1);
    this.addEventListener("loadend", () => change(-1));
    return send.apply(this, all);
  };
  window.fetch = (...all) => { change(1); return ask(...all).finally(() => change(-1)); };
  window.addEventListener("load", () => change(0));
  setInterval(() => {
    if (!open && performance.now() - last >= 100) document.documentElement.dataset.quiet = "";
  }, 25);
})()"""


def chromium(playwright: Any) -> Browser:
    """The machine's Chromium, or Playwright's own; its own widgets (dates, files) speak Chinese."""
    browser: Browser = playwright.chromium.launch(
        executable_path=find_chromium(), args=["--no-sandbox", "--lang=zh-CN"], env={**os.environ, "LANGUAGE": "zh_CN"}
    )
    return browser


def sign_in(page: Page, base: str, user: str, password: str) -> None:
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", user)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def settle(page: Page) -> None:
    """Wait until nothing is loading any more: no request under way, every chart drawn, fonts there."""
    page.wait_for_load_state()
    page.locator("html[data-quiet]").wait_for(state="attached", timeout=15_000)
    page.evaluate("document.fonts.ready")
    page.locator("[data-chart]:not([data-drawn])").first.wait_for(state="detached", timeout=15_000)


def picture(page: Page, file: Path, whole: bool = True) -> None:
    """A picture of the page; for a whole one the window grows, so that bars stay at the edges where they belong."""
    page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
    if whole and page.viewport_size is not None:
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": page.viewport_size["width"], "height": max(height, 600)})
        page.locator("[data-panel] .skeleton").first.wait_for(state="detached", timeout=15_000)  # all is in sight now
        settle(page)
    page.screenshot(path=str(file), caret="initial")


def axe(page: Page, but: str = "") -> list[str]:
    """What axe-core finds on the page, but for one part of it: one line per violation and element."""
    if page.evaluate("typeof axe") == "undefined":  # half a megabyte: not twice into the same page
        page.evaluate(AXE.read_text(encoding="utf-8"))
    wanted = {"runOnly": RULES, "resultTypes": ["violations"]}
    where = {"exclude": [[but]]} if but else {"include": [["html"]]}
    found = page.evaluate("([where, wanted]) => axe.run(where, wanted)", [where, wanted])["violations"]
    return [
        f"{v['id']} [{v['impact']}] {node['target'][0]}: {node['failureSummary'].splitlines()[-1].strip()}"
        for v in found
        for node in v["nodes"]
    ]


def open_context(browser: Browser, width: str, language: str, theme: str, base: str, state: Any) -> BrowserContext:
    size = WIDTHS[width]
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="zh-CN" if language == "zh" else "en-GB",
        timezone_id="Asia/Shanghai",
        storage_state=state,
        has_touch=width == "390",
        reduced_motion="reduce",
    )
    context.add_init_script(QUIET)
    context.add_cookies(
        [
            {"name": "django_language", "value": LANGUAGES[language], "url": base},
            {"name": "kexin_theme", "value": theme, "url": base},
        ]
    )
    return context


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--out", type=Path, default=Path("var/look"))
    parser.add_argument("--only", default="", help="part of language-theme-width, e.g. zh-light")
    parser.add_argument("--axe", action="store_true")
    parser.add_argument("--viewport", action="store_true", help="only what is first seen, not the whole page")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    trouble = 0
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        state = None
        if given.user:
            first = browser.new_context()
            sign_in(first.new_page(), given.base, given.user, given.password)
            state = first.storage_state()
        for language, theme, width in itertools.product(LANGUAGES, THEMES, WIDTHS):
            name = f"{language}-{theme}-{width}"
            if given.only not in name:
                continue
            context = open_context(browser, width, language, theme, given.base, state)
            page = context.new_page()
            page.on("console", lambda m: print(f"  console {m.type}: {m.text}") if m.type == "error" else None)
            page.on("pageerror", lambda error: print(f"  error: {error}"))
            for path in given.paths:
                page.set_viewport_size({"width": WIDTHS[width][0], "height": WIDTHS[width][1]})
                page.goto(given.base + path)
                settle(page)
                slug = re.sub(r"[^\w]+", "-", path).strip("-") or "home"
                file = given.out / f"{slug}-{name}.png"
                picture(page, file, whole=not given.viewport)
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                print(file, f"scrolls sideways by {wide}px" if wide > 0 else "")
                if given.axe:
                    for line in axe(page):
                        trouble += 1
                        print("  axe:", line)
            context.close()
        browser.close()
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
