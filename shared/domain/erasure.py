"""The erasure of a person, as every log says it: by which facts it is known, and by whom they name. Pure.

In the log of People it is the person's own fact; in every other team's it is what that team keeps of it. They are known by
their stored names, because the kernel imports no team.
"""

from typing import Final

ERASED_BY_PEOPLE: Final = "people.SubjectErased"
ERASURE_KNOWN: Final = "team.ErasureKnown"

ERASURES: Final = (ERASED_BY_PEOPLE, ERASURE_KNOWN)
"""The facts after which nothing in words is left of the person whose record they stand on (the stream's, and the key's, id is
that person's): keys are destroyed, and rows of digests with them.
"""
