"""An issuer of tokens, and who believes it."""

from datetime import timedelta
from pathlib import Path

import pytest

from shared.access.development_issuer import DevelopmentIssuer
from shared.access.identity import read_identity
from shared.access.tokens import TokenVerifier
from tests.unit.access.tokens import NAMES_KEY


@pytest.fixture
def issuer(tmp_path: Path) -> DevelopmentIssuer:
    return DevelopmentIssuer(tmp_path / "issuer")


@pytest.fixture
def verifier(issuer: DevelopmentIssuer) -> TokenVerifier:
    return TokenVerifier(read_identity(issuer.identity_path), NAMES_KEY, reread_after=timedelta(0))
