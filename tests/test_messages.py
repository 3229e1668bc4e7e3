"""Both languages are complete: nothing missing, nothing fuzzy, nothing left over, holes alike."""

import polib
import pytest
from django.utils import translation
from tools import messages as tool


def test_every_text_has_its_chinese():
    wrong = tool.problems()
    assert not wrong, "\n" + "\n".join(wrong)


def test_catalogues_are_compiled_before_tests():
    with translation.override("zh-hans"):
        assert translation.gettext("Back to the page before") == "回到上一页"
    with translation.override("en"):
        assert translation.gettext("Back to the page before") == "Back to the page before"


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    return tmp_path / "page.html"


def test_templates_are_read_as_django_reads_them(page):
    page.write_text(
        '{% translate "Plain" %}{% translate \'It\\\'s\' context "place" %}{{ x|default:_("Inline") }}'
        "{% blocktranslate count n=x|length trimmed %}\n  {{ n }} of 10%\n"
        "{% plural %}\n  {{ n }} of 20%\n{% endblocktranslate %}"
    )
    found = {message.key: message for message in tool.from_template(page)}
    assert set(found) == {("", "Plain"), ("place", "It's"), ("", "Inline"), ("", "%(n)s of 10%%")}
    assert found["", "%(n)s of 10%%"].plural == "%(n)s of 20%%"


def test_python_is_read_by_its_grammar(page):
    page.write_text(
        'a = _("Two " "parts")\nb = ngettext_lazy("%(n)d day", "%(n)d days", "n")\n'
        'c = pgettext("verb", "open")\nd = _(variable)\ne = other("not this")\n'
    )
    found = {message.key for message in tool.from_python(page)}
    assert found == {("", "Two parts"), ("", "%(n)d day"), ("verb", "open")}


def test_an_f_string_is_refused(page):
    page.write_text('_(f"{n} days")\n')
    with pytest.raises(SystemExit):
        list(tool.from_python(page))


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        (polib.POEntry(msgid="Hello", msgstr="您好"), ""),
        (polib.POEntry(msgid="Hello", msgstr=""), "empty"),
        (polib.POEntry(msgid="Hello", msgstr="您好", flags=["fuzzy"]), "fuzzy"),
        (polib.POEntry(msgid="Hello", msgstr="%(name)s您好"), "placeholders differ"),
        (polib.POEntry(msgid="Gone", msgstr="没了"), "nothing uses this"),
    ],
)
def test_a_bad_entry_is_named(entry, wrong):
    message = tool.Message("Hello") if entry.msgid == "Hello" else None
    said = "; ".join(tool._wrong(entry, message))
    assert wrong in said if wrong else not said
