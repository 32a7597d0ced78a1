#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Opens reports in Debian's Chromium, without network, and complains about what a reader would.

    check_pages.py FOLDER PAGE.html...

Needs playwright and axe-playwright-python of PyPI, chromium and tidy of Debian. For each page: HTML by tidy; in light and
dark, at 1280 and 400 pixels width, with and without script: requests that leave, errors of the script, anything wider than the
window, rules of axe (contrast, names of pictures); the text must be the same without script. Screenshots go to FOLDER, to be
looked at.
"""
import pathlib
import subprocess
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

WIDTHS = (1280, 400)


def tidy(page):
    """Complaints of tidy, which knows no <svg> children but must find the HTML around them sound."""
    found = subprocess.run(["tidy", "-q", "-e", "-utf8", "--drop-empty-elements", "no", str(page)], capture_output=True,
                           text=True, check=False)
    return [f"tidy: {line}" for line in found.stderr.splitlines() if "Warning" in line or "Error" in line]


def look(browser, page, folder, width, scheme, script):
    """One way to open a page. Returns complaints, and its text."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script,
                                  offline=True)
    tab = context.new_page()
    wrong = []
    tab.on("request", lambda request: request.url == page.as_uri() or request.url.startswith("data:") or
           wrong.append(f"asks for {request.url[:100]}"))
    tab.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    tab.on("console", lambda message: message.type == "error" and wrong.append(f"console: {message.text[:200]}"))
    tab.goto(page.as_uri())
    name = f"{page.parent.name}-{page.stem}-{width}-{scheme}{'' if script else '-noscript'}.png"
    tab.screenshot(path=folder / name, full_page=True)
    text = tab.locator("main").inner_text()
    if script:
        wide = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            wrong.append(f"{wide} pixels wider than the window")
        for violation in Axe().run(tab).response["violations"]:
            nodes = violation["nodes"]
            wrong.append(f"axe {violation['id']} ({violation['impact']}), {len(nodes)} times, first: {nodes[0]['html'][:160]}")
    context.close()
    return [f"{width} {scheme}{'' if script else ' without script'}: {line}" for line in wrong], text


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    failed = False
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        for path in map(pathlib.Path, sys.argv[2:]):
            page = path.resolve()
            wrong = tidy(page)
            texts = set()
            ways = [(width, scheme, True) for width in WIDTHS for scheme in ("light", "dark")]
            for width, scheme, script in ways + [(WIDTHS[0], "light", False)]:
                complaints, text = look(browser, page, folder, width, scheme, script)
                wrong += complaints
                if width == WIDTHS[0]:
                    texts.add(text)
            if len(texts) > 1:
                wrong.append("the text is another one without script")
            print(f"{path}: {page.stat().st_size:,} bytes, {'sound' if not wrong else f'{len(wrong)} complaints'}")
            for line in wrong:
                print(f"    {line}")
            failed = failed or bool(wrong)
        browser.close()
    sys.exit(failed)


if __name__ == "__main__":
    main()
