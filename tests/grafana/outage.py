"""An outage as series: a site lost, a link down, a jammer, a device in trouble."""

from netmon.verdict import Condition

NETMON = 'job="netmon", instance="n"'
SITE = f'{NETMON}, site="s"'
DEVICE = f'{SITE}, device="d"'
END = f'{DEVICE}, interface="i"'
_RADIO = ("rsl_dbm", "tsl_dbm", "snr_decibels", "noise_floor_dbm", "modulation_order",
          "capacity_bytes_per_second")  # fmt: skip


def condition(kind: str, identity: str, condition: Condition) -> dict[str, str]:
    """Return the six series of a StateSet."""
    name = f"netmon_{kind}_condition"
    of = f'site="s", device="{identity}"' if kind == "device" else f'{kind}="{identity}"'
    return {
        f'{name}{{{NETMON}, {of}, {name}="{one}"}}': f"{int(one is condition)}x60"
        for one in Condition
    }


def _incident(identity: str, cause: str) -> dict[str, str]:
    of = f'{NETMON}, incident="{identity}"'
    return {
        f'netmon_incident_open{{{of}, cause="{cause}", severity="critical", subject_kind="link",'
        ' link="l", site="s", known=""}': "1x60",
        f'netmon_incident_info{{{of}, title="t", because="b", phase="open", condition="down",'
        ' runner_up="rain", sites_lost="s"}': "1x60",
        f"netmon_incident_opened_timestamp_seconds{{{of}}}": "60x60",
        f"netmon_incident_sites_lost{{{of}}}": "1x60",
        f"netmon_incident_dependents_lost{{{of}}}": "3x60",
        f"netmon_incident_members{{{of}}}": "5x60",
    }


def gauges(labels: str, **values: float) -> dict[str, str]:
    return {f"netmon_{name}{{{labels}}}": f"{value}x60" for name, value in values.items()}


def _counters(labels: str, **steps: int) -> dict[str, str]:
    return {f"netmon_{name}_total{{{labels}}}": f"0+{step}x60" for name, step in steps.items()}


OUTAGE = {
    f"up{{{NETMON}}}": "1x60",
    f"scrape_duration_seconds{{{NETMON}}}": "0.1x60",
    f"process_cpu_seconds_total{{{NETMON}}}": "0+1x60",
    f"process_resident_memory_bytes{{{NETMON}}}": "1e8x60",
    "prometheus_rule_evaluation_failures_total": "0x60",
    "alertmanager_notifications_failed_total": "0x60",
    'alertmanager_alerts{state="active"}': "1x60",
    f'netmon_site_info{{{SITE}, name="S", country="LT", latitude="54", longitude="25"}}': "1x60",
    f'netmon_site_info{{{NETMON}, site="t", name="T", country="LT"}}': ("1x60"),
    f'netmon_link_info{{{NETMON}, link="l", site_a="s", site_b="t", medium="microwave"}}': "1x60",
    f'netmon_interface_info{{{END}, link="l"}}': "1x60",
    f'netmon_link_capacity_bytes_per_second{{{NETMON}, link="l"}}': "1e8x60",
    f'netmon_link_up{{{NETMON}, link="l"}}': "1x30 0x30",
    **condition("site", "s", Condition.DOWN),
    **condition("site", "t", Condition.DEGRADED),
    **condition("device", "d", Condition.UNREACHABLE),
    **condition("link", "l", Condition.DOWN),
    **condition("link", "m", Condition.DEGRADED),
    **_incident("i", "jamming_like"),
    **_incident("j", "interference"),
    **gauges(
        NETMON,
        sites=24,
        devices_silent=1,
        judge_duration_seconds=0.1,
        judge_last_run_timestamp_seconds=500,
        poll_lateness_worst_seconds=0.2,
        config_last_reload_successful=1,
    ),
    **gauges(SITE, site_dependents=4),
    f"netmon_site_reachable{{{SITE}}}": "1x30 0x30",
    **gauges(
        DEVICE,
        device_uptime_seconds=100,
        device_last_answer_age_seconds=5,
        device_snmp_timeouts=0,
        device_snmp_poll_seconds=0.01,
        device_cpu_ratio=0.2,
        device_memory_ratio=0.3,
        device_temperature_celsius=31,
        device_supply_volts=48,
        device_on_battery=1,
        device_battery_ratio=0.9,
        ping_loss_ratio=0.2,
        ping_rtt_seconds=0.01,
        gnss_jamming=2,
        gnss_spoofing=0,
        clock_holdover=1,
    ),
    **gauges(END, **{f"radio_{name}": 9.0 for name in _RADIO}),
    f"netmon_radio_snr_decibels{{{END}}}": "30x50 9x10",
    **gauges(
        END,
        interface_oper_status=1,
        interface_admin_status=1,
        interface_speed_bytes_per_second=1e9,
        component_celsius=40,
    ),
    **_counters(DEVICE, ping_requests=5, ping_replies=4),
    **_counters(
        END,
        interface_in_bytes=5,
        interface_out_bytes=4,
        interface_in_errors=1,
        interface_out_discards=1,
        radio_errored_seconds=1,
        radio_severely_errored_seconds=1,
    ),
    **_counters(NETMON, poll_overruns=1, poll_skips=1),
    **_counters(f'{NETMON}, collector="snmp", outcome="ok"', poll_outcomes=5),
    **_counters(f'{NETMON}, reason="wrong_oid"', snmp_rejected=1),
    **_counters(f'{NETMON}, kind="refused"', snmp_security_events=1),
    **_counters(f'{NETMON}, cause="jamming_like", severity="critical"', incidents=1),
    f'netmon_poll_lateness_seconds_bucket{{{NETMON}, le="0.1"}}': "0+1x60",
    f'netmon_poll_lateness_seconds_bucket{{{NETMON}, le="+Inf"}}': "0+1x60",
}
