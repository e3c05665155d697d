"""An embedded stack of the benchmarks' own, with contacts to write to."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from deploy.local.supervisor import Stack
from tests.benchmarks.append_ours import MESSAGE, RECEIVE

COMMAND = "mash.InformReferrer"
PATIENCE = 30.0
_SOCIAL_CARE = "childrens_social_care"


@asynccontextmanager
async def running(services: Sequence[str] | None = None) -> AsyncIterator[Stack]:
    """The services with PostgreSQL and the embedded broker, on the real clock; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="safeguarding-bench-") as name:
        async with Stack(Path(name) / "stack", services, simulated_clock=False) as stack:
            if "people" in stack.urls:
                await _sign_in(stack)
            yield stack


async def _sign_in(stack: Stack) -> None:
    """As a person does before they work: until then a service asks for their id at each request."""
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
        headers = {"Authorization": f"Bearer {token(stack)}"}
        (await client.post(f"{stack.urls['people']}/sign-in", headers=headers)).raise_for_status()


def token(stack: Stack) -> str:
    """Of a manager of the front door."""
    return stack.layout.issuer.token("Ana Lim", "mash_manager", _SOCIAL_CARE)


async def contacts(stack: Stack, count: int) -> list[str]:
    """So many contacts, each about a child of its own: their ids.

    Raises:
        TimeoutError: the front door does not hear of the children.
    """
    clerk = stack.layout.issuer.token("Sam Cole", "business_support", _SOCIAL_CARE)
    asked = RECEIVE.model_dump(mode="json", exclude={"about", "re", "happened", "known"})
    async with httpx.AsyncClient(timeout=20, trust_env=False) as client:

        async def send(service: str, command: str, who: str, body: dict[str, Any]) -> httpx.Response:
            return await client.post(
                f"{stack.urls[service]}/commands/{command}",
                json=body,
                headers={"Authorization": f"Bearer {who}"},
            )

        async def one(number: int) -> str:
            registered = await send(
                "people",
                "people.RegisterPerson",
                clerk,
                {"with": {"kind": "child", "name": f"Kit Test {number}", "born": "2017-02-11"}},
            )
            child = registered.raise_for_status().json()["id"]
            until = time.monotonic() + PATIENCE
            while True:
                received = await send(
                    "mash", "mash.ReceiveContact", token(stack), {"about": [child], "with": asked}
                )
                if received.status_code == 200:
                    return str(received.json()["id"])
                if received.status_code != 404 or time.monotonic() > until:
                    raise TimeoutError(f"the front door takes no contact: {received.text}")
                await asyncio.sleep(0.1)

        found: list[str] = []
        for first in range(0, count, 16):
            found += await asyncio.gather(*map(one, range(first, min(first + 16, count))))
        return found


def body(contact: str) -> dict[str, Any]:
    """Word to the referrer of a contact."""
    return {"re": contact, "with": {"message": MESSAGE, "outcome": False}}
