"""How many plans went before: a number, or here and elsewhere apart."""

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0, le=100, strict=True)]


class PlansBefore(BaseModel):
    """Earlier child protection plans of the child, here and elsewhere apart."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    here: Count
    elsewhere: Count


Plans: TypeAlias = Count | PlansBefore
"""A number, or `{here, elsewhere}`."""


def together(plans: int | PlansBefore) -> int:
    """How many went before, wherever they were."""
    return plans if isinstance(plans, int) else plans.here + plans.elsewhere
