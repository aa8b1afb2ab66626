"""Which chat model answers, by one setting.

`local` is the default small model with our adapter; `hf:<folder or id>` any Hugging Face chat model
on this machine; everything else is LangChain's `provider:name` (Anthropic, Ollama, vLLM or any
other OpenAI-compatible server by its address).
"""

from __future__ import annotations

from typing import Any

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel

from assistant.models import weights
from assistant.models.local import LocalChatModel
from assistant.models.planner import PlannerModel
from assistant.settings import Settings
from tools.errors import InvalidInput


def chat_model(settings: Settings) -> BaseChatModel:
    """The configured model; weights are loaded and servers asked on first use."""
    if settings.model == "local":
        return PlannerModel(model=str(weights.folder(settings.cache_folder)))
    if settings.model.startswith("hf:"):
        return LocalChatModel(model=settings.model.removeprefix("hf:"))
    return _provided(settings)


def _provided(settings: Settings) -> BaseChatModel:
    options: dict[str, Any] = {"temperature": 0.0}
    if settings.model_base_url:
        options["base_url"] = settings.model_base_url
    if key := settings.model_api_key.get_secret_value():
        options["api_key"] = key
    try:
        return init_chat_model(settings.model, **options)
    except ImportError as error:
        package = str(error).partition("pip install")[2].strip(" `.-U") or "langchain-openai"
        raise InvalidInput(
            f"The model {settings.model!r} needs a package that is not installed; run: "
            f"pip install {package}",
            f"模型 {settings.model!r} 需要安装额外的软件包，请运行：pip install {package}",
        ) from error
    except ValueError as error:
        raise InvalidInput(
            f"INVENTORY_MODEL={settings.model!r} is not understood; use local, hf:<folder>, or "
            "provider:name such as openai:gpt-4o-mini or ollama:qwen3.",
            f"无法识别 INVENTORY_MODEL={settings.model!r}；请用 local、hf:<目录>，"
            "或 provider:name，例如 openai:gpt-4o-mini、ollama:qwen3。",
        ) from error
