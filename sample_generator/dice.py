"""Seeded choices, by methods of `random.Random` whose results are the same on every supported Python."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")

HEX = "0123456789abcdef"


class Dice:
    """A random stream named by the seed and a purpose, so that one purpose cannot disturb another."""

    def __init__(self, seed: int, purpose: str) -> None:
        self.rng = random.Random(f"{seed}:{purpose}")

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.rng.random() < probability

    def number(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        return self.rng.randrange(low, high + 1)

    def pick(self, options: Sequence[T]) -> T:
        """One option, all equally likely."""
        return options[self.rng.randrange(len(options))]

    def some(self, options: Sequence[T], count: int) -> list[T]:
        """`count` different options (or all, where there are fewer) in a random order."""
        return self.rng.sample(list(options), min(count, len(options)))

    def some_in_order(self, options: Sequence[T], count: int) -> list[T]:
        """`count` different options in their original order."""
        chosen = sorted(self.rng.sample(range(len(options)), min(count, len(options))))
        return [options[index] for index in chosen]

    def weighted(self, options: Mapping[T, float]) -> T:
        """One key, by its weight."""
        mark = self.rng.random() * sum(options.values())
        for option, weight in options.items():
            mark -= weight
            if mark < 0:
                return option
        return list(options)[-1]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """A copy in a random order."""
        result = list(options)
        self.rng.shuffle(result)
        return result

    def text(self, alphabet: str, length: int) -> str:
        """Characters of an alphabet."""
        return "".join(alphabet[self.rng.randrange(len(alphabet))] for _ in range(length))

    def uuid(self) -> str:
        """A version 4 UUID."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def hex(self, length: int) -> str:
        """Hexadecimal digits."""
        return self.text(HEX, length)
