"""Coverage-guided fuzzing of everything that reads a device's SNMP answers (`tests.fuzz.readers`).

Atheris is in no lock file; it goes into an environment of its own, beside netmon's dependencies:

    python3.11 -m venv /var/tmp/fuzz
    /var/tmp/fuzz/bin/pip install atheris -r requirements.lock
    /var/tmp/fuzz/bin/python tests/fuzz/snmp_response.py --seeds /var/tmp/corpus
    /var/tmp/fuzz/bin/python tests/fuzz/snmp_response.py -max_total_time=60 /var/tmp/corpus

The first octet of an input says who reads it, the rest is the datagram. Whatever is raised beyond
what is declared is a crash; it becomes a line of `tests/fuzz/test_crashes.py`.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))


def main() -> None:
    """Fuzz, by what libFuzzer's options say; or write the seeds."""
    if sys.argv[1:2] == ["--seeds"]:
        from tests.fuzz.readers import seeds

        folder = Path(sys.argv[2])
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds()):
            (folder / f"seed-{number:03}").write_bytes(seed)
        return
    import atheris

    with atheris.instrument_imports(include=["collectors", "tests.fuzz.readers"]):
        from tests.fuzz.readers import examine

    atheris.Setup(sys.argv, examine)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
