"""One engine on one workload in a process of its own: `python one.py ENGINE WORKLOAD CONTACTS LOG`.

The tables are drawn and handed over before the clock starts. Writes the log as `.npz` and prints the CPU seconds of the
run, which a programme outside Python measures itself.
"""

from __future__ import annotations

import gc
import json
import sys
from importlib import import_module
from time import process_time

import numpy as np
from workload import workload

MODULES = {
    "ours": "ours",
    "engine": "engine_alone",
    "compiled": "compiled_whole",
    "kernel": "kernel_alone",
    "simpy": "peer_simpy",
    "ciw": "peer_ciw",
    "salabim": "peer_salabim",
    "simmer": "peer_simmer",
    "cpp": "peer_cpp",
}


def main(engine_name: str, workload_name: str, contacts: int, log_path: str) -> None:
    engine = import_module(MODULES[engine_name])
    table = workload(workload_name, contacts)
    run = engine.prepare(table)
    gc.collect()
    began = process_time()
    result = run()
    seconds = process_time() - began
    np.savez(log_path, received=table.received, **engine.log_of(result, table))
    print(json.dumps({"seconds": getattr(result, "seconds", seconds)}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
