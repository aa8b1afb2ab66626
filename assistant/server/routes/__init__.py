"""The addresses of `docs/api.md`, one module per subject."""
