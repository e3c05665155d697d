"""Settings of one service's process, from the environment: `SAFEGUARDING_<SERVICE>_<NAME>`, else `SAFEGUARDING_<NAME>`.

The first form lets `python -m services all` give each service its own database and port in one process.
"""

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.infrastructure.networks import in_the_clear, is_here
from shared.messaging.client import KafkaConnection

PREFIX = "SAFEGUARDING_"


class BadSettings(Exception):
    """A setting is missing or wrong; the message names it and says what it is for, and repeats no value."""


class Settings(BaseSettings):
    """What a service needs to run. Every field is an environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", hide_input_in_errors=True)

    private_network: bool = Field(
        False,
        description="the way to PostgreSQL and Kafka is encrypted by other means; else nothing off this machine is "
        "spoken to without TLS",
    )
    dsn: SecretStr = Field(description="PostgreSQL DSN of the service's own role")
    views_dsn: SecretStr = Field(
        description="PostgreSQL DSN of the role that owns and fills the service's read tables"
    )
    reader_dsn: SecretStr | None = Field(
        None, description="PostgreSQL DSN of the role that reads children's records: the chronology needs one"
    )
    kafka: str = Field(description="bootstrap servers of the broker, host:port")
    broker: Literal["embedded", "kafka"] = Field(
        "kafka", description="embedded: memory only, started by the local stack"
    )
    kafka_user: str | None = Field(
        None, description="the service's own user there (SCRAM-SHA-512); the embedded broker asks nobody"
    )
    kafka_password: SecretStr = Field(SecretStr(""), description="that user's password")
    kafka_tls: bool = Field(
        False,
        description="encrypt, and check the brokers' certificates: on every network",
        validate_default=True,
    )
    keys: Path = Field(description="the service's key store file")
    master_key: Path = Field(description="file with the 32-byte master key that wraps the store's keys")
    transport_keys: Path = Field(description="directory of the topics' transport keys")
    names_key: Path = Field(
        description="file with the 32-byte key of professionals' ids, the same for every service"
    )
    signing_key: Path = Field(description="file with the 32-byte key that signs the log's checkpoints")
    checkpoint_keys: Path = Field(description="directory of all services' public keys, <service>.pub each")
    identity: Path = Field(description="file of who may sign tokens and what they mean (identity.yaml)")
    access: Path | None = Field(
        None, description="folder of the council's own access policies, beside those that come with it"
    )
    policy: Path | None = Field(
        None,
        description="folder of the council's own policy data: figures of its rules, indicators, directory",
    )
    simulated_clock: bool = Field(
        False, description="a clock that the operator moves: for demonstrations and tests"
    )
    host: str = Field("127.0.0.1", description="address to listen on; TLS is ended before it")
    port: int = Field(8080, description="port to listen on")
    instance: str = Field("0", description="this process among those of the service: a stable number or name")
    traces: float = Field(0.0, ge=0.0, le=1.0, description="share of commands that are traced, 0 to 1")
    traces_to: str = Field(
        "", description="where traces go: the URL of a collector (OTLP over HTTP), or a file; empty: nowhere"
    )
    pool: int = Field(8, description="most database connections for reading")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR; logs are lines of JSON")

    @field_validator("dsn", "views_dsn", "reader_dsn")
    @classmethod
    def _encrypted_off_this_machine(cls, dsn: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """Refuse what somebody between here and there could read or answer in the database's place."""
        if dsn is None or info.data.get("private_network"):
            return dsn
        if in_the_clear(dsn.get_secret_value()):
            raise ValueError(
                "the server is not on this machine: add sslmode=verify-full, and sslrootcert=FILE where its certificate "
                f"is the council's own; where the network itself is encrypted, say {PREFIX}PRIVATE_NETWORK=true"
            )
        return dsn

    @field_validator("kafka_tls")
    @classmethod
    def _encrypted_to_brokers(cls, tls: bool, info: ValidationInfo) -> bool:
        """The same of the brokers: whoever listens would have the passwords' proofs and every open part."""
        away = [
            each for each in info.data.get("kafka", "").split(",") if not is_here(each.rpartition(":")[0])
        ]
        if away and not tls and not info.data.get("private_network"):
            raise ValueError(
                "the brokers are not on this machine: say true; where the network itself is encrypted, say "
                f"{PREFIX}PRIVATE_NETWORK=true"
            )
        return tls

    @property
    def brokers(self) -> KafkaConnection:
        """Where Kafka is, and as whom the service connects."""
        return KafkaConnection(self.kafka, self.kafka_user, self.kafka_password, self.kafka_tls)

    @classmethod
    def of(cls, service: str) -> Self:
        """The settings of one service.

        Raises:
            BadSettings: one is missing or wrong.
        """
        own = f"{PREFIX}{service.upper()}_"
        fields = {
            name: os.environ[own + name.upper()]
            for name in cls.model_fields
            if own + name.upper() in os.environ
        }
        try:
            return cls.model_validate({**cls._common(), **fields})
        except ValidationError as error:
            lines = [
                f"{PREFIX}{str(problem['loc'][0]).upper()}: {problem['msg']} "
                f"({cls.model_fields[str(problem['loc'][0])].description or 'see docs'})"
                for problem in error.errors(include_input=False, include_url=False)
            ]
            raise BadSettings(f"the {service} service cannot start:\n  " + "\n  ".join(lines)) from None

    @classmethod
    def _common(cls) -> dict[str, str]:
        return {
            name: os.environ[PREFIX + name.upper()]
            for name in cls.model_fields
            if PREFIX + name.upper() in os.environ
        }
