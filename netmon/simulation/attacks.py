"""Attacks: jammers of every kind drawn for a network, so that at least one receiver feels them.

EIRP 10 … 60 dBm, obstruction 0 … 40 dB. A spot jammer covers one channel, a barrage many; a moving
one passes by. What is said of it all is "jamming-like": the pattern, never an intent.
"""

from typing import Final

from netmon.simulation.draws import MIN, Draw
from netmon.simulation.emitters import Jammer, JammerKind
from netmon.simulation.jamming import heard_dbm
from netmon.simulation.receivers import Receiver, Receivers
from topology.geometry import destination
from topology.model import Carrier, Medium, Position

TRIES: Final = 40
FELT_DB: Final = -6.0  # against the noise floor: the noise rises by 1 dB (ITU-R F.758)
DEVELOPMENT: Final = (  # the one that is left out is for tests only
    JammerKind.CONSTANT, JammerKind.PULSED, JammerKind.REACTIVE, JammerKind.SWEEP,
)  # fmt: skip
ALL: Final = tuple(JammerKind)
_WEIGHT: Final = {Medium.SUB6: 4.0, Medium.LTE: 3.0, Medium.TETRA: 2.0, Medium.VSAT: 0.5}


def attack(draw: Draw, receivers: Receivers, kinds: tuple[JammerKind, ...]) -> Jammer | None:
    """Return a jammer that some receiver feels; None if none was found in many tries."""
    if not receivers.each:
        return None
    weights = [_WEIGHT.get(one.link.medium, 1.0) for one in receivers.each]
    for _ in range(TRIES):
        (victim,) = draw.chance.choices(receivers.each, weights)
        jammer = _drawn(draw, victim, draw.chance.choice(kinds))
        places = (jammer.position, *jammer.track)
        if max(heard_dbm(victim, jammer, at) for at in places) - victim.noise_dbm >= FELT_DB:
            return jammer
    return None


def _drawn(draw: Draw, victim: Receiver, kind: JammerKind) -> Jammer:
    chance = draw.chance
    is_narrow = victim.radio.antenna.beamwidth_deg < 40
    off_deg = chance.gauss(0.0, 8.0) if is_narrow else chance.uniform(-180.0, 180.0)
    metres = draw.between(0.5e3, 18e3)
    at = destination(victim.position, victim.azimuth_deg + off_deg, metres)
    track: tuple[Position, ...] = ()
    if chance.random() < 0.25:  # a vehicle or a drone that passes by
        heading, way = chance.uniform(0.0, 360.0), draw.between(8e3, 30e3)
        track = (at, destination(at, heading, way / 2))
        at = destination(at, heading + 180.0, way / 2)
    is_barrage = kind is JammerKind.SWEEP or chance.random() < 0.5
    width_hz = max(victim.carrier.width_hz, 1e6)
    shift_hz = 0.0
    if is_barrage:
        shift_hz = chance.uniform(-0.5, 0.5) * width_hz * 2
        width_hz *= draw.between(4.0, 10.0)
    duty, period = 1.0, 0.01
    if kind is JammerKind.PULSED:
        duty, period = draw.between(0.01, 0.5), 10 ** draw.between(-3.0, 0.3)
    if kind is JammerKind.PROTOCOL_AWARE:
        duty, period = draw.between(0.02, 0.08), 0.01
    if kind is JammerKind.SWEEP:
        period = draw.between(0.5, 60.0)
    return Jammer(
        start_seconds=draw.start_seconds,
        end_seconds=draw.end(5 * MIN, 120 * MIN),
        position=at,
        track=track,
        eirp_dbm=draw.between(10.0, 60.0),
        obstruction_db=draw.between(0.0, 40.0) * chance.random(),
        carrier=Carrier(frequency_hz=victim.carrier.frequency_hz + shift_hz, width_hz=width_hz),
        kind=kind,
        duty_ratio=min(duty, 1.0),
        period_seconds=period,
        spot_hz=victim.carrier.width_hz / 2,
    )
