"""The settings of a service as a table, and their place in the page for whoever installs it."""

from typing import Any, Final

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from deploy.generate.markdown import between
from shared.service.settings import PREFIX, Settings

BEGIN: Final = "<!-- settings: made by `make generate`, do not edit -->"
END: Final = "<!-- end of settings -->"


def settings_table() -> str:
    """One row a setting: its variable, its default, and what it is for."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_default(field)} | {_cell(field.description or '')} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(("| setting | default | |", "|---|---|---|", *rows))


def with_settings(page: str) -> str:
    """The page with the table of today between its two marks. Raises NoPlace where they are not there once each."""
    return between(page, BEGIN, END, settings_table())


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    value: Any = field.default
    if value is None or value == "" or isinstance(value, SecretStr):
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _cell(text: str) -> str:
    """The text as a cell shows it: Markdown would take `<service>` for a tag and `|` for the cell's end."""
    return text.replace("<", "\\<").replace("|", "\\|")
