"""Consequential changes: stored and shown by the server, applied only when a person approves."""
