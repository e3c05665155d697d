"""Markdown as the generated pages have it."""

from collections.abc import Iterable, Sequence
from typing import Final

MADE: Final = "<!-- Made by `make generate` from the code: do not edit. -->"
"""The first line of a page of which nothing is written by hand."""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a `|` in a cell would end it, so it is written as a stroke."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def between(page: str, begin: str, end: str, made: str) -> str:
    """The page with what is made between two lines of it that mark the place.

    Raises:
        NoPlace: the marks are not there once each, in that order.
    """
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(end) < page.index(begin):
        raise NoPlace(f"what is made goes between a line `{begin}` and a line `{end}`: put both back once")
    head, _, rest = page.partition(begin)
    return f"{head}{begin}\n{made}\n{end}{rest.partition(end)[2]}"


class NoPlace(ValueError):
    """The page does not say where something made goes."""
