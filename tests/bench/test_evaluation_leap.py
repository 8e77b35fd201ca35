"""The leaping clock: hours pass at once, but nothing that is under way is leapt over."""

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.detection.leap import LeapLoop, run


def _slowly() -> str:
    time.sleep(0.2)
    return "done"


def test_hours_pass_in_a_moment_and_in_order() -> None:
    async def day(loop: LeapLoop) -> list[tuple[str, float]]:
        done: list[tuple[str, float]] = []

        async def wake(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            done.append((name, loop.time()))

        await asyncio.gather(wake("evening", 64_800.0), wake("noon", 43_200.0))
        return done

    began = time.monotonic()
    loop = LeapLoop(begins_at=1000.0)
    assert run(day(loop), loop) == [("noon", 44_200.0), ("evening", 65_800.0)]
    assert time.monotonic() - began < 5.0


@pytest.mark.parametrize("has_own_thread", [False, True])
def test_a_threads_work_takes_no_time_of_the_clock(has_own_thread: bool) -> None:
    async def work(loop: LeapLoop) -> tuple[str, float]:
        tick = asyncio.create_task(asyncio.sleep(0.01))
        with ThreadPoolExecutor(1) as own:
            result = await loop.run_in_executor(own if has_own_thread else None, _slowly)
        waited = loop.time()
        await tick
        return result, waited

    loop = LeapLoop()
    assert run(work(loop), loop) == ("done", 0.0)


def test_what_goes_wrong_in_a_thread_is_told_to_who_awaits_it() -> None:
    async def fail() -> None:
        await asyncio.to_thread(int, "no number")

    loop = LeapLoop()
    with pytest.raises(ValueError, match="no number"):
        run(fail(), loop)


def test_an_answer_on_loopback_comes_before_the_deadline_that_awaits_it() -> None:
    async def ask(loop: LeapLoop) -> list[bytes]:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
        ):
            for each in (server, client):
                each.setblocking(False)
                each.bind(("127.0.0.1", 0))

            def answer() -> None:
                data, source = server.recvfrom(100)
                server.sendto(data.upper(), source)

            loop.add_reader(server, answer)
            loop.await_while(lambda: True)
            heard = []
            for number in range(200):
                client.sendto(f"poll {number}".encode(), server.getsockname())
                async with asyncio.timeout(0.5):
                    heard.append(await loop.sock_recv(client, 100))
            loop.remove_reader(server)
            return heard

    loop = LeapLoop()
    assert run(ask(loop), loop) == [f"POLL {number}".encode() for number in range(200)]
