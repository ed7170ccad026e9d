"""A stopwatch for engines: every run in a fresh process, CPU time of the run alone."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Task:
    """One engine on one workload of one size."""

    engine: str
    workload: str
    contacts: int


@dataclass
class Stopwatch:
    """Runs tasks; keeps CPU seconds by round and, in a folder, the latest log of each task."""

    folder: Path
    seconds: dict[Task, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))

    def log_path(self, task: Task) -> Path:
        return self.folder / f"{task.engine}-{task.workload}-{task.contacts}.npz"

    def run(self, task: Task, round_number: int) -> float:
        """Run a task in a fresh process.

        Raises:
            SystemExit: the engine failed; its message is passed on.
        """
        one = Path(__file__).with_name("one.py")
        words = [task.engine, task.workload, str(task.contacts), str(self.log_path(task))]
        done = subprocess.run(
            [sys.executable, str(one), *words], capture_output=True, text=True, encoding="utf-8", check=False
        )
        if done.returncode:
            raise SystemExit(f"{task} failed:\n{done.stderr}")
        seconds = float(json.loads(done.stdout.splitlines()[-1])["seconds"])
        self.seconds[task][round_number] = seconds
        return seconds

    def median(self, task: Task) -> float:
        return statistics.median(self.seconds[task].values())

    def ratio(self, peer: Task, ours: Task) -> tuple[float, float, float]:
        """Median, least and greatest of peer / ours, over the rounds in which both ran."""
        both = self.seconds[peer].keys() & self.seconds[ours].keys()
        ratios = [self.seconds[peer][number] / self.seconds[ours][number] for number in both]
        return statistics.median(ratios), min(ratios), max(ratios)
