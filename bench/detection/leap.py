"""Leap: an event loop whose clock leaps over every moment in which nothing is to be done.

Hours of a monitor's life pass in the time that its work takes: sockets are real, threads are waited
for, and only where all are idle the clock goes on to the next timer at once. Whoever answers must
run on the same loop; then nothing can be under way between two sockets of one machine but what its
kernel still holds, and for that the loop really waits a moment now and then.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, Final, TypeVar, TypeVarTuple

ResultT = TypeVar("ResultT")
Arguments = TypeVarTuple("Arguments")
Ready = list[tuple[selectors.SelectorKey, int]]

_MOMENT_SECONDS: Final = 0.001  # real: for a kernel that delivers a datagram late
_APART_SECONDS: Final = 0.5  # of the leaping clock, between two such moments
_THREAD_SECONDS: Final = 5.0  # real: then it is looked again whether threads still work


class _Leaping(selectors.DefaultSelector):
    """Selects as ever, but does not wait where it may leap."""

    def __init__(self, now: float) -> None:
        super().__init__()
        self.now = now
        self.is_awaited: Callable[[], bool] = lambda: False
        self.threads = 0  # that work for the loop: their time is real
        self._waited_at = now

    def select(self, timeout: float | None = None) -> Ready:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if self.threads or timeout is None:
            return super().select(_THREAD_SECONDS)
        if self.is_awaited() and self.now - self._waited_at >= _APART_SECONDS:
            self._waited_at = self.now
            ready = super().select(_MOMENT_SECONDS)
        if not ready:
            self.now += timeout
        return ready


class LeapLoop(asyncio.SelectorEventLoop):
    """An event loop with a clock of its own, monotonic, seconds."""

    def __init__(self, begins_at: float = 0.0) -> None:
        self._leaping = _Leaping(begins_at)
        super().__init__(self._leaping)

    def time(self) -> float:
        """Return the leaping clock."""
        return self._leaping.now

    def await_while(self, is_awaited: Callable[[], bool]) -> None:
        """Say how to know that an answer of a socket is awaited."""
        self._leaping.is_awaited = is_awaited

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[*Arguments], ResultT],
        *args: *Arguments,
    ) -> asyncio.Future[ResultT]:
        """Let a thread work while the clock stands; where nobody asks for one of its own, none."""
        if executor is None:
            return self._at_once(func, *args)
        working = super().run_in_executor(executor, func, *args)
        self._leaping.threads += 1
        working.add_done_callback(self._done)
        return working

    def _at_once(
        self, func: Callable[[*Arguments], ResultT], *args: *Arguments
    ) -> asyncio.Future[ResultT]:
        done: asyncio.Future[ResultT] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever awaits the work
            done.set_exception(error)
        return done

    def _done(self, _: object) -> None:
        self._leaping.threads -= 1


def run(main: Coroutine[Any, Any, ResultT], loop: LeapLoop) -> ResultT:
    """Run a coroutine to its end on a leaping loop, and close it."""
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(main)
