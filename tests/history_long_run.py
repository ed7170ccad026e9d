"""The long run of the readers: many thousands of mutations of each format. From the root of the project:

python tests/history_long_run.py --mutations 3000

Every mutation is read; one in twenty is examined and joined as well. Each is made from the name of its file and its number, so
that one that fails can be repeated (`--first`, `--only`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tqdm import tqdm

from history_mutations import mutations, survives
from invented_councils import Council
from test_history_fuzz import MUTATIONS, small_copy


def main() -> None:
    parser = argparse.ArgumentParser(description="Read many mutations of every format of history.")
    parser.add_argument("--mutations", type=int, default=3_000, help="of each format")
    parser.add_argument("--first", type=int, default=1_000, help="number of the first; the tests use those from 0")
    parser.add_argument("--only", choices=MUTATIONS, help="one format")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        council = Council(Path(folder))
        for form in [asked.only] if asked.only else MUTATIONS:
            place = Path(folder) / f"mutated_{form}"
            place.mkdir()
            path, beside = small_copy(council, form, place)
            seen: Counter[str] = Counter()
            for number, raw in enumerate(
                tqdm(list(mutations(path, asked.mutations, asked.first)), desc=form), asked.first
            ):
                try:
                    seen[survives(path, raw, beside, council.extracted, council.period, number % 20 == 0)] += 1
                except BaseException:
                    print(
                        f"{form}, mutation {number}: python tests/history_long_run.py --only {form} --first {number} --mutations 1"
                    )
                    raise
            print(
                f"{date.today()}: {form}, {asked.mutations:,} mutations: {seen['read']:,} read, {seen['refused']:,} refused."
            )


if __name__ == "__main__":
    main()
