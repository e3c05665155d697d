"""When Python looks for garbage in a service's process."""

import gc


def tune_garbage_collection() -> None:
    """Once everything is loaded: look through it no more, and through what is made from now on less often.

    Nearly all that a command or a page of events makes ends when nobody refers to it any more. What is left to be
    found is little; by default it is looked for after every 700 objects, a few events' worth, which took a sixth of
    the time of building a view again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
