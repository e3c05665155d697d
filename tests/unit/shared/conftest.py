"""An issuer of tokens, and who believes it."""

from datetime import timedelta
from pathlib import Path

import pytest

from shared.development_issuer import DevelopmentIssuer
from shared.identity import TokenVerifier
from tests.unit.shared.tokens import NAMES_KEY


@pytest.fixture
def issuer(tmp_path: Path) -> DevelopmentIssuer:
    return DevelopmentIssuer(tmp_path / "issuer")


@pytest.fixture
def verifier(issuer: DevelopmentIssuer) -> TokenVerifier:
    return TokenVerifier(
        issuer.issuer, issuer.audience, issuer.jwks_path, NAMES_KEY, reread_after=timedelta(0)
    )
