"""Keys, seals and digests: subject keys, transport keys, the hash chain, the Merkle tree.

It knows no database of the log. Floor 1: it stands on nothing.
"""
