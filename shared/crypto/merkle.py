"""A Merkle tree over digests, as RFC 6962 builds it: one root stands for a list, and a short proof for each member.

Leaves and inner nodes are hashed with different prefixes, so that neither can be passed off as the other. An odd node
is carried up as it is, which gives the tree of RFC 6962 section 2.1. Pure.
"""

import hashlib
from collections.abc import Sequence

_LEAF = b"\x00"


_NODE = b"\x01"


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over `leaves`, in their order; of none, SHA-256 of nothing."""
    level = _hashed(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else hashlib.sha256().digest()


def proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """What `included` needs beside the leaf at `index` (from 0): the siblings on its way up, lowest first.

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} among {len(leaves)}")
    siblings = []
    level = _hashed(leaves)
    while len(level) > 1:
        if index ^ 1 < len(level):
            siblings.append(level[index ^ 1])
        level = _above(level)
        index //= 2
    return tuple(siblings)


def included(leaf: bytes, index: int, size: int, siblings: Sequence[bytes], tree_root: bytes) -> bool:
    """Whether `leaf` stands at `index` (from 0) of a list of `size` whose root is `tree_root`."""
    if not 0 <= index < size:
        return False
    rest = iter(siblings)
    node, last = hashlib.sha256(_LEAF + leaf).digest(), size - 1
    while last:
        if index ^ 1 <= last:
            sibling = next(rest, None)
            if sibling is None:
                return False
            left, right = (sibling, node) if index & 1 else (node, sibling)
            node = hashlib.sha256(_NODE + left + right).digest()
        index, last = index // 2, last // 2
    return next(rest, None) is None and node == tree_root


def _hashed(leaves: Sequence[bytes]) -> list[bytes]:
    sha = hashlib.sha256
    return [sha(_LEAF + leaf).digest() for leaf in leaves]


def _above(level: list[bytes]) -> list[bytes]:
    sha = hashlib.sha256
    nodes = [sha(_NODE + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    return nodes + level[-1:] if len(level) % 2 else nodes
