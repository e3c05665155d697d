"""What the person who asks may do in this service, and why not the rest: the access policies as one role sees them."""

from typing import Any

from fastapi import APIRouter

from shared.access.actions import own, team_of
from shared.access.conditions import explained
from shared.access.policy import AccessPolicy
from shared.domain.access_facts import NOTHING
from shared.domain.actors import Actor
from shared.web.dependencies import CurrentAccess, CurrentActor, OwnName

router = APIRouter(tags=["access"])


@router.get("/access")
async def what_may_i_do(who: CurrentActor, policy: CurrentAccess, service: OwnName) -> dict[str, Any]:
    """What you may do here and in no one team: always, if something is so, or not, and then why not.

    It looks at no record, so that it is not written down as a look.
    """
    actions = sorted(one for one in policy.actions if own(one, service) or not team_of(one))
    return {
        "role": who.role,
        "agency": who.agency,
        "organisation": who.organisation,
        "actions": [_of(policy, who, action) for action in actions],
    }


def _of(policy: AccessPolicy, who: Actor, action: str) -> dict[str, Any]:
    condition = explained(policy.row(who.role, action))
    if condition is None:
        refused = policy.may(who, action, NOTHING)
        return {"action": action, "may": "no", "rules": refused.rules, "why": refused.why}
    if not who.within_limits(action):
        return {"action": action, "may": "no", "rules": ("E9",), "why": "This program was not given that."}
    return {"action": action, "may": "if", "if": condition} if condition else {"action": action, "may": "yes"}
