"""A service's roles, schemas and tables on PostgreSQL."""
