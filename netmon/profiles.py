"""The verb `profile`: list, test and import profiles, for people who write them.

`test` reads a recording or a device exactly as a poll does, and says of every object what it means,
what came, what was made of it, and why there is no value where there is none.
"""

import argparse
import ipaddress
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from collectors.errors import ProfileError
from collectors.quantity import QUANTITIES
from collectors.snmp.ber import format_oid
from collectors.snmp.examination import Examination, Examined, Examiner
from collectors.snmp.library import load_profile, profiles
from collectors.snmp.line import EndedError
from collectors.target import Community, SnmpTarget
from netmon import loop, terminal
from netmon.config import load, secrets
from netmon.config.exporter import ExporterError, Imported, import_module
from netmon.config.profile_page import recognised
from netmon.simulation.recording import RecordingError, read_recording
from netmon.simulation.replay import replaying
from topology.model import SEPARATOR, DeviceId

EXIT_NOT_READ: Final = 1
EXIT_WRONG_INPUT: Final = 2
_DEVICE: Final = DeviceId("device")
_PORT: Final = 161
_BUDGET_SECONDS: Final = 60.0


class WrongInputError(Exception):
    """What was asked for cannot be; the text says what would be right."""


def add_verbs(verbs: Any) -> None:
    """Add `profile` and what it can do to the verbs of the command line."""
    profile = verbs.add_parser("profile", help="list, test and import profiles of devices")
    sorts = profile.add_subparsers(required=True, metavar="WHAT")

    listing = sorts.add_parser("list", help="the profiles that come with netmon")
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.set_defaults(verb=_list)

    test = sorts.add_parser("test", help="what a profile reads of a device or a recording")
    test.add_argument(
        "source",
        metavar="FILE.snmprec|HOST[:PORT]|DEVICE",
        help="a recording (OID|type|value), a numeric address, or with --config a device's id",
    )
    test.add_argument("--profile", metavar="NAME|FILE", help="default: the one that fits best")
    test.add_argument("--config", nargs="+", type=Path, metavar="FILE", help="of the inventory")
    test.add_argument("--community-file", metavar="FILE", help="of mode 0400, with the community")
    test.add_argument("--community-env", metavar="NAME", help="variable that has the community")
    test.add_argument("--absent", action="store_true", help="only what has no value")
    test.add_argument("--json", action="store_true", help="for programs")
    test.set_defaults(verb=_test)

    importing = sorts.add_parser("import", help="make a profile of a module of snmp_exporter")
    importing.add_argument("file", type=Path, metavar="snmp.yml")
    importing.add_argument("--module", help="which module; default: the only one")
    importing.add_argument("--name", help="default: the output's, or the module's")
    importing.add_argument(
        "--means",
        action="append",
        default=[],
        metavar="METRIC=QUANTITY",
        help="what a metric means, where netmon cannot know; may be given again",
    )
    importing.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: print it")
    importing.set_defaults(verb=_import)


def _list(options: argparse.Namespace) -> int:
    """Print the profiles that come with netmon."""
    known = list(profiles().values())
    if options.json:
        rows = [
            {
                "name": each.name,
                "description": each.description,
                "source": each.source,
                "sysobjectid": [format_oid(oid) for oid in each.match.sysobjectid],
                "sysdescr": list(each.match.sysdescr),
                "has": [format_oid(oid) for oid in each.match.has],
                "quantities": sorted({column.quantity.name for column in each.columns}),
            }
            for each in known
        ]
        _print_json(rows)
        return 0
    terminal.print_table(
        f"{len(known)} profiles",
        ("profile", "for", "recognised by"),
        [(each.name, each.description, recognised(each)) for each in known],
    )
    return 0


def _test(options: argparse.Namespace) -> int:
    """Print what a profile reads of a device or a recording."""
    path = Path(options.source)
    is_file = options.config is None and path.is_file()
    try:
        examination = loop.run(_replayed(path, options) if is_file else _asked(options))
    except (WrongInputError, ProfileError, RecordingError, secrets.SecretError) as error:
        print(error, file=sys.stderr)
        return EXIT_WRONG_INPUT
    except EndedError as ended:
        print(f"{options.source}: {ended.outcome.value}: {ended.detail}", file=sys.stderr)
        return EXIT_NOT_READ
    shown = [
        each for each in examination.objects if not options.absent or each.reading.value is None
    ]
    if options.json:
        _print_json(_document(examination, shown))
        return 0
    terminal.print_table(
        f"{examination.profile.name}: {_summary(examination)}",
        ("quantity", "interface, carrier, component", "value", "unit", "raw", "OID", "why absent"),
        [_row(each) for each in shown],
    )
    return 0


def _summary(examination: Examination) -> str:
    read = sum(each.reading.value is not None for each in examination.objects)
    said = f"sysObjectID {format_oid(examination.sysobjectid)}" if examination.sysobjectid else ""
    return f"{read} of {len(examination.objects)} objects have a value; {said}"


def _row(each: Examined) -> tuple[str, ...]:
    reading = each.reading
    return (
        each.cell.quantity,
        _interface(each),
        "" if reading.value is None else f"{reading.value:.12g}",
        QUANTITIES[each.cell.quantity].unit,
        "" if reading.raw is None else f"{reading.raw}",
        format_oid(each.oid),
        reading.absent,
    )


def _interface(each: Examined) -> str:
    """Return the name alone: there is but one device."""
    name = each.cell.interface or ""
    return name.partition(SEPARATOR)[2] if SEPARATOR in name else name


def _document(examination: Examination, shown: Sequence[Examined]) -> dict[str, Any]:
    return {
        "profile": examination.profile.name,
        "sysobjectid": format_oid(examination.sysobjectid) if examination.sysobjectid else "",
        "sysdescr": examination.sysdescr,
        "objects": [
            {
                "quantity": each.cell.quantity,
                "interface": _interface(each) or None,
                "oid": format_oid(each.oid),
                "raw": each.reading.raw,
                "scaled": each.reading.scaled,
                "value": each.reading.value,
                "unit": QUANTITIES[each.cell.quantity].unit,
                "absent": each.reading.absent or None,
            }
            for each in shown
        ],
    }


async def _replayed(path: Path, options: argparse.Namespace) -> Examination:
    async with replaying(read_recording(path)) as (host, port):
        return await _examine(_target(host, port, Community(name="", secret=b"public")), options)


async def _asked(options: argparse.Namespace) -> Examination:
    return await _examine(_device(options), options)


async def _examine(target: SnmpTarget, options: argparse.Namespace) -> Examination:
    examiner = Examiner()
    try:
        if options.profile is not None:
            profile = load_profile(options.profile)
        elif options.config is not None:
            profile = load_profile(target.profile)
        else:
            profile = await examiner.choose(target) or load_profile("if-mib")
        return await examiner.examine(target, profile)
    finally:
        await examiner.close()


def _device(options: argparse.Namespace) -> SnmpTarget:
    """Return the device that is meant: by its id in an inventory, or by its address."""
    if options.config is not None:
        targets = load.load(options.config).targets
        target = targets.get(DeviceId(options.source))
        if target is None or target.snmp is None:
            raise WrongInputError(f"{options.source}: no device of the inventory polled by SNMP")
        return target.snmp
    host, port = _address(options.source)
    return _target(host, port, _community(options))


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "")
    if text.startswith("["):
        host, closed, port = text[1:].partition("]")
        host, port = host if closed else "", port.removeprefix(":")
    try:
        address = ipaddress.ip_address(host)
        number = int(port) if port else _PORT
    except ValueError:
        number = 0
    if not 1 <= number <= 65_535:
        raise WrongInputError(
            f"{text}: neither a file nor a numeric address; such as walk.snmprec, 127.0.0.1,"
            " 127.0.0.1:1161 or [::1]:1161"
        )
    return str(address), number


def _community(options: argparse.Namespace) -> Community:
    """Return what was given, or `public`; SNMPv3 and v1 are for devices of an inventory."""
    if options.community_file is None and options.community_env is None:
        return Community(name="", secret=b"public")
    vault = secrets.Vault(beside=Path(), environ=os.environ, warn=lambda _words: None)
    secret = vault.fetch(options.community_file, options.community_env, None)
    return Community(name="", secret=secret)


def _target(host: str, port: int, credential: Community) -> SnmpTarget:
    return SnmpTarget(
        device=_DEVICE,
        address=host,
        port=port,
        credential=credential,
        budget_seconds=_BUDGET_SECONDS,
    )


def _import(options: argparse.Namespace) -> int:
    """Print a profile made of a module of snmp_exporter, and what it could not take over."""
    try:
        imported = import_module(
            options.file,
            module=options.module,
            name=options.name or (options.output.stem if options.output else None),
            means=_means(options.means),
        )
        if options.output is not None:
            _write(options.output, imported)
    except (ExporterError, WrongInputError) as error:
        print(error, file=sys.stderr)
        return EXIT_WRONG_INPUT
    if options.output is None:
        print(imported.text, end="")
    for remark in imported.remarks:
        print(f"not carried over: {remark}", file=sys.stderr)
    print(f"{imported.taken} of {imported.metrics} metrics carried over", file=sys.stderr)
    return 0


def _means(given: Sequence[str]) -> Mapping[str, str]:
    means: dict[str, str] = {}
    for text in given:
        metric, _, quantity = text.partition("=")
        if quantity not in QUANTITIES:
            raise WrongInputError(f"--means {text}: must be METRIC=QUANTITY, see docs/profiles.md")
        means[metric] = quantity
    return means


def _write(path: Path, imported: Imported) -> None:
    try:
        path.write_text(imported.text, encoding="utf-8")
    except OSError as error:
        raise WrongInputError(f"{path}: {error.strerror}") from error


def _print_json(document: object) -> None:
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
    print()
