"""The reference by which another organisation knows what it sent us: a number of theirs, and no key of ours."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.fields import ShortText


class ExternalReference(BaseModel):
    """Whose system it is of, the value there, and which revision of it was sent. Sealed wherever it is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    system: ShortText = Field(repr=False)
    value: ShortText = Field(repr=False)
    revision: Annotated[int, Field(ge=1, le=10_000, strict=True)] | None = None

    @property
    def in_words(self) -> str:
        """As a page shows it: `NICHE 101/2026/77, revision 2`."""
        revision = f", revision {self.revision}" if self.revision is not None else ""
        return f"{self.system} {self.value}{revision}"
