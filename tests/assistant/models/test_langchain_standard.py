"""LangChain's standard suites against the real weights of the default model."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from assistant.models import weights
from assistant.models.local import LocalChatModel
from assistant.settings import settings

CACHE = settings().cache_folder


@pytest.fixture(scope="session", autouse=True)
def fetched() -> None:
    """The suites run the model, so its weights have to be there."""
    if not weights.info(CACHE).present:
        weights.fetch(CACHE)


class _LocalModel:
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return LocalChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": str(weights.folder(CACHE))}


class TestUnit(_LocalModel, ChatModelUnitTests):
    """Construction, serialisation, binding."""


@pytest.mark.weights
class TestIntegration(_LocalModel, ChatModelIntegrationTests):
    """Invoking, streaming, tools, structured output."""
