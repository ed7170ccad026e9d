"""The manual: pages that are made are up to date, examples run, and names and links lead somewhere."""

from __future__ import annotations

import importlib
import re
import runpy
import shlex
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

import frontdoor_sim
from frontdoor_sim import cli

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md")), *sorted(DOCS.glob("recommendations/*.md"))]
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
EVERYTHING = [*sorted(ROOT.glob("*.md")), *PAGES[1:], *DECISIONS]
MADE = runpy.run_path(str(DOCS / "make_tables.py"))["pages"]()


class Block(NamedTuple):
    """A fenced block of a page: its language, the rest of its first line, the page's line number, and its text."""

    language: str
    mark: str
    line: int
    text: str


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = re.finditer(r"^```(\w+) ?(.*)\n((?:.*\n)*?)```$", text, re.MULTILINE)
    return [Block(f[1], f[2], text.count("\n", 0, f.start(3)) + 1, f[3]) for f in found]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def in_words(page: Path) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", MADE)
def test_made_pages_are_what_the_code_makes_now(page):
    again = f"docs/{page} is out of date: run `python docs/make_tables.py`"
    assert (DOCS / page).read_text(encoding="utf-8") == MADE[page], again


@pytest.mark.parametrize("page", [p for p in PAGES if any(b.mark for b in blocks(p))], ids=name_of)
def test_examples_run(page, tmp_path, monkeypatch, capsys):
    """```python run``` and ```sh run``` are run, in their order; ```yaml some/file.yaml``` is saved there first.

    What a page says in ```text printed``` is what the block before it prints.
    """
    for folder in ("scenarios", "calibration"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks(page):
        if (block.language, block.mark) == ("text", "printed"):
            assert capsys.readouterr().out == block.text
        elif block.language == "yaml" and block.mark:
            Path(block.mark).write_text(block.text, encoding="utf-8")
        elif block.language == "python" and block.mark == "run":
            exec(compile("\n" * (block.line - 1) + block.text, name_of(page), "exec"), names)
        elif block.language == "sh" and block.mark == "run":
            for command in block.text.splitlines():
                program, *words = shlex.split(command)
                assert program == "frontdoor"
                assert cli.main(words) == cli.DONE, capsys.readouterr().err
                assert capsys.readouterr().out.strip(), f"{command} says nothing"


def test_some_examples_are_run():
    marks = [(b.language, b.mark) for page in PAGES for b in blocks(page)]
    assert {("python", "run"), ("sh", "run")} <= set(marks)


def test_engine_rules_name_functions_that_are_there():
    text = in_words(DOCS / "engine-rules.md")
    names = set(re.findall(r"`((?:\w+\.)+\w+)`", text))
    assert len(names) > 20
    assert [name for name in sorted(names) if not is_there(name)] == []


def is_there(name: str) -> bool:
    """Whether `module.Class.function` can be found in the package."""
    steps = name.split(".")
    for split in range(len(steps), 0, -1):
        try:
            found: object = importlib.import_module(".".join(["frontdoor_sim", *steps[:split]]))
        except ModuleNotFoundError:
            continue
        for step in steps[split:]:
            found = getattr(found, step, None)
        return found is not None
    return False


def test_a_name_that_is_not_there_is_noticed():
    assert is_there("engine.simpy_engine.World.instant")
    assert not is_there("engine.simpy_engine.World.moment")
    assert not is_there("motor.World")


@pytest.mark.parametrize("page", EVERYTHING, ids=name_of)
def test_links_lead_to_files(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)[^)]*\)", in_words(page))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_and_decision_is_in_the_index():
    def listed(page: Path) -> bool:
        index = next(folder / "README.md" for folder in page.parents if (folder / "README.md").exists())
        return f"({page.relative_to(index.parent).as_posix()})" in index.read_text(encoding="utf-8")

    pages = [page for page in (*PAGES[1:], *DECISIONS) if page.name != "README.md"]
    assert [name_of(page) for page in pages if not listed(page)] == []


def test_decisions_are_numbered_in_turn_and_short():
    assert [page.name[:4] for page in DECISIONS] == [f"{number:04d}" for number in range(1, len(DECISIONS) + 1)]
    for page in DECISIONS:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]} "), page.name
        assert [part for part in ("Context", "Decision", "Consequence") if f"**{part}.**" not in text] == [], page.name
        assert len(text.splitlines()) <= 25, page.name


def test_the_citation_is_of_this_version():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {frontdoor_sim.__version__}\n" in citation
    assert frontdoor_sim.__version__ in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
