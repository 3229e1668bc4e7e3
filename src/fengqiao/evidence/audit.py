"""Looking over the files of a log, without believing anybody: signatures, every tile, every entry, every old piece.

Works on any folder in the C2SP layout, ours or a copy. Each problem names the file, and the leaf where one is at fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fengqiao.evidence import tiles, verifier
from fengqiao.evidence.store import Folder


def audit(folder: Path, policy: verifier.Policy) -> tuple[verifier.Checkpoint | None, list[str]]:
    """Result: the checkpoint, and every problem found; none when the log is whole."""
    read = Folder(folder).read
    try:
        note = verifier.parse_note(read("checkpoint"))
        checkpoint = verifier.parse_checkpoint(note)
    except (tiles.Missing, verifier.Malformed) as error:
        return None, [f"checkpoint: {error}"]
    problems = [*_signatures(note, checkpoint, policy), *_tree(folder, checkpoint), *_pieces(folder, checkpoint.size)]
    return checkpoint, problems


def _signatures(note: verifier.Note, checkpoint: verifier.Checkpoint, policy: verifier.Policy) -> Iterator[str]:
    logs = [key for key in policy.logs if key.name == checkpoint.origin]
    known = [*logs, *(witness.key for witness in policy.witnesses)]
    if not any(key.kind != verifier.OTHER and key.signed_by(one) for key in logs for one in note.signatures):
        yield "checkpoint: not signed by this log"
    for one in note.signatures:
        keys = [key for key in known if key.signed_by(one)]
        if not keys:
            yield f"checkpoint: a line by {one.name} with a key that is not known"
        elif not keys[0].holds(note.text, one):
            yield f"checkpoint: the signature of {one.name} does not hold"


def _tree(folder: Path, checkpoint: verifier.Checkpoint) -> Iterator[str]:
    """Entries against the lowest tiles, tiles against those above, the top against the root."""
    read, size = Folder(folder).read, checkpoint.size
    above: dict[tuple[int, int], bytes] = {}
    for level, index, width in tiles.tiles_of(size):
        path = tiles.tile_path(level, index, width)
        try:
            tile = read(path)
            bundle = read(tiles.tile_path("entries", index, width)) if level == 0 else b""
        except tiles.Missing as error:
            yield f"{error}: is missing"
            continue
        hashes = tiles.split(tile)
        if len(tile) != width * tiles.HASH:
            yield f"{path}: has the wrong length"
            continue
        expected = _leaves(bundle) if level == 0 else [above.get((level, index * 256 + at), b"") for at in range(width)]
        if len(expected) != width:
            yield f"{tiles.tile_path('entries', index, width)}: does not hold {width} entries"
        for at, (one, other) in enumerate(zip(hashes, expected, strict=False)):
            if one != other:
                leaf = f"leaf {index * 256 + at}" if level == 0 else f"leaves {_span(level, index * 256 + at)}"
                yield f"{path}: {leaf} is not what its {'entry' if level == 0 else 'tile below'} hashes to"
        if width == tiles.WIDTH:
            above[level + 1, index] = tiles.top(hashes)
    try:
        root = tiles.root(read, size)
    except (tiles.Missing, ValueError) as error:
        yield f"checkpoint: no root can be made ({error})"
        return
    if root != checkpoint.root:
        yield "checkpoint: the tiles lead to another root"


def _leaves(bundle: bytes) -> list[bytes]:
    try:
        return [tiles.leaf_hash(entry) for entry in tiles.entries_in(bundle)]
    except ValueError:
        return []


def _span(level: int, at: int) -> str:
    wide = 256**level
    return f"{at * wide} to {(at + 1) * wide - 1}"


def _pieces(folder: Path, size: int) -> Iterator[str]:
    """Partial files of earlier sizes must be the beginnings of those of now; nothing else lies about."""
    for path in sorted((folder / "tile").rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_dir() or path.name.startswith("."):
            continue
        found = tiles.PATH.fullmatch(name)
        if found is None:
            yield f"{name}: does not belong here"
        elif found["width"]:
            yield from _piece(folder, name, found["level"], found["number"], int(found["width"]), size)


def _piece(folder: Path, name: str, level: str, number: str, width: int, size: int) -> Iterator[str]:
    index = int(number.replace("x", "").replace("/", ""))
    read, height = Folder(folder).read, 0 if level == "entries" else int(level)
    now = tiles.width_of(size, height, index)
    if now <= 0 or now < width:
        return  # of places that are not shown yet: written before a crash, written over later
    whole = tiles.tile_path(level if level == "entries" else height, index, now)
    try:
        piece, rest = read(name), read(whole)
    except tiles.Missing:
        return
    is_short = level != "entries" and len(piece) != width * tiles.HASH
    if is_short or not rest.startswith(piece):
        yield f"{name}: is not the beginning of {whole}"
