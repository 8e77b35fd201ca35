"""Visible: words of files and servers as a terminal may be given them."""


def visible(words: str) -> str:
    """Return words of others without what a terminal would obey; lines stay lines."""
    return "".join(each if each.isprintable() or each == "\n" else "\ufffd" for each in words)
