"""What an administrator can set, from the environment or a `.env` file.

Everything has a default that works with no key, no GPU and no network after set-up.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SHORTEST_TOKEN = 16


class Settings(BaseSettings):
    """Environment variables are the upper-case names below; `DATABASE_URL` has no prefix."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_prefix="INVENTORY_")

    home: Path = Path("var")
    """Holds the database, the model cache index and exports (`INVENTORY_HOME`)."""
    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    """Empty: SQLite in `home`. `postgresql://user:password@host/name` for teams."""
    model: str = "local"
    """`local`, a local Hugging Face path or id as `hf:<id>`, or LangChain's `provider:name`."""
    model_base_url: str = ""
    """Address of an OpenAI-compatible server, used with `openai:<name>`."""
    model_api_key: SecretStr = SecretStr("")
    cache: Path | None = None
    """Where weights are kept; the user's cache folder by default (`INVENTORY_CACHE`)."""
    host: str = "127.0.0.1"
    port: int = 8000
    auth_tokens: dict[str, SecretStr] = {}
    """Planner name -> access token (JSON); needed before any address but loopback is bound."""
    language: Literal["en", "zh"] = "en"
    """Language of the page before a planner chooses one."""
    allowed_hosts: list[str] = []
    """Host names the page is reached by beside loopback and `host` (behind a proxy)."""
    reader: Literal["rules", "model"] = "rules"
    """Who reads supplier messages: rules in code, or the default model under a grammar."""
    upload_limit_mb: int = Field(default=50, ge=1, le=1024)
    """Largest file that can be imported."""

    @field_validator("auth_tokens")
    @classmethod
    def _tokens_resist_guessing(cls, tokens: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, token in tokens.items():
            if len(token.get_secret_value()) < SHORTEST_TOKEN:
                raise ValueError(
                    f"the access token of {name!r} is shorter than {SHORTEST_TOKEN} characters; "
                    "make one with: python -c 'import secrets; print(secrets.token_urlsafe())'"
                )
            if not name.strip():
                raise ValueError("an access token needs the name of its planner")
        return tokens

    @property
    def on_loopback(self) -> bool:
        """Whether only programs on this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def resolved_database_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.home / 'inventory.db').resolve()}"

    @property
    def cache_folder(self) -> Path:
        if self.cache is not None:
            return self.cache
        import platformdirs

        return Path(platformdirs.user_cache_dir("inventory-assistant"))


@lru_cache
def settings() -> Settings:
    return Settings()
