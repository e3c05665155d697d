"""An OpenID provider that nobody here wrote (npm's `oidc-provider`): fetched once by npm, run by node for as long as a test."""

import fcntl
import json
import os
import shutil
import ssl
import subprocess
import time
import urllib.request
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OLDEST_NODE = 18
FETCHING = 120.0  # seconds
STARTING = 20.0  # seconds


@cache
def why_provider_cannot_run() -> str | None:
    """What is missing here, in a sentence; None when nothing is. May fetch the packages: 3 MB, some seconds, once."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return f"node and npm are not here: install Node.js {OLDEST_NODE} or later"
    said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    if int(said.removeprefix("v").partition(".")[0] or 0) < OLDEST_NODE:
        return f"node is {said.strip()}: install Node.js {OLDEST_NODE} or later"
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, folder)
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            try:
                done = subprocess.run(
                    command, cwd=folder, capture_output=True, text=True, timeout=FETCHING, check=False
                )
            except subprocess.TimeoutExpired:
                return f"npm did not fetch oidc-provider within {FETCHING:.0f} s"
            if done.returncode != 0:
                return f"npm could not fetch oidc-provider: {(done.stderr or 'it said nothing')[-300:]}"
            (folder / "complete").touch()
    return None


def _folder() -> Path:
    above = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    version = json.loads((HERE / "package.json").read_text())["dependencies"]["oidc-provider"]
    return above / "safeguarding" / f"oidc-provider-{version}"


class Provider:
    """The provider as one process on a port of this machine, over https under a certificate of its own."""

    def __init__(self, port: int, certificate: Path, audience: str) -> None:
        self.issuer = f"https://127.0.0.1:{port}"
        self.audience = audience
        self._port = port
        self._certificate = certificate
        self._process: subprocess.Popen[str] | None = None

    def start(self, keys: list[Any], claims: dict[str, dict[str, Any]]) -> None:
        """Run it with these private keys, the first of which signs; `claims` are what tokens of each client say more."""
        program = _folder() / "provider.mjs"
        shutil.copy(HERE / "provider.mjs", program)  # beside its packages, where node looks for them
        given = {
            "issuer": self.issuer,
            "port": self._port,
            "certificate": self._certificate.read_text(),
            "keys": [key.as_dict(private=True) | {"use": "sig", "alg": "RS256"} for key in keys],
            "audience": self.audience,
            "clients": [
                {
                    "client_id": client,
                    "client_secret": "only for tests",
                    "grant_types": ["client_credentials"],
                    "redirect_uris": [],
                    "response_types": [],
                    "token_endpoint_auth_method": "client_secret_post",
                }
                for client in claims
            ],
            "claims": claims,
        }
        self._process = subprocess.Popen(
            ["node", str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=program.parent,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(given))
        self._process.stdin.close()
        until = time.monotonic() + STARTING
        while not self._answers():
            assert self._process.poll() is None, "the provider ended"
            assert time.monotonic() < until, "the provider does not answer"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return bool(self._asked("/.well-known/openid-configuration"))
        except OSError:
            return False

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def token(self, client: str) -> str:
        """An access token by the client credentials grant."""
        asked = f"grant_type=client_credentials&client_id={client}&client_secret=only+for+tests"
        return str(self._asked("/token", asked.encode())["access_token"])

    def _asked(self, path: str, body: bytes | None = None) -> dict[str, Any]:
        context = ssl.create_default_context(cafile=str(self._certificate))
        with urllib.request.urlopen(f"{self.issuer}{path}", body, timeout=5, context=context) as answer:
            return dict(json.load(answer))
