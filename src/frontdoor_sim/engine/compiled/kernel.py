"""The compiled engine: rules 1 to 10 over one array of whole numbers.

All that a run knows stands in one int64 array, the world `w`. A record is a stretch of it and is known by its place,
the index of its first field: `w[contact + NEED]` is the need of a contact. A place is NONE where there is no record.
`layout` fills in the world before a run, and documents the order of things; this file names the fields, and plays.

The functions stand in the order of the rules (docs/engine-rules.md) and say which they obey. What is changed here is
changed in the reference engine too, and the other way round: tests hold the two to the same log, row for row.

All that is compiled stands in this one file, because Numba's cache on disk looks at the file of the function itself only.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.cpython.unsafe.numbers import leading_zeros
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from frontdoor_sim.compiling import entered
from frontdoor_sim.luck import code

try:
    from frontdoor_sim.engine.compiled.inner import Inner
except ImportError:
    Inner = None  # another Numba may have other insides: it compiles all of this as it always does, and takes longer

INNER = {
    "nogil": True,
    "error_model": "numpy",
    "no_rewrites": True,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
if Inner is not None:
    INNER["pipeline_class"] = Inner
compiled = njit(**INNER)
inlined = njit(inline="always", error_model="numpy")
inlined_late = njit(forceinline=True, **INNER)
# Python calls what is `entered`, and nothing else: without a way in from Python the rest compiles in a quarter less time.
# A call costs what several fields do, so what lies on the way of every event is laid into whatever calls it: `inlined` what
# one place calls, which compiles faster too, and `inlined_late`, by LLVM, what a few do. More of it was found to gain nothing.


def numbered(number, first=0):
    """Names for whole numbers. Numba compiles a function once for all of this type, but again for each plain constant."""
    return (np.int64(value) for value in range(first, number))


NONE, MAIN = (
    np.int64(-1),
    np.int64(0),
)  # no record, no team, no worker; the main thread of a contact, and its first time
NEVER = np.int64(1 << 62)
MILLION = np.int64(1_000_000)
LINE = np.int64(8)  # numbers in a line of the processor's cache

# --- the fields of records -------------------------------------------------------------------------------------------

# The world itself, from place 0.
(
    NOW, STARTS, ENDS, FREE, LIMIT, FULL,  # this second; the run; the next free place, the last, whether room ran out
    SOON, _SOON_SIZE, _SOON_ROOM, LATER, _LATER_SIZE, _LATER_ROOM,  # what is due: two heaps of entries
    LOG, LOG_ROWS, LOG_ROOM,  # rows as they are written
    CONTACTS, CONTACTS_END, ARRIVING, CONTACT_WIDTH, CONTACTS_NUMBER,  # the table's, by entering and key; then returns
    LAST_RETURN, RETURNED,  # who came back last; after the run, where the places of all who did stand
    DUTY, DUTY_END, TOUCHED, TOUCHED_NUMBER,  # windows still to open, in time; teams to be looked at
    STAGES, ENTRY, END_FACTS, HANDOFFS, DEADLINES, CUTS, GRADE_CUTS, GRADE_NOISE,  # from here: of the model in force
    RETURNS, RATES, PROPENSITY, RETURN_DELAY, GROWTH, ROUTE_HOURS, ROUTE_HOURS_NUMBER, SOME_HELP, ASKS_AGREEMENT,
    SOME_INTERRUPT,
    STAGES_NUMBER, TEAMS, TEAMS_NUMBER, SOURCES_NUMBER, AREAS_NUMBER, BY_DEADLINE, NORMAL, EXPONENTIAL,  # of all models
    SPARE_JOBS, NEXT_DUTY, NEXT_ARRIVAL, IS_DATED, CHANGES, CHANGES_END,
    MEETINGS, MEETINGS_NUMBER, MEETINGS_WAITING, RESERVED, RESERVED_NUMBER,  # stages; people kept for a meeting
    DOORS, DOORS_NUMBER, KNOCKED,  # of stages that take only so many; whether any is to be looked at
    BY_SKILL,  # whether not everybody can work at every stage
    SLOT_CHANGES, SLOT_CHANGES_END,  # of people who come to be able to hold more cases or fewer, in time
    STOOD_SINCE,  # while a contact of the backlog is put where it stood: since when it has been there; else NEVER
    WORLD_FIELDS,
) = numbered(71)  # fmt: skip

# A contact; then half a field a stage, the visits begun there. NUMBER is its place in the list of contacts, ROW in the table.
# ROWS counts the rows of its main thread, of which LAST_ROW is the last.
# STANDS_AT is 1 + the number of the stage where it stands when the run starts, 0 where it is new.
# Eight fields fill a line of the processor's cache, so those that are used together stand together.
(
    KEY, NUMBER, STAGE, VISIT, STEP, RAG, LAST_ROW, ROWS,
    NEED, JUDGED, ABSENT, RECORDED, WHAT_IT_IS, ROWS_BEFORE, ATTEMPT, ASKED,
    RECEIVED, ENTERS, DEADLINE, CHILDREN, HOLDER, SLOTS_HELD, FAMILY, RETURNS_AT,
    SOURCE, AREA, OPEN_CASE, CONSENT, PARENT, RETURN_NUMBER, EARLIER_RETURN, DISAGREES,
    MAIN_JOB, RAG_ON_ARRIVAL, STANDS_AT, IS_HELD, ROW, VISITS,
) = numbered(38)  # fmt: skip

# A stage; the entry is one too, the last. Fields that its kind has not are NONE. INTERRUPTS_IN is the team in which its work
# interrupts that of other stages.
(
    STAGE_NUMBER, KIND, TEAM, ONLY_TARGET, ROUTES, ROUTE_PURPOSE, WAIT_CAUSE, QUEUE_CAUSE, WEIGHT, END_RULE, OVERTIME, JUDGES,
    TOUCH, REKEY, SEARCH, SEARCHES,
    ATTEMPTS, ATTEMPT_PURPOSE, GAP, GIVEN, REFUSED, ARRIVES_WITH, OVERRIDE_FOR,
    PARTNERS, PARTNERS_NUMBER, JOIN, GIVE_UP,
    HOLD, BY_CHILDREN, ALLOCATES_AT, ALLOCATES_IN, FIRST_VISIT, OPEN_NOW, WOKEN,
    DELAY, PATIENCE, SYSTEMS, GOES,
    LASTS, PEOPLE, PEOPLE_NUMBER, MEETING_QUEUE, PASSED_OVER,
    DOOR, AT_ONCE, A_DAY, MIDNIGHTS, TURNS_AWAY, TRAY, OUT_TRAY, RAMP, ABLE,
    INTERRUPTS_IN, STAGE_FIELDS,
) = numbered(54)  # fmt: skip

# A team; the four head starts stand together, red first. What stands before WORKERS is of the model in force. INTERRUPTS has a
# bit for each RAG that does, or BY_STAGES. Where not everybody can work at every stage, a team has from STAGE_QUEUES on a queue
# for each stage, by its number, in place of QUEUE. MOST_IDLE is how many of its people may be idle and on duty: whoever went
# off duty idle still counts, until somebody is looked for and nobody is found.
(
    TEAM_NUMBER, FIRST_ORDER, SECOND_ORDER, HEAD_START, _AMBER, _GREEN, _BLUE, SLOT_STAGES, SLOT_STAGES_NUMBER,
    HELPERS, HELPERS_NUMBER, INTERRUPTS, GOES_TO, HAS_TRAYS,
    WORKERS, WORKERS_END, QUEUE, QUEUE_SIZE, SLOT_QUEUE, LARGEST, IS_TOUCHED, MOST_IDLE, SOME_LEFT, STAGE_QUEUES,
    TEAM_FIELDS,
) = numbered(25)  # fmt: skip

# A worker, and one of their windows of available duty; a worker's windows stand together in time order.
# What a worker has in hand: the job, its rows in the log, and when it ends. SKILL is the number of what they can do.
(
    WORKER_NUMBER, WORKER_TEAM, BUSY, UNTIL, IDLE_SINCE, WINDOW, WINDOWS_END, SLOTS, SLOTS_FREE,
    IN_HAND, FIRST_ROW, ROWS_END, STOPS_AT, SKILL, WORKER_FIELDS,
) = numbered(15)  # fmt: skip
(WINDOW_START, WINDOW_END, HANDS_OVER, ENDS_SHIFT, NEXT_OWN_DUTY, WINDOW_WORKER, WINDOW_FIELDS) = numbered(7)

# A piece of work in a queue or in hand; nobody has begun it while JOB_WORKER is NONE. CHILD and NEXT hold the heap of the
# queue together. WAITS_IN is the queue, NONE where the work is in hand; a job in a heap that has NONE has gone: it gave up,
# or another stands in its stead. The least of a queue never has. Whoever waits at the door of a stage stands there as a job
# too, which came from another stage and visit.
(
    FIRST, SECOND, TIME, JOB_KEY, JOB_WHAT, CHILD, NEXT, WAITS_IN,
    JOB_CONTACT, JOB_STAGE, JOB_VISIT, PART, JOB_TEAM, JOINED, READY, LEFT,
    JOB_WORKER, SEARCH_LEFT, REKEY_LEFT, JOB_CHECKS, NTH, JOB_PEOPLE, CAME_FROM, CAME_VISIT, JOB_FIELDS,
) = numbered(25)  # fmt: skip

# The requests of one visit to a checks stage; then one field a partner, the job on its desk. EARLIER_ASKED are the requests
# of the contact's visit to a checks stage before, MAIN where there was none.
(CHECKS_CONTACT, CHECKS_STAGE, CHECKS_VISIT, ASKED_AT, REPLIES, IS_JOINED, ASKING, EARLIER_ASKED, DESK_JOBS) = numbered(
    9
)

# Small records of the plan. A span that always lasts the same has its seconds in SPAN_CONSTANT, any other NONE.
SPAN_TABLE, SPAN_CONSTANT, SPAN_CALENDAR, SPAN_PURPOSE, SPAN_GIVEN, SPAN_FIELDS = numbered(6)
(HANDOFF_DELAY, HANDOFF_BATCH, HANDOFF_RELEASE, HANDOFF_FIELDS) = numbered(4)
(PARTNER_TEAM, PARTNER_TOUCH, PARTNER_DELAY, PARTNER_REQUEST, PARTNER_REGRADES, PARTNER_GRADE, PARTNER_FIELDS) = (
    numbered(7)
)
(NOISE_PURPOSE, VERDICTS, BY_WHOM, MISSED, REGRADES, JUDGES_FIELDS) = numbered(6)
(BIAS, NOISE, _REPLY_MISSING, _HISTORY_MISSED, _BOTH, JUDGES_CUTS, _THIRD, _FOURTH, VERDICTS_FIELDS) = numbered(9)
(LIMIT_SECONDS, LIMIT_CALENDAR, LIMIT_FIELDS) = numbered(3)
(PROVIDES, MAY_RETURN, END_FACTS_FIELDS) = numbered(3)
(WANTED_TEAM, WANTED_NUMBER, WANTED_FIELDS) = numbered(3)
(RESERVED_WORKER, IDLE_BEFORE, RESERVED_FIELDS) = numbered(3)
(RAMP_FORMER, RAMP_LUCK, RAMP_BEGINS, RAMP_LASTS, RAMP_FIELDS) = numbered(5)

# The door of a stage that takes only so many, under whichever model of the run; the out-tray of a stage, and what is held back.
(DOOR_STAGE, AT_DOOR, INSIDE, DAY, TODAY, DOOR_WOKEN, IS_KNOCKED, DOOR_FIELDS) = numbered(8)
(IN_TRAY, HELD_BACK, TRAY_FIELDS) = numbered(3)
(HELP_TEAM, ON_AT, OFF_AT, HELP_IS_ON, HELP_FIELDS) = numbered(5)

# A dated change: its second, its facts of all teams as they stand in teams, the skills of all workers by number; then all
# fields of the world from STAGES to before STAGES_NUMBER. A change of slots: its second, who, and how many from then on.
(CHANGES_AT, NEW_TEAMS, NEW_SKILLS, NEW_FACTS) = numbered(4)
(SLOTS_AT, SLOTS_OF, NEW_SLOTS, SLOTS_FIELDS) = numbered(4)
FACTS = STAGES_NUMBER - STAGES
CHANGE_FIELDS = NEW_FACTS + FACTS

# A heap of what is due, and an entry of it. MOMENT is its second and class; WHAT_DUE packs stage, visit and part, and below
# them the action.
HEAP, SIZE, HEAP_ROOM = numbered(3)
(MOMENT, DUE_KEY, WHAT_DUE, SUBJECT, ENTRY_FIELDS) = numbered(5)
ACTION_BITS, SOME_ACTION = np.int64(4), np.int64(15)
WAYS_BITS, WAYS = np.int64(2), np.int64(4)  # of the heap: how many stand below each

# A row of the log: WHAT packs part, visit, stage, kind, team + 1, cause and RAG; the other fields are halves of a number each,
# so that a row is half a line of the cache. Overtime is written as a row too. A wait in a queue has no worker; `add_up` puts
# OFF_DUTY there, the seconds for which nobody of the line queued in was on duty.
WHAT, LOG_FIELDS = np.int64(0), np.int64(4)
(ROW_CONTACT, ROW_WORKER, ENABLED, START, END, OUTCOME) = numbered(8, 2)
OFF_DUTY = ROW_WORKER
LATEST = np.int64((1 << 31) - 1)  # stands in a row for whatever is later, which is beyond the end of any run
PART_BIT, VISIT_BIT, STAGE_BIT, KIND_BIT, TEAM_BIT, CAUSE_BIT, RAG_BIT = (
    np.int64(b) for b in (0, 12, 28, 40, 44, 56, 60)
)

# --- words -----------------------------------------------------------------------------------------------------------

OF_WORK, OF_CONSENT, OF_CHECKS, OF_CASELOAD, OF_DELAY, OF_MEETING, OF_ENTRY = numbered(7)
BY_STAGES = np.int64(1 << 4)
BY_NOTHING, BY_RAG, BY_DEADLINE_ORDER, BY_ARRIVAL, BY_STAGE = numbered(5)
PAUSES, FINISHES, HANDS_IT_OVER = numbered(3)
DUTY_CLASS, WORK_ENDS, WAITS_END, ARRIVALS, TIME_OUTS = numbered(6, 1)
(
    GO_ON, STOP, REQUEST_ARRIVES, REACHES_DESK, TIME_UP, RELEASE, BEGIN, WAKE, GIVE_UP_WAITING, MEETING_ENDS,
    LET_IN, TURN_AWAY, WAKE_DOOR,
) = numbered(13)  # fmt: skip
BEGINS, HANDED_ON, AT_WORK, IN_GAP, DELAYED, CHECKING, HOLDING, GAVE_UP, TAKEN_OUT, SENT_AWAY = numbered(10)
ROW_WORK, ROW_REKEYING, ROW_SEARCH, ROW_MEETING, ROW_CASELOAD, ROW_WAIT, ROW_REGRADE, ROW_QUEUE, ROW_OVERTIME = (
    numbered(9)
)
(
    NO_CAUSE, FOR_WORKER, FOR_SHIFT, FOR_PARTNER, FOR_CONSENT, FOR_SIGN_OFF, FOR_HANDOFF, FOR_ACCEPTANCE, FOR_ALLOCATION,
    FOR_VISIT,
) = numbered(10)  # fmt: skip
CONSENT_GIVEN, CONSENT_REFUSED, CONSENT_NOT_REACHED, CONSENT_OVERRIDDEN = numbered(4)
CHECKS_COMPLETE, CHECKS_TIMED_OUT = numbered(2)
DONE, TIMED_OUT, TURNED_AWAY = numbered(3)
ENTERS_NOW, WAITS = numbered(0, -2)  # instead of an outcome: the visit is not over, or not begun
NO_OUTCOME = np.int64(1 << 30)
LEVELS = np.int64(5)

# --- rule 1: integers decide -----------------------------------------------------------------------------------------

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_FIRST, MIX_SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
KEY_MASK = np.uint64((1 << 63) - 1)
TOGETHER = 1_024
BITS_27, BITS_30, BITS_31, BITS_32 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32)
RETURN_WORD = np.uint64(code("return"))
RETURN, PROPENSITY_LUCK, GROWTH_LUCK, GRADE, HISTORY, CONSENT_LUCK = (
    np.uint64(code(name)).astype(np.int64)
    for name in ("return", "return: propensity", "return: growth", "rag", "history missed", "consent on arrival")
)
LUCK_BITS = np.int64(32)
HALF_BITS, CELL_BITS, CELLS, SIDE, ALL_LUCK = 31, 7, 128, (31 - 7 + 1) * 128 + 1, (1 << 32) - 1
FRACTION_BITS, HALF_A_UNIT, WORD_BITS, SIGN_BIT = 8, 128, 64, 63


@compiled
def mix(word):
    """Rule 1: SplitMix64's finaliser, as `luck.mix`."""
    word = (word ^ (word >> BITS_30)) * MIX_FIRST
    word = (word ^ (word >> BITS_27)) * MIX_SECOND
    return word ^ (word >> BITS_31)


@entered
def mix_words(words):
    """Rule 1: `mix` of every word of an array, in place; `luck` mixes its arrays so (`luck.lend`)."""
    for at in range(len(words)):
        words[at] = mix(words[at])


@entered
def draw_words(words, purpose, step):
    """Rule 1: luck of every key of an array, in place; `luck` draws for its arrays so (`luck.lend`).

    A processor mixes many words at once, but no word for the second time before the first: so some of them go through each
    mixing together, and stay in its cache meanwhile.
    """
    for first in range(0, len(words), TOGETHER):
        some = words[first : first + TOGETHER]
        for at in range(len(some)):
            some[at] = mix(some[at] ^ purpose)
        for at in range(len(some)):
            some[at] = mix(some[at] + step)
        for at in range(len(some)):
            some[at] = mix(some[at] ^ purpose) >> BITS_32


@compiled
def draw(key, purpose, visit):
    """Rule 1: luck below 2**32 of a key for a purpose and visit, as `luck.draw`."""
    spice = np.uint64(purpose)
    word = mix(mix(np.uint64(key) ^ spice) + np.uint64(visit + 1) * GOLDEN)
    return np.int64(mix(word ^ spice) >> BITS_32)


@compiled
def key_of_return(key, number):
    """Rule 1: the key of the contact that comes back, as `luck.key(key, "return", number)`."""
    word = mix(GOLDEN + GOLDEN + mix(np.uint64(key)))
    word = mix(word + GOLDEN + RETURN_WORD)
    return np.int64(mix(word + GOLDEN + mix(np.uint64(number))) & KEY_MASK)


@compiled
def read(w, table, luck):
    """Rule 1: a quantile table read by integer interpolation, as `QuantileTable.read`."""
    upper = luck >> HALF_BITS
    luck ^= -upper & ALL_LUCK
    side = upper * SIDE
    if luck < CELLS:
        return (knot(w, table, side + luck) + HALF_A_UNIT) >> FRACTION_BITS
    shift = WORD_BITS - leading_zeros(luck) - CELL_BITS - 1
    cell = side + (shift << CELL_BITS) + (luck >> shift)
    low, high = knot(w, table, cell), knot(w, table, cell + 1)
    return (low + ((high - low) * (luck & ((1 << shift) - 1)) >> shift) + HALF_A_UNIT) >> FRACTION_BITS


@inlined_late
def knot(w, table, at):
    """Rule 1: a knot of a quantile table. One whose knots are halves of numbers is known by the complement of its place."""
    return w[table + at] if table >= 0 else np.int64(halves(w)[2 * ~table + at])


@compiled
def seconds(w, contact, span, nth):
    """Rule 1: seconds of a span for a contact, on the span's own clock; a table may give those of the first time."""
    if nth == 0 and w[span + SPAN_GIVEN] != NONE and w[contact + ROW] != NONE:
        given = w[w[span + SPAN_GIVEN] + w[contact + ROW]]
        if given >= 0:
            return given
    if w[span + SPAN_CONSTANT] != NONE:
        return w[span + SPAN_CONSTANT]
    return read(w, w[span + SPAN_TABLE], draw(w[contact + KEY], w[span + SPAN_PURPOSE], nth))


@compiled
def number_up_to(w, place, number, value):
    """How many of `number` ascending fields are at or below a value."""
    low = place
    while number > 1:
        half = number >> 1
        low += half & (w[low + half - 1] - value - 1) >> SIGN_BIT  # all bits are set in the sign of what is below 0
        number -= half
    return low - place + (number == 1 and w[low] <= value)


@compiled
def level_of(w, cuts, need):
    """Rule 1: 1 and the number of three ascending cut-points at or below a need."""
    return 1 + (w[cuts] <= need) + (w[cuts + 1] <= need) + (w[cuts + 2] <= need)


# A calendar is the number n of its windows, then n starts, n ends, and n + 1 seconds open before each and after all.


@compiled
def worked(w, calendar, t):
    """Open seconds before t, as `Calendar.worked`."""
    n = w[calendar]
    window = number_up_to(w, calendar + 1, n, t)
    before = w[calendar + 1 + 2 * n + window]
    if window == 0:
        return before
    left = w[calendar + n + window] - t
    return before - left if left > 0 else before


@compiled
def add(w, calendar, t, more):
    """Second at which `more` open seconds have passed since t, as `Calendar.add`."""
    if more <= 0:
        return t
    n = w[calendar]
    target = worked(w, calendar, t) + more
    window = number_up_to(w, calendar + 1 + 2 * n, n + 1, target - 1)
    if window == n + 1:
        return NEVER
    return w[calendar + n + window] - (w[calendar + 1 + 2 * n + window] - target)


@compiled
def is_open(w, calendar, t):
    """Whether t lies in a window, as `Calendar.is_open`."""
    n = w[calendar]
    window = number_up_to(w, calendar + 1, n, t)
    return window > 0 and t < w[calendar + n + window]


@compiled
def next_open(w, calendar, t):
    """First open second at or after t, as `Calendar.next_open`."""
    n = w[calendar]
    window = number_up_to(w, calendar + 1, n, t)
    if window > 0 and t < w[calendar + n + window]:
        return t
    return w[calendar + 1 + window] if window < n else NEVER


@compiled
def next_instant(w, instants, t):
    """First of a list of instants at or after t (the list begins with its length); NEVER where there is none."""
    at = number_up_to(w, instants + 1, w[instants], t - 1)
    return w[instants + 1 + at] if at < w[instants] else NEVER


@compiled
def after(w, calendar, now, more):
    """The second at which `more` seconds of a clock have passed; no calendar is elapsed time."""
    return now + more if calendar == NONE else add(w, calendar, now, more)


@compiled
def reached(w, start, limit):
    """The second at which a limit is reached that began at `start`; NEVER where there is none."""
    return NEVER if limit == NONE else after(w, w[limit + LIMIT_CALENDAR], start, w[limit + LIMIT_SECONDS])


@intrinsic
def memory(_, array):
    """The numbers of an array as a plain pointer: no reference is counted, and no index is looked at for its sign."""

    def first(context, builder, signature, arguments):
        return make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), first


@intrinsic
def halves(_, numbers):
    """The halves of the numbers at a pointer, 32 bits each."""

    def bitcast(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], context.get_value_type(signature.return_type))

    return types.CPointer(types.int32)(numbers), bitcast


def half_at(builder, arguments):
    """Where a field of a row stands that is half a number: the row's place and the field are arguments 1 and 2."""
    pointer, place, field = arguments[:3]
    halves_of = builder.bitcast(pointer, ir.IntType(32).as_pointer())
    return builder.gep(halves_of, [builder.add(builder.add(place, place), field)])


@intrinsic
def half(_, numbers, place, field):
    """A field of the row at a place that is half a number."""

    def load(_context, builder, _signature, arguments):
        return builder.sext(builder.load(half_at(builder, arguments)), ir.IntType(64))

    return types.int64(numbers, place, field), load


@intrinsic
def put_half(_, numbers, place, field, value):
    """Fill a field of the row at a place that is half a number."""

    def store(context, builder, _signature, arguments):
        builder.store(builder.trunc(arguments[3], ir.IntType(32)), half_at(builder, arguments))
        return context.get_dummy_value()

    return types.void(numbers, place, field, value), store


@intrinsic
def fetch(_, numbers, place):
    """Have the processor bring the line of a place into its cache, where it will be looked at soon: LLVM's `prefetch`."""

    def prefetch(context, builder, _, arguments):
        number, byte = ir.IntType(32), ir.IntType(8).as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        line = builder.bitcast(builder.gep(arguments[0], [arguments[1]]), byte)
        builder.call(function, [line, number(0), number(3), number(1)])  # to be read, near, as data
        return context.get_dummy_value()

    return types.void(numbers, place), prefetch


# --- room for records ------------------------------------------------------------------------------------------------


@compiled
def room(w, fields):
    """The place of a new record, in lines of its own. Where room runs out the run stops, and is played in a larger world."""
    place = w[FREE]
    fields = (fields + LINE - 1) & -LINE
    if place + fields > w[LIMIT]:
        w[FULL] = 1
        return w[LIMIT]
    w[FREE] = place + fields
    return place


@compiled
def spare(w, kind, fields):
    """The place of a record of a kind that was given back, or of a new one."""
    place = w[kind]
    if place == NONE:
        return room(w, fields)
    w[kind] = w[place]
    return place


@compiled
def give_back(w, kind, place):
    """Let a record be used again."""
    w[place] = w[kind]
    w[kind] = place


@entered
def fill_records(world, first, width, fields, columns, order):
    """Write records one after the other.

    Args:
        world: where they stand, from place `first`, `width` numbers each; fields that are not given are 0.
        fields, columns: which fields are given, and their values; shapes (fields,) and (fields, records).
        order: the column's row of each record.
    """
    w, row_of, given, column = memory(world), memory(order), memory(fields), memory(columns)
    for number in range(len(order)):
        record = first + number * width
        for field in range(width):
            w[record + field] = 0
        for at in range(len(fields)):
            w[record + given[at]] = column[at * len(order) + row_of[number]]


@entered
def fill_windows(world, at, owners, first, starts, ends, hands_over, ends_shift, next_duty):
    """Write the windows of all workers, one after the other.

    Args:
        world: where they stand, from place `at`.
        owners: the places of the workers.
        first: where the windows of each worker begin, and the number of all.
        starts, ends, hands_over, ends_shift, next_duty: of each window.
    """
    w, whose, begins = memory(world), memory(owners), memory(first)
    start, end, following = memory(starts), memory(ends), memory(next_duty)
    for worker in range(len(owners)):
        for window in range(begins[worker], begins[worker + 1]):
            place = at + window * WINDOW_FIELDS
            w[place + WINDOW_START] = start[window]
            w[place + WINDOW_END] = end[window]
            w[place + HANDS_OVER] = hands_over[window]
            w[place + ENDS_SHIFT] = ends_shift[window]
            w[place + NEXT_OWN_DUTY] = following[window]
            w[place + WINDOW_WORKER] = whose[worker]


# --- the log ---------------------------------------------------------------------------------------------------------


@inlined
def place_of(stage_number, visit, part):
    """Stage, visit and part in one number, which orders as they do."""
    return part << PART_BIT | visit << VISIT_BIT | stage_number << STAGE_BIT


@compiled
def packed(stage_number, visit, part, kind, team_number, cause):
    """The facts of a row that are small numbers, in one."""
    return place_of(stage_number, visit, part) | kind << KIND_BIT | (team_number + 1) << TEAM_BIT | cause << CAUSE_BIT


@compiled
def write(w, contact, what, worker_number, enabled, start, end):
    """Write one row."""
    row = w[LOG_ROWS]
    if row == w[LOG_ROOM]:
        w[FULL] = 1
        return row
    place = w[LOG] + row * LOG_FIELDS
    w[place + WHAT] = what | w[contact + RAG] << RAG_BIT
    put_half(w, place, ROW_CONTACT, w[contact + NUMBER])
    put_half(w, place, ROW_WORKER, worker_number)
    put_half(w, place, ENABLED, enabled)
    put_half(w, place, START, min(start, LATEST))
    put_half(w, place, END, min(end, LATEST))
    put_half(w, place, OUTCOME, NO_OUTCOME)
    w[LOG_ROWS] = row + 1
    return row


@compiled
def add_to_thread(w, contact, row):
    """The row just written is one of the contact's main thread: the outcome of a visit will stand in the last."""
    w[contact + LAST_ROW] = row
    w[contact + ROWS] += 1


@compiled
def write_wait(w, contact, stage, visit, part, start, end, cause):
    """A wait that uses nobody."""
    what = packed(w[stage + STAGE_NUMBER], visit, part, ROW_WAIT, NONE, cause)
    row = write(w, contact, what, NONE, start, start, end)
    if part == 0:
        add_to_thread(w, contact, row)


@compiled
def write_job(w, job, kind, team, worker_number, start, end, cause):
    """A stretch of a piece of work, or of its wait."""
    what = w[job + JOB_WHAT] | kind << KIND_BIT | (w[team + TEAM_NUMBER] + 1) << TEAM_BIT | cause << CAUSE_BIT
    row = write(w, w[job + JOB_CONTACT], what, worker_number, w[job + READY], start, end)
    if w[job + PART] == 0:
        add_to_thread(w, w[job + JOB_CONTACT], row)


@compiled
def write_queued(w, job, team, now):
    """A wait in a team's queue, written when it is over; a request on a desk waits for the partner throughout."""
    if w[job + PART] > 0:
        write_job(w, job, ROW_WAIT, team, NONE, w[job + READY], now, FOR_PARTNER)
    else:
        write_job(w, job, ROW_QUEUE, team, NONE, w[job + READY], now, w[w[job + JOB_STAGE] + QUEUE_CAUSE])


@compiled
def write_unallocated(w, job, now):
    """A wait for a slot, written when it is over."""
    write_wait(
        w, w[job + JOB_CONTACT], w[job + JOB_STAGE], w[job + JOB_VISIT], MAIN, w[job + READY], now, FOR_ALLOCATION
    )


@compiled
def write_unaccepted(w, job, now):
    """A wait at a door, written when it is over."""
    write_wait(
        w, w[job + JOB_CONTACT], w[job + JOB_STAGE], w[job + JOB_VISIT], MAIN, w[job + READY], now, FOR_ACCEPTANCE
    )


# --- rule 2: an instant has two phases -------------------------------------------------------------------------------


@entered
def run(world):
    """Rules 2 and 9: play to the end; events at the end second count, later ones do not.

    At every second what is due is applied, least first; then work is dispatched once for the whole model; and so on until
    nothing is due any more.
    """
    w = memory(world)
    w[NEXT_DUTY] = next_boundary(w)
    w[STOOD_SINCE] = NEVER
    w[NEXT_ARRIVAL] = next_arrival(w)
    now = w[NOW]
    while w[FULL] == 0:
        soon, later, arrival = moment_of(w, SOON), moment_of(w, LATER), w[NEXT_ARRIVAL]
        second = min(min(soon, later) >> 3, arrival)
        if second == now:
            contact = apply_next(w, soon, later, now)
            if contact != NONE:
                go_on(w, contact, now)
                w[STOOD_SINCE] = NEVER
        elif w[KNOCKED]:
            open_doors(w, now)
        elif w[TOUCHED_NUMBER]:
            dispatch_touched(w, now)
        else:
            now = min(second, w[NEXT_DUTY])
            if now > w[ENDS]:
                break
            w[NOW] = now
            open_windows(w, now)
    if w[FULL] == 0:
        close(w)


@inlined
def apply_next(w, soon, later, now):
    """Rule 2: apply the least of what is due now; arrivals have a class of their own. Who goes on, or NONE."""
    heap, moment = SOON, soon
    if later < soon or (later == soon and comes_first(w, w[LATER], w[SOON])):
        heap, moment = LATER, later
    arrives = w[NEXT_ARRIVAL] == now and (moment >> 3 > now or moment & 7 > ARRIVALS)
    return arrive(w) if arrives else apply(w, heap, now)


@inlined
def apply(w, heap, now):
    """Rule 2: do what the least of a heap says, which is taken out; the contact that goes on now, or NONE."""
    first = w[heap + HEAP]
    key, what, subject = w[first + DUE_KEY], w[first + WHAT_DUE], w[first + SUBJECT]
    take_event(w, heap)
    action, place = what & SOME_ACTION, what >> ACTION_BITS
    part = unpacked(place, PART_BIT, TWELVE_BITS)
    if action == GO_ON:
        return subject
    if action == STOP:
        return stop(w, subject, now) if stops_now(w, subject, key, place, now) else NONE
    if action == REQUEST_ARRIVES:
        return request_arrives(w, subject, part, now)
    if action == REACHES_DESK:
        return reaches_desk(w, subject, part, now)
    if action == TIME_UP:
        return join_replies(w, subject)
    if action == RELEASE:
        return release(w, subject)
    if action == GIVE_UP_WAITING:
        return give_up_waiting(w, subject, place, now)
    if action == LET_IN:
        return let_in(w, subject, now)
    if action == TURN_AWAY:
        return turn_away(w, subject, now)
    if action == WAKE_DOOR:
        knock(w, subject)
        return NONE
    if action == WAKE:
        touch(w, subject)
        return NONE
    if action == MEETING_ENDS:
        return end_meeting(w, subject, now)
    return begin(w, subject)


@compiled
def due(w, heap, when, kind, key, place, action, subject):
    """Rule 2: make something due at a second, with its place in the order of that second: see `place_of`.

    What is weeks away has a heap of its own, LATER, so that the other, SOON, stays small.
    """
    if when > w[ENDS]:
        return
    hole = w[heap + SIZE]
    if hole == w[heap + HEAP_ROOM]:
        w[FULL] = 1
        return
    w[heap + SIZE] = hole + 1
    first, moment, what = w[heap + HEAP], when << 3 | kind, place << ACTION_BITS | action
    w[first + (hole + WAYS - 1) * ENTRY_FIELDS + MOMENT] = NEVER
    while hole > 0:
        parent = first + ((hole - 1) >> WAYS_BITS) * ENTRY_FIELDS
        if not is_before(w, moment, key, what, parent):
            break
        copy_entry(w, parent, first + hole * ENTRY_FIELDS)
        hole = (hole - 1) >> WAYS_BITS
    put_entry(w, first + hole * ENTRY_FIELDS, moment, key, what, subject)


@compiled
def put_entry(w, entry, moment, key, what, subject):
    """Fill a place of a heap."""
    w[entry + MOMENT] = moment
    w[entry + DUE_KEY] = key
    w[entry + WHAT_DUE] = what
    w[entry + SUBJECT] = subject


@compiled
def copy_entry(w, entry, to):
    """Fill a place of a heap with what stands at another."""
    put_entry(w, to, w[entry + MOMENT], w[entry + DUE_KEY], w[entry + WHAT_DUE], w[entry + SUBJECT])


@compiled
def is_before(w, moment, key, what, entry):
    """Rule 2: whether one is due before an entry: second, class, key of the contact, stage, visit, part."""
    if moment != w[entry + MOMENT]:
        return moment < w[entry + MOMENT]
    if key != w[entry + DUE_KEY]:
        return key < w[entry + DUE_KEY]
    return what < w[entry + WHAT_DUE]


@compiled
def comes_first(w, entry, other):
    """Rule 2: 1 where an entry is due before another, else 0."""
    one, two = w[entry + MOMENT], w[other + MOMENT]
    if one == two:
        return 1 if is_before(w, one, w[entry + DUE_KEY], w[entry + WHAT_DUE], other) else 0
    return (one < two) * 1


@inlined
def take_event(w, heap):
    """Rule 2: take the least out of a heap of what is due. What stands behind its last entry is due NEVER."""
    first = w[heap + HEAP]
    size = w[heap + SIZE] - 1
    w[heap + SIZE] = size
    last = first + size * ENTRY_FIELDS
    moment, key, what, subject = w[last + MOMENT], w[last + DUE_KEY], w[last + WHAT_DUE], w[last + SUBJECT]
    w[last + MOMENT] = NEVER
    if size == 0:
        return
    hole, child = first, first + ENTRY_FIELDS
    while child < last:
        one, other = child, child + 2 * ENTRY_FIELDS
        one += comes_first(w, one + ENTRY_FIELDS, one) * ENTRY_FIELDS
        other += comes_first(w, other + ENTRY_FIELDS, other) * ENTRY_FIELDS
        child = one + comes_first(w, other, one) * (other - one)
        if is_before(w, moment, key, what, child):
            break
        copy_entry(w, child, hole)
        hole, child = child, (child << WAYS_BITS) - (WAYS - 1) * first + ENTRY_FIELDS
    put_entry(w, hole, moment, key, what, subject)


@compiled
def moment_of(w, heap):
    """Rule 2: the second and class of the least of a heap; NEVER where it is empty."""
    return w[w[heap + HEAP] + MOMENT]


@compiled
def touch(w, team):
    """Rule 2: let phase two of this instant look at a team."""
    if w[team + IS_TOUCHED] == 0:
        w[team + IS_TOUCHED] = 1
        w[w[TOUCHED] + w[TOUCHED_NUMBER]] = team
        w[TOUCHED_NUMBER] += 1


@inlined
def dispatch_touched(w, now):
    """Rule 2: phase two, the teams that something happened to, in file order."""
    if w[MEETINGS_WAITING]:
        gather(w, now)
    number, touched = w[TOUCHED_NUMBER], w[TOUCHED]
    for one in range(1, number):
        team, hole = w[touched + one], one
        while hole > 0 and w[touched + hole - 1] > team:
            w[touched + hole] = w[touched + hole - 1]
            hole -= 1
        w[touched + hole] = team
    w[TOUCHED_NUMBER] = 0
    for one in range(number):
        w[w[touched + one] + IS_TOUCHED] = 0
    for one in range(number):
        dispatch(w, w[touched + one], now)
    if w[SOME_HELP]:
        help_out(w, now)
    if w[SOME_INTERRUPT]:
        interrupt(w, now)


# --- rule 2: dated changes -------------------------------------------------------------------------------------------


@compiled
def next_change(w):
    """Rule 2: the second of the next dated change; NEVER where there is none."""
    return w[w[CHANGES] + CHANGES_AT] if w[CHANGES] < w[CHANGES_END] else NEVER


@compiled
def change_model(w, now):
    """Rule 2: another model is in force from now on. What has begun goes on as it began; what waits is looked at again."""
    change, waiting, meetings = w[CHANGES], take_all_waiting(w), take_all_meetings(w, now)
    w[CHANGES] += CHANGE_FIELDS
    for fact in range(FACTS):
        w[STAGES + fact] = w[change + NEW_FACTS + fact]
    for number in range(w[TEAMS_NUMBER]):
        arrange(
            w, w[TEAMS] + number * TEAM_FIELDS, w[change + NEW_TEAMS] + number * TEAM_FIELDS, w[change + NEW_SKILLS]
        )
    while waiting != NONE:
        following = w[waiting + NEXT]
        requeue(w, waiting, now)
        waiting = following
    for at in range(w[MEETINGS_NUMBER]):
        w[w[MEETINGS] + at] = in_force(w, w[w[MEETINGS] + at])
    while meetings != NONE:
        following = w[meetings + NEXT]
        call_again(w, meetings, now)
        meetings = following
    for at in range(w[DOORS_NUMBER]):
        change_door(w, w[DOORS] + at * DOOR_FIELDS, now)


@compiled
def take_all_waiting(w):
    """Rule 2: everything that waits in the queues of all teams, taken out of them and linked by NEXT; each knows its team."""
    waiting = NONE
    for number in range(w[STAGES_NUMBER]):
        put_back(w, stage_at(w, number))
    for number in range(w[TEAMS_NUMBER]):
        team = w[TEAMS] + number * TEAM_FIELDS
        w[team + QUEUE_SIZE] = 0
        waiting = take_all_of(w, team, team + QUEUE, waiting)
        if w[BY_SKILL]:
            for queue in range(w[team + STAGE_QUEUES], w[team + STAGE_QUEUES] + w[STAGES_NUMBER]):
                waiting = take_all_of(w, team, queue, waiting)
        waiting = take_all_of(w, team, team + SLOT_QUEUE, waiting)
    return waiting


@compiled
def take_all_of(w, team, queue, waiting):
    """Rule 2: everything that waits in a queue of a team, put before what is linked by NEXT already."""
    while w[queue] != NONE:
        job = take_waiting(w, queue)
        w[job + JOB_TEAM] = team
        w[job + NEXT] = waiting
        waiting = job
    return waiting


@compiled
def take_all_meetings(w, now):
    """Rule 2: all meetings that wait, taken out of their lines and linked by NEXT; whoever was reserved is let go."""
    waiting = NONE
    let_go(w, now)
    for at in range(w[MEETINGS_NUMBER]):
        stage = w[w[MEETINGS] + at]
        waiting = take_all_of(w, w[stage + TEAM], stage + MEETING_QUEUE, waiting)
    return waiting


@compiled
def arrange(w, team, facts, skills):
    """Rules 3 to 5: a team takes the facts of another model; help stays on, work stays in hand."""
    for number in range(w[facts + HELPERS_NUMBER]):
        helper = w[facts + HELPERS] + number * HELP_FIELDS
        for before in range(w[team + HELPERS_NUMBER]):
            other = w[team + HELPERS] + before * HELP_FIELDS
            if w[other + HELP_TEAM] == w[helper + HELP_TEAM]:
                w[helper + HELP_IS_ON] = w[other + HELP_IS_ON]
    for field in range(FIRST_ORDER, WORKERS):
        w[team + field] = w[facts + field]
    for worker in range(w[team + WORKERS], w[team + WORKERS_END], WORKER_FIELDS):
        w[worker + SKILL] = w[skills + w[worker + WORKER_NUMBER]]
        if w[worker + BUSY] and w[w[worker + IN_HAND] + JOB_TEAM] == team:
            take_place(w, w[worker + IN_HAND], team)


@compiled
def requeue(w, job, now):
    """Rule 2: what waits and has not begun is that of its stage now; what has begun stays, unless its team is no more."""
    stage, contact, team = w[job + JOB_STAGE], w[job + JOB_CONTACT], w[job + JOB_TEAM]
    fresh, to = in_force(w, stage), w[team + GOES_TO]
    if w[job + LEFT] == 0:
        if w[fresh + GOES] != w[fresh + STAGE_NUMBER] and (w[stage + KIND] != OF_CONSENT or w[contact + ATTEMPT] == 0):
            take_out(w, job, now)
            return
        w[job + JOB_STAGE], to = fresh, w[fresh + TEAM]
        if w[stage + KIND] != OF_CONSENT:
            w[contact + STAGE] = fresh
    if w[stage + KIND] == OF_CASELOAD:
        put_in(w, to + SLOT_QUEUE, job, to)
        return
    if to != team:
        write_queued(w, job, team, now)
        w[job + READY] = now
    put_in(w, to + QUEUE, job, to)


@compiled
def call_again(w, job, now):
    """Rule 2: a meeting that waits calls whom its stage calls now, and will last as long as that says; it keeps its place."""
    stage, contact = w[job + JOB_STAGE], w[job + JOB_CONTACT]
    fresh = in_force(w, stage)
    if w[fresh + GOES] != w[fresh + STAGE_NUMBER]:
        w[MEETINGS_WAITING] -= 1
        take_out(w, job, now)
        return
    if w[fresh + TEAM] != w[stage + TEAM]:
        write_queued(w, job, w[stage + TEAM], now)
        w[job + READY] = now
    w[job + JOB_STAGE] = w[contact + STAGE] = fresh
    w[job + LEFT] = max(1, seconds(w, contact, w[fresh + LASTS], w[job + JOB_VISIT]))
    put_in_line(w, fresh, job)


@compiled
def take_out(w, job, now):
    """Rule 2: a contact leaves a stage that is no more, among the waits that end at this second."""
    contact, stage, visit = w[job + JOB_CONTACT], w[job + JOB_STAGE], w[job + JOB_VISIT]
    if w[stage + KIND] == OF_CASELOAD:
        write_unallocated(w, job, now)
    else:
        write_queued(w, job, w[job + JOB_TEAM], now)
    make_room(w, stage)
    give_back(w, SPARE_JOBS, job)
    send_on(w, contact, stage, visit, now)


@compiled
def send_on(w, contact, stage, visit, now):
    """Rule 2: whoever waits nowhere any more goes on to where the work of the stage goes."""
    w[contact + STEP] = TAKEN_OUT
    w[contact + MAIN_JOB] = NONE
    due(w, SOON, now, WAITS_END, w[contact + KEY], place_of(w[stage + STAGE_NUMBER], visit, MAIN), GO_ON, contact)


@compiled
def in_force(w, stage):
    """Rule 2: the place of a stage in the model that is in force now."""
    return stage_at(w, w[stage + STAGE_NUMBER]) if w[IS_DATED] else stage


@compiled
def of_contact(w, contact, stage, now):
    """Rule 2: a stage in the model in force now; while a change ramps, as it was for whom it has not taken hold of."""
    if not w[IS_DATED]:
        return stage
    stage = stage_at(w, w[stage + STAGE_NUMBER])
    ramp = w[stage + RAMP]
    if ramp == NONE or draw(w[contact + KEY], w[ramp + RAMP_LUCK], MAIN) * w[ramp + RAMP_LASTS] < (
        (now - w[ramp + RAMP_BEGINS]) << LUCK_BITS
    ):
        return stage
    return w[ramp + RAMP_FORMER]


# --- rule 3: queues --------------------------------------------------------------------------------------------------

# A queue is a pairing heap (Fredman, Sedgewick, Sleator and Tarjan 1986): its least job, whose CHILD is the first of a list
# of further heaps, linked by NEXT.


@compiled
def new_job(w, contact, stage, visit, part, left, now):
    """A piece of work, which joins a queue now, or has waited in it since before the run (rule 9)."""
    since = min(now, w[STOOD_SINCE])
    job = spare(w, SPARE_JOBS, JOB_FIELDS)
    w[job + JOB_CONTACT] = contact
    w[job + JOB_STAGE] = stage
    w[job + JOB_VISIT] = visit
    w[job + PART] = part
    w[job + LEFT] = left
    w[job + SEARCH_LEFT] = 0
    w[job + REKEY_LEFT] = 0
    w[job + JOINED] = since
    w[job + READY] = since
    w[job + JOB_WORKER] = NONE
    w[job + JOB_KEY] = w[contact + KEY]
    w[job + JOB_WHAT] = place_of(w[stage + STAGE_NUMBER], visit, part)
    return job


@compiled
def criterion(w, rule, contact, stage):
    """Rule 3: what a team's order looks at first."""
    if rule == BY_RAG:
        return w[contact + RAG]
    if rule == BY_DEADLINE_ORDER:
        return w[contact + DEADLINE]
    if rule == BY_ARRIVAL:
        return w[contact + RECEIVED]
    if rule == BY_STAGE:
        return w[stage + WEIGHT]
    return 0


@compiled
def take_place(w, job, team):
    """Rule 3: the place of a job in a queue: criteria, time of joining less head start; the rest it has already.

    Where stages interrupt, their jobs go before all others: no criterion comes near half of NEVER but a deadline there is not.
    """
    contact, stage = w[job + JOB_CONTACT], w[job + JOB_STAGE]
    w[job + FIRST] = criterion(w, w[team + FIRST_ORDER], contact, stage)
    w[job + SECOND] = criterion(w, w[team + SECOND_ORDER], contact, stage)
    w[job + TIME] = w[job + JOINED] - w[team + HEAD_START + w[contact + RAG]]
    if w[team + INTERRUPTS] & BY_STAGES:
        w[job + FIRST] = min(w[job + FIRST], NEVER // 2)
        if is_interrupting(w, job, team):
            w[job + FIRST] -= NEVER
    w[job + CHILD] = NONE
    w[job + NEXT] = NONE


@compiled
def goes_before(w, job, other):
    """Rule 3: whether a job is served before another: its place, then key, stage, visit, part."""
    for field in range(FIRST, JOB_WHAT):
        if w[job + field] != w[other + field]:
            return w[job + field] < w[other + field]
    return w[job + JOB_WHAT] < w[other + JOB_WHAT]


@compiled
def melded(w, one, other):
    """Rule 3: two heaps made one; its least job."""
    if one == NONE:
        return other
    if other == NONE:
        return one
    if goes_before(w, other, one):
        one, other = other, one
    w[other + NEXT] = w[one + CHILD]
    w[one + CHILD] = other
    return one


@compiled
def put_in(w, queue, job, team):
    """Rule 3: put a job in a queue, which is the field `queue`; phase two looks at its team."""
    take_place(w, job, team)
    if queue == team + QUEUE:
        queue = queue_for(w, team, w[w[job + JOB_STAGE] + STAGE_NUMBER])
    w[job + WAITS_IN] = queue
    w[job + JOB_TEAM] = team
    w[queue] = melded(w, w[queue], job)
    w[team + QUEUE_SIZE] += is_queue_of(w, queue, team)
    touch(w, team)


@inlined
def queue_for(w, team, stage_number):
    """Rule 3: the queue in which work at a stage waits for a team's people; its own where not all can do all."""
    return w[team + STAGE_QUEUES] + stage_number if w[BY_SKILL] else team + QUEUE


@inlined
def is_queue_of(w, queue, team):
    """Rule 3: whether a queue is one for the work of a team's people."""
    if w[BY_SKILL]:
        return w[team + STAGE_QUEUES] <= queue < w[team + STAGE_QUEUES] + w[STAGES_NUMBER]
    return queue == team + QUEUE


@compiled
def take_least(w, queue):
    """Rule 3: take the least job out of a queue: its children are melded in pairs, then the pairs from last to first."""
    least = w[queue]
    pairs, child = NONE, w[least + CHILD]
    while child != NONE:
        second = w[child + NEXT]
        following = NONE
        w[child + NEXT] = NONE
        if second != NONE:
            following = w[second + NEXT]
            w[second + NEXT] = NONE
        pair = melded(w, child, second)
        w[pair + NEXT] = pairs
        pairs, child = pair, following
    whole = NONE
    while pairs != NONE:
        following = w[pairs + NEXT]
        w[pairs + NEXT] = NONE
        whole = melded(w, whole, pairs)
        pairs = following
    w[queue] = whole
    return least


@compiled
def follow_rag(w, contact):
    """Rule 3: what follows from a contact's RAG, when it begins and when it was graded again."""
    if w[BY_DEADLINE]:
        w[contact + DEADLINE] = reached(w, w[contact + RECEIVED], w[w[DEADLINES] + w[contact + RAG]])
    what = w[contact + RAG] * w[SOURCES_NUMBER] + w[contact + SOURCE]
    w[contact + WHAT_IT_IS] = (what * w[AREAS_NUMBER] + w[contact + AREA]) * 2 + w[contact + OPEN_CASE]


@compiled
def regrade(w, contact, seen, stage, visit, part, now):
    """Rule 3: grade a contact by what is seen of its need now; what waits of it keeps its time of joining.

    A wait is cut here, so that each row of the log has one RAG.
    """
    rag = 4 - level_of(w, w[GRADE_CUTS], seen)
    if rag == w[contact + RAG]:
        return
    if w[contact + STEP] == CHECKING:
        checks = w[contact + ASKED]
        if now > w[checks + ASKED_AT]:
            write_wait(w, contact, w[contact + STAGE], w[contact + VISIT], MAIN, w[checks + ASKED_AT], now, FOR_PARTNER)
        w[checks + ASKED_AT] = now
    before = w[contact + RAG]
    w[contact + RAG] = rag
    follow_rag(w, contact)
    w[contact + MAIN_JOB] = takes_new_place(w, w[contact + MAIN_JOB], before, now)
    checks = w[contact + ASKED]
    while checks != MAIN:
        for at in range(DESK_JOBS, DESK_JOBS + w[w[checks + CHECKS_STAGE] + PARTNERS_NUMBER]):
            w[checks + at] = takes_new_place(w, w[checks + at], before, now)
        checks = w[checks + EARLIER_ASKED]
    what = packed(w[stage + STAGE_NUMBER], visit, part, ROW_REGRADE, NONE, NO_CAUSE)
    write(w, contact, what, NONE, now, now, now)


@compiled
def takes_new_place(w, job, before, now):
    """Rule 3: what stands in the stead of a job after a re-grade. `before` is the RAG of its wait so far.

    One that waits is withdrawn, and another takes the new place; one in hand goes on, but may now make way for others.
    """
    if job == NONE:
        return job
    queue, team, contact = w[job + WAITS_IN], w[job + JOB_TEAM], w[job + JOB_CONTACT]
    if queue == NONE:
        take_place(w, job, team)
        if w[team + INTERRUPTS] and w[w[job + JOB_WORKER] + WORKER_TEAM] == team:
            touch(w, team)
        return job
    if now > w[job + READY]:
        rag = w[contact + RAG]
        w[contact + RAG] = before
        if queue == team + SLOT_QUEUE:
            write_unallocated(w, job, now)
        elif is_at_door(w, job):
            write_unaccepted(w, job, now)
        else:
            write_queued(w, job, team, now)
        w[contact + RAG] = rag
    other = spare(w, SPARE_JOBS, JOB_FIELDS)
    if w[FULL]:
        return job
    for field in range(JOB_FIELDS):
        w[other + field] = w[job + field]
    w[other + READY] = now
    go_from_queue(w, job, team)
    if w[w[job + JOB_STAGE] + KIND] == OF_MEETING:
        put_in_line(w, w[job + JOB_STAGE], other)
    elif is_at_door(w, other):
        stand_at_door(w, other, w[job + JOB_STAGE])
    else:
        put_in(w, queue, other, team)
    return other


@compiled
def go_from_queue(w, job, team):
    """Rule 3: a job leaves its queue from wherever it stands in it."""
    queue = w[job + WAITS_IN]
    w[job + WAITS_IN] = NONE
    w[team + QUEUE_SIZE] -= is_queue_of(w, queue, team)
    drop_gone(w, queue)


@compiled
def take_waiting(w, queue):
    """Rule 3: take the least job out of a queue, and whoever has gone behind it."""
    job = take_least(w, queue)
    drop_gone(w, queue)
    return job


@compiled
def drop_gone(w, queue):
    """Rule 3: take jobs that have gone from the head of a queue."""
    while w[queue] != NONE and w[w[queue] + WAITS_IN] == NONE:
        give_back(w, SPARE_JOBS, take_least(w, queue))


@compiled
def wait_at_most(w, job, now):
    """Rule 3: fix, by the RAG on joining, when a contact gives up waiting in a queue; it waits for a second at least."""
    contact, stage, visit = w[job + JOB_CONTACT], w[job + JOB_STAGE], w[job + JOB_VISIT]
    span = w[w[stage + PATIENCE] + w[contact + RAG]]
    if span != NONE:
        until = after(w, w[span + SPAN_CALENDAR], now, max(1, seconds(w, contact, span, visit)))
        due(w, SOON, until, TIME_OUTS, w[contact + KEY], w[job + JOB_WHAT], GIVE_UP_WAITING, contact)


@compiled
def give_up_waiting(w, contact, place, now):
    """Rule 3: time is up for a visit: the contact leaves the queue, unless it is begun or over. Who goes on, or NONE."""
    job, stage = w[contact + MAIN_JOB], w[contact + STAGE]
    if job == NONE or w[job + JOB_WHAT] != place or w[job + JOB_WORKER] != NONE:
        return NONE
    team = w[job + JOB_TEAM]
    if w[stage + KIND] == OF_CASELOAD:
        write_unallocated(w, job, now)
    else:
        write_queued(w, job, team, now)
    go_from_queue(w, job, team)
    w[contact + MAIN_JOB] = NONE
    w[contact + STEP] = GAVE_UP
    touch(w, team)
    return contact


# --- rule 4: workers -------------------------------------------------------------------------------------------------


@compiled
def next_window(w):
    """Rule 4: the second at which the next window of duty opens; NEVER where none does."""
    return w[w[w[DUTY]] + WINDOW_START] if w[DUTY] < w[DUTY_END] else NEVER


@inlined
def open_windows(w, now):
    """Rules 2 and 4, the first class: a dated change comes into force; slots change; whose window opens now comes on duty."""
    if w[NEXT_DUTY] != now:
        return
    if next_change(w) == now:
        change_model(w, now)
    while next_change_of_slots(w) == now:
        change_slots(w)
    while next_window(w) == now:
        window = w[w[DUTY]]
        worker = w[window + WINDOW_WORKER]
        w[worker + WINDOW] = window
        w[worker + UNTIL] = w[window + WINDOW_END]
        if w[worker + BUSY] == 0:
            set_idle(w, worker, now)
        elif w[w[worker + WORKER_TEAM] + INTERRUPTS] or w[MEETINGS_NUMBER]:
            touch(w, w[worker + WORKER_TEAM])
        w[DUTY] += 1
    w[NEXT_DUTY] = next_boundary(w)


@compiled
def next_boundary(w):
    """Rule 2: the next second of the first class: of a dated change, of slots that change, or of duty."""
    return min(min(next_window(w), next_change(w)), next_change_of_slots(w))


@compiled
def set_idle(w, worker, now):
    """Rule 4: a worker has nothing to do from now on; while on duty they can be given work."""
    w[worker + IDLE_SINCE] = now
    if now < w[worker + UNTIL]:
        w[w[worker + WORKER_TEAM] + MOST_IDLE] += 1
        touch(w, w[worker + WORKER_TEAM])


@compiled
def next_idle(w, team, stage, now):
    """Rule 4: of those idle and on duty, whoever has been idle longest, then first in the roster; NONE if nobody is.

    Of those only who can work at a stage, where one is given. Who is busy has been idle since NEVER.
    """
    found, longest = NONE, NEVER
    for worker in range(w[team + WORKERS], w[team + WORKERS_END], WORKER_FIELDS):
        since = w[worker + IDLE_SINCE] if now < w[worker + UNTIL] else NEVER
        if stage != NONE and not can_work_at(w, worker, stage):
            continue
        found = worker if since < longest else found
        longest = min(since, longest)
    return found


@inlined
def can_work_at(w, worker, stage):
    """Rule 4: whether somebody is one of those who can work at a stage."""
    return w[w[stage + ABLE] + w[worker + SKILL]] != 0


@inlined
def dispatch(w, team, now):
    """Rules 2 and 4, phase two of a team: its own people take up what waits here; then slots are given out."""
    if w[team + MOST_IDLE]:
        serve(w, team, team, now)
    if w[team + SLOT_QUEUE] != NONE:
        give_out_slots(w, team, now)


@compiled
def help_out(w, now):
    """Rules 2 and 4, the end of phase two: every team in file order takes helpers in the order in which it lists them."""
    for number in range(w[TEAMS_NUMBER]):
        team = w[TEAMS] + number * TEAM_FIELDS
        for at in range(w[team + HELPERS_NUMBER]):
            take_help(w, team, w[team + HELPERS] + at * HELP_FIELDS, now)


@compiled
def take_help(w, team, helper, now):
    """Rule 4: idle people of another team take up what waits here, from so many waiting until so few."""
    judge_help(w, helper, w[team + QUEUE_SIZE])
    if w[helper + HELP_IS_ON]:
        serve(w, team, w[helper + HELP_TEAM], now)
        judge_help(w, helper, w[team + QUEUE_SIZE])


@compiled
def judge_help(w, helper, waiting):
    """Rule 4: switch help on or off by the number that wait; between the two it stays as it is."""
    if waiting >= w[helper + ON_AT]:
        w[helper + HELP_IS_ON] = 1
    elif waiting <= w[helper + OFF_AT]:
        w[helper + HELP_IS_ON] = 0


@compiled
def serve(w, team, people, now):
    """Rules 3 and 4: start the least jobs that wait at a team while somebody of `people`, a team, is idle and on duty."""
    if w[BY_SKILL]:
        serve_by_skill(w, team, people, now)
        return
    if w[team + HAS_TRAYS]:
        hold_back(w, team + QUEUE)
    while w[team + QUEUE] != NONE and w[people + MOST_IDLE]:
        worker = next_idle(w, people, NONE, now)
        if worker == NONE:
            w[people + MOST_IDLE] = 0
            break
        w[people + MOST_IDLE] -= 1
        begin_work(w, take_waiting(w, team + QUEUE), worker, team, now)
        if w[team + HAS_TRAYS]:
            hold_back(w, team + QUEUE)


@compiled
def serve_by_skill(w, team, people, now):
    """Rules 3 and 4: `serve`, where each job is for those who can work at its stage; others wait until they can be done."""
    while w[team + QUEUE_SIZE] and w[people + MOST_IDLE]:
        if next_idle(w, people, NONE, now) == NONE:
            w[people + MOST_IDLE] = 0
            break
        queue, worker = least_that_can_be_done(w, team, people, now)
        if queue == NONE:
            break
        w[people + MOST_IDLE] -= 1
        begin_work(w, take_waiting(w, queue), worker, team, now)


@compiled
def least_that_can_be_done(w, team, people, now):
    """Rules 3 and 4: of a team's work that may begin now, what goes first of that which somebody idle can do: queue and worker.

    Both are NONE where there is nothing.
    """
    found, by_whom = NONE, NONE
    for number in range(w[STAGES_NUMBER]):
        queue = w[team + STAGE_QUEUES] + number
        if w[queue] != NONE and w[team + HAS_TRAYS]:
            hold_back(w, queue)
        if w[queue] == NONE or (found != NONE and goes_before(w, w[found], w[queue])):
            continue
        worker = next_idle(w, people, stage_at(w, number), now)
        if worker != NONE:
            found, by_whom = queue, worker
    return found, by_whom


# --- rule 4: meetings ------------------------------------------------------------------------------------------------

# Meetings wait in a queue a stage, of which the least of all goes first. People who are kept for one are idle since NEVER,
# so that nobody gives them work, and stand with the second since which they are idle in the list RESERVED.


@compiled
def call_meeting(w, contact, stage, visit, now):
    """Rule 4: a meeting waits for its people: the most urgent go first, then by time of joining."""
    job = new_job(w, contact, stage, visit, MAIN, max(1, seconds(w, contact, w[stage + LASTS], visit)), now)
    w[MEETINGS_WAITING] += 1
    w[contact + STEP] = AT_WORK
    w[contact + MAIN_JOB] = job
    put_in_line(w, stage, job)


@compiled
def put_in_line(w, stage, job):
    """Rules 3 and 4: put a meeting in the line of its stage; phase two looks at its team."""
    w[job + FIRST], w[job + SECOND], w[job + TIME] = w[w[job + JOB_CONTACT] + RAG], 0, w[job + JOINED]
    w[job + CHILD] = w[job + NEXT] = NONE
    w[job + WAITS_IN] = stage + MEETING_QUEUE
    w[job + JOB_TEAM] = w[stage + TEAM]
    w[stage + MEETING_QUEUE] = melded(w, w[stage + MEETING_QUEUE], job)
    touch(w, w[stage + TEAM])


@compiled
def gather(w, now):
    """Rule 4, the beginning of phase two: meetings begin whose people are all idle; the first other one may reserve people."""
    let_go(w, now)
    for at in range(w[MEETINGS_NUMBER]):
        w[w[w[MEETINGS] + at] + PASSED_OVER] = 0
    may_reserve, kept = True, MAIN
    stage = next_meeting(w)
    while stage != NONE:
        if call_people(w, stage, now):
            begin_meeting(w, stage, kept, now)
        else:
            w[stage + PASSED_OVER] = 1
            until = can_gather_until(w, stage, now) if may_reserve else NONE
            if until == NONE:
                dismiss(w, kept)
            else:
                may_reserve, kept = False, w[RESERVED_NUMBER]
                wake_meeting(w, stage, until)
        stage = next_meeting(w)


@compiled
def next_meeting(w):
    """Rule 4: the stage of the meeting that goes first, of those that were not passed over; NONE where there is none."""
    found = NONE
    for at in range(w[MEETINGS_NUMBER]):
        stage = w[w[MEETINGS] + at]
        if w[stage + MEETING_QUEUE] == NONE or w[stage + PASSED_OVER]:
            continue
        if found == NONE or goes_before(w, w[stage + MEETING_QUEUE], w[found + MEETING_QUEUE]):
            found = stage
    return found


@compiled
def let_go(w, now):
    """Rule 4: whoever was reserved is idle again, since when they were; somebody may have work for them."""
    for number in range(w[RESERVED_NUMBER]):
        place = w[RESERVED] + number * RESERVED_FIELDS
        worker = w[place + RESERVED_WORKER]
        if w[worker + IDLE_SINCE] == NEVER:
            w[worker + IDLE_SINCE] = w[place + IDLE_BEFORE]
            if now < w[worker + UNTIL]:
                w[w[worker + WORKER_TEAM] + MOST_IDLE] += 1
                touch(w, w[worker + WORKER_TEAM])
    w[RESERVED_NUMBER] = 0


@compiled
def call_people(w, stage, now):
    """Rule 4: reserve those who are idle of the people that the first meeting of a stage needs; whether that is all of them."""
    all_here, lasts = True, w[w[stage + MEETING_QUEUE] + LEFT]
    for at in range(w[stage + PEOPLE_NUMBER]):
        wanted = w[stage + PEOPLE] + at * WANTED_FIELDS
        here = MAIN
        while here < w[wanted + WANTED_NUMBER]:
            worker = next_to_meet(w, w[wanted + WANTED_TEAM], stage, lasts, now)
            if worker == NONE:
                all_here = False
                break
            place = w[RESERVED] + w[RESERVED_NUMBER] * RESERVED_FIELDS
            w[place + RESERVED_WORKER], w[place + IDLE_BEFORE] = worker, w[worker + IDLE_SINCE]
            w[worker + IDLE_SINCE] = NEVER
            w[RESERVED_NUMBER] += 1
            here += 1
    return all_here


@compiled
def next_to_meet(w, team, stage, lasts, now):
    """Rule 4: whoever of a team has been idle longest, then first in the roster, and stays until a meeting is over."""
    found, longest = NONE, NEVER
    for worker in range(w[team + WORKERS], w[team + WORKERS_END], WORKER_FIELDS):
        if (
            w[worker + IDLE_SINCE] < longest
            and now < w[worker + UNTIL]
            and can_work_at(w, worker, stage)
            and now + lasts <= stays_until(w, worker, stage)
        ):
            found, longest = worker, w[worker + IDLE_SINCE]
    return found


@compiled
def stays_until(w, worker, stage):
    """Rule 4: the last second of a meeting of a stage that begins in somebody's present window."""
    window = w[worker + WINDOW]
    until = w[worker + UNTIL] + (w[stage + OVERTIME] if w[window + ENDS_SHIFT] else 0)
    return min(until, w[window + NEXT_OWN_DUTY])


@compiled
def can_gather_until(w, stage, now):
    """Rule 4: while so many are on duty, and stay long enough, a meeting may reserve people: until when somebody does not."""
    until, lasts = NEVER, w[w[stage + MEETING_QUEUE] + LEFT]
    for at in range(w[stage + PEOPLE_NUMBER]):
        wanted = w[stage + PEOPLE] + at * WANTED_FIELDS
        team, number = w[wanted + WANTED_TEAM], MAIN
        for worker in range(w[team + WORKERS], w[team + WORKERS_END], WORKER_FIELDS):
            can = can_work_at(w, worker, stage)
            if can and now < w[worker + UNTIL] and now + lasts <= stays_until(w, worker, stage):
                number += 1
                until = min(until, w[worker + UNTIL], stays_until(w, worker, stage) - lasts + 1)
        if number < w[wanted + WANTED_NUMBER]:
            return NONE
    return until


@compiled
def dismiss(w, kept):
    """Rule 4: of those reserved, all but the first `kept` are idle as before."""
    while w[RESERVED_NUMBER] > kept:
        w[RESERVED_NUMBER] -= 1
        place = w[RESERVED] + w[RESERVED_NUMBER] * RESERVED_FIELDS
        w[w[place + RESERVED_WORKER] + IDLE_SINCE] = w[place + IDLE_BEFORE]


@compiled
def wake_meeting(w, stage, moment):
    """Rule 4: see to it that phase two looks again when somebody goes off duty."""
    if moment != w[stage + WOKEN]:
        w[stage + WOKEN] = moment
        due(w, SOON, moment, WAITS_END, NONE, place_of(w[stage + STAGE_NUMBER], MAIN, MAIN), WAKE, w[stage + TEAM])


@compiled
def begin_meeting(w, stage, kept, now):
    """Rule 4: everybody is there: a row a person; the first has the contact's main thread."""
    job = take_waiting(w, stage + MEETING_QUEUE)
    w[w[job + JOB_CONTACT] + MAIN_JOB] = w[job + WAITS_IN] = NONE
    w[MEETINGS_WAITING] -= 1
    if now > w[job + READY]:
        write_queued(w, job, w[stage + TEAM], now)
    number = w[RESERVED_NUMBER] - kept
    people = room(w, number + 1)
    w[RESERVED_NUMBER] = kept
    if w[FULL]:
        return
    w[people] = number
    w[job + JOB_PEOPLE], w[job + JOB_TEAM] = people, NONE
    end = now + w[job + LEFT]
    for part in range(number):
        worker = w[w[RESERVED] + (kept + part) * RESERVED_FIELDS + RESERVED_WORKER]
        w[people + 1 + part] = worker
        w[worker + BUSY], w[worker + IN_HAND] = 1, job
        write_met(w, job, part, worker, now, end)
    due(w, SOON, end, WORK_ENDS, w[job + JOB_KEY], w[job + JOB_WHAT], MEETING_ENDS, job)


@compiled
def write_met(w, job, part, worker, now, end):
    """Rule 4: one person of a meeting, for the team that they belong to; time beyond their window is overtime."""
    contact, person = w[job + JOB_CONTACT], w[worker + WORKER_NUMBER]
    stage_number, team_number = w[w[job + JOB_STAGE] + STAGE_NUMBER], w[w[worker + WORKER_TEAM] + TEAM_NUMBER]
    what = packed(stage_number, w[job + JOB_VISIT], part, ROW_MEETING, team_number, NO_CAUSE)
    row = write(w, contact, what, person, w[job + READY], now, end)
    if part == 0:
        add_to_thread(w, contact, row)
    if end > w[worker + UNTIL]:
        what = packed(MAIN, MAIN, MAIN, ROW_OVERTIME, NONE, NO_CAUSE)
        write(w, contact, what, person, MAIN, w[worker + UNTIL], end)


@compiled
def end_meeting(w, job, now):
    """Rule 4: everybody is free again, and the contact, which is returned, goes on."""
    people = w[job + JOB_PEOPLE]
    for at in range(w[people]):
        worker = w[people + 1 + at]
        w[worker + BUSY] = 0
        set_idle(w, worker, now)
    contact = w[job + JOB_CONTACT]
    give_back(w, SPARE_JOBS, job)
    return contact


# --- rule 5: the end of a shift --------------------------------------------------------------------------------------


@compiled
def begin_work(w, job, worker, team, now):
    """Rule 5: somebody takes up a job; when they will put it down is known from here on."""
    if w[job + LEFT] == 0:
        take_up(w, job)
    if now > w[job + READY]:
        write_queued(w, job, team, now)
    w[worker + BUSY] = 1
    w[worker + IDLE_SINCE] = NEVER
    w[team + QUEUE_SIZE] -= 1
    w[job + JOB_WORKER] = worker
    w[job + WAITS_IN] = NONE
    w[worker + IN_HAND] = job
    w[worker + FIRST_ROW] = w[LOG_ROWS]
    end = now + w[job + LEFT]
    if end <= w[worker + UNTIL]:
        write_stretch(w, job, worker, team, now, end)
        w[job + LEFT] = 0
    else:
        end = lay_out(w, job, worker, team, now)
    w[worker + ROWS_END] = w[LOG_ROWS]
    w[worker + STOPS_AT] = end
    due(w, SOON, end, WORK_ENDS, w[job + JOB_KEY], w[job + JOB_WHAT], STOP, worker)


@compiled
def lay_out(w, job, worker, team, now):
    """Rule 5: write the stretches in which the work is done from now on, until it is done or handed over; when that is."""
    stage = w[job + JOB_STAGE]
    end_rule, overtime = w[stage + END_RULE], w[stage + OVERTIME]
    window, start = w[worker + WINDOW], now
    while True:
        last = window + WINDOW_FIELDS == w[worker + WINDOWS_END]
        until = w[window + WINDOW_END]
        if end_rule == FINISHES and w[window + ENDS_SHIFT]:
            until += overtime
        until = min(until, w[window + NEXT_OWN_DUTY])
        stop_at = min(until, start + w[job + LEFT])
        write_stretch(w, job, worker, team, start, stop_at)
        if end_rule == FINISHES and stop_at > w[window + WINDOW_END]:
            over_from = max(start, w[window + WINDOW_END])
            what = packed(MAIN, MAIN, MAIN, ROW_OVERTIME, NONE, NO_CAUSE)
            write(w, w[job + JOB_CONTACT], what, w[worker + WORKER_NUMBER], MAIN, over_from, stop_at)
        w[job + LEFT] -= stop_at - start
        hands_over = w[window + HANDS_OVER] or (end_rule == HANDS_IT_OVER and w[window + ENDS_SHIFT])
        if w[job + LEFT] == 0 or hands_over or last:
            return stop_at
        window += WINDOW_FIELDS
        start = w[window + WINDOW_START]
        if start > stop_at:
            write_job(w, job, ROW_WAIT, team, NONE, stop_at, start, FOR_SHIFT)


@compiled
def write_stretch(w, job, worker, team, start, end):
    """Rule 5: one uninterrupted stretch, cut where search gives way to re-keying, and that to touch time."""
    person = w[worker + WORKER_NUMBER]
    searched = min(end - start, w[job + SEARCH_LEFT])
    if searched > 0:
        write_job(w, job, ROW_SEARCH, team, person, start, start + searched, NO_CAUSE)
        w[job + SEARCH_LEFT] -= searched
        start += searched
    keyed = min(end - start, w[job + REKEY_LEFT])
    if keyed > 0:
        write_job(w, job, ROW_REKEYING, team, person, start, start + keyed, NO_CAUSE)
        w[job + REKEY_LEFT] -= keyed
        start += keyed
    if end > start:
        write_job(w, job, ROW_WORK, team, person, start, end, NO_CAUSE)


@inlined
def stops_now(w, worker, key, place, now):
    """Rule 5: whether somebody still has in hand what was to end now; it may have been interrupted since."""
    job = w[worker + IN_HAND]
    return w[worker + BUSY] and w[worker + STOPS_AT] == now and w[job + JOB_KEY] == key and w[job + JOB_WHAT] == place


@inlined
def stop(w, worker, now):
    """Rule 5: a stretch of work ends: done, or handed over to the queue with its old place. Who goes on, or NONE."""
    job = w[worker + IN_HAND]
    w[worker + BUSY] = 0
    set_idle(w, worker, now)
    if w[job + LEFT] > 0:
        team = w[w[job + JOB_TEAM] + GOES_TO]
        w[job + READY] = now
        put_in(w, team + QUEUE, job, team)
        return NONE
    contact, checks, part = w[job + JOB_CONTACT], w[job + JOB_CHECKS], w[job + PART]
    give_back(w, SPARE_JOBS, job)
    if part == MAIN:
        w[contact + MAIN_JOB] = NONE
        return contact
    w[checks + DESK_JOBS + part - 1] = NONE
    return reply(w, checks, part, now)


@compiled
def interrupt(w, now):
    """Rule 5, the end of phase two: for work that may interrupt, the work in hand makes way that goes last."""
    for number in range(w[TEAMS_NUMBER]):
        team = w[TEAMS] + number * TEAM_FIELDS
        while w[team + INTERRUPTS] and w[team + QUEUE_SIZE]:
            queue = least_that_may_interrupt(w, team, now)
            if queue == NONE:
                break
            worker = whom_to_interrupt(w, team, w[queue], now)
            job = put_down(w, worker, now)
            begin_work(w, take_waiting(w, queue), worker, team, now)
            put_in(w, team + QUEUE, job, team)


@compiled
def least_that_may_interrupt(w, team, now):
    """Rule 5: the queue of a team whose head goes first of those for which somebody would set work down; NONE if none."""
    first, last = team + QUEUE, team + QUEUE + 1
    if w[BY_SKILL]:
        first, last = w[team + STAGE_QUEUES], w[team + STAGE_QUEUES] + w[STAGES_NUMBER]
    found = NONE
    for queue in range(first, last):
        if w[team + HAS_TRAYS]:
            hold_back(w, queue)
        if w[queue] == NONE or whom_to_interrupt(w, team, w[queue], now) == NONE:
            continue
        if found == NONE or goes_before(w, w[queue], w[found]):
            found = queue
    return found


@compiled
def whom_to_interrupt(w, team, waiting, now):
    """Rule 5: who of a team is on duty, at work here on what makes way for a job that may interrupt, and goes last.

    Of those only who can work at the stage of what is waiting.
    """
    found, stage = NONE, in_force(w, w[waiting + JOB_STAGE])
    if not may_interrupt(w, waiting, team):
        return found
    for worker in range(w[team + WORKERS], w[team + WORKERS_END], WORKER_FIELDS):
        if w[worker + BUSY] == 0 or now >= w[worker + UNTIL] or not can_work_at(w, worker, stage):
            continue
        job = w[worker + IN_HAND]
        if w[job + JOB_TEAM] != team or not makes_way(w, job, waiting, team):
            continue
        if found == NONE or goes_before(w, w[found + IN_HAND], job):
            found = worker
    return found


@compiled
def may_interrupt(w, waiting, team):
    """Rule 5: whether a job that waits is one for which other work is set down."""
    if w[team + INTERRUPTS] & BY_STAGES:
        return is_interrupting(w, waiting, team)
    return w[team + INTERRUPTS] >> w[w[waiting + JOB_CONTACT] + RAG] & 1 == 1


@compiled
def is_interrupting(w, job, team):
    """Rule 5: whether a job is at a stage whose work interrupts that of a team's other stages."""
    return w[in_force(w, w[job + JOB_STAGE]) + INTERRUPTS_IN] == team


@compiled
def makes_way(w, job, waiting, team):
    """Rule 5: whether work in hand is routine beside a stage that interrupts, or less urgent than a RAG that does."""
    if w[team + INTERRUPTS] & BY_STAGES:
        return not is_interrupting(w, job, team)
    return w[w[job + JOB_CONTACT] + RAG] > w[w[waiting + JOB_CONTACT] + RAG]


@compiled
def put_down(w, worker, now):
    """Rule 5: what somebody has in hand ends now: its rows are cut, and the job, which is returned, has the rest to do."""
    job = w[worker + IN_HAND]
    for row in range(w[worker + FIRST_ROW], w[worker + ROWS_END]):
        place = w[LOG] + row * LOG_FIELDS
        undone = half(w, place, END) - max(half(w, place, START), now)
        if undone > 0:
            give_seconds_back(w, job, unpacked(w[place + WHAT], KIND_BIT, FOUR_BITS), undone)
            put_half(w, place, END, now)
            if half(w, place, START) >= now:
                put_half(w, place, START, LATEST)
                put_half(w, place, END, LATEST)
    w[job + READY] = now
    return job


@compiled
def give_seconds_back(w, job, kind, undone):
    """Rule 5: seconds of a row that were not worked after all are left to do."""
    if kind in (ROW_WORK, ROW_SEARCH, ROW_REKEYING):
        w[job + LEFT] += undone
    if kind == ROW_SEARCH:
        w[job + SEARCH_LEFT] += undone
    if kind == ROW_REKEYING:
        w[job + REKEY_LEFT] += undone


# --- rule 6: waits that use nobody -----------------------------------------------------------------------------------


@inlined_late
def passed_on(w, contact, handoff, visit, now):
    """Rule 6: the second at which a handoff has been made: its delay, then the next set time or opening."""
    ready, delay = now, w[handoff + HANDOFF_DELAY]
    if delay != NONE:
        ready = after(w, w[delay + SPAN_CALENDAR], ready, seconds(w, contact, delay, visit))
    if w[handoff + HANDOFF_BATCH] != NONE:
        batch = next_instant(w, w[handoff + HANDOFF_BATCH], ready)
        ready = w[ENDS] + 1 if batch == NEVER else batch
    if w[handoff + HANDOFF_RELEASE] != NONE:
        ready = next_open(w, w[handoff + HANDOFF_RELEASE], ready)
    return ready


@compiled
def wait(w, contact, span, nth, cause, step, now):
    """Rule 6: wait on a clock of its own; False where that takes no time."""
    since, until = min(now, w[STOOD_SINCE]), after(w, w[span + SPAN_CALENDAR], now, seconds(w, contact, span, nth))
    stage, visit = w[contact + STAGE], w[contact + VISIT]
    if until > since:
        write_wait(w, contact, stage, visit, MAIN, since, until, cause)
    if until <= now:
        return False
    w[contact + STEP] = step
    due(w, SOON, until, WAITS_END, w[contact + KEY], place_of(w[stage + STAGE_NUMBER], visit, MAIN), GO_ON, contact)
    return True


# --- rule 7: checks --------------------------------------------------------------------------------------------------


@compiled
def ask(w, contact, stage, visit, now):
    """Rule 7: send every request, and fix the time-out by the RAG now. The outcome where all is answered at once."""
    checks = room(w, DESK_JOBS + w[stage + PARTNERS_NUMBER])
    if w[FULL]:
        return WAITS
    w[checks + CHECKS_CONTACT] = contact
    w[checks + CHECKS_STAGE] = stage
    w[checks + CHECKS_VISIT] = visit
    asked_at = min(now, w[STOOD_SINCE])
    w[checks + ASKED_AT] = asked_at
    w[checks + REPLIES] = 0
    w[checks + IS_JOINED] = w[stage + PARTNERS_NUMBER] == 0
    w[checks + ASKING] = 1
    w[checks + EARLIER_ASKED] = w[contact + ASKED]
    for at in range(DESK_JOBS, DESK_JOBS + w[stage + PARTNERS_NUMBER]):
        w[checks + at] = NONE
    w[contact + ASKED] = checks
    w[contact + ABSENT] += w[stage + PARTNERS_NUMBER]
    for part in range(1, w[stage + PARTNERS_NUMBER] + 1):
        request = w[partner_of(w, stage, part) + PARTNER_REQUEST]
        arrives = now if asked_at < now else passed_on(w, contact, request, visit, now)
        if arrives > now:
            write_wait(w, contact, stage, visit, part, now, arrives, FOR_HANDOFF)
            later(w, checks, part, arrives, REQUEST_ARRIVES)
        else:
            request_arrives(w, checks, part, now)
        if w[FULL]:
            return WAITS
    w[checks + ASKING] = 0
    if w[checks + IS_JOINED]:
        if asked_at < now:
            write_wait(w, contact, stage, visit, MAIN, asked_at, now, FOR_PARTNER)
        return joined_outcome(w, checks)
    time_up = max(now, reached(w, asked_at, w[w[stage + GIVE_UP] + w[contact + RAG]]))
    due(w, SOON, time_up, TIME_OUTS, w[contact + KEY], place_of(w[stage + STAGE_NUMBER], visit, MAIN), TIME_UP, checks)
    w[contact + STEP] = CHECKING
    return WAITS


@compiled
def partner_of(w, stage, part):
    """The partner that answers a part."""
    return w[stage + PARTNERS] + (part - 1) * PARTNER_FIELDS


@compiled
def later(w, checks, part, when, action):
    """Rule 7: do something about one request at a later second."""
    key = w[w[checks + CHECKS_CONTACT] + KEY]
    stage_number = w[w[checks + CHECKS_STAGE] + STAGE_NUMBER]
    due(w, SOON, when, WAITS_END, key, place_of(stage_number, w[checks + CHECKS_VISIT], part), action, checks)


@compiled
def request_arrives(w, checks, part, now):
    """Rule 7: the partner answers after a delay, or puts the request on a desk, or both in turn. Who goes on, or NONE."""
    contact, stage, visit = w[checks + CHECKS_CONTACT], w[checks + CHECKS_STAGE], w[checks + CHECKS_VISIT]
    delay = w[partner_of(w, stage, part) + PARTNER_DELAY]
    if delay != NONE:
        until = after(w, w[delay + SPAN_CALENDAR], now, seconds(w, contact, delay, visit))
        if until > now:
            write_wait(w, contact, stage, visit, part, now, until, FOR_PARTNER)
            later(w, checks, part, until, REACHES_DESK)
            return NONE
    return reaches_desk(w, checks, part, now)


@compiled
def reaches_desk(w, checks, part, now):
    """Rule 7: the request lies on the partner's desk, where there is one; else it is answered. Who goes on, or NONE."""
    stage, visit, contact = w[checks + CHECKS_STAGE], w[checks + CHECKS_VISIT], w[checks + CHECKS_CONTACT]
    partner = partner_of(w, stage, part)
    if w[partner + PARTNER_TOUCH] == NONE:
        return reply(w, checks, part, now)
    touch_time = max(1, seconds(w, contact, w[partner + PARTNER_TOUCH], visit))
    job = new_job(w, contact, stage, visit, part, touch_time, now)
    w[job + JOB_CHECKS] = checks
    w[checks + DESK_JOBS + part - 1] = job
    team = w[w[partner + PARTNER_TEAM] + GOES_TO]
    put_in(w, team + QUEUE, job, team)
    return NONE


@compiled
def reply(w, checks, part, now):
    """Rule 7: a partner has answered, in time or late; what it says may change the RAG. Who goes on, or NONE."""
    contact, stage, visit = w[checks + CHECKS_CONTACT], w[checks + CHECKS_STAGE], w[checks + CHECKS_VISIT]
    w[checks + REPLIES] += 1
    w[contact + ABSENT] -= 1
    partner = partner_of(w, stage, part)
    if w[partner + PARTNER_REGRADES] != NONE:
        error = read(w, w[NORMAL], draw(w[contact + KEY], w[partner + PARTNER_GRADE], visit))
        regrade(
            w, contact, w[contact + NEED] + w[partner + PARTNER_REGRADES] * error // MILLION, stage, visit, part, now
        )
    if w[checks + REPLIES] == w[w[checks + CHECKS_STAGE] + JOIN]:
        return join_replies(w, checks)
    return NONE


@compiled
def join_replies(w, checks):
    """Rule 7: enough replies, or time is up: whichever is first sends the contact on, once."""
    if w[checks + IS_JOINED]:
        return NONE
    w[checks + IS_JOINED] = 1
    return NONE if w[checks + ASKING] else w[checks + CHECKS_CONTACT]


@compiled
def joined_outcome(w, checks):
    """Rule 7: whether enough replies were there when the contact went on."""
    return CHECKS_COMPLETE if w[checks + REPLIES] >= w[w[checks + CHECKS_STAGE] + JOIN] else CHECKS_TIMED_OUT


# --- rule 8: caseload ------------------------------------------------------------------------------------------------


@compiled
def next_change_of_slots(w):
    """Rule 8: the second at which somebody can next hold more cases or fewer; NEVER where nobody will."""
    return w[w[SLOT_CHANGES] + SLOTS_AT] if w[SLOT_CHANGES] < w[SLOT_CHANGES_END] else NEVER


@compiled
def change_slots(w):
    """Rule 8: somebody can hold so many cases from now on; what they hold stays with them, and counts against the team."""
    change = w[SLOT_CHANGES]
    worker, number = w[change + SLOTS_OF], w[change + NEW_SLOTS]
    w[SLOT_CHANGES] += SLOTS_FIELDS
    team = w[worker + WORKER_TEAM]
    w[worker + SLOTS_FREE] += number - w[worker + SLOTS]
    w[worker + SLOTS] = number
    if number == 0:
        w[team + SOME_LEFT] = 1
    w[team + LARGEST] = 0
    for one in range(w[team + WORKERS], w[team + WORKERS_END], WORKER_FIELDS):
        w[team + LARGEST] = max(w[team + LARGEST], w[one + SLOTS])
    touch(w, team)


@compiled
def slots_needed(w, job, team):
    """Rule 8: slots that a family takes: one a child, but never more than the largest caseload."""
    if w[w[job + JOB_STAGE] + BY_CHILDREN]:
        return min(w[w[job + JOB_CONTACT] + CHILDREN], w[team + LARGEST])
    return 1


@compiled
def freest(w, team):
    """Rule 8: whoever has most slots free, then first in the roster; NONE where nobody has any."""
    found, most = NONE, 0
    for worker in range(w[team + WORKERS], w[team + WORKERS_END], WORKER_FIELDS):
        if w[worker + SLOTS] > 0 and w[worker + SLOTS_FREE] > most:
            found, most = worker, w[worker + SLOTS_FREE]
    return found


@compiled
def to_give_out(w, team, worker):
    """Rule 8: slots of whoever has the most; no more than the team has free beside what leavers still hold."""
    free = w[worker + SLOTS_FREE]
    if w[team + SOME_LEFT]:
        spare_slots = MAIN
        for one in range(w[team + WORKERS], w[team + WORKERS_END], WORKER_FIELDS):
            if w[one + SLOTS_FREE] > 0 or w[one + SLOTS] == 0:
                spare_slots += w[one + SLOTS_FREE]
        free = min(free, spare_slots)
    return free


@compiled
def gives_out(w, stage, now):
    """Rule 8: whether cases of a stage are given out at this second."""
    if w[stage + ALLOCATES_AT] != NONE:
        return next_instant(w, w[stage + ALLOCATES_AT], now) == now
    return w[stage + ALLOCATES_IN] == NONE or is_open(w, w[stage + ALLOCATES_IN], now)


@compiled
def give_out_slots(w, team, now):
    """Rules 3 and 8: allocate in queue order; what cannot be allocated now blocks nobody."""
    any_open = False
    for at in range(w[team + SLOT_STAGES_NUMBER]):
        stage = w[w[team + SLOT_STAGES] + at]
        w[stage + OPEN_NOW] = gives_out(w, stage, now)
        any_open = any_open or w[stage + OPEN_NOW] == 1
    kept, worker = NONE, freest(w, team)
    while any_open and w[team + SLOT_QUEUE] != NONE and worker != NONE:
        job = take_waiting(w, team + SLOT_QUEUE)
        need = slots_needed(w, job, team)
        if to_give_out(w, team, worker) < need or w[w[job + JOB_STAGE] + OPEN_NOW] == 0:
            w[job + NEXT] = kept
            kept = job
        else:
            w[worker + SLOTS_FREE] -= need
            hold(w, job, worker, need, now)
            worker = freest(w, team)
    while kept != NONE:
        following = w[kept + NEXT]
        take_place(w, kept, team)
        w[team + SLOT_QUEUE] = melded(w, w[team + SLOT_QUEUE], kept)
        kept = following
    if w[team + SLOT_QUEUE] != NONE:
        for at in range(w[team + SLOT_STAGES_NUMBER]):
            wake(w, w[w[team + SLOT_STAGES] + at], team, now)


@compiled
def wake(w, stage, team, now):
    """Rule 8: see to it that the team looks again at the next time of allocation."""
    moment = NEVER
    if w[stage + ALLOCATES_AT] != NONE:
        moment = next_instant(w, w[stage + ALLOCATES_AT], now + 1)
    elif w[stage + ALLOCATES_IN] != NONE and not is_open(w, w[stage + ALLOCATES_IN], now):
        moment = next_open(w, w[stage + ALLOCATES_IN], now)
    if moment != NEVER and moment != w[stage + WOKEN]:
        w[stage + WOKEN] = moment
        due(w, SOON, moment, WAITS_END, NONE, place_of(w[stage + STAGE_NUMBER], MAIN, MAIN), WAKE, team)


@compiled
def hold(w, job, worker, slots, now):
    """Rule 8: a person takes the case: slots are held until it ends, and the first visit is made meanwhile."""
    contact, stage, visit = w[job + JOB_CONTACT], w[job + JOB_STAGE], w[job + JOB_VISIT]
    stood = w[STOOD_SINCE] < NEVER
    make_room(w, stage)
    w[contact + MAIN_JOB] = NONE
    if now > w[job + READY] and not stood:
        write_unallocated(w, job, now)
    span = w[stage + HOLD]
    until = after(w, w[span + SPAN_CALENDAR], now, max(1, seconds(w, contact, span, visit)))
    what = packed(w[stage + STAGE_NUMBER], visit, MAIN, ROW_CASELOAD, w[w[stage + TEAM] + TEAM_NUMBER], NO_CAUSE)
    since = min(now, w[STOOD_SINCE])
    add_to_thread(w, contact, write(w, contact, what, w[worker + WORKER_NUMBER], since, since, until))
    first = w[stage + FIRST_VISIT]
    if first != NONE and not stood:
        seen = after(w, w[first + SPAN_CALENDAR], now, seconds(w, contact, first, visit))
        write_wait(w, contact, stage, visit, MAIN + 1, now, seen, FOR_VISIT)
    w[contact + HOLDER] = worker
    w[contact + SLOTS_HELD] = slots
    w[contact + STEP] = HOLDING
    give_back(w, SPARE_JOBS, job)
    due(w, LATER, until, WORK_ENDS, w[contact + KEY], place_of(w[stage + STAGE_NUMBER], visit, MAIN), RELEASE, contact)


@compiled
def held_already(w, job, team, now):
    """Rules 8 and 9: a case that was held when the run started is that of whoever has most slots free, if that is none.

    What people hold beyond their limit stays with them. False where nobody holds any.
    """
    found, most = NONE, -NEVER
    for worker in range(w[team + WORKERS], w[team + WORKERS_END], WORKER_FIELDS):
        if w[worker + SLOTS] > 0 and w[worker + SLOTS_FREE] > most:
            found, most = worker, w[worker + SLOTS_FREE]
    if found == NONE:
        return False
    need = slots_needed(w, job, team)
    w[found + SLOTS_FREE] -= need
    hold(w, job, found, need, now)
    return True


@compiled
def release(w, contact):
    """Rule 8: a case has ended: its slots are free, and the team is looked at. The contact goes on."""
    worker = w[contact + HOLDER]
    w[worker + SLOTS_FREE] += w[contact + SLOTS_HELD]
    touch(w, w[w[contact + STAGE] + TEAM])
    return contact


@compiled
def come_to_door(w, contact, leaves, leaves_visit, now):
    """Rule 8: a contact asks to be let in at its stage, and waits in the out-tray of the one that it left."""
    stage = w[contact + STAGE]
    job = new_job(w, contact, stage, w[contact + VISIT], MAIN, MAIN, now)
    w[job + CAME_FROM] = leaves
    w[job + CAME_VISIT] = leaves_visit
    if w[leaves + TRAY] != NONE:
        w[w[leaves + TRAY] + IN_TRAY] += 1
    stand_at_door(w, job, stage)


@compiled
def stand_at_door(w, job, stage):
    """Rule 8: a contact stands at the door of its stage, in the order of the team's queue."""
    door = w[stage + DOOR]
    take_place(w, job, w[stage + TEAM])
    w[job + WAITS_IN] = door + AT_DOOR
    w[job + JOB_TEAM] = w[stage + TEAM]
    w[w[job + JOB_CONTACT] + MAIN_JOB] = job
    w[door + AT_DOOR] = melded(w, w[door + AT_DOOR], job)
    knock(w, door)


@inlined
def is_at_door(w, job):
    """Rule 8: whether a job that waits is somebody who stands at the door of their stage."""
    door = w[w[job + JOB_STAGE] + DOOR]
    return door != NONE and w[job + WAITS_IN] == door + AT_DOOR


@compiled
def knock(w, door):
    """Rule 8: let a door be looked at before anybody starts work."""
    w[door + IS_KNOCKED] = 1
    w[KNOCKED] = 1


@compiled
def open_doors(w, now):
    """Rule 8: look at the doors that somebody came to or left by, in file order."""
    w[KNOCKED] = 0
    for at in range(w[DOORS_NUMBER]):
        door = w[DOORS] + at * DOOR_FIELDS
        if w[door + IS_KNOCKED]:
            w[door + IS_KNOCKED] = 0
            open_door(w, door, stage_at(w, w[door + DOOR_STAGE]), now)


@compiled
def open_door(w, door, stage, now):
    """Rule 8: let in those there is room for, in the order of the team's queue, and turn the rest away where nobody waits."""
    while w[door + AT_DOOR] != NONE and has_room(w, door, stage, now):
        w[door + INSIDE] += 1
        w[door + TODAY] += 1
        answer(w, door, LET_IN, now)
    while w[door + AT_DOOR] != NONE and w[stage + TURNS_AWAY]:
        answer(w, door, TURN_AWAY, now)
    if w[door + AT_DOOR] != NONE and w[stage + A_DAY] != NONE:
        wake_door(w, door, w[stage + MIDNIGHTS], now)


@compiled
def has_room(w, door, stage, now):
    """Rule 8: whether one more may come in now; the midnight of a working day begins a new one."""
    if w[stage + A_DAY] != NONE:
        day = number_up_to(w, w[stage + MIDNIGHTS] + 1, w[w[stage + MIDNIGHTS]], now)
        if day != w[door + DAY]:
            w[door + DAY] = day
            w[door + TODAY] = 0
        if w[door + TODAY] >= w[stage + A_DAY]:
            return False
    return w[stage + AT_ONCE] == NONE or w[door + INSIDE] < w[stage + AT_ONCE]


@compiled
def answer(w, door, action, now):
    """Rule 8: tell the next in order whether they may come in; they go on before anybody starts work."""
    job = take_waiting(w, door + AT_DOOR)
    w[w[job + JOB_CONTACT] + MAIN_JOB] = w[job + WAITS_IN] = NONE
    due(w, SOON, now, WAITS_END, w[job + JOB_KEY], w[job + JOB_WHAT], action, job)


@compiled
def wake_door(w, door, midnights, now):
    """Rule 8: see to it that a door is looked at again when the next working day begins."""
    midnight = next_instant(w, midnights, now + 1)
    if midnight != NEVER and midnight != w[door + DOOR_WOKEN]:
        w[door + DOOR_WOKEN] = midnight
        due(w, SOON, midnight, WAITS_END, NONE, place_of(w[door + DOOR_STAGE], MAIN, MAIN + 1), WAKE_DOOR, door)


@compiled
def let_in(w, job, now):
    """Rules 6 and 8: a contact has its place, and is handed on to it. Who goes on, or NONE."""
    contact, leaves, visit = w[job + JOB_CONTACT], w[job + CAME_FROM], w[job + CAME_VISIT]
    leave_tray(w, job, now)
    return contact if hand_on(w, contact, leaves, visit, now) == ENTERS_NOW else NONE


@compiled
def turn_away(w, job, now):
    """Rule 8: a contact finds a stage full, and goes on elsewhere."""
    contact = w[job + JOB_CONTACT]
    leave_tray(w, job, now)
    w[contact + STEP] = SENT_AWAY
    return contact


@compiled
def leave_tray(w, job, now):
    """Rule 8: a contact leaves the out-tray of the stage that it left, which may begin something new again."""
    came_from = in_force(w, w[job + CAME_FROM])
    if now > w[job + READY]:
        write_unaccepted(w, job, now)
    give_back(w, SPARE_JOBS, job)
    if w[came_from + TRAY] != NONE:
        w[w[came_from + TRAY] + IN_TRAY] -= 1
    if w[came_from + OUT_TRAY] != NONE and may_begin(w, came_from):
        put_back(w, came_from)
        touch(w, w[came_from + TEAM])


@inlined
def may_begin(w, stage):
    """Rule 8: whether the out-tray of a stage lets it begin something new."""
    return w[stage + OUT_TRAY] == NONE or w[w[stage + TRAY] + IN_TRAY] < w[stage + OUT_TRAY]


@compiled
def put_back(w, stage):
    """Rule 8: what was held back at a stage is in the queue of its team again."""
    tray, queue = w[stage + TRAY], queue_for(w, w[stage + TEAM], w[stage + STAGE_NUMBER])
    if tray != NONE:
        w[queue] = melded(w, w[queue], w[tray + HELD_BACK])
        w[tray + HELD_BACK] = NONE
        drop_gone(w, queue)


@compiled
def hold_back(w, queue):
    """Rule 8: what comes first in a queue and must not be begun, since the out-tray of its stage is full, is set aside."""
    while w[queue] != NONE:
        stage = w[w[queue] + JOB_STAGE]
        if may_begin(w, stage) or w[w[queue] + JOB_WORKER] != NONE:
            break
        job = take_waiting(w, queue)
        take_place(w, job, w[job + JOB_TEAM])
        tray = w[stage + TRAY]
        w[tray + HELD_BACK] = melded(w, w[tray + HELD_BACK], job)


@inlined
def make_room(w, stage):
    """Rule 8: somebody at a stage that may take only so many is done there."""
    if w[stage + DOOR] != NONE:
        w[w[stage + DOOR] + INSIDE] -= 1
        knock(w, w[stage + DOOR])


@compiled
def change_door(w, door, now):
    """Rules 2 and 8: who waits at the door of a stage that is no more goes where its work goes; the others stand there anew."""
    stage, waiting = stage_at(w, w[door + DOOR_STAGE]), NONE
    while w[door + AT_DOOR] != NONE:
        job = take_waiting(w, door + AT_DOOR)
        w[job + NEXT] = waiting
        waiting = job
    while waiting != NONE:
        job, waiting = waiting, w[waiting + NEXT]
        contact = w[job + JOB_CONTACT]
        w[job + JOB_STAGE] = w[contact + STAGE] = stage
        if w[stage + GOES] == w[stage + STAGE_NUMBER]:
            stand_at_door(w, job, stage)
        else:
            leave_tray(w, job, now)
            send_on(w, contact, stage, w[contact + VISIT], now)


# --- rule 9: start and end -------------------------------------------------------------------------------------------


@inlined
def arrive(w):
    """Rules 2 and 9: the next contact begins; those of one second do so in the order of their keys."""
    contact = w[ARRIVING]
    w[ARRIVING] += w[CONTACT_WIDTH]
    w[NEXT_ARRIVAL] = next_arrival(w)
    for line in range(w[ARRIVING] + w[CONTACT_WIDTH], w[ARRIVING] + 2 * w[CONTACT_WIDTH], LINE):
        fetch(w, line)
    return begin(w, contact)


@compiled
def next_arrival(w):
    """Rule 9: the second at which the next contact begins: whoever stands somewhere already does so when the run starts."""
    return max(w[w[ARRIVING] + ENTERS], w[STARTS]) if w[ARRIVING] < w[CONTACTS_END] else NEVER


@compiled
def begin(w, contact):
    """Rule 9: a contact is ready to be sent on its way."""
    follow_rag(w, contact)
    w[contact + STAGE] = w[ENTRY]
    w[contact + STEP] = BEGINS
    return contact


@compiled
def close(w):
    """Rules 9 and 10: write the waits that were still going on at the end of the run."""
    beyond = w[ENDS] + 1
    for contact in range(w[ARRIVING], w[CONTACTS_END], w[CONTACT_WIDTH]):
        target = route(w, begin(w, contact), w[ENTRY], MAIN, MAIN, w[contact + ENTERS])
        write_wait(w, contact, stage_at(w, target), MAIN, MAIN, w[contact + RECEIVED], beyond, FOR_SHIFT)
    for at in range(w[DOORS_NUMBER]):
        close_door(w, w[DOORS] + at * DOOR_FIELDS, beyond)
    for number in range(w[STAGES_NUMBER]):
        put_back(w, stage_at(w, number))
    for number in range(w[TEAMS_NUMBER]):
        team = w[TEAMS] + number * TEAM_FIELDS
        while w[team + QUEUE] != NONE:
            write_queued(w, take_waiting(w, team + QUEUE), team, beyond)
        for stage_number in range(w[STAGES_NUMBER] if w[BY_SKILL] else MAIN):
            queue = queue_for(w, team, stage_number)
            while w[queue] != NONE:
                write_queued(w, take_waiting(w, queue), team, beyond)
        while w[team + SLOT_QUEUE] != NONE:
            write_unallocated(w, take_waiting(w, team + SLOT_QUEUE), beyond)
    for at in range(w[MEETINGS_NUMBER]):
        stage = w[w[MEETINGS] + at]
        while w[stage + MEETING_QUEUE] != NONE:
            write_queued(w, take_waiting(w, stage + MEETING_QUEUE), w[stage + TEAM], beyond)
    for contact in range(w[CONTACTS], w[ARRIVING], w[CONTACT_WIDTH]):
        fetch(w, contact + 16 * w[CONTACT_WIDTH])
        close_checks(w, contact, beyond)
    first = (w[CONTACTS_END] - w[CONTACTS]) // w[CONTACT_WIDTH]
    w[RETURNED], contact = room(w, w[CONTACTS_NUMBER] - first), w[LAST_RETURN]
    while contact != NONE and w[FULL] == 0:
        close_checks(w, contact, beyond)
        w[w[RETURNED] + w[contact + NUMBER] - first] = contact
        contact = w[contact + EARLIER_RETURN]


@compiled
def close_door(w, door, beyond):
    """Rule 10: who still waits at a door stands in the log as open."""
    while w[door + AT_DOOR] != NONE:
        write_unaccepted(w, take_waiting(w, door + AT_DOOR), beyond)


@compiled
def close_checks(w, contact, beyond):
    """Rule 10: a contact that still waits for its partners stands in the log as open."""
    if w[contact + STEP] == CHECKING:
        asked_at = w[w[contact + ASKED] + ASKED_AT]
        write_wait(w, contact, w[contact + STAGE], w[contact + VISIT], MAIN, asked_at, beyond, FOR_PARTNER)


# --- rule 10: nothing is dropped: the pathway, from stage to stage until an end --------------------------------------


@inlined
def go_on(w, contact, now):
    """Rule 10: a contact's wait is over: from stage to stage it goes, until it waits or ends."""
    outcome = resume(w, contact, now)
    while w[FULL] == 0:
        if outcome == ENTERS_NOW:
            outcome = enter(w, contact, now)
        if outcome == WAITS:
            break
        leave(w, contact, now)
        outcome = move(w, contact, outcome, now)


@inlined
def leave(w, contact, now):
    """Rule 10: a visit that took no time stands in the log all the same."""
    if w[contact + LAST_ROW] == w[contact + ROWS_BEFORE] and w[contact + STEP] != BEGINS:
        stage = w[contact + STAGE]
        write_wait(w, contact, stage, w[contact + VISIT], MAIN, now, now, w[stage + WAIT_CAUSE])


@inlined
def move(w, contact, outcome, now):
    """Rules 6, 9 and 10: route a contact and hand it on, or at the start put it where it stood.

    ENTERS_NOW where it may enter its next stage at once, or WAITS.
    """
    leaves, visit = w[contact + STAGE], w[contact + VISIT]
    taken_out = w[contact + STEP] == TAKEN_OUT
    leaves = of_contact(w, contact, leaves, now)
    stood = w[leaves + KIND] == OF_ENTRY and w[contact + STANDS_AT] > 0
    if stood:
        target = w[contact + STANDS_AT] - 1
    else:
        target = w[leaves + GOES] if taken_out else route(w, contact, leaves, visit, outcome, now)
    if w[contact + LAST_ROW] != NONE and w[FULL] == 0:
        put_half(w, w[LOG] + w[contact + LAST_ROW] * LOG_FIELDS, OUTCOME, target)
    if target < 0:
        end(w, contact, -1 - target, now)
        return WAITS
    stage = of_contact(w, contact, stage_at(w, target), now)
    w[contact + STAGE] = stage
    w[contact + VISIT] = half(w, contact, VISITS + VISITS + target)
    put_half(w, contact, VISITS + VISITS + target, w[contact + VISIT] + 1)
    w[contact + ROWS_BEFORE] = w[contact + LAST_ROW]
    w[STOOD_SINCE] = w[contact + ENTERS] if stood else NEVER
    if stood:
        if w[stage + DOOR] != NONE:
            w[w[stage + DOOR] + INSIDE] += 1
        w[contact + STEP] = HANDED_ON
        return ENTERS_NOW
    if w[leaves + KIND] == OF_ENTRY and w[contact + ENTERS] > w[contact + RECEIVED]:
        write_wait(w, contact, stage, w[contact + VISIT], MAIN, w[contact + RECEIVED], w[contact + ENTERS], FOR_SHIFT)
    if w[stage + DOOR] != NONE:
        come_to_door(w, contact, leaves, visit, now)
        return WAITS
    return hand_on(w, contact, leaves, visit, now)


@inlined_late
def hand_on(w, contact, leaves, leaves_visit, now):
    """Rule 6: hand a contact on to its stage. ENTERS_NOW where it may enter at once, or WAITS."""
    stage, visit = w[contact + STAGE], w[contact + VISIT]
    handoff = w[w[HANDOFFS] + w[leaves + STAGE_NUMBER] * w[STAGES_NUMBER] + w[stage + STAGE_NUMBER]]
    taken_out = w[contact + STEP] == TAKEN_OUT
    ready = now if handoff == NONE or taken_out else passed_on(w, contact, handoff, leaves_visit, now)
    w[contact + STEP] = HANDED_ON
    if ready > now:
        write_wait(w, contact, stage, visit, MAIN, now, ready, FOR_HANDOFF)
        due(w, SOON, ready, WAITS_END, w[contact + KEY], place_of(w[stage + STAGE_NUMBER], visit, MAIN), GO_ON, contact)
        return WAITS
    return ENTERS_NOW


@compiled
def stage_at(w, number):
    """The place of a stage."""
    return w[STAGES] + number * STAGE_FIELDS


@inlined_late
def route(w, contact, stage, visit, outcome, now):
    """Rule 10: the next stage, or -1 - end: the first rule of the file that fits, then by chance among its targets.

    A rule is the number n of its targets, n ends of luck, n targets.
    """
    if w[stage + ONLY_TARGET] != NO_OUTCOME:
        return w[stage + ONLY_TARGET]
    at = (outcome * LEVELS + w[contact + JUDGED]) * 4 * w[SOURCES_NUMBER] * w[AREAS_NUMBER] * 2 + w[
        contact + WHAT_IT_IS
    ]
    rule = w[w[stage + ROUTES] + (at << w[ROUTE_HOURS_NUMBER] + w[ASKS_AGREEMENT] | circumstances(w, contact, now))]
    n = w[rule]
    if n == 1:
        return w[rule + 2]
    luck = draw(w[contact + KEY], w[stage + ROUTE_PURPOSE], visit)
    return w[rule + 1 + n + number_up_to(w, rule + 1, n, luck)]


@compiled
def circumstances(w, contact, now):
    """Rule 10: which calendars that routes look at are open, and above them whether the last judgement agrees, as bits."""
    bits = (w[ASKS_AGREEMENT] & ~w[contact + DISAGREES]) << w[ROUTE_HOURS_NUMBER]
    for bit in range(w[ROUTE_HOURS_NUMBER]):
        bits |= is_open(w, w[w[ROUTE_HOURS] + bit], now) << bit
    return bits


@inlined
def enter(w, contact, now):
    """Rules 3 to 8: begin a visit. Its outcome where it is over at once, or WAITS."""
    stage, visit = w[contact + STAGE], w[contact + VISIT]
    kind = w[stage + KIND]
    if kind == OF_WORK:
        put_to_work(w, contact, stage, visit, visit, now)
        return WAITS
    if kind == OF_CONSENT:
        return seek_consent(w, contact, stage, visit, now)
    if kind == OF_CHECKS:
        return ask(w, contact, stage, visit, now)
    if kind == OF_CASELOAD:
        team = w[stage + TEAM]
        job = new_job(w, contact, stage, visit, MAIN, MAIN, now)
        if w[STOOD_SINCE] < NEVER and w[contact + IS_HELD] and held_already(w, job, team, now):
            return WAITS
        put_in(w, team + SLOT_QUEUE, job, team)
        w[contact + MAIN_JOB] = job
        w[contact + STEP] = HOLDING
        if w[stage + PATIENCE] != NONE:
            wait_at_most(w, job, now)
        return WAITS
    if kind == OF_MEETING:
        call_meeting(w, contact, stage, visit, now)
        return WAITS
    return WAITS if wait(w, contact, w[stage + DELAY], visit, w[stage + WAIT_CAUSE], DELAYED, now) else 0


@inlined
def resume(w, contact, now):
    """Rules 3 to 8: go on with a visit after a wait. Its outcome where it is over; ENTERS_NOW, or WAITS."""
    stage, visit, step = w[contact + STAGE], w[contact + VISIT], w[contact + STEP]
    if step == HANDED_ON:
        return arrive_at(w, contact, stage, now) if w[IS_DATED] else ENTERS_NOW
    if step in (BEGINS, TAKEN_OUT):
        return 0
    if step == CHECKING:
        w[contact + STEP] = HANDED_ON
        asked_at = w[w[contact + ASKED] + ASKED_AT]
        if now > asked_at:
            write_wait(w, contact, stage, visit, MAIN, asked_at, now, FOR_PARTNER)
        return joined_outcome(w, w[contact + ASKED])
    if step == IN_GAP:
        attempt_consent(w, contact, stage, visit, now)
        return WAITS
    if step == AT_WORK and w[stage + KIND] == OF_CONSENT:
        return after_attempt(w, contact, stage, visit, now)
    if step == SENT_AWAY:
        return TURNED_AWAY
    if step != HOLDING:
        make_room(w, stage)
    if step == GAVE_UP:
        return TIMED_OUT
    if step != DELAYED:
        judge(w, contact, stage, visit, now)
    return DONE


@compiled
def arrive_at(w, contact, stage, now):
    """Rule 2: a handoff is over: the stage is that of the model in force now, which may have it no more."""
    stage = of_contact(w, contact, stage, now)
    w[contact + STAGE] = stage
    if w[stage + GOES] == w[stage + STAGE_NUMBER]:
        return ENTERS_NOW
    make_room(w, stage)
    w[contact + STEP] = TAKEN_OUT
    return 0


@inlined_late
def put_to_work(w, contact, stage, visit, nth, now):
    """Rule 3: queue the work of a visit; how long it lasts is read when it is first taken up."""
    stage = of_contact(w, contact, stage, now)
    job, team = new_job(w, contact, stage, visit, MAIN, MAIN, now), w[stage + TEAM]
    w[job + NTH] = nth
    w[contact + STEP] = AT_WORK
    w[contact + MAIN_JOB] = job
    put_in(w, team + QUEUE, job, team)
    if w[stage + PATIENCE] != NONE:
        wait_at_most(w, job, now)


@inlined
def take_up(w, job):
    """Rule 1: somebody first takes up a piece of work: search, then re-keying, then touch time, with the luck of time NTH."""
    contact, stage, nth = w[job + JOB_CONTACT], w[job + JOB_STAGE], w[job + NTH]
    if w[IS_DATED] and w[stage_at(w, w[stage + STAGE_NUMBER]) + RAMP] != NONE:
        stage = of_contact(w, contact, stage, w[NOW])
        w[job + JOB_STAGE] = stage
        if w[stage + KIND] != OF_CONSENT:
            w[contact + STAGE] = stage
    if w[stage + SEARCH] != NONE:
        w[job + SEARCH_LEFT] = w[stage + SEARCHES] * seconds(w, contact, w[stage + SEARCH], nth)
    if w[stage + REKEY] != NONE:
        w[job + REKEY_LEFT] = rekeying(w, contact, stage, nth)
    touched = max(1, seconds(w, contact, w[stage + TOUCH], nth))
    w[job + LEFT] = w[job + SEARCH_LEFT] + w[job + REKEY_LEFT] + touched


@inlined
def rekeying(w, contact, stage, nth):
    """Seconds to enter the record on each further system of the team; the very first entry is part of the touch."""
    systems = w[stage + SYSTEMS]
    recorded = w[contact + RECORDED]
    missing = bits(systems & ~recorded)
    if recorded == 0 and systems != 0:
        missing -= 1
    w[contact + RECORDED] = recorded | systems
    return missing * seconds(w, contact, w[stage + REKEY], nth) if missing else 0


@compiled
def bits(number):
    """How many bits are set."""
    count = 0
    while number:
        number &= number - 1
        count += 1
    return count


@compiled
def seek_consent(w, contact, stage, visit, now):
    """Consent came with the contact, or protection overrides it; else, or where it stood here at the start, it is attempted."""
    if w[STOOD_SINCE] == NEVER:
        if came_with_consent(w, contact, stage):
            return CONSENT_GIVEN
        if w[w[stage + OVERRIDE_FOR] + w[contact + RAG]]:
            return CONSENT_OVERRIDDEN
    w[contact + ATTEMPT] = 0
    attempt_consent(w, contact, stage, visit, now)
    return WAITS


@compiled
def came_with_consent(w, contact, stage):
    """Whether consent came with a contact, by the table or by luck."""
    if w[contact + CONSENT] >= 0:
        return w[contact + CONSENT] == 1
    return draw(w[contact + KEY], CONSENT_LUCK, MAIN) < w[w[stage + ARRIVES_WITH] + w[contact + SOURCE]]


@compiled
def attempt_consent(w, contact, stage, visit, now):
    """One attempt, of which a visit may have several, each with luck of its own."""
    put_to_work(w, contact, stage, visit, visit * w[stage + ATTEMPTS] + w[contact + ATTEMPT], now)


@compiled
def after_attempt(w, contact, stage, visit, now):
    """Given, refused, not reached; or a gap, and another attempt."""
    nth = visit * w[stage + ATTEMPTS] + w[contact + ATTEMPT]
    luck = draw(w[contact + KEY], w[stage + ATTEMPT_PURPOSE], nth)
    if luck < w[stage + GIVEN]:
        return CONSENT_GIVEN
    if luck < w[stage + GIVEN] + w[stage + REFUSED]:
        return CONSENT_REFUSED
    w[contact + ATTEMPT] += 1
    if w[contact + ATTEMPT] == w[stage + ATTEMPTS]:
        return CONSENT_NOT_REACHED
    if not wait(w, contact, w[stage + GAP], nth, FOR_CONSENT, IN_GAP, now):
        attempt_consent(w, contact, stage, visit, now)
    return WAITS


@compiled
def judge(w, contact, stage, visit, now):
    """Judgement: perceived need is need + bias + noise; its level is the number of thresholds it reaches, and one."""
    judges = w[stage + JUDGES]
    if judges == NONE:
        return
    missed = 0
    if w[judges + MISSED] > 0 and draw(w[contact + KEY], HISTORY, MAIN) < w[judges + MISSED]:
        missed = 1
    verdicts = w[judges + VERDICTS]
    if w[judges + BY_WHOM] != NONE:
        verdicts = w[w[judges + BY_WHOM] + w[contact + SOURCE] * w[AREAS_NUMBER] + w[contact + AREA]]
    noise = w[verdicts + NOISE + 2 * missed + (w[contact + ABSENT] > 0)]
    perceived = w[contact + NEED] + w[verdicts + BIAS]
    if noise != 0:
        error = read(w, w[NORMAL], draw(w[contact + KEY], w[judges + NOISE_PURPOSE], visit))
        perceived += noise * error // MILLION
    level = level_of(w, verdicts + JUDGES_CUTS, perceived)
    w[contact + DISAGREES] = (w[contact + JUDGED] != 0 and w[contact + JUDGED] != level) * 1
    w[contact + JUDGED] = level
    if w[judges + REGRADES]:
        regrade(w, contact, perceived, stage, visit, MAIN + 1, now)


@compiled
def end(w, contact, number, now):
    """Rule 10: a contact ends; whether its family comes back was fixed by its luck."""
    facts = w[END_FACTS] + number * END_FACTS_FIELDS
    if w[RETURNS] == 0 or w[facts + MAY_RETURN] == 0:
        return
    gap = max(0, level_of(w, w[CUTS], w[contact + NEED]) - w[facts + PROVIDES])
    needed = read(w, w[EXPONENTIAL], draw(w[contact + KEY], RETURN, MAIN)) * MILLION
    propensity = read(w, w[PROPENSITY], draw(w[contact + FAMILY], PROPENSITY_LUCK, MAIN))
    if needed >= w[w[RATES] + gap] * propensity:
        return
    delay = w[RETURN_DELAY]
    lasts = max(1, read(w, w[delay + SPAN_TABLE], draw(w[contact + KEY], w[delay + SPAN_PURPOSE], MAIN)))
    w[contact + RETURNS_AT] = after(w, w[delay + SPAN_CALENDAR], now, lasts)
    if w[contact + RETURNS_AT] <= w[ENDS]:
        come_back(w, contact)


@compiled
def come_back(w, contact):
    """The family's next contact: later and graver, with the luck of a key of its own."""
    child = room(w, w[CONTACT_WIDTH])
    if w[FULL]:
        return
    key = key_of_return(w[contact + KEY], w[contact + RETURN_NUMBER] + 1)
    need = w[contact + NEED] + max(0, read(w, w[GROWTH], draw(w[contact + KEY], GROWTH_LUCK, MAIN)))
    seen = need + w[GRADE_NOISE] * read(w, w[NORMAL], draw(key, GRADE, MAIN)) // MILLION
    for field in range(w[CONTACT_WIDTH]):
        w[child + field] = 0
    w[child + KEY] = key
    w[child + FAMILY] = w[contact + FAMILY]
    w[child + RECEIVED] = w[contact + RETURNS_AT]
    w[child + ENTERS] = w[contact + RETURNS_AT]
    w[child + SOURCE] = w[contact + SOURCE]
    w[child + AREA] = w[contact + AREA]
    w[child + CHILDREN] = w[contact + CHILDREN]
    w[child + NEED] = need
    w[child + RAG] = 4 - level_of(w, w[GRADE_CUTS], seen)
    w[child + CONSENT] = NONE
    w[child + PARENT] = w[contact + KEY]
    w[child + RETURN_NUMBER] = w[contact + RETURN_NUMBER] + 1
    w[child + ROW] = NONE
    w[child + NUMBER] = w[CONTACTS_NUMBER]
    w[child + LAST_ROW] = NONE
    w[child + MAIN_JOB] = NONE
    w[child + RAG_ON_ARRIVAL] = w[child + RAG]
    w[child + RETURNS_AT] = NONE
    w[child + EARLIER_RETURN] = w[LAST_RETURN]
    w[LAST_RETURN] = child
    w[CONTACTS_NUMBER] += 1
    due(w, LATER, w[child + RECEIVED], WAITS_END, key, MAIN, BEGIN, child)


# --- after the run: the rows in canonical order ----------------------------------------------------------------------

FOUR_BITS, TWELVE_BITS = (np.int64(bits_wide) for bits_wide in (4, 12))


@entered
def duty_bounds(windows, starts, ends, line, firsts, used_up, all_bounds, all_before):
    """For every line, the seconds at which its duty opens and closes in turn: the union of its people's windows.

    Args:
        windows: places of all windows in order of their start.
        starts, ends, line: of each window; lines are those of `engine.eligible.lines_of`.
        firsts: twice the number of windows before those of each line, and of all; filled with where its bounds begin.
        used_up: the same, but for the last; overwritten.
        all_bounds, all_before: filled with the bounds of all lines, one after the other, and the seconds of the line's duty
            before each of them; as long as twice the windows.
    """
    first, used, opening = memory(firsts), memory(used_up), memory(windows)
    start, end, line_of_window = memory(starts), memory(ends), memory(line)
    bounds, before = memory(all_bounds), memory(all_before)
    for at in range(len(windows)):
        window = opening[at]
        mine = line_of_window[window]
        if used[mine] > first[mine] and start[window] <= bounds[used[mine] - 1]:
            bounds[used[mine] - 1] = max(bounds[used[mine] - 1], end[window])
        else:
            bounds[used[mine]] = start[window]
            bounds[used[mine] + 1] = end[window]
            used[mine] += 2
    to = MAIN
    for number in range(len(used_up)):
        begins, first[number] = first[number], to
        for at in range(begins, used[number]):
            bounds[to], before[to] = bounds[at], MAIN
            if at > begins:
                before[to] = before[to - 1] + (bounds[to] - bounds[to - 1]) * ((at - begins) % 2)
            to += 1
    first[len(used_up)] = to


@compiled
def unpacked(what, bit, bits_wide):
    """A small number out of WHAT."""
    return what >> bit & ((1 << bits_wide) - 1)


@inlined
def line_of(lines, what):
    """In which line a wait in a queue stands, of `engine.eligible.Lines.of`."""
    return lines[unpacked(what, TEAM_BIT, TWELVE_BITS) - 1, unpacked(what, STAGE_BIT, TWELVE_BITS)]


@compiled
def pieces_of_rows(rows, lines, bounds, first, ends):
    """How many pieces each row is cut into, and where its first cut stands among the bounds of its line.

    A row has no pieces if it begins beyond the end of the run or is overtime, and one if it is no wait in a queue.
    """
    number = len(rows)
    pieces, cuts = np.empty(number, dtype=np.int32), np.zeros(number, dtype=np.int32)
    row, bound = memory(rows), memory(bounds)
    for at in range(number):
        place = at * LOG_FIELDS
        kind = unpacked(row[place + WHAT], KIND_BIT, 4)
        if kind == ROW_OVERTIME or half(row, place, START) > ends:
            pieces[at] = 0
        elif kind != ROW_QUEUE:
            pieces[at] = 1
        else:
            line = line_of(lines, row[place + WHAT])
            low, many = first[line], first[line + 1] - first[line]
            cut = number_up_to(bound, low, many, half(row, place, START))
            pieces[at] = number_up_to(bound, low, many, half(row, place, END) - 1) - cut + 1
            cuts[at] = low + cut
    return pieces, cuts


@compiled
def rows_by_contact(rows, rank):
    """Rows of each contact, in the order of writing: where those of each rank begin, and the rows."""
    begins, row = np.zeros(len(rank) + 1, dtype=np.int64), memory(rows)
    for at in range(len(rows)):
        begins[rank[half(row, at * LOG_FIELDS, ROW_CONTACT)] + 1] += 1
    for at in range(len(rank)):
        begins[at + 1] += begins[at]
    mine, used = np.empty(len(rows), dtype=np.int64), begins[:-1].copy()
    for at in range(len(rows)):
        whose = rank[half(row, at * LOG_FIELDS, ROW_CONTACT)]
        mine[used[whose]] = at
        used[whose] += 1
    return begins, mine


@compiled
def put_in_order(row, mine, low, high):
    """Rows of one contact by second of being enabled, stage, visit, part, start and end: they nearly are, as written."""
    for one in range(low + 1, high):
        moved = mine[one]
        hole = one
        while hole > low and stands_before(row, moved * LOG_FIELDS, mine[hole - 1] * LOG_FIELDS):
            mine[hole] = mine[hole - 1]
            hole -= 1
        mine[hole] = moved


@compiled
def stands_before(row, one, other):
    """Whether a row stands before another of the same contact."""
    if half(row, one, ENABLED) != half(row, other, ENABLED):
        return half(row, one, ENABLED) < half(row, other, ENABLED)
    whose, others = unpacked(row[one + WHAT], PART_BIT, KIND_BIT), unpacked(row[other + WHAT], PART_BIT, KIND_BIT)
    if whose != others:
        return whose < others
    if half(row, one, START) != half(row, other, START):
        return half(row, one, START) < half(row, other, START)
    return half(row, one, END) < half(row, other, END)


@inlined
def outcome_number(target, stages):
    """The number of an outcome: 1 + that of the stage, or stages + 1 + that of the end; 0 where there is none."""
    return 0 if target == NO_OUTCOME else 1 + target if target >= 0 else stages - target


@entered
def event_columns(rows, rank, keys, families, lines, bounds, first, ends, stages):
    """The columns of the events table: rows cut at duty bounds, in canonical order.

    Args:
        rows: rows of the log; shape (rows, LOG_FIELDS).
        rank: place of each contact among all by key.
        keys, families: of each contact.
        lines: for each team and stage, the line in which such work waits.
        bounds, first: of `duty_bounds`.
        ends: last second of the run.
        stages: how many stages there are.

    Returns:
        contact, family, enabled, start, end; stage, visit, part, team + 1, outcome (`outcome_number`);
        kind, cause, rag; worker; censored.
    """
    pieces, cuts = pieces_of_rows(rows, lines, bounds, first, ends)
    begins, mine = rows_by_contact(rows, rank)
    number = pieces.sum()
    contact, family, enabled = np.empty(number, np.int64), np.empty(number, np.int64), np.empty(number, np.int64)
    start, end, worker = np.empty(number, np.int64), np.empty(number, np.int64), np.empty(number, np.int32)
    visit, part, outcome = np.empty(number, np.int16), np.empty(number, np.int16), np.empty(number, np.int16)
    stage, team = np.empty(number, np.int16), np.empty(number, np.int16)
    kind, cause, rag = np.empty(number, np.int8), np.empty(number, np.int8), np.empty(number, np.int8)
    censored = np.empty(number, np.bool_)
    row, at = memory(rows), 0
    for whose in range(len(rank)):
        put_in_order(row, mine, begins[whose], begins[whose + 1])
        for one in range(begins[whose], begins[whose + 1]):
            place, many, cut = mine[one] * LOG_FIELDS, pieces[mine[one]], cuts[mine[one]]
            what, target = row[place + WHAT], half(row, place, OUTCOME)
            written = unpacked(what, KIND_BIT, 4)
            for piece in range(many):
                is_last = piece == many - 1
                contact[at], family[at] = keys[half(row, place, ROW_CONTACT)], families[half(row, place, ROW_CONTACT)]
                enabled[at], worker[at] = half(row, place, ENABLED), half(row, place, ROW_WORKER)
                start[at] = half(row, place, START) if piece == 0 else bounds[cut + piece - 1]
                stops = half(row, place, END) if is_last else bounds[cut + piece]
                end[at], censored[at] = min(stops, ends), stops > ends
                stage[at], visit[at] = unpacked(what, STAGE_BIT, 12), unpacked(what, VISIT_BIT, 16)
                part[at], team[at] = unpacked(what, PART_BIT, 12), unpacked(what, TEAM_BIT, 12)
                rag[at], cause[at] = unpacked(what, RAG_BIT, 2), unpacked(what, CAUSE_BIT, 4)
                kind[at], outcome[at] = written, outcome_number(target, stages) if is_last else 0
                if written == ROW_QUEUE:
                    kind[at] = ROW_WAIT
                    if (cut + piece - first[line_of(lines, what)]) % 2 == 0:
                        cause[at] = FOR_SHIFT
                at += 1
    return contact, family, enabled, start, end, stage, visit, part, team, outcome, kind, cause, rag, worker, censored


# --- after the run: what measures ask of the rows, when no log is written ---------------------------------------------

HOUR = np.int64(3_600)
ONCE = np.int64(1)
OF_A_VISIT = np.int64((1 << 40) - 1)  # the bits of part, visit and stage


@compiled
def overlap(start, end, first, last):
    """Seconds of a stretch that lie in [first, last)."""
    return max(MAIN, min(end, last) - max(start, first))


@entered
def add_up(
    rows,
    children,
    team_of_worker,
    duty,
    lines,
    line_duty,
    window,
    bound_of,
    closes,
    ends,
    sums,
    used,
    threads,
    seen_by,
    seen_at,
):
    """Add up what may be added up in the order of writing, and copy the rows of main threads, each contact's together.

    Args:
        rows: rows of the log; shape (rows, LOG_FIELDS).
        children: of each contact, by number.
        team_of_worker: number of the team of each worker.
        duty: where the windows of each worker begin, and their starts and ends.
        lines: as in `event_columns`.
        line_duty: bounds, firsts and duty before of `duty_bounds`.
        window, bound_of: where the windows of each worker begin, and the bounds of each line; both are overwritten.
        closes, ends: last second of the window, and of the run.
        sums: filled with zeros; within the window, by team (column): waits that begin less those that end in each hour, and
            the seconds of the hour that follow (`in_each_hour`); seconds by kind of row (team + 1); seconds of held slots
            times children (team + 1); seconds worked inside duty; overtime.
        used: where the rows of the main thread of each contact begin; filled with where they end.
        threads: filled with these rows, each contact's in the order of writing. Those of waits in a queue that end within the
            window or later are given OFF_DUTY.
        seen_by, seen_at: filled with the number of the contact of each first visit, and when the family was seen.

    Returns:
        How many first visits there were.
    """
    hours, seen = sums[0].shape[1], MAIN
    begun, follow, spent, slots, worked, overtime = sums
    copy, next_of, who, when = memory(threads), memory(used), memory(seen_by), memory(seen_at)
    row, child, team_of = memory(rows), memory(children), memory(team_of_worker)
    begins_in, follows = memory(begun), memory(follow)
    people, duty_of = pointers(duty), pointers(line_duty)
    at_window, at_bound = memory(window), memory(bound_of)
    for one in range(len(rows)):
        place = one * LOG_FIELDS
        what, contact = row[place + WHAT], half(row, place, ROW_CONTACT)
        start, end = half(row, place, START), half(row, place, END)
        kind, team = unpacked(what, KIND_BIT, FOUR_BITS), unpacked(what, TEAM_BIT, TWELVE_BITS)
        if start > ends:
            continue
        if kind == ROW_OVERTIME:
            overtime[team_of[half(row, place, ROW_WORKER)]] += overlap(start, end, MAIN, closes)
            continue
        if kind == ROW_REGRADE:
            continue
        kept = NONE
        if unpacked(what, PART_BIT, TWELVE_BITS) == MAIN:
            kept = next_of[contact] * LOG_FIELDS
            copy_row(row, place, copy, kept)
            fetch(copy, kept + 2 * LOG_FIELDS)
            next_of[contact] += 1
        if kind in (ROW_WAIT, ROW_QUEUE):
            if team > 0:
                if end > 0 and start < closes:
                    wait_begins(begins_in, follows, (team - 1) * hours, start, closes, ONCE)
                    wait_begins(begins_in, follows, (team - 1) * hours, end, closes, NONE)
                if end > 0 and kind == ROW_QUEUE:
                    on_duty = on_duty_between(duty_of, at_bound, line_of(lines, what), start, end)
                    if kept != NONE:
                        put_half(copy, kept, OFF_DUTY, end - start - on_duty)
            elif unpacked(what, CAUSE_BIT, FOUR_BITS) == FOR_VISIT and end <= ends:
                who[seen], when[seen] = contact, end
                seen += 1
        elif kind == ROW_CASELOAD:
            slots[team] += overlap(start, end, MAIN, closes) * child[contact]
        elif end > 0 and start < closes:
            spent[kind, team] += overlap(start, end, MAIN, closes)
            worker = half(row, place, ROW_WORKER)
            worked[team_of[worker]] += work_inside(people, at_window, worker, max(start, MAIN), min(end, closes))
    return seen


@compiled
def pointers(arrays):
    """Three arrays as memory."""
    one, other, third = arrays
    return memory(one), memory(other), memory(third)


@compiled
def wait_begins(begun, follow, hours, time, closes, sign):
    """Count a wait as begun at a second (sign 1), or as over (-1); the hours of its team begin at place `hours`."""
    time = min(max(time, MAIN), closes)
    hour = time // HOUR
    begun[hours + hour] += sign
    follow[hours + hour] += sign * (min((hour + 1) * HOUR, closes) - time)


@compiled
def work_inside(duty, window, worker, start, end):
    """Seconds of some work inside the windows of its worker, of whom `window` has the first that is not over."""
    first, starts, ends = duty
    at, last, seconds_inside = window[worker], first[worker + 1], MAIN
    while at < last and ends[at] <= start:
        at += 1
    window[worker] = at
    while at < last and starts[at] < end:
        seconds_inside += overlap(start, end, starts[at], ends[at])
        at += 1
    return seconds_inside


@compiled
def on_duty_between(line_duty, bound_of, line, start, end):
    """Seconds of [start, end) in which somebody of a line was on duty; `bound_of` has the bound that was last looked at."""
    bounds, first, before = line_duty
    low, high, at = first[line], first[line + 1], bound_of[line]
    while at < high and bounds[at] <= end:
        at += 1
    while at > low and bounds[at - 1] > end:
        at -= 1
    bound_of[line] = at
    until_end = open_until(bounds, before, low, at, end)
    while at > low and bounds[at - 1] > start:
        at -= 1
    return until_end - open_until(bounds, before, low, at, start)


@compiled
def open_until(bounds, before, low, at, t):
    """Seconds of duty before t, which lies before bound `at` of those that begin at `low`."""
    if at == low:
        return MAIN
    return before[at - 1] + (t - bounds[at - 1] if (at - low) % 2 == 1 else MAIN)


@compiled
def copy_row(row, place, copy, target):
    """Copy a row of the log from one place to another."""
    for field in range(LOG_FIELDS):
        copy[target + field] = row[place + field]


@entered
def main_threads(begins, used, threads, is_caseload, may_leave, lines, bounds, first, ends, columns):
    """The visits of main threads, each contact's together and in the order in which they happened.

    A main thread does one thing at a time, and no row of it is written before it begins, nor after it is over: so they
    happened in the order in which they were written.

    Args:
        begins: where the rows of each contact begin.
        used, threads: of `add_up`: where they end, and the rows.
        is_caseload, may_leave: for each stage, whether its visits hold slots, and whether they may leave unserved.
        lines: as in `event_columns`.
        bounds, first: of `duty_bounds`.
        ends: last second of the run.
        columns: filled with contact, stage, settled, ended, outcome (`outcome_number`) of each visit, and whether it was left
            unserved; then with number, reached and held (see `event_log.reading.Visits`) of each visit that may hold a slot;
            shape (9, as many visits as there may be).

    Returns:
        How many visits all contacts have; how many of those may hold a slot.
    """
    contact, stage, settled, ended = memory(columns[0]), memory(columns[1]), memory(columns[2]), memory(columns[3])
    outcome, unserved, slot = memory(columns[4]), memory(columns[5]), memory(columns[6])
    reached_at, held = memory(columns[7]), memory(columns[8])
    row, bound, visits, slots = memory(threads), memory(bounds), MAIN, MAIN
    for who in range(len(used)):
        one, beyond = begins[who], used[who]
        while one < beyond:
            low, own = one, False
            visit = row[one * LOG_FIELDS + WHAT] & OF_A_VISIT
            while one < beyond and row[one * LOG_FIELDS + WHAT] & OF_A_VISIT == visit:
                own = own or serves(row[one * LOG_FIELDS + WHAT])
                one += 1
            place, at, done = (one - 1) * LOG_FIELDS, one, -NEVER
            while at > low and done == -NEVER:
                at -= 1
                done = own_work_done(row, at * LOG_FIELDS, lines, bound, first, ends)
            contact[visits], stage[visits] = who, unpacked(visit, STAGE_BIT, TWELVE_BITS)
            ended[visits] = min(half(row, place, END), ends)
            outcome[visits] = outcome_number(half(row, place, OUTCOME), len(is_caseload))
            settled[visits] = ended[visits] if done == -NEVER else done
            unserved[visits] = outcome[visits] != 0 and not own and may_leave[stage[visits]]
            if is_caseload[stage[visits]]:
                slot[slots] = visits
                reached_at[slots], held[slots] = slot_times(row, low, one)
                slots += 1
            visits += 1
    return visits, slots


@compiled
def serves(what):
    """Whether in such a row somebody works on the visit, holds its case, or has it wait to be seen (`measures.visits.OWN`)."""
    kind = unpacked(what, KIND_BIT, FOUR_BITS)
    return kind <= ROW_CASELOAD or (kind == ROW_WAIT and unpacked(what, CAUSE_BIT, FOUR_BITS) == FOR_VISIT)


@compiled
def own_work_done(row, place, lines, bound, first, ends):
    """The end of a row that is no wait to be handed on (`event_log.reading.ONWARD`); -NEVER of one that is."""
    cause = unpacked(row[place + WHAT], CAUSE_BIT, FOUR_BITS)
    if cause != FOR_HANDOFF and cause != FOR_ACCEPTANCE and cause != FOR_ALLOCATION:
        return min(half(row, place, END), ends)
    if unpacked(row[place + WHAT], KIND_BIT, FOUR_BITS) == ROW_QUEUE:
        return last_off_duty(row, place, lines, bound, first, ends)
    return -NEVER


@compiled
def slot_times(row, low, high):
    """When a visit with these rows reached its stage, and when it held a slot or waited to be seen; NEVER if it did not."""
    reached_at, held = NEVER, NEVER
    for one in range(low, high):
        place = one * LOG_FIELDS
        cause = unpacked(row[place + WHAT], CAUSE_BIT, FOUR_BITS)
        if cause != FOR_HANDOFF and cause != FOR_ACCEPTANCE:
            reached_at = min(reached_at, half(row, place, START))
        if cause in (NO_CAUSE, FOR_VISIT):
            held = min(held, half(row, place, START))
    return reached_at, held


@compiled
def last_off_duty(row, place, lines, bound, first, ends):
    """The end of the last part of a wait in a queue during which nobody of its line was on duty; -NEVER where none is."""
    line = line_of(lines, row[place + WHAT])
    low, many = first[line], first[line + 1] - first[line]
    begun = number_up_to(bound, low, many, half(row, place, START))
    over = number_up_to(bound, low, many, half(row, place, END) - 1)
    if over % 2 == 0:
        return min(half(row, place, END), ends)
    return min(bound[low + over - 1], ends) if over > begun else -NEVER


@entered
def seconds_by_cause(begins, used, threads, lines, line_duty, bound_of, counted, since, until, spent):
    """Add up seconds of main threads from `since` to `until` of each contact that is counted, by cause; NO_CAUSE is work.

    Args:
        begins, used, threads: as in `main_threads`.
        lines, line_duty: as in `add_up`.
        bound_of: where the bounds of each line begin; overwritten.
        counted, since, until: of each contact.
        spent: zeros, one for each cause; filled with the sums.
    """
    row, duty_of, at_bound = memory(threads), pointers(line_duty), memory(bound_of)
    for contact in range(len(counted)):
        if not counted[contact]:
            continue
        for one in range(begins[contact], used[contact]):
            place = one * LOG_FIELDS
            what, start, end = row[place + WHAT], half(row, place, START), half(row, place, END)
            if start >= until[contact]:
                break
            if end <= since[contact]:
                continue
            lasts = min(end, until[contact]) - max(start, since[contact])
            if unpacked(what, KIND_BIT, FOUR_BITS) == ROW_QUEUE:
                off = half(row, place, OFF_DUTY)
                if lasts < end - start or end <= 0:
                    start, end = max(start, since[contact]), min(end, until[contact])
                    off = lasts - on_duty_between(duty_of, at_bound, line_of(lines, what), start, end)
                spent[FOR_SHIFT] += off
                lasts -= off
            spent[unpacked(what, CAUSE_BIT, FOUR_BITS)] += lasts
