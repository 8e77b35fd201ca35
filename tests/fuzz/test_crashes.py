"""What fuzzing has found stays found, and its seeds are read without a crash."""

import pytest

from tests.fuzz.readers import READERS, examine, seeds


@pytest.mark.parametrize("number", range(len(READERS)))
def test_every_reader_reads_its_seeds(number: int) -> None:
    mine = [seed for seed in seeds() if seed[0] == number]
    assert len(mine) == 9
    for seed in mine:
        examine(seed)
        for cut in range(0, len(seed), 7):
            examine(seed[:cut])
