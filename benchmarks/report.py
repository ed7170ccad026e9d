"""What was measured, as data for `results.json` and as tables to read."""

from __future__ import annotations

import platform
from typing import Any

import numpy as np
from clock import Stopwatch, Task
from installed import version
from numpy.typing import NDArray

Int64s = NDArray[np.int64]
Row = dict[str, Any]
PEERS = {
    "ours": "our reference engine",
    "engine": "our reference engine alone",
    "compiled": "our compiled engine, measured",
    "kernel": "our compiled kernel alone",
    "simpy": "SimPy, idiomatic",
    "ciw": "Ciw",
    "salabim": "salabim",
    "simmer": "simmer (R)",
    "cpp": "C++ by hand",
}
BESIDE = {"ours": ("engine",), "compiled": ("ours",), "kernel": ("ours", "compiled")}
"""What of ours each yardstick of ours is compared with: the reference engine, a compiled replication, the kernel alone."""
OURS = ("ours", "engine", "compiled", "kernel")
AT_LEAST = {
    ("ours", "balanced", "simpy"): 4,
    ("ours", "balanced", "ciw"): 4,
    ("ours", "overload", "simpy"): 20,
    ("kernel", "balanced", "ciw"): 200,
    ("kernel", "balanced", "salabim"): 1000,
    ("kernel", "balanced", "ours"): 40,
    ("kernel", "tandem", "ciw"): 150,
    ("kernel", "balanced", "cpp"): 0.5,
}


def summary(watch: Stopwatch, tasks: list[Task], sizes: list[int]) -> dict[str, Any]:
    """Everything measured."""
    others = [task for task in tasks if task.engine != "ours"]
    pairs = [(task, Task("ours", task.workload, task.contacts)) for task in others]
    packages = ["numpy", "pandas", *dict.fromkeys(task.engine for task in others if task.engine not in OURS)]
    compared_with = [
        (task, Task(yardstick, task.workload, task.contacts))
        for yardstick, own in BESIDE.items()
        for task in tasks
        if task.engine in own or task.engine not in OURS
    ]
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "packages": {package: version(package) for package in packages},
        "compared": [compared(watch, *pair) for pair in compared_with if pair[1] in tasks],
        "cost": [cost(watch, Task("ours", "balanced", size)) for size in sizes],
        "agreement": [row for peer, ours in pairs for row in agreement(watch, peer, ours)],
    }


def compared(watch: Stopwatch, peer: Task, ours: Task) -> Row:
    """CPU seconds of a peer and of ours, and the median of their ratio over the rounds in which both ran."""
    ratio, least, greatest = watch.ratio(peer, ours)
    return {
        "ours": ours.engine,
        "workload": peer.workload,
        "engine": peer.engine,
        "contacts": peer.contacts,
        "rounds": len(watch.seconds[peer]),
        "ours_seconds": _three_digits(watch.median(ours)),
        "peer_seconds": _three_digits(watch.median(peer)),
        "ratio": _three_digits(ratio),
        "ratio_least": _three_digits(least),
        "ratio_greatest": _three_digits(greatest),
        "at_least": AT_LEAST.get((ours.engine, peer.workload, peer.engine)),
    }


def _three_digits(value: float) -> float:
    return float(f"{value:.3g}")


def cost(watch: Stopwatch, task: Task) -> Row:
    """Our CPU time by contact, at one size."""
    seconds = watch.median(task)
    return {
        "contacts": task.contacts,
        "rounds": len(watch.seconds[task]),
        "seconds": round(seconds, 3),
        "microseconds_each": round(seconds / task.contacts * 1e6, 1),
    }


def agreement(watch: Stopwatch, peer: Task, ours: Task) -> list[Row]:
    """How far a peer's log is ours, for each of the times that the peer can express."""
    mine, theirs = dict(np.load(watch.log_path(ours))), dict(np.load(watch.log_path(peer)))
    return [
        {"workload": peer.workload, "engine": peer.engine, "time": name}
        | {"differ": int((mine[name] != theirs[name]).sum())}
        | _reached("ours", mine, name)
        | _reached("peer", theirs, name)
        for name in mine
        if name in theirs and name != "received"
    ]


def _reached(whose: str, log: dict[str, Int64s], name: str) -> Row:
    """How many contacts reached a time, and the mean hours from receipt to it."""
    reached = log[name] >= 0
    hours = float((log[name] - log["received"])[reached].mean()) / 3600 if reached.any() else None
    return {f"{whose}_count": int(reached.sum()), f"{whose}_hours": hours and round(hours, 4)}


def markdown(results: dict[str, Any]) -> str:
    """Three tables: ratios, cost per contact, agreement."""
    ratios = "yardstick, workload, peer, contacts, rounds, ours (CPU s), peer (CPU s), peer / ours, least, greatest, at least"
    costs = "contacts (balanced), rounds, ours (CPU s), microseconds each"
    agreed = "workload, peer, time, contacts that differ, reached (ours), mean hours, reached (peer), mean hours"
    tables = [
        _table(ratios, [_named(row) for row in results["compared"]]),
        _table(costs, [list(row.values()) for row in results["cost"]]),
        _table(agreed, [_named(row) for row in results["agreement"]]),
    ]
    return "\n\n".join(tables)


def _named(row: Row) -> list[object]:
    """The cells of a row, with engines by their full names."""
    less = row["engine"] == "ciw" and row["workload"] in ("balanced", "overload")
    named = {"engine": PEERS[row["engine"]] + (" (partial model)" if less else "")}
    return list((row | named | ({"ours": PEERS[row["ours"]]} if "ours" in row else {})).values())


def _table(header: str, rows: list[list[object]]) -> str:
    names = header.split(", ")
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)
