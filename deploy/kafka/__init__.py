"""Apache Kafka as the platform needs it: its server, its settings, its users, and who may write and read what."""
