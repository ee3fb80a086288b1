"""How a whole is cut into parts that add up exactly (largest remainder; domain.md rules 12 and 14).

Used for breaking targets down and for spreading the points of items that do not apply. What the weights are, and in
which order equal remainders are served, is decided by the caller.
"""

from collections.abc import Sequence
from decimal import Decimal
from math import lcm


def spread(whole: Decimal, weights: Sequence[Decimal | int], *, step: Decimal) -> list[Decimal]:
    """The whole cut in proportion to the weights: a multiple of `step` for each, adding up to `whole` exactly.

    Largest remainder: every part is rounded down to the step, what is left goes one step each to the largest
    remainders; equal remainders are served in the given order. Weights that are all 0 mean equal shares. No weights:
    an empty list. ValueError for a negative weight or whole, and for a whole that is not a multiple of the step.
    """
    if not weights:
        return []
    steps = _whole_steps(whole, step)
    parts = _largest_remainder(steps, _as_integers(weights))
    return [part * step for part in parts]


def _whole_steps(whole: Decimal, step: Decimal) -> int:
    if step <= 0:
        raise ValueError(f"The step must be positive, not {step}.")
    if whole < 0:
        raise ValueError(f"Only a whole of 0 or more can be spread, not {whole}.")
    # Integers from here on: a Decimal division would round and could lose the last step.
    (top, bottom), (step_top, step_bottom) = whole.as_integer_ratio(), step.as_integer_ratio()
    steps, rest = divmod(top * step_bottom, bottom * step_top)
    if rest:
        raise ValueError(f"{whole} is not a multiple of {step}.")
    return steps


def _as_integers(weights: Sequence[Decimal | int]) -> list[int]:
    """The weights scaled to whole numbers in the same proportion; all 0 become all 1."""
    if any(weight < 0 for weight in weights):
        raise ValueError("A weight must not be negative.")
    ratios = [weight.as_integer_ratio() for weight in weights]
    scale = lcm(*(bottom for _, bottom in ratios))
    scaled = [top * (scale // bottom) for top, bottom in ratios]
    return scaled if any(scaled) else [1] * len(scaled)


def _largest_remainder(steps: int, weights: list[int]) -> list[int]:
    total = sum(weights)
    parts = [steps * weight // total for weight in weights]
    # sorted() is stable, so equal remainders keep the given order.
    neediest_first = sorted(range(len(weights)), key=lambda place: -(steps * weights[place] % total))
    for place in neediest_first[: steps - sum(parts)]:
        parts[place] += 1
    return parts
