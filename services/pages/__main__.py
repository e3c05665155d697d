"""Run the pages: `python -m services.pages`."""

import secrets
import sys

import uvicorn
import uvloop
from pydantic import ValidationError

from services.pages.composition import pages_of_teams, schemas
from services.pages.settings import PagesSettings
from shared.access.identity import IdentityWrong, read_identity
from shared.access.tokens import TokenVerifier
from shared.crypto.secret_files import KEY_BYTES, UnsafeSecret, read_secret
from shared.infrastructure.logs import configure
from shared.pages.site import Site, SiteSettings


def main() -> int:
    """Serve until told to stop. Answers 2 where a setting is missing or wrong."""
    try:
        settings = PagesSettings()  # from the environment
        configure("pages", settings.log_level)
        # The pages read who a token stands for, and need no professional's id: so they have no key of the ids.
        verifier = TokenVerifier(read_identity(settings.identity), secrets.token_bytes(KEY_BYTES))
        site = Site(_site(settings), verifier, pages_of_teams(), schemas())
    except ValidationError as error:
        missing = ", ".join(f"SAFEGUARDING_PAGES_{str(each['loc'][0]).upper()}" for each in error.errors())
        print(f"the pages cannot start: missing or wrong: {missing}", file=sys.stderr)
        return 2
    except (IdentityWrong, UnsafeSecret) as error:
        print(error, file=sys.stderr)
        return 2
    config = uvicorn.Config(
        site.application(),
        host=settings.host,
        port=settings.port,
        ws="none",
        log_config=None,
        access_log=False,  # a URL names a child
        timeout_graceful_shutdown=1,
        server_header=False,
    )
    server = uvicorn.Server(config)
    uvloop.run(server.serve())
    return 0 if server.started else 1


def _site(settings: PagesSettings) -> SiteSettings:
    return SiteSettings(
        service=settings.service,
        dsn=settings.dsn.get_secret_value(),
        key=read_secret(settings.key),
        teams=settings.services,
        provider_url=settings.provider,
        client=settings.client,
        client_secret=settings.client_secret.get_secret_value(),
        origin=settings.origin,
    )


if __name__ == "__main__":
    sys.exit(main())
