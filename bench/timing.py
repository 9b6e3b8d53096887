"""How time is taken: floor and ours in turn, after a warm-up, the garbage of one never paid by the other."""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: Does the thing and answers how long it took, in milliseconds: what prepares it is not counted.
Timed = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Pair:
    """Times in milliseconds, one of each kind per round."""

    floor: tuple[float, ...]
    ours: tuple[float, ...]

    @property
    def floor_ms(self) -> float:
        return statistics.median(self.floor)

    @property
    def ours_ms(self) -> float:
        return statistics.median(self.ours)

    @property
    def spread(self) -> float:
        """How far the runs of ours lie around their median: half the middle half, as a share of the median."""
        return spread(self.ours)


def spread(times: Sequence[float]) -> float:
    """Half the interquartile range over the median; 0 with fewer than two runs."""
    if len(times) < 2:
        return 0.0
    low, _, high = statistics.quantiles(times, n=4, method="inclusive")
    middle = statistics.median(times)
    return (high - low) / 2 / middle if middle else 0.0


def alternate(floor: Timed, ours: Timed, *, rounds: int, warm_up: int = 1) -> Pair:
    """Run both in turn, `warm_up` rounds for nothing then `rounds` that count."""
    floors: list[float] = []
    times: list[float] = []
    for number in range(warm_up + rounds):
        for run, kept in ((floor, floors), (ours, times)):
            gc.collect()
            taken = run()
            if number >= warm_up:
                kept.append(taken)
    return Pair(tuple(floors), tuple(times))


def timed(work: Callable[[], object]) -> Timed:
    """`work` as something that says how long it took."""

    def run() -> float:
        begun = time.perf_counter()
        work()
        return (time.perf_counter() - begun) * 1000

    return run


def median_of(run: Timed, *, rounds: int, warm_up: int = 1) -> float:
    """The median of several runs, in milliseconds."""
    times = []
    for number in range(warm_up + rounds):
        gc.collect()
        taken = run()
        if number >= warm_up:
            times.append(taken)
    return statistics.median(times)
