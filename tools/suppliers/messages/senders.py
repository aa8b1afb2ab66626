"""Who sent a message: an address we know, one that imitates it, or a stranger.

Only the address that the transport reports counts. A name, a signature or a logo proves nothing,
and an address that differs from a known one by a letter is a warning.
"""

from __future__ import annotations

from email.utils import parseaddr

import pandas as pd
from rapidfuzz.distance import DamerauLevenshtein

from tools.suppliers.messages.cleaning import normalise
from tools.text import Text

MAX_SLIPS = 2


def identify(sender: str, suppliers: pd.DataFrame) -> tuple[str, list[Text]]:
    """Code of the supplier with this address (empty for a stranger), and what to beware of.

    `suppliers` is `frames.suppliers`.
    """
    address = address_of(sender)
    if not address:
        return "", []
    known = {
        str(a).strip().lower(): str(code)
        for code, addresses in suppliers["addresses"].items()
        for a in (addresses or [])
    }
    if address in known:
        return known[address], []
    plain = normalise(address)[0]
    domain = plain.rpartition("@")[2]
    for other, code in known.items():
        known_domain = other.rpartition("@")[2]
        if plain == other or (
            domain != known_domain
            and DamerauLevenshtein.distance(domain, known_domain) <= MAX_SLIPS
            and len(known_domain) > 6
        ):
            name = suppliers.loc[code]
            return "", [
                Text(
                    f"The sender's address {address} looks like one of {name['name_en']} but is "
                    "not: treat it as a stranger and check by phone.",
                    f"发件地址 {address} 与{name['name_zh']}的地址相似但并不相同，"
                    "请视为陌生人并电话核实。",
                )
            ]
        if domain == known_domain:
            name = suppliers.loc[code]
            return "", [
                Text(
                    f"{address} is not a known address of {name['name_en']}, though the domain is.",
                    f"{address} 不是{name['name_zh']}的已知地址，但域名一致。",
                )
            ]
    return "", [
        Text(f"{address} belongs to no known supplier.", f"{address} 不属于任何已知供应商。")
    ]


def address_of(sender: str) -> str:
    """The address in `Name <address>`, in lower case; empty when there is none."""
    address = parseaddr(sender)[1].strip().lower()
    return address if "@" in address else ""
