"""Settings of the pages' process, from the environment: `SAFEGUARDING_PAGES_<NAME>`."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class PagesSettings(BaseSettings):
    """What the pages need to run. Every field is an environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(
        env_prefix="SAFEGUARDING_PAGES_", extra="ignore", hide_input_in_errors=True
    )

    dsn: SecretStr = Field(description="PostgreSQL DSN of the pages' own role, whose schema is its own too")
    key: Path = Field(description="file with 32 bytes that sessions and drafts are sealed with")
    identity: Path = Field(
        description="file of who may sign tokens and what they mean, the same as the services'"
    )
    services: dict[str, str] = Field(
        description='base URL of each team\'s API, as JSON: {"mash": "http://..."}'
    )
    provider: str = Field(description="URL of the OpenID provider that people sign in at")
    client: str = Field("safeguarding-pages", description="what the pages are called there")
    client_secret: SecretStr = Field(
        SecretStr(""), description="what they prove it with; empty: a public client"
    )
    origin: str = Field(
        description="the pages' own address as browsers see it, as https://safeguarding.example"
    )
    service: str = Field("Safeguarding", description="what the council calls these pages")
    host: str = Field("127.0.0.1", description="address to listen on; TLS is ended before it")
    port: int = Field(8090, description="port to listen on")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR; logs are lines of JSON")
