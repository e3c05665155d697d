"""The wire: the CloudEvents message, topics, the Kafka client, the relay (outbox).

Floor 3: it stands on `domain`, `crypto` and `infrastructure`.
"""
