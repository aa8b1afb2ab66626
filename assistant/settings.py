"""What an administrator can set, from the environment or a `.env` file.

Everything has a default that works with no key, no GPU and no network after set-up.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


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
    language: str = "en"
    """Language of the page before a planner chooses one."""

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
