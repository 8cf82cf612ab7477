"""Guesses at old encodings: right for a paragraph, told each time, made only when asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_gen import decoding, detection
from tests.support import SiteTest

TEXTS = {
    "English": "The bridge stays closed. “We can’t wait any longer,” she said — the café is empty.",
    "French": "Le préfet a reçu hier les éleveurs. Après l'inondation, beaucoup ont perdu leurs "
    "bêtes et réclament une aide. « Nous ne pouvons pas attendre l'été », a déclaré le maire.",
    "German": "Der Bürgermeister erklärte, die Brücke über den Fluß müsse länger gesperrt werden.",
    "Spanish": "El alcalde anunció que la cosecha será la peor. ¿Qué harán los jóvenes, señora?",
    "Polish": "Burmistrz powiedział, że most pozostanie zamknięty. Wiele rodzin straciło zboże.",
    "Russian": "Вчера прошло собрание жителей долины. После наводнения семьи просят о помощи.",
    "Greek": "Ο δήμαρχος δήλωσε ότι η γέφυρα θα παραμείνει κλειστή μετά την πλημμύρα.",
    "Persian": "ديروز مردم دره در برابر ساختمان شهرداري گرد آمدند و خواستار کمک فوري شدند.",
    "Chinese": "市长星期二表示,洪水过后,河上的大桥将长期关闭。许多家庭失去了房屋和粮食。",
    "Japanese": "市長は火曜日、洪水の後、川に架かる橋を長期間閉鎖すると発表した。",
}

CASES = [
    ("English", "cp1252"), ("English", "mac-roman"), ("French", "cp1252"), ("French", "mac-roman"),
    ("German", "cp1252"), ("German", "cp850"), ("Spanish", "cp1252"), ("Polish", "cp1250"),
    ("Russian", "cp1251"), ("Russian", "koi8-r"), ("Russian", "cp866"), ("Greek", "cp1253"),
    ("Persian", "cp1256"), ("Chinese", "gb18030"), ("Japanese", "shift_jis"),
    ("Japanese", "euc-jp"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "encoding"), CASES)
def test_guesses(language: str, encoding: str) -> None:
    """A sentence or two in a usual encoding is read as it was written."""
    data = TEXTS[language].encode(encoding, "ignore")
    assert data.decode(detection.guess(data)) == data.decode(encoding)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("José said “hi”", "cp1252"), ("It’s", "cp1252"), ("naïve café", "mac-roman"),
     ("Lech Wałęsa went to Gdańsk", "cp1250"), ("Привет всем", "koi8-r"),
     ("x" * 100_000 + " café, été", "cp1252")],
)  # fmt: skip
def test_little_to_go_by(text: str, encoding: str) -> None:
    """A few letters tell the encoding by what stands beside them."""
    assert text.encode(encoding).decode(detection.guess(text.encode(encoding))) == text


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """Whatever the bytes are, the guess is an encoding that can read them, and always the same."""
    guess = detection.guess(data)
    data.decode(guess)
    assert guess == detection.guess(data)
    decoding.decode(data, "a.txt", "detect")


def test_guessed_only_at_the_keepers_word(site: SiteTest) -> None:
    """Without `encoding: detect` old files are errors; with it they are read, and told."""
    articles = "content/articles"
    site.write(
        {
            f"{articles}/ru.txt": "Title: Сход\n\nСобрание жителей.\n".encode("koi8-r"),
            f"{articles}/fr.txt": "# Blé\n\nPerdu après l'été.\n".encode("cp1252"),
            f"{articles}/known.txt": "# Известно\n\nВсё.\n".encode("cp1251"),
            f"{articles}/known.yml": "encoding: cp1251\n",
            f"{articles}/new.txt": "# Ünï\n\nText.\n",
            f"{articles}/page.html": (
                '<head><meta charset="koi8-r"></head><h1>Дом</h1><p>Да.</p>'.encode("koi8-r")
            ),
        }
    )
    assert site.codes().count("not-utf8") == 2
    site.write({"content/_defaults.yml": "encoding: detect\n"})
    guessed = [one for one in site.diagnostics() if one["code"] == "encoding-guessed"]
    assert [(one["path"][17:], one["value"]) for one in guessed] == [
        ("fr.txt", "cp1252"),
        ("ru.txt", "koi8-r"),
    ]
    assert site.run("build").exit_code == 0
    assert "Perdu après l'été." in site.text("articles/fr.html")
    assert "Собрание жителей." in site.text("articles/ru.html")
    assert "Известно" in site.text("articles/known.html")
    assert "Дом" in site.text("articles/page.html")
