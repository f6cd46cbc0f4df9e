"""Least costs from many nodes to all, by one sweep over the hierarchy for several at once (PHAST).

D. Delling, A. V. Goldberg, A. Nowatzyk, R. F. Werneck, PHAST: Hardware-accelerated shortest path
trees, Journal of Parallel and Distributed Computing 73 (2013). From each source the few nodes above
it are searched; then all nodes are visited from the highest rank down, each taking the least that
comes from above. The order is the same for every source, so `LANES` sources go at once and the
inner loop runs over neighbouring numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit

from conurb.network.contraction import Hierarchy
from conurb.network.graph import Floats, Ints, some_of

LANES = 16


def costs(
    hierarchy: Hierarchy,
    sources: Sequence[int] | Ints,
    targets: Sequence[int] | Ints | None = None,
    *,
    threads: int = 1,
    out: Floats | None = None,
) -> Floats:
    """Return the least costs from every source to every target: an array (sources, targets).

    Without `targets` to every node, in the order of the nodes. Infinite where there is no way.
    `out` is filled and returned where it is given; fresh memory may take longer to get than the
    costs that it is for. Raises GraphError for a node that there is not.
    """
    begin = some_of(hierarchy.nodes, sources)
    wanted = (
        np.arange(hierarchy.nodes, dtype=np.int32)
        if targets is None
        else some_of(hierarchy.nodes, targets)
    )
    shape = (len(begin), len(wanted))
    found = np.empty(shape) if out is None else out
    if found.shape != shape or found.dtype != np.float64:
        raise ValueError(f"out is {found.dtype}{found.shape}; float64{shape} is needed")
    _fill(hierarchy, begin, wanted, found, threads)
    return found


def in_parts(
    hierarchy: Hierarchy,
    sources: Sequence[int] | Ints,
    targets: Sequence[int] | Ints | None = None,
    *,
    rows: int = 256,
    threads: int = 1,
) -> Iterator[tuple[slice, Floats]]:
    """Yield the matrix of `costs` in parts of `rows` sources, so that it is never held whole.

    The memory of a part is used again for the next: copy what is to be kept.
    """
    begin = some_of(hierarchy.nodes, sources)
    columns = hierarchy.nodes if targets is None else len(targets)
    held = np.empty((min(rows, len(begin)), columns))
    for start in range(0, len(begin), rows):
        part = slice(start, min(start + rows, len(begin)))
        out = held[: part.stop - part.start]
        yield part, costs(hierarchy, begin[part], targets, threads=threads, out=out)


def _fill(hierarchy: Hierarchy, sources: Ints, targets: Ints, found: Floats, threads: int) -> None:
    places = hierarchy.place[targets]
    groups = [slice(at, at + LANES) for at in range(0, len(sources), LANES)]
    if not groups:
        return

    def work(first: int) -> None:
        swept = np.empty((hierarchy.nodes, LANES))
        for group in groups[first::threads]:
            _sweep(
                hierarchy.up_indptr,
                hierarchy.up_heads,
                hierarchy.up_costs,
                hierarchy.down_indptr,
                hierarchy.down_tails,
                hierarchy.down_costs,
                hierarchy.place[sources[group]],
                places,
                swept,
                found[group],
            )

    threads = max(1, min(threads, len(groups)))
    if threads == 1:
        work(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))
    _directly(hierarchy, sources, targets, found)


def _directly(hierarchy: Hierarchy, sources: Ints, targets: Ints, found: Floats) -> None:
    """Take into account arcs that join two ends, which no path but they themselves may use."""
    tails, heads, arc_costs = hierarchy.direct
    rows: dict[int, list[int]] = {}
    for row, source in enumerate(sources.tolist()):
        rows.setdefault(source, []).append(row)
    columns: dict[int, list[int]] = {}
    for column, target in enumerate(targets.tolist()) if len(tails) else ():
        columns.setdefault(target, []).append(column)
    for tail, head, cost in zip(tails.tolist(), heads.tolist(), arc_costs.tolist(), strict=True):
        for row in rows.get(tail, ()):
            for column in columns.get(head, ()):
                found[row, column] = min(found[row, column], cost)


@njit(cache=True, nogil=True, boundscheck=False, error_model="numpy")
def _sweep(  # type: ignore[no-untyped-def]
    up_indptr, up_heads, up_costs, down_indptr, down_tails, down_costs, begin, places, swept, found
):
    n = len(up_indptr) - 1
    swept[:] = np.inf
    # from each source up: places above it, nearest in rank first
    marked = np.zeros(n, np.bool_)
    above = np.empty(n, np.int32)
    for lane in range(len(begin)):
        count = 1
        above[0] = begin[lane]
        marked[begin[lane]] = True
        at = 0
        while at < count:
            place = above[at]
            at += 1
            for arc in range(up_indptr[place], up_indptr[place + 1]):
                head = up_heads[arc]
                if not marked[head]:
                    marked[head] = True
                    above[count] = head
                    count += 1
        climb = np.sort(above[:count])
        swept[begin[lane], lane] = 0.0
        for step in range(count - 1, -1, -1):
            place = climb[step]
            marked[place] = False
            here = swept[place, lane]
            for arc in range(up_indptr[place], up_indptr[place + 1]):
                there = here + up_costs[arc]
                swept[up_heads[arc], lane] = min(swept[up_heads[arc], lane], there)
    # and from the highest down, all lanes at once
    for place in range(n):
        for arc in range(down_indptr[place], down_indptr[place + 1]):
            tail = down_tails[arc]
            cost = down_costs[arc]
            for lane in range(LANES):
                there = swept[tail, lane] + cost
                here = swept[place, lane]
                swept[place, lane] = there if there < here else here
    for column in range(len(places)):
        place = places[column]
        for lane in range(len(begin)):
            found[lane, column] = swept[place, lane]
