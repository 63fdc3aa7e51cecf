"""Who pays how much when an amount becomes another: every source keeps its part of the whole."""

from collections.abc import Mapping


def in_proportion(paid: Mapping[int, int], amount: int) -> dict[int, int]:
    """The shares of another amount, in the proportions of `paid`, summing to it to the đồng; nothing where none pays.

    By largest remainder: whole đồng first, those left over to the largest remainders, ties to the larger share.
    """
    whole = sum(paid.values())
    if not whole:
        return {}
    shares = {source: share * amount // whole for source, share in paid.items()}
    left = amount - sum(shares.values())
    by_remainder = sorted(paid, key=lambda source: (-(paid[source] * amount % whole), -paid[source], source))
    for source in by_remainder[:left]:
        shares[source] += 1
    return {source: share for source, share in shares.items() if share}
