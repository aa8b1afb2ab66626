"""The base model with our adapter merged in, for short answers under a grammar.

An answer is 5 to 20 tokens; what the grammar forces is read in one step instead of being decoded.
The prompt has no long prefix to cache: the tools are in the weights, not in the prompt.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import llguidance
import llguidance.hf
import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

from assistant.models.intent import WEIGHTS_FILE as WEIGHTS_FILE_OF_INTENT
from assistant.models.intent import IntentReader, word_vectors
from assistant.models.lora import WEIGHTS_FILE, merge_adapter
from assistant.models.prompt import END

ADAPTER = Path(__file__).parent / "adapter"
MAX_TOKENS = 72
PRIOR_WEIGHT = 1.0
Grammar = Callable[[str | None], str]
"""The grammar of one outcome, or of all (None)."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """An answer with how sure the model was of its first choice, and how long it took."""

    text: str
    probability: float
    """Of the first token among those the grammar allowed."""
    first_token_s: float
    total_s: float
    prompt_tokens: int
    answer_tokens: int
    complete: bool


class NarrowModel:
    """The base model with the adapter merged, for short constrained answers."""

    def __init__(self, folder: Path, adapter: Path | None = ADAPTER) -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.network = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
        if adapter is not None and (adapter / WEIGHTS_FILE).exists():
            merge_adapter(self.network, adapter)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.network.to(self.device).eval()
        self.intent = None
        if adapter is not None and (adapter / WEIGHTS_FILE_OF_INTENT).exists():
            vectors = word_vectors(self.network.get_input_embeddings().weight)
            self.intent = IntentReader(adapter, vectors, self.tokenizer)
        vocabulary = self.network.get_output_embeddings().weight.shape[0]
        self.grammar_tokenizer = llguidance.hf.from_tokenizer(self.tokenizer, n_vocab=vocabulary)
        self.end = self.tokenizer.convert_tokens_to_ids(END)
        self._lock = threading.Lock()

    def answer(
        self,
        prompt: str,
        grammar: Grammar,
        prior: Mapping[str, float] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Decoded:
        """Decode greedily under a grammar; an answer cut short is marked incomplete.

        With a `prior` over outcomes the first choice is the best product of both opinions, and
        `grammar` is asked for the grammar of that outcome alone.
        """
        began = time.perf_counter()
        pending = self.tokenizer.encode(prompt, add_special_tokens=False)
        read, written, first, share, token = len(pending), [], 0.0, 1.0, -1
        matcher = None if prior else self._matcher(grammar(None))
        with self._lock, torch.inference_mode():
            cache = DynamicCache()
            while len(written) < MAX_TOKENS and not cancelled():
                logits = self._step(pending, cache)
                if matcher is None:
                    outcome, share = self._best_outcome(logits, prior or {})
                    matcher = self._matcher(grammar(outcome))
                    pending = matcher.compute_ff_tokens() or [self._first_token(outcome)]
                    matcher.consume_tokens(pending)
                else:
                    token, certainty = self._choose(logits, matcher)
                    if token == self.end:
                        break
                    share = share if written else certainty
                    pending = [token]
                    matcher.consume_token(token)
                    forced = matcher.compute_ff_tokens()
                    if forced and self.end not in forced and matcher.consume_tokens(forced):
                        pending += forced
                first = first or time.perf_counter() - began
                written += pending
        total = time.perf_counter() - began
        text = self.tokenizer.decode(written)
        return Decoded(text, share, first, total, read, len(written), token == self.end)

    def _matcher(self, grammar: str) -> llguidance.LLMatcher:
        matcher = llguidance.LLMatcher(self.grammar_tokenizer, grammar)
        if matcher.is_error():
            raise ValueError(f"the answer's grammar cannot be compiled: {matcher.get_error()}")
        return matcher

    def _best_outcome(self, logits: torch.Tensor, prior: Mapping[str, float]) -> tuple[str, float]:
        """The outcome with the highest product of both probabilities, and that share."""
        names = list(prior)
        firsts = [self._first_token(name) for name in names]
        own = torch.log_softmax(logits[firsts], dim=0)
        other = torch.tensor([prior[name] for name in names]).clamp_min(1e-4).log()
        shares = torch.softmax(own + PRIOR_WEIGHT * other.to(own.device), dim=0)
        best = int(shares.argmax())
        return names[best], float(shares[best])

    def _first_token(self, outcome: str) -> int:
        """Outcomes differ in their first token, so that one look tells them apart."""
        return int(self.tokenizer.encode(outcome, add_special_tokens=False)[0])

    def _step(self, tokens: Sequence[int], cache: DynamicCache) -> torch.Tensor:
        output = self.network(
            input_ids=torch.tensor([list(tokens)], device=self.device),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: torch.Tensor = output.logits[0, -1].float()
        return logits

    def _choose(self, logits: torch.Tensor, matcher: llguidance.LLMatcher) -> tuple[int, float]:
        bits = np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8)
        allowed = np.unpackbits(bits, bitorder="little", count=logits.shape[-1]).astype(bool)
        logits = logits.masked_fill(~torch.from_numpy(allowed).to(logits.device), -torch.inf)
        shares = torch.softmax(logits, dim=-1)
        token = int(shares.argmax())
        return token, float(shares[token])


@lru_cache(maxsize=2)
def narrow_model(folder: Path, adapter: Path | None = ADAPTER) -> NarrowModel:
    """The merged model of this process, loaded on first use."""
    return NarrowModel(folder, adapter)
