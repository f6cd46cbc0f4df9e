"""The same matrix and the same appraisals on many machines: a Dask cluster (distributed).

Rows of the matrix are independent once the graph is prepared. So the study and its hierarchy are
sent to every worker once, and each works out rows of some origins: their minutes before, and what
each project changes in them. Only the sums that figures are made of come back (`measuring`), never
the matrix, unless it is the matrix that is asked for. The results are those of one machine: to the
last bit where projects build, to rounding where they close or slow something, since what is
searched anew is searched from whichever side is shorter for a part. https://distributed.dask.org
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from conurb.network import sweeping
from conurb.network.appraisal import Appraisal, Concluding
from conurb.network.contraction import Hierarchy, prepare
from conurb.network.graph import Floats, Ints
from conurb.network.measuring import Before, Change, Measuring, joined
from conurb.network.study import Study

if TYPE_CHECKING:
    from distributed import Client

PARTS_A_THREAD = 3
"""So many parts of the work for every thread of the cluster: the quicker ones take more."""


class NoClusterError(ConnectionError):
    """No scheduler answers at the address, or it has no workers."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.message_zh = (
            f"“{address}”没有可用的 Dask 集群；请先启动 dask scheduler 和至少一个 dask worker"
        )
        self.message_en = (
            f"no Dask cluster answers at {address}: start dask scheduler and at least one dask "
            "worker there"
        )
        super().__init__(self.message_en)


def connect(address: str, *, seconds: float = 10.0) -> Client:
    """Return a client of the cluster at an address (tcp://…). Raises NoClusterError."""
    from distributed import Client

    try:
        client = Client(address, timeout=f"{seconds}s", set_as_default=False)
    except (OSError, TimeoutError, ValueError) as fault:
        raise NoClusterError(address) from fault
    try:
        client.wait_for_workers(1, timeout=seconds)
    except TimeoutError as fault:
        client.close()
        raise NoClusterError(address) from fault
    return client


def appraise(client: Client, study: Study, hierarchy: Hierarchy | None = None) -> list[Appraisal]:
    """Appraise every project of a study by itself, as `appraisal.appraise` does."""
    places = len(study.places)
    shared = client.scatter((study, hierarchy or prepare(study.graph)), broadcast=True)
    parts = _parts(client, places)
    futures = client.map(_measured, parts, [shared] * len(parts), pure=False)
    measured: list[tuple[Before, list[Change]]] = client.gather(futures)
    concluding = Concluding(study, joined([before for before, _ in measured]))
    return [
        concluding.appraisal([key], joined([changes[at] for _, changes in measured]))
        for at, key in enumerate(study.candidate)
    ]


def costs(
    client: Client,
    hierarchy: Hierarchy,
    sources: Sequence[int] | Ints,
    targets: Sequence[int] | Ints | None = None,
) -> Iterator[tuple[slice, Floats]]:
    """Yield the matrix of `sweeping.costs` in parts of some sources, in their order.

    A part is let go of on the cluster once it has come.
    """
    origins = np.ascontiguousarray(sources, dtype=np.int32)
    shared = client.scatter((hierarchy, targets), broadcast=True)
    parts = _parts(client, len(origins))
    futures = [client.submit(_swept, origins[part], shared, pure=False) for part in parts]
    for part in parts:
        future = futures.pop(0)
        yield part, future.result()
        future.release()


def _parts(client: Client, number: int) -> list[slice]:
    threads = sum(client.nthreads().values())
    size = max(sweeping.LANES, -(-number // max(1, PARTS_A_THREAD * threads)))
    return [slice(at, min(at + size, number)) for at in range(0, number, size)]


def _measured(part: slice, shared: tuple[Study, Hierarchy]) -> tuple[Before, list[Change]]:
    study, hierarchy = shared
    measuring = Measuring(study, hierarchy, part)
    return measuring.before(), [measuring.change([key]) for key in study.candidate]


def _swept(sources: Ints, shared: tuple[Hierarchy, Any]) -> Floats:
    hierarchy, targets = shared
    return sweeping.costs(hierarchy, sources, targets)
