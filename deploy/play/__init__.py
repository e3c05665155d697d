"""Plays case files against running services, and checks what they expect."""
