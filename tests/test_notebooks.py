"""Notebooks are committed with their pictures, and run again from top to bottom without an error."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
SECONDS_A_CELL = 300


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def outputs(notebook: NotebookNode) -> list[NotebookNode]:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def pictures(notebook: NotebookNode) -> int:
    return sum("image/png" in output.get("data", {}) for output in outputs(notebook))


@pytest.fixture
def apart(tmp_path, monkeypatch):
    """Kernels keep their history and runtime files in a folder of their own, so that notebooks can run side by side."""
    for variable in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / variable.lower()))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    return tmp_path


def test_there_is_a_first_look():
    assert [path.name for path in NOTEBOOKS][:1] == ["01_first_look.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_committed_as_executed(path):
    notebook = read(path)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert pictures(notebook) > 0
    assert {output.get("name", output.output_type) for output in outputs(notebook)} <= {
        "stdout",
        "display_data",
        "execute_result",
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_holds_no_path_of_a_machine(path):
    notebook = read(path)
    assert notebook.metadata.kernelspec.name == "python3"
    text = path.read_text(encoding="utf-8")
    assert [part for part in ("site-packages", "/home/", "/tmp/", "/Users/", "C:\\\\") if part in text] == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_again(path, apart):
    committed, again = read(path), read(path)
    for cell in again.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    where = {"metadata": {"path": str(FOLDER)}}
    NotebookClient(again, timeout=SECONDS_A_CELL, kernel_name="python3", resources=where).execute()
    nbformat.write(again, apart / path.name)
    assert [output for output in outputs(again) if output.output_type == "error"] == []
    assert pictures(again) == pictures(committed)
