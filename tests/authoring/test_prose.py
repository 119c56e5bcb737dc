from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regnb.authoring.prose import flaws, outline, typeset

SPACE, THIN = "\u00a0", "\u202f"
# What an author may write around punctuation, well-formed or not.
PIECES = ["mot", "`a : b`", "**", "[un](http://a/?b 'c : d')", "<b x='y ? z'>", "$a : b$", "1", "«"]
MARKS = [" ", "\n", "\n\n", " :", " ?", " ;", " !", "»", "'", "`", "\\`", "- ", "| ", "```\n", "Mo"]


def visible(text: str) -> str:
    """Spell U+00A0 as `_` and U+202F as `~`."""
    return text.replace(SPACE, "_").replace(THIN, "~")


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("Quoi ? Ceci ; cela !", "Quoi~? Ceci~; cela~!"),
        ("Voici : un", "Voici_: un"),
        ("**Note :** un", "**Note_:** un"),
        ("`docker run` : un ?", "`docker run`_: un~?"),
        ("« un » et «deux»", "«~un~» et «~deux~»"),
        ("l'`image` d'*un*, qu'un", "l’`image` d’*un*, qu’un"),
        ("1 000 octets, 50 %, 12 Mo", "1~000~octets, 50~%, 12~Mo"),
        ("à 10 s'il faut", "à 10 s’il faut"),
        ("`a : b` ``c ` : d``", "`a : b` ``c ` : d``"),
        ("![un : deux](a.png) !", "![un_: deux](a.png)~!"),
        ("voir ![un](a.png)", "voir ![un](a.png)"),
        ("[un](http://a 'b : c') ?", "[un](http://a 'b : c')~?"),
        ("http://a:1/b?c=d ?", "http://a:1/b?c=d~?"),
        ("<b title='a ? b'>l'un</b>", "<b title='a ? b'>l’un</b>"),
        ("$a : b$ : 5 $", "$a : b$_: 5 $"),
        ("```\na : b ?\n```\n\nun ?", "```\na : b ?\n```\n\nun~?"),
        ("<div>\nl'un ?\n</div>", "<div>\nl'un ?\n</div>"),
        ("| a | b |\n| :--- | ---: |\n| c : d | ? |", "| a | b |\n| :--- | ---: |\n| c_: d |~? |"),
        ("[un]: http://a 'b ?'", "[un]: http://a 'b ?'"),
        ("localhost:5000/w3:1.0", "localhost:5000/w3:1.0"),
    ],
)
def test_french_is_typeset(source: str, result: str) -> None:
    assert visible(typeset(source, "fr")) == result


def test_english_gets_its_apostrophes_only() -> None:
    assert typeset("Docker's `it's` : why ?", "en") == "Docker’s `it's` : why ?"


@given(st.lists(st.sampled_from(PIECES + MARKS), max_size=12).map("".join))
def test_typesetting_changes_spaces_and_apostrophes_only(source: str) -> None:
    result = typeset(source, "fr")
    before, after = outline(source), outline(result)
    plain = result.translate({ord(SPACE): " ", ord(THIN): " ", ord("’"): "'"})
    assert plain.replace(" ", "") == source.replace(" ", "")
    assert (before.links, before.spans, before.blocks) == (after.links, after.spans, after.blocks)
    assert typeset(result, "fr") == result


@pytest.mark.parametrize(
    ("text", "language", "mend"),
    [
        ("Quoi?", "fr", "put a space before"),
        ("Voici: un", "fr", "put a space before"),
        ("un\n: deux", "fr", "keep the sign on the line"),
        ("Quoi ?", "fr", "U+202F for the others"),
        (f"Quoi{SPACE}?", "fr", "U+202F for the others"),
        (f"Voici{THIN}: un", "fr", "U+00A0 for the colon"),
        ("«un»", "fr", "put a space"),
        ('un "mot"', "fr", "use ’ and « »"),
        ('a "word"', "en", "use the typographic"),
        ("it's", "en", "use the typographic"),
    ],
)
def test_flaw_is_found(text: str, language: str, mend: str) -> None:
    assert any(mend in flaw.mend for flaw in flaws(text, language))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (f"Quoi{THIN}?! Voici{SPACE}: «{THIN}un{THIN}» (?)", "fr"),
        ('`a : b` et `"c"` à localhost:5000', "fr"),
        ("“Why?” it’s: `'x'`", "en"),
    ],
)
def test_good_text_has_no_flaw(text: str, language: str) -> None:
    assert flaws(text, language) == []


def test_flaw_knows_its_line() -> None:
    (flaw,) = flaws("un\n\ndeux\ntrois quatre?\n", "fr")
    assert (flaw.line, flaw.excerpt) == (3, "deux trois quatre?")
