"""The figures as a picture: how much of its aim each reaches, as bars in an SVG that can be read aloud."""

from collections.abc import Sequence
from html import escape

from tests.benchmarks.figures import Figure

_WIDTH, _LEFT, _ROW, _TOP = 1000, 40, 46, 78
_AIM_AT = 420
"""Pixels from the left edge of the bars to the line where the aim is."""
_LONGEST = 2.2
"""Times the aim at which a bar ends; beyond, its figure says it."""
_INK, _PALE, _MET, _MISSED = "#0b0c0c", "#505a5f", "#00703c", "#b45309"


def picture(figures: Sequence[Figure], title: str) -> str:
    """An SVG with one bar a figure that has an aim; the line is the aim, and beyond it is better."""
    told = [figure for figure in figures if figure.aim is not None]
    height = _TOP + _ROW * len(told) + 30
    description = ". ".join(
        f"{figure.name}: {figure.in_words()}, aim {figure.aim_in_words()}, {'met' if figure.met else 'missed'}"
        for figure in told
    )
    line = _LEFT + _AIM_AT
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
            f'aria-labelledby="title description" font-family="system-ui, sans-serif">'
        ),
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(description)}.</desc>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(_LEFT, 30, title, size=20, weight="bold"),
        _text(
            _LEFT,
            52,
            "Each bar is how much of its aim a figure reaches: at the line it is met, beyond it is better.",
        ),
        _text(line, _TOP - 8, "aim", anchor="middle", size=12, fill=_PALE),
    ]
    for number, figure in enumerate(told):
        top = _TOP + number * _ROW
        length = min(figure.reach, _LONGEST) * _AIM_AT
        verdict = "met" if figure.met else "missed"
        parts += [
            _text(_LEFT, top + 14, figure.name, size=13),
            (
                f'<rect x="{_LEFT}" y="{top + 19}" width="{length:.1f}" height="16" '
                f'fill="{_MET if figure.met else _MISSED}"{_open_end(figure)}/>'
            ),
            # Beyond the end of a short bar, within a long one: always beside its end.
            _label(_LEFT + length, top + 32, f"{figure.in_words()}, aim {figure.aim_in_words()}: {verdict}"),
        ]
    bottom = _TOP + _ROW * len(told)
    parts += [
        (
            f'<line x1="{line}" y1="{_TOP - 4}" x2="{line}" y2="{bottom}" stroke="{_INK}" stroke-width="1.5" '
            'stroke-dasharray="4 3"/>'
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _open_end(figure: Figure) -> str:
    """A bar that is cut ends in a rounded corner."""
    return ' rx="3"' if figure.reach <= _LONGEST else ""


def _label(end: float, y: float, words: str) -> str:
    if end > _WIDTH / 2:
        return _text(end - 8, y, words, anchor="end", size=12, fill="#ffffff")
    return _text(end + 8, y, words, size=12)


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = 13,
    weight: str = "normal",
    anchor: str = "start",
    fill: str = _INK,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{fill}">{escape(words)}</text>'
    )
