"""Mishaps: one happening of each kind that befalls equipment and lines, drawn for a network.

Ranges are those of the literature and of measured links. A kind for which a network has nothing
(no fibre, no microwave) draws nothing.
"""

from typing import Final

from netmon.simulation import events as happen
from netmon.simulation.draws import HOUR, MIN, Draw, Events
from netmon.simulation.emitters import GnssJamming, Interferer
from topology.model import Medium, Role

RADIO: Final = (Medium.MICROWAVE, Medium.SUB6)


def misalignment(draw: Draw) -> Events:
    """An antenna turned by a storm at once, or slipping for hours."""
    link = draw.link(*RADIO)
    if link is None:
        return ()
    return (
        happen.Misalignment(
            start_seconds=draw.start_seconds,
            end_seconds=draw.end(2 * HOUR, 10 * HOUR),
            link=link.id,
            loss_db=draw.between(4.0, 15.0),
            drift_seconds=draw.chance.choice((0.0, 0.0, 2 * HOUR)) / draw.pace,
        ),
    )


def transmitter(draw: Draw) -> Events:
    """A transmitter that fades, at once or slowly; a third of them compress."""
    interface = draw.end_of(*RADIO)
    if interface is None:
        return ()
    compresses = draw.chance.random() < 0.33
    return (
        happen.TransmitterFault(
            start_seconds=draw.start_seconds,
            end_seconds=draw.end(1 * HOUR, 10 * HOUR),
            interface=interface,
            drop_db=draw.between(0.5, 3.0) if compresses else draw.between(4.0, 14.0),
            drift_seconds=draw.chance.choice((0.0, 0.0, 1.5 * HOUR)) / draw.pace,
            is_told=draw.chance.random() < 0.6,
            ceiling_db=draw.between(14.0, 24.0) if compresses else None,
        ),
    )


def receiver(draw: Draw) -> Events:
    """A receiver that goes deaf."""
    interface = draw.end_of(*RADIO)
    if interface is None:
        return ()
    return (
        happen.ReceiverFault(
            start_seconds=draw.start_seconds,
            end_seconds=draw.end(1 * HOUR, 10 * HOUR),
            interface=interface,
            drop_db=draw.between(4.0, 14.0),
            noise_figure_db=draw.between(0.0, 6.0),
        ),
    )


def power(draw: Draw) -> Events:
    """Mains fail; the battery lasts for a while, and mostly not long enough."""
    battery = draw.between(10 * MIN, 1.5 * HOUR) / draw.pace
    return (
        happen.PowerLoss(
            start_seconds=draw.start_seconds,
            end_seconds=draw.end(1 * HOUR, 4 * HOUR),
            site=draw.site(Role.BORDER_POST, Role.SENSOR, Role.RELAY),
            battery_seconds=battery,
        ),
    )


def fibre_cut(draw: Draw) -> Events:
    """An excavator hits a duct with all that lies in it."""
    link = draw.link(Medium.FIBRE)
    if link is None:
        return ()
    network = draw.border.network
    together = {each for srlg in link.srlgs for each in network.srlgs[srlg]} | {link.id}
    return (
        happen.FibreCut(
            start_seconds=draw.start_seconds,
            end_seconds=draw.end(1 * HOUR, 8 * HOUR),
            links=tuple(sorted(together)),
        ),
    )


def congestion(draw: Draw) -> Events:
    """More than a link carries wants over it."""
    link = draw.link()
    if link is None:
        return ()
    return (
        happen.Load(
            start_seconds=draw.start_seconds,
            end_seconds=draw.end(20 * MIN, 3 * HOUR),
            link=link.id,
            extra_ratio=draw.between(0.85, 1.6),
            ramp_seconds=draw.between(1 * MIN, 15 * MIN) / draw.pace,
        ),
    )


def flood(draw: Draw) -> Events:
    """A flood of small packets in one direction."""
    link = draw.link()
    if link is None:
        return ()
    return (
        happen.Load(
            start_seconds=draw.start_seconds,
            end_seconds=draw.end(10 * MIN, 2 * HOUR),
            link=link.id,
            out_of=draw.chance.choice(link.ends),
            extra_ratio=draw.between(0.9, 2.0),
            packet_octets=draw.between(60.0, 110.0),
            cpu_ratio=draw.between(0.2, 0.6),
        ),
    )


def configuration(draw: Draw) -> Events:
    """Somebody sets a link anew, in working hours, and leaves it so."""
    link = draw.link(Medium.MICROWAVE)
    if link is None:
        return ()
    return (
        happen.ConfigurationChange(
            start_seconds=draw.start_seconds,
            end_seconds=draw.end(4 * HOUR, 12 * HOUR),
            link=link.id,
            tsl_db=draw.chance.choice((-9.0, -6.0, -4.0, 0.0)),
            frequency_hz=draw.chance.choice((0.0, 28e6, 56e6)),
            width_ratio=draw.chance.choice((1.0, 0.5, 2.0)),
            restart_seconds=draw.between(20.0, 90.0) / draw.pace,
        ),
    )


def interference(draw: Draw) -> Events:
    """Somebody else on the channel of one receiver, half of them by day only."""
    interface = draw.end_of(Medium.SUB6, Medium.MICROWAVE, Medium.LTE, Medium.TETRA)
    if interface is None:
        return ()
    by_day = draw.pace == 1.0 and draw.chance.random() < 0.5
    return (
        Interferer(
            start_seconds=draw.start_seconds,
            end_seconds=draw.end(1 * HOUR, 14 * HOUR),
            interface=interface,
            rise_db=draw.between(3.0, 18.0),
            works_by_day=by_day,
        ),
    )


def sync(draw: Draw) -> Events:
    """Satellite navigation jammed over a region, for longer than the clocks hold."""
    site = draw.border.network.sites[draw.site(Role.BORDER_POST)]
    return (
        GnssJamming(
            start_seconds=draw.start_seconds,
            end_seconds=draw.end(2 * HOUR, 8 * HOUR),
            position=site.position,
            radius_m=draw.between(15e3, 60e3),
            holdover_seconds=draw.between(40 * MIN, 3 * HOUR) / draw.pace,
            rise_db=draw.between(4.0, 12.0),
        ),
    )


def upstream(draw: Draw) -> Events:
    """A leased line that carries nothing, or half."""
    link = draw.link(Medium.FIBRE, Medium.VSAT)
    if link is None:
        return ()
    return (
        happen.UpstreamLoss(
            start_seconds=draw.start_seconds,
            end_seconds=draw.end(10 * MIN, 3 * HOUR),
            links=(link.id,),
            loss_ratio=draw.chance.choice((1.0, 1.0, 0.3)),
        ),
    )


def reboot(draw: Draw) -> Events:
    """A device starts anew."""
    device = draw.chance.choice(list(draw.border.network.devices))
    end = draw.end(1.5 * MIN, 6 * MIN)
    return (happen.Reboot(start_seconds=draw.start_seconds, end_seconds=end, device=device),)


def counter_reset(draw: Draw) -> Events:
    """A device's counters begin anew."""
    device = draw.chance.choice(list(draw.border.network.devices))
    end = draw.start_seconds + 1.0
    return (happen.CounterReset(start_seconds=draw.start_seconds, end_seconds=end, device=device),)


def maintenance(draw: Draw) -> Events:
    """Planned work at a site."""
    end = draw.end(30 * MIN, 3 * HOUR)
    site = draw.site(Role.SENSOR, Role.BORDER_POST)
    return (happen.Maintenance(start_seconds=draw.start_seconds, end_seconds=end, site=site),)
