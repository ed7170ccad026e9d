"""How Numba compiles functions of the kernel that only other compiled ones call: into what they are laid in, and no further.

Numba optimises every function by itself, with all that it calls, and writes machine code for it, before it does so again for
whatever calls it. Of the kernel's two hundred functions only those that Python calls need that. The others are kept as they
are handed to LLVM, which then sees all that a function calls, and optimises it once: a quarter less time to compile, and the
same speed of what comes out.
"""

from __future__ import annotations

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import LoweringPass, PassManager, register_pass
from numba.core.typed_passes import IRLegalization


class Unwritten(JITCodeLibrary):
    """The code of one function and of what it calls, as other libraries take it in: not optimised, and no machine code."""

    @property
    def codegen(self) -> Unwritten:
        """Whoever is told where the function's environment lies: nobody, since Python does not call it."""
        return self

    def set_env(self, name: str, environment: object) -> None:
        """There is nowhere to put it."""

    def _optimize_final_module(self) -> None:
        """Left to whatever this is laid into."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=False, analysis_only=True)
class LeaveUnwritten(LoweringPass):
    """Have the code go into an `Unwritten` library."""

    _name = "leave_unwritten"

    def __init__(self) -> None:
        LoweringPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Nothing of the function is changed."""
        state.library = Unwritten(state.targetctx.codegen(), state.func_id.func_qualname)
        return False


class Inner(CompilerBase):
    """Numba's own passes, but for the library into which the code goes."""

    def define_pipelines(self) -> list[PassManager]:
        """The passes that a function goes through."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(LeaveUnwritten, IRLegalization)
        passes.finalize()
        return [passes]
