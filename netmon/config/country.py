"""Countries: ISO 3166-1 alpha-2 codes, and the slips people make with them."""

from typing import Final

_CODES: Final = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
    EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
    HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
    TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    XK
"""
CODES: Final = frozenset(_CODES.split())  # XK: user-assigned for Kosovo, in common use by EU bodies

# The EU's own codes, and languages or number plates taken for countries.
SLIPS: Final = {
    "EL": "GR",
    "UK": "GB",
    "EN": "GB",
    "EST": "EE",
    "LTU": "LT",
    "LVA": "LV",
    "POL": "PL",
    "FIN": "FI",
    "NOR": "NO",
    "SVK": "SK",
    "HUN": "HU",
    "ROU": "RO",
    "BGR": "BG",
    "GRC": "GR",
    "DEU": "DE",
    "UKR": "UA",
}

# South, west, north and east of the European part of a country, rounded outwards to degrees: only
# to notice that latitude and longitude were swapped, never to say where a country ends.
_EXTENTS: Final = {
    "AL": (39, 19, 43, 22), "AT": (46, 9, 50, 18), "BA": (42, 15, 46, 20), "BE": (49, 2, 52, 7),
    "BG": (41, 22, 45, 29), "BY": (51, 23, 57, 33), "CH": (45, 5, 48, 11), "CY": (34, 32, 36, 35),
    "CZ": (48, 12, 52, 19), "DE": (47, 5, 56, 16), "DK": (54, 8, 58, 16), "EE": (57, 21, 60, 29),
    "ES": (35, -10, 44, 5), "FI": (59, 19, 71, 32), "FR": (41, -6, 52, 10), "GB": (49, -9, 61, 2),
    "GR": (34, 19, 42, 30), "HR": (42, 13, 47, 20), "HU": (45, 16, 49, 23), "IE": (51, -11, 56, -5),
    "IS": (63, -25, 67, -13), "IT": (35, 6, 48, 19), "LT": (53, 20, 57, 27), "LU": (49, 5, 51, 7),
    "LV": (55, 20, 59, 29), "MD": (45, 26, 49, 31), "ME": (41, 18, 44, 21), "MK": (40, 20, 43, 24),
    "MT": (35, 14, 37, 15), "NL": (50, 3, 54, 8), "NO": (57, 4, 72, 32), "PL": (49, 14, 55, 25),
    "PT": (36, -10, 43, -6), "RO": (43, 20, 49, 30), "RS": (42, 18, 47, 24), "SE": (55, 10, 70, 25),
    "SI": (45, 13, 47, 17), "SK": (47, 16, 50, 23), "UA": (44, 22, 53, 41), "XK": (41, 20, 44, 22),
}  # fmt: skip


def seems_swapped(code: str, latitude_deg: float, longitude_deg: float) -> bool:
    """Whether a position lies outside the country, and inside it with its two numbers swapped."""
    if code not in _EXTENTS:
        return False
    south, west, north, east = _EXTENTS[code]

    def is_inside(latitude: float, longitude: float) -> bool:
        return south <= latitude <= north and west <= longitude <= east

    return is_inside(longitude_deg, latitude_deg) and not is_inside(latitude_deg, longitude_deg)


def checked(code: str) -> str:
    """Return the code, or raise ValueError that says what would be right."""
    if code in CODES:
        return code
    upper = code.upper()[:3]
    right = SLIPS.get(upper, upper if upper in CODES else "")
    hint = f" - did you mean {right!r}?" if right else ", such as EE or NO"
    raise ValueError(f"must be an ISO 3166-1 alpha-2 country code{hint}")
