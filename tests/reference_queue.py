"""One queue, written a second time: plain Python that shares no code with the engine, and that the engine must equal.

Everything is a whole number of seconds. People work in windows [start, end); work under way at the end of a window is set
down and its own person takes it up at the next one, unless it is handed over, back to the queue with its old place.
"""

from __future__ import annotations

from heapq import heappop, heappush

Person = list[tuple[int, int, bool]]  # windows: start, end, and whether work is handed over at the end
Job = tuple[int, tuple[int, ...], int]  # when it joins the queue, its place in it, seconds of work


def serve(jobs: list[Job], people: list[Person]) -> dict[tuple[int, ...], list[tuple[int, int, int]]]:
    """Who works on which job from when to when: by place, the stretches (person, start, end)."""
    done: dict[tuple[int, ...], list[tuple[int, int, int]]] = {place: [] for _, place, _ in jobs}
    moments = [joins for joins, _, _ in jobs] + [start for windows in people for start, _, _ in windows]
    moments = sorted(set(moments))
    joining, queue, ended = sorted(jobs), [], [-(10**18)] * len(people)
    busy: dict[int, tuple[int, tuple[int, ...], int]] = {}
    while moments:
        now = heappop(moments)
        for person, (until, place, left) in list(busy.items()):
            if until == now:
                del busy[person]
                ended[person] = now
                if left:
                    heappush(queue, (place, left))
        while joining and joining[0][0] == now:
            _, place, seconds = joining.pop(0)
            heappush(queue, (place, seconds))
        on_duty = [
            (max(ended[p], s), p, n) for p, w in enumerate(people) for n, (s, e, _) in enumerate(w) if s <= now < e
        ]
        for _, person, window in sorted(who for who in on_duty if who[1] not in busy):
            if queue:
                place, left = heappop(queue)
                start, (_, end, hands_over) = now, people[person][window]
                while start + left > end and not hands_over and window + 1 < len(people[person]):
                    done[place].append((person, start, end))
                    left, window = left - (end - start), window + 1
                    start, end, hands_over = people[person][window]
                done[place].append((person, start, min(start + left, end)))
                busy[person] = (done[place][-1][2], place, max(0, start + left - end))
                heappush(moments, busy[person][0])
    return done
