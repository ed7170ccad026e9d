"""The long run of the twins: many thousands of random models on both engines, half of them with dated changes.

From the root of the project:

python tests/twin_long_run.py --models 50000 --jobs 2

Each batch of models is drawn from its number, so that a run can be repeated or gone on with (`--first`). A disagreement is
shrunk to the smallest model and printed with the first row that differs. docs/engines.md records the last run.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from hashlib import blake2b
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from hypothesis import HealthCheck, Phase, given, seed, settings
from tqdm import tqdm

from dated_models import Dated, dated
from random_models import Instance, instances, is_limited
from twins import assert_twins, both_of_phases

BATCH = 250


def batch(number: int) -> Counter[str]:
    """Compare the models of one batch, dated ones where its number is odd; what they were made of."""
    seen: Counter[str] = Counter()
    models = dated() if number % 2 else instances().map(lambda instance: Dated(instance, ()))

    @seed(number)
    @settings(max_examples=BATCH, deadline=None, derandomize=False, database=None, phases=[Phase.generate, Phase.shrink],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(models)
    def alike(model: Dated) -> None:
        reference, compiled = both_of_phases(model.phases, model.table())
        assert_twins(reference, compiled)
        seen.update(made_of(model.instance) | made_of_changes(model))
        seen.update(
            {
                "models": 1,
                "rows": len(reference.events),
                "returns": int((reference.contacts["return_number"] > 0).sum()),
            }
        )

    alike()
    return seen


def made_of(instance: Instance) -> set[str]:
    """The features of a model, and itself as a digest."""
    found = {f"stage {facts['kind']}" for facts in instance.data["stages"].values()}
    found |= {
        f"end of shift {facts['end_of_shift']}" for facts in instance.data["stages"].values() if "end_of_shift" in facts
    }
    queues = [facts for facts in instance.data["stages"].values() if facts["kind"] in ("work", "caseload")]
    found |= {"gives up waiting"} if any("give_up_after" in facts for facts in queues) else set()
    skills = [group.get("works_at") for team in instance.data["teams"].values() for group in team["staff"]]
    found |= {"not everybody can do everything"} if any(skills) else set()
    interrupts = [name for team in instance.data["teams"].values() for name in team["interrupts"]]
    found |= {"stages interrupt"} if set(interrupts) & set(instance.data["stages"]) else set()
    found |= {"backlog"} if instance.backlog else set()
    found |= {"takes only so many"} if any(is_limited(facts) for facts in queues) else set()
    found |= {"out-tray"} if any("out_tray" in facts for facts in queues) else set()
    found |= {"ties on a grid"} if instance.grid > 1 else set()
    found |= {"named handoff"} if instance.data["handoffs"]["particular"] else set()
    found |= {"given seconds"} if any(name.startswith("seconds") for name in instance.contacts[0]) else set()
    groups = [group for team in instance.data["teams"].values() for group in team["staff"]]
    moving = [group for group in groups if any(name in group for name in ("starts", "leaves", "turnover"))]
    found |= {"people who come and go"} if moving else set()
    return found | ({"case-holders who come and go"} if any(group["caseload"] for group in moving) else set())


def made_of_changes(model: Dated) -> set[str]:
    """The kinds of changes of a model, and the whole as a digest."""
    found = {"dated changes"} if len(model.phases) > 1 else set()
    found |= {"ramps of contacts"} if any(phase.ramps for phase in model.phases) else set()
    found |= {"ramps of people"} if any(phase.team_ramps for phase in model.phases) else set()
    return found | {"digest " + blake2b(repr(model).encode(), digest_size=8).hexdigest()}


def main() -> None:
    parser = argparse.ArgumentParser(description="Hold the compiled engine to the reference on many random models.")
    parser.add_argument("--models", type=int, default=50_000)
    parser.add_argument("--first", type=int, default=1000, help="number of the first batch; the tests use 0 to 7")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    numbers = range(asked.first, asked.first + -(-asked.models // BATCH))
    total: Counter[str] = Counter()
    with ProcessPoolExecutor(asked.jobs) as pool:
        for seen in tqdm(pool.map(batch, numbers), total=len(numbers), unit="batch"):
            total.update(seen)
    unlike = sum(name.startswith("digest ") for name in total)
    print(
        f"{date.today()}: {total['models']:,} runs of random models, {unlike:,} of them unlike each other, batches "
        f"{numbers[0]} to {numbers[-1]}: {total['rows']:,} rows of events, {total['returns']:,} returns, no difference."
    )
    for name, number in sorted(total.items()):
        if not name.startswith("digest "):
            print(f"  {name:30} {number:12,}")


if __name__ == "__main__":
    main()
