"""Texts and their Chinese: finds every message id in code and templates, and checks the catalogues against them.

    python tools/messages.py              check; the exit code says whether all is well
    python tools/messages.py --missing    print entries to fill in, context by context
    python tools/messages.py --sort       sort and tidy the catalogues (after a merge), drop entries nothing uses
    python tools/messages.py --compile    write the .mo files

Needs no gettext programs: Python is read by `ast`, templates by Django's own lexer.
"""

from __future__ import annotations

import ast
import dataclasses
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from fengqiao.shell.catalogues import SOURCES, catalogues, compile_all  # noqa: E402


@dataclasses.dataclass(frozen=True)
class Message:
    """One text in the source: what identifies it, and where it was first seen."""

    text: str
    plural: str = ""
    context: str = ""
    where: str = dataclasses.field(default="", compare=False)

    @property
    def key(self) -> tuple[str, str]:
        return (self.context, self.text)


# ---------------------------------------------------------------- Python

PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
BOTH = {"npgettext", "npgettext_lazy"}


def from_python(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            words = [_constant(argument) for argument in node.args]
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            yield from _called(name, words, where, node)


def _called(name: str, words: list[str | None], where: str, node: ast.Call) -> Iterator[Message]:
    known = name in PLAIN | PLURAL | IN_CONTEXT | BOTH
    if known and node.args and isinstance(node.args[0], ast.JoinedStr):
        raise SystemExit(f"{where}: an f-string cannot be translated")
    if name in PLAIN and words and words[0] is not None:
        yield Message(words[0], where=where)
    elif name in PLURAL and len(words) >= 2 and words[0] is not None and words[1] is not None:
        yield Message(words[0], words[1], where=where)
    elif name in IN_CONTEXT and len(words) >= 2 and words[0] is not None and words[1] is not None:
        yield Message(words[1], context=words[0], where=where)
    elif name in BOTH and len(words) >= 3 and all(word is not None for word in words[:3]):
        yield Message(str(words[1]), str(words[2]), str(words[0]), where=where)


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


# ---------------------------------------------------------------- templates

INLINE = re.compile(r"""_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\)""")


def from_template(path: Path) -> Iterator[Message]:
    from django.template.base import Lexer, Token, TokenType

    block: list[Token] | None = None
    opening: list[str] = []
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        where = f"{path.relative_to(ROOT)}:{token.lineno}"
        if block is not None:
            if token.token_type == TokenType.BLOCK and token.contents.startswith(
                ("endblocktranslate", "endblocktrans")
            ):
                yield _block(opening, block, where)
                block = None
            else:
                block.append(token)
            continue
        if token.token_type == TokenType.BLOCK:
            bits = token.split_contents()
            if bits[0] in {"blocktranslate", "blocktrans"}:
                block, opening = [], bits
                continue
            if bits[0] in {"translate", "trans"} and bits[1][0] in "\"'":
                yield Message(_unquoted(bits[1]), context=_option(bits, "context"), where=where)
        if token.token_type in {TokenType.BLOCK, TokenType.VAR}:
            for found in INLINE.finditer(token.contents):
                yield Message(_unquoted(found.group(1)), where=where)


def _unquoted(text: str) -> str:
    return text[1:-1].replace("\\" + text[0], text[0]).replace("\\\\", "\\")


def _option(bits: list[str], name: str) -> str:
    return _unquoted(bits[bits.index(name) + 1]) if name in bits else ""


def _block(opening: list[str], tokens: list, where: str) -> Message:  # type: ignore[type-arg]
    from django.template.base import TokenType
    from django.utils.translation import trim_whitespace

    texts, current = [], ""
    for token in tokens:
        if token.token_type == TokenType.TEXT:
            current += token.contents.replace("%", "%%")
        elif token.token_type == TokenType.VAR:
            current += f"%({token.contents})s"
        elif token.token_type == TokenType.BLOCK and token.contents.strip() == "plural":
            texts, current = [current], ""
    texts.append(current)
    if "trimmed" in opening:
        texts = [trim_whitespace(text) for text in texts]
    return Message(texts[0], texts[1] if len(texts) > 1 else "", _option(opening, "context"), where)


# ---------------------------------------------------------------- both

SKIPPED = {"tests", "migrations", "__pycache__"}


def messages() -> dict[tuple[str, str], Message]:
    """Every message of the product, by context and id."""
    _settings()
    found: dict[tuple[str, str], Message] = {}
    for path in sorted(SOURCES.rglob("*.py")):
        if not SKIPPED & set(path.parts):
            for message in from_python(path):
                found.setdefault(message.key, message)
    for path in sorted([*SOURCES.rglob("templates/**/*.html"), *SOURCES.rglob("templates/**/*.txt")]):
        if not SKIPPED & set(path.parts):
            for message in from_template(path):
                found.setdefault(message.key, message)
    found.pop(("", ""), None)
    return found


def _settings() -> None:
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=False)


def _open(path: Path) -> polib.POFile:
    return polib.pofile(str(path), wrapwidth=100_000)


PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{\w*\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def problems() -> list[str]:
    """What is wrong with the catalogues, one line each."""
    wanted = messages()
    found: dict[tuple[str, str], tuple[polib.POEntry, Path]] = {}
    wrong: list[str] = []
    for path in catalogues():
        name = path.relative_to(ROOT)
        keys = []
        for entry in _open(path):
            key = (entry.msgctxt or "", entry.msgid)
            keys.append(key)
            if key in found and _chinese(found[key][0]) != _chinese(entry):
                wrong.append(f"{name}: another Chinese in {found[key][1].relative_to(ROOT)}: {entry.msgid!r}")
            found[key] = (entry, path)
            wrong += [f"{name}: {said}: {entry.msgid!r}" for said in _wrong(entry, wanted.get(key))]
        if keys != sorted(keys, key=_order):
            wrong.append(f"{name}: not sorted; run python tools/messages.py --sort")
    wrong += [
        f"{message.where}: no Chinese for {message.text!r}" for key, message in wanted.items() if key not in found
    ]
    wrong += [
        f"{message.where}: message ids are English: {key[1]!r}"
        for key, message in wanted.items()
        if CHINESE.search(key[1])
    ]
    return wrong


def _wrong(entry: polib.POEntry, message: Message | None) -> Iterator[str]:
    chinese = _chinese(entry)
    if message is None:
        yield "nothing uses this"
        return
    if entry.obsolete:
        yield "obsolete"
    if entry.fuzzy:
        yield "fuzzy"
    if bool(entry.msgid_plural) != bool(message.plural) or (message.plural and entry.msgid_plural != message.plural):
        yield "plural differs from the source"
    if not all(chinese) or not chinese:
        yield "empty"
    want = _holes(entry.msgid_plural or entry.msgid)
    for text in chinese:
        if text and _holes(text) != want:
            yield f"placeholders differ: {sorted(want)} and {sorted(_holes(text))}"


def _chinese(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def _holes(text: str) -> set[str]:
    return {match.group(0) for match in PLACEHOLDER.finditer(text.replace("%%", ""))}


def _order(key: tuple[str, str]) -> tuple[str, str]:
    return (key[1], key[0])


def sort() -> None:
    """Sort the catalogues, drop doubled and unused entries, one line per text."""
    wanted = messages()
    seen: dict[tuple[str, str], list[str]] = {}
    for path in catalogues():
        book = _open(path)
        kept = []
        for entry in book:
            key = (entry.msgctxt or "", entry.msgid)
            if key in wanted and seen.get(key) != _chinese(entry) and not entry.obsolete:
                seen[key] = _chinese(entry)
                entry.occurrences, entry.comment, entry.flags = (
                    [],
                    "",
                    [flag for flag in entry.flags if flag == "fuzzy"],
                )
                kept.append(entry)
        kept.sort(key=lambda entry: _order((entry.msgctxt or "", entry.msgid)))
        fresh = polib.POFile(wrapwidth=100_000)
        fresh.metadata = HEADER
        fresh.extend(kept)
        fresh.save(str(path))


HEADER = {
    "Project-Id-Version": "fengqiao",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}


def missing() -> None:
    """Print the entries that have no Chinese yet, ready to be pasted into the catalogue of their context."""
    have = {(entry.msgctxt or "", entry.msgid) for path in catalogues() for entry in _open(path)}
    last = ""
    for key, message in sorted(messages().items(), key=lambda pair: (pair[1].where.split("/")[2], pair[0][1])):
        if key in have:
            continue
        owner = message.where.split("/")[2]
        if owner != last:
            print(f"# ---- {owner}")
            last = owner
        entry = polib.POEntry(msgid=message.text, msgctxt=message.context or None)
        if message.plural:
            entry.msgid_plural, entry.msgstr_plural = message.plural, {0: ""}
        print(f"#: {message.where}")
        print(entry.__unicode__(wrapwidth=100_000))


def main(arguments: list[str]) -> int:
    if "--sort" in arguments:
        sort()
    if "--compile" in arguments:
        print(f"{compile_all()} catalogues compiled")
    if "--missing" in arguments:
        missing()
    if arguments:
        return 0
    wrong = problems()
    print("\n".join(wrong) if wrong else f"{len(messages())} texts, all in both languages")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
