"""`frontdoor history`: invented extracts, the same for the same seed, with the truth beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from frontdoor_sim import cli
from frontdoor_sim.calibration.history import read_history
from frontdoor_sim.calibration.history.invent import FAULTS, invent
from frontdoor_sim.documents import InputError
from frontdoor_sim.event_log import read_log
from frontdoor_sim.measures import measure

ONE_DESK = Path(__file__).parents[1] / "scenarios" / "examples" / "one_desk.yaml"


def everything(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_the_command_writes_every_format_and_the_truth(tmp_path, capsys):
    folder = tmp_path / "out"
    words = ["history", str(ONE_DESK), "--output", str(folder), "--seed", "5", "--faults", "batch_entry, two_systems"]
    assert cli.main(words) == cli.DONE, capsys.readouterr().err
    assert "with the faults batch_entry and two_systems" in capsys.readouterr().out
    for system in ("system_a", "system_b"):
        names = {path.name for path in (folder / system).iterdir()}
        assert names == {"template.csv", "liquidlogic.csv", "mosaic", "annex_a.xlsx", "ssd", "cin_census.xml"}
    truth = json.loads((folder / "truth" / "truth.json").read_text(encoding="utf-8"))
    assert list(truth["faults"]) == ["batch_entry", "two_systems"]
    log = read_log(folder / "truth")
    assert truth["contacts"] == len(log.contacts)
    told = pd.read_parquet(folder / "truth" / "measures.parquet")
    pd.testing.assert_series_equal(told["value"], measure(log)["value"])


def test_a_front_door_without_transfers_can_be_read_in_every_format(tmp_path, capsys):
    folder = tmp_path / "out"
    assert cli.main(["history", str(ONE_DESK), "--output", str(folder)]) == cli.DONE, capsys.readouterr().err
    names = ["template.csv", "liquidlogic.csv", "mosaic", "annex_a.xlsx", "ssd", "cin_census.xml"]
    kinds = read_history([folder / name for name in names]).records["kind"].value_counts()
    assert kinds["contact"] > 2_000
    assert kinds["referral"] == 0


def test_an_unknown_fault_is_told_before_anything_is_run(tmp_path, capsys):
    words = ["history", str(ONE_DESK), "--output", str(tmp_path / "out"), "--faults", "batch_entri,nonsense"]
    assert cli.main(words) == cli.USER_INPUT
    said = capsys.readouterr().err
    assert "Did you mean batch_entry?" in said
    assert "'nonsense' is no fault." in said
    assert not (tmp_path / "out").exists()


def test_the_same_log_faults_and_seed_give_the_same_bytes(council, tmp_path):
    faults = [fault.name for fault in FAULTS]
    one, other = (everything(invent(council.log, tmp_path / name, faults, seed=3)) for name in ("one", "other"))
    assert one == other
    assert len(one) > 20
    third = everything(invent(council.log, tmp_path / "third", faults, seed=4))
    assert one["system_a/cin_census.xml"] != third["system_a/cin_census.xml"]


def test_a_fault_changes_what_it_concerns_and_nothing_else(council):
    plain, dated = (everything(council.extracts(*faults)) for faults in ((), ("retired_codes",)))
    changed = {name for name in plain if plain[name] != dated[name]}
    assert "truth/events.parquet" not in changed
    assert "ssd/ssd_cin_assessments.csv" not in changed
    assert {"template.csv", "ssd/ssd_contacts.csv", "annex_a.xlsx", "cin_census.xml"} <= changed


def test_an_unknown_fault_is_refused(council, tmp_path):
    with pytest.raises(InputError, match="is no fault"):
        invent(council.log, tmp_path, ["none"])
