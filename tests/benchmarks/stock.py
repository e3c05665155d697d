"""The peer: an application of the public `eventsourcing` library on PostgreSQL, with its cipher on.

Only for processes that measure nothing else: importing the library changes `dataclasses` for all that share them.
"""

import os
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.cryptography import AESCipher
from eventsourcing.domain import Aggregate, event


class Contact(Aggregate):
    """A contact, as its tutorial would write it."""

    @event("Received")
    def __init__(self, child: UUID, source: str, worries: str, referrer: str) -> None:
        self.child = child
        self.source = source
        self.worries = worries
        self.referrer = referrer
        self.told = 0

    @event("Informed")
    def inform(self, message: str, outcome: bool, actor: UUID, name: str) -> None:
        """The referrer is told."""
        self.told += 1


class Contacts(Application[UUID]):
    """Contacts in its own store."""

    def received(self, child: UUID, events: int, worries: str, message: str) -> UUID:
        """A contact with so many events, saved at once."""
        contact = Contact(child=child, source="6", worries=worries, referrer="PC Hale")
        for _ in range(events - 1):
            contact.inform(message, False, child, "Ana Lim")
        self.save(contact)
        return contact.id

    def inform(self, contact_id: UUID, message: str, actor: UUID) -> None:
        """Load it, tell the referrer, append."""
        contact: Contact = self.repository.get(contact_id)
        contact.inform(message, False, actor, "Ana Lim")
        self.save(contact)


def environment(connection: dict[str, Any], *, pool: int) -> dict[str, str]:
    """What the application is told of its database and its cipher."""
    return {
        **os.environ,
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": connection["dbname"],
        "POSTGRES_HOST": connection["host"],
        "POSTGRES_PORT": str(connection["port"]),
        "POSTGRES_USER": connection["user"],
        "POSTGRES_PASSWORD": connection["password"],
        "POSTGRES_SCHEMA": "public",
        "POSTGRES_POOL_SIZE": str(pool),
        "CIPHER_TOPIC": "eventsourcing.cryptography:AESCipher",
        "CIPHER_KEY": AESCipher.create_key(32),
    }
