"""Options side by side: charts, and a pack that leadership can read without an analyst."""

from frontdoor_sim.appraisal.files import other_inputs, write_manifest, write_run_record, write_tables
from frontdoor_sim.appraisal.pack import Pack, PackError
from frontdoor_sim.appraisal.report import write_pack

__all__ = ["Pack", "PackError", "other_inputs", "write_manifest", "write_pack", "write_run_record", "write_tables"]
