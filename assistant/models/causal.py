"""A causal language model that decodes under a grammar and remembers prefixes.

The decode loop is ours because three things meet in it: a grammar mask from llguidance, a key-value
cache of the longest prompt prefix seen before (system prompt and tool list are the same for every
conversation), and a planner who may press stop between two tokens.
"""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import llguidance
import llguidance.hf
import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

PREFIXES = 3
"""Key-value caches kept: about 23 kB a token for the default model."""
MIN_SHARED_TOKENS = 16


class GrammarError(ValueError):
    """A grammar that cannot be compiled, or that no token can continue."""


@dataclass
class Prefixes:
    """Key-value caches by the tokens they were computed from, least recently used first."""

    kept: OrderedDict[tuple[int, ...], DynamicCache] = field(default_factory=OrderedDict)

    def longest(self, tokens: Sequence[int]) -> tuple[int, DynamicCache]:
        """A cache of the longest known prefix of `tokens` (at most all but one), to be extended."""
        best, source = 0, None
        for known in self.kept:
            shared = _shared(known, tokens)
            if shared > best:
                best, source = shared, known
        best = min(best, len(tokens) - 1)
        if source is None or best < MIN_SHARED_TOKENS:
            return 0, DynamicCache()
        self.kept.move_to_end(source)
        cache = copy.deepcopy(self.kept[source])
        _cut(cache, best)
        return best, cache

    def keep(self, tokens: Sequence[int], cache: DynamicCache) -> None:
        """Remember the cache of a prompt, cropped to it; its own prefixes are dropped."""
        key = tuple(tokens)
        if key in self.kept:
            self.kept.move_to_end(key)
            return
        copied = copy.deepcopy(cache)
        _cut(copied, len(key))
        self.kept[key] = copied
        while len(self.kept) > PREFIXES:
            self.kept.popitem(last=False)


def _cut(cache: DynamicCache, length: int) -> None:
    """Keep the first `length` tokens of a cache."""
    surplus = cache.get_seq_length() - length
    if surplus > 0:
        cache.crop(-surplus)


def _shared(known: Sequence[int], tokens: Sequence[int]) -> int:
    for position, (a, b) in enumerate(zip(known, tokens, strict=False)):
        if a != b:
            return position
    return min(len(known), len(tokens))


class CausalModel:
    """Weights and tokenizer of one Hugging Face chat model, loaded on first use."""

    def __init__(self, path: str | Path, device: str | None = None) -> None:
        self.path = str(path)
        self.device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self.prefixes = Prefixes()
        self.lock = threading.Lock()

    @cached_property
    def tokenizer(self) -> Any:
        return AutoTokenizer.from_pretrained(self.path)

    @cached_property
    def network(self) -> Any:
        network = AutoModelForCausalLM.from_pretrained(self.path, dtype=torch.bfloat16)
        return network.to(self.device).eval()

    @cached_property
    def grammar_tokenizer(self) -> llguidance.LLTokenizer:
        return llguidance.hf.from_tokenizer(
            self.tokenizer, n_vocab=self.network.get_output_embeddings().weight.shape[0]
        )

    @cached_property
    def end_tokens(self) -> set[int]:
        """Tokens after which the model has finished its turn."""
        ends = self.network.generation_config.eos_token_id
        listed = ends if isinstance(ends, list) else [ends]
        return {token for token in [*listed, self.tokenizer.eos_token_id] if token is not None}

    def matcher(self, grammar: str) -> llguidance.LLMatcher:
        """A matcher for a Lark grammar in llguidance's dialect."""
        matcher = llguidance.LLMatcher(self.grammar_tokenizer, grammar)
        if matcher.is_error():
            raise GrammarError(matcher.get_error())
        return matcher

    def decode(
        self,
        prompt: Sequence[int],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        grammar: str | None = None,
        seed: int | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[int]:
        """Token after token until the model, the grammar or `max_tokens` ends it.

        One prompt at a time: the lock is held while the iterator runs.
        """
        matcher = self.matcher(grammar) if grammar else None
        generator = None
        if temperature > 0 and seed is not None:
            generator = torch.Generator(self.device).manual_seed(seed)
        with self.lock, torch.inference_mode():
            logits, cache = self._read(prompt)
            for _ in range(max_tokens):
                if cancelled():
                    return
                token = _choose(logits, matcher, temperature, generator)
                if token in self.end_tokens:
                    return
                yield token
                if matcher is not None and (
                    not matcher.consume_token(token) or matcher.is_stopped()
                ):
                    return
                logits = self._step([token], cache)

    def _read(self, prompt: Sequence[int]) -> tuple[torch.Tensor, DynamicCache]:
        """Logits after the prompt, of which a known prefix need not be computed again."""
        known, cache = self.prefixes.longest(prompt)
        logits = self._step(prompt[known:], cache)
        self.prefixes.keep(prompt, cache)
        return logits, cache

    def _step(self, tokens: Sequence[int], cache: DynamicCache) -> torch.Tensor:
        output = self.network(
            input_ids=torch.tensor([list(tokens)], device=self.device),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: torch.Tensor = output.logits[0, -1].float()
        return logits


def _choose(
    logits: torch.Tensor,
    matcher: llguidance.LLMatcher | None,
    temperature: float,
    generator: torch.Generator | None,
) -> int:
    if matcher is not None:
        bits = np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8)
        allowed = np.unpackbits(bits, bitorder="little", count=logits.shape[-1]).astype(bool)
        logits = logits.masked_fill(~torch.from_numpy(allowed).to(logits.device), -torch.inf)
    if temperature <= 0:
        return int(logits.argmax())
    weights = torch.softmax(logits / temperature, dim=-1)
    return int(torch.multinomial(weights, 1, generator=generator))
