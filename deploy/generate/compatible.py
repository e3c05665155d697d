"""Whether a JSON Schema still describes everything that the one before described: what was stored can be read."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_LOWEST: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_HIGHEST: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


def breaking(old: Schema, new: Schema) -> list[str]:
    """Every change that could make something stored under `old` unreadable, as sentences; empty: none.

    A field may be added if it is optional, and a value to a list of values. Nothing may be removed, renamed, given
    another type, narrowed, or become required. `x-sealed`, the schema of the sealed part, is compared likewise.
    """
    found = list(_changes(old, new, old, new, ""))
    if "x-sealed" in old:
        if "x-sealed" in new:
            sealed, later = old["x-sealed"], new["x-sealed"]
            found += _changes(sealed, later, sealed, later, "sealed ")
        else:
            found.append("the sealed part was removed")
    return found


def _changes(old: Schema, new: Schema, old_root: Schema, new_root: Schema, where: str) -> Iterator[str]:
    olds, news = _alternatives(old, old_root), _alternatives(new, new_root)
    if len(olds) == len(news) == 1:
        yield from _of_one(olds[0], news[0], old_root, new_root, where)
        return
    for each in olds:
        tried = [list(_of_one(each, other, old_root, new_root, where)) for other in news]
        if all(tried):
            yield min(tried, key=len, default=[f"{where.strip()} takes no value any more"])[0]


def _of_one(old: Schema, new: Schema, old_root: Schema, new_root: Schema, where: str) -> Iterator[str]:
    name = where.strip() or "the event"
    for keyword in ("type", "format", "pattern"):
        if keyword in new and new[keyword] != old.get(keyword):
            yield f"{name} was {_said(old, keyword)} and is now {_said(new, keyword)}"
            return
    before, after = _values(old), _values(new)
    if after is not None and before is None:
        yield f"{name} took any {old.get('type', 'value')} and now takes {', '.join(map(str, after))} alone"
    elif after is not None and (gone := [str(value) for value in before or () if value not in after]):
        yield f"{name} no longer takes {', '.join(gone)}"
    yield from _narrowed(old, new, name)
    yield from _of_object(old, new, old_root, new_root, where)
    if "items" in new or "items" in old:
        yield from _changes(old.get("items", {}), new.get("items", {}), old_root, new_root, f"{where}[] ")
    befores, afters = old.get("prefixItems", []), new.get("prefixItems", [])
    if len(befores) != len(afters):
        yield f"{name} had {len(befores)} places and now has {len(afters)}"
    for n, (before, after) in enumerate(zip(befores, afters, strict=False)):
        yield from _changes(before, after, old_root, new_root, f"{where}[{n}] ")


def _of_object(old: Schema, new: Schema, old_root: Schema, new_root: Schema, where: str) -> Iterator[str]:
    fields, later = old.get("properties", {}), new.get("properties", {})
    for name in fields:
        if name not in later:
            yield f"{where}{name} was removed or renamed"
        else:
            yield from _changes(fields[name], later[name], old_root, new_root, f"{where}{name} ")
    for name in new.get("required", []):
        if name not in old.get("required", []):
            yield f"{where}{name} is newly required"


def _narrowed(old: Schema, new: Schema, name: str) -> Iterator[str]:
    for keyword in _LOWEST:
        if keyword in new and (keyword not in old or new[keyword] > old[keyword]):
            yield f"{name} has a higher {keyword} than before"
    for keyword in _HIGHEST:
        if keyword in new and (keyword not in old or new[keyword] < old[keyword]):
            yield f"{name} has a lower {keyword} than before"


def _alternatives(schema: Schema, root: Schema) -> list[Schema]:
    """The schemas a value may follow, references resolved. That it may be missing is no alternative: null is not stored."""
    if "$ref" in schema:
        target: Any = root
        for part in str(schema["$ref"]).removeprefix("#/").split("/"):
            target = target[part]
        return _alternatives(target, root)
    for keyword in ("anyOf", "oneOf", "allOf"):
        if keyword in schema:
            return [one for part in schema[keyword] for one in _alternatives(part, root)]
    return [] if schema.get("type") == "null" else [schema]


def _values(schema: Schema) -> list[Any] | None:
    """The values a schema lists; None: it lists none."""
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _said(schema: Schema, keyword: str) -> str:
    value = schema.get(keyword)
    return f"of {keyword} {value}" if value is not None else f"of any {keyword}"
