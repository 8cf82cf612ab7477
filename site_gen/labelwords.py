"""The words by which texts label what they say of themselves, in several languages.

This is the one table of them. `title`, `authors` and so on are fields; `source` is either an
address or the name of a newspaper.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

FOREIGN: Mapping[str, Mapping[str, str]] = {
    "Arabic": {
        "title": "العنوان, عنوان",
        "authors": "الكاتب, المؤلف, بقلم, الكاتبة, المراسل",
        "date": "التاريخ, تاريخ, تاريخ النشر",
        "places": "المكان, البلد, الموقع",
        "topics": "الموضوع, المواضيع, الكلمات المفتاحية",
        "source": "المصدر",
        "source_url": "الرابط, رابط المصدر",
        "language": "اللغة",
        "summary": "الملخص, ملخص",
        "publication": "الصحيفة, الناشر",
        "rights": "حقوق النشر",
    },
    "Chinese": {
        "title": "标题, 標題, 题目",
        "authors": "作者, 记者, 記者, 撰稿",
        "date": "日期, 发布日期, 發布日期, 时间, 發表日期",
        "places": "地点, 地點, 国家, 國家",
        "topics": "主题, 主題, 关键词, 關鍵詞, 标签, 標籤",
        "source": "来源, 來源",
        "source_url": "原文链接, 原文連結, 链接, 網址",
        "language": "语言, 語言",
        "summary": "摘要",
        "publication": "报纸, 報紙, 出版社",
        "rights": "版权, 版權",
    },
    "Dutch": {
        "title": "titel, kop",
        "authors": "auteur, auteurs, door, verslaggever",
        "date": "datum, gepubliceerd op, publicatiedatum",
        "modified": "bijgewerkt",
        "places": "plaats, locatie",
        "topics": "onderwerp, trefwoorden",
        "source": "bron",
        "accessed": "geraadpleegd op",
        "language": "taal",
        "summary": "samenvatting",
        "publication": "uitgever, krant",
        "rights": "rechten, auteursrecht",
    },
    "French": {
        "title": "titre",
        "authors": "auteur, auteurs, auteure, autrice, par, écrit par, journaliste",
        "date": "date de publication, publié le, paru le",
        "modified": "mis à jour, mis à jour le, mise à jour",
        "places": "lieu, lieux, pays",
        "topics": "sujet, sujets, thème, thèmes, mots-clés, mots clés, rubrique",
        "series": "série",
        "source_url": "adresse, lien, url source, article original",
        "accessed": "consulté le",
        "language": "langue",
        "summary": "résumé, chapeau",
        "publication": "journal, éditeur",
        "identifier": "identifiant, cote",
        "rights": "droits, droits d'auteur",
    },
    "German": {
        "title": "titel, überschrift, schlagzeile",
        "authors": "autor, autoren, autorin, autorinnen, verfasser, verfasserin, von",
        "date": "datum, veröffentlicht, veröffentlicht am, erschienen am, erscheinungsdatum",
        "modified": "aktualisiert, aktualisiert am, geändert am",
        "places": "ort, orte, land, länder",
        "topics": "thema, themen, schlagwort, schlagwörter, stichwörter, rubrik",
        "series": "reihe, serie",
        "source": "quelle",
        "source_url": "adresse, original-url, quell-url",
        "accessed": "abgerufen, abgerufen am",
        "language": "sprache",
        "summary": "zusammenfassung, vorspann",
        "publication": "zeitung, verlag",
        "identifier": "kennung, signatur",
        "collection": "sammlung, bestand",
        "rights": "rechte, urheberrecht, lizenz",
    },
    "Italian": {
        "title": "titolo",
        "authors": "autore, autori, autrice, di, giornalista",
        "date": "data, pubblicato il, data di pubblicazione",
        "modified": "aggiornato il",
        "places": "luogo, luoghi, paese",
        "topics": "argomento, argomenti, parole chiave, tema",
        "source": "fonte",
        "language": "lingua",
        "summary": "sommario, riassunto",
        "publication": "giornale, editore, testata",
        "rights": "diritti",
    },
    "Japanese": {
        "title": "タイトル, 題名, 見出し",
        "authors": "著者, 筆者, 執筆者",
        "date": "日付, 発行日, 掲載日",
        "places": "場所",
        "topics": "テーマ, キーワード",
        "source": "出典",
        "language": "言語",
        "summary": "要約",
        "publication": "新聞, 出版社",
        "rights": "著作権",
    },
    "Pashto": {
        "title": "سرلیک",
        "authors": "لیکوال, خبریال",
        "date": "نېټه",
        "places": "ځای, هېواد",
        "source": "سرچینه",
        "language": "ژبه",
    },
    "Persian and Dari": {
        "title": "عنوان, تیتر",
        "authors": "نویسنده, نویسندگان, گزارشگر, خبرنگار, نوشته",
        "date": "تاریخ, تاریخ نشر, تاریخ انتشار",
        "places": "محل, مکان, کشور, ولایت",
        "topics": "موضوع, موضوعات, کلیدواژه‌ها",
        "source": "منبع",
        "source_url": "لینک, پیوند, نشانی",
        "language": "زبان",
        "summary": "خلاصه, چکیده",
        "publication": "روزنامه, ناشر",
        "rights": "حق نشر",
    },
    "Polish": {
        "title": "tytuł, nagłówek",
        "authors": "autor, autorzy, autorka",
        "date": "data publikacji, opublikowano",
        "places": "miejsce, kraj",
        "topics": "temat, tematy, słowa kluczowe",
        "source": "źródło",
        "language": "język",
        "summary": "streszczenie",
        "publication": "gazeta, wydawca",
        "rights": "prawa autorskie",
    },
    "Portuguese": {
        "title": "título",
        "authors": "autor, autores, autora, por, repórter",
        "date": "data, publicado em, data de publicação",
        "modified": "atualizado em",
        "places": "local, lugar, país",
        "topics": "assunto, assuntos, tema, palavras-chave",
        "source": "fonte",
        "accessed": "acessado em",
        "language": "idioma, língua",
        "summary": "resumo",
        "publication": "jornal, editora",
        "rights": "direitos, direitos autorais",
    },
    "Russian": {
        "title": "заголовок, название",
        "authors": "автор, авторы, корреспондент",
        "date": "дата, дата публикации, опубликовано",
        "modified": "обновлено",
        "places": "место, места, страна, страны",
        "topics": "тема, темы, ключевые слова, рубрика, теги",
        "series": "серия, цикл",
        "source": "источник",
        "source_url": "ссылка, адрес, адрес оригинала",
        "accessed": "дата обращения, просмотрено",
        "language": "язык",
        "summary": "аннотация, резюме",
        "publication": "газета, издание, издатель",
        "collection": "фонд, собрание",
        "rights": "права, авторские права",
    },
    "Spanish": {
        "title": "título, titular",
        "authors": "autor, autores, autora, por, escrito por, periodista",
        "date": "fecha, publicado, publicado el, fecha de publicación",
        "modified": "actualizado, actualizado el",
        "places": "lugar, lugares, país, países",
        "topics": "tema, temas, palabras clave, etiquetas",
        "source": "fuente",
        "source_url": "enlace, dirección",
        "accessed": "consultado el",
        "language": "idioma",
        "summary": "resumen",
        "publication": "periódico, diario, editorial",
        "rights": "derechos, derechos de autor",
    },
    "Turkish": {
        "title": "başlık",
        "authors": "yazar, yazarlar, yazan, muhabir",
        "date": "tarih, yayın tarihi",
        "places": "yer, ülke",
        "topics": "konu, konular, anahtar kelimeler",
        "source": "kaynak",
        "language": "dil",
        "summary": "özet",
        "publication": "gazete, yayıncı",
        "rights": "telif hakkı",
    },
    "Ukrainian": {
        "title": "заголовок, назва",
        "authors": "автор, автори, кореспондент",
        "date": "дата, дата публікації, опубліковано",
        "places": "місце, країна",
        "topics": "тема, теми, ключові слова",
        "source": "джерело",
        "language": "мова",
        "summary": "анотація",
        "publication": "газета, видання",
        "rights": "права, авторські права",
    },
}
"""Words of other languages than English: by language and field, parted by commas."""

MAIL: Mapping[str, str] = {
    "authors": "from, von, de, от, от кого, من, از, 发件人, 寄件者, 差出人, da, van, od, kimden",
    "date": "date, sent, datum, gesendet, envoyé, fecha, enviado, дата, отправлено, التاريخ, "
    "تاریخ, 日期, 发送时间, 送信日時, data, inviato, verzonden, wysłano, tarih",
    "title": "subject, betreff, objet, asunto, тема, الموضوع, موضوع, 主题, 主旨, 件名, oggetto, "
    "assunto, onderwerp, temat, konu",
    "identifier": "message-id",
}
"""What the headers of a letter by mail are called, by what they give."""

_RECIPIENTS = (
    "to, cc, bcc, reply-to, an, kopie, antwort an, à, copie à, para, cco, кому, копия, إلى, نسخة, "
    "به, رونوشت, 收件人, 抄送, 宛先, per, a, aan, do, kime"
)

# Letters that Arabic and Persian keyboards type differently, and what is not seen.
_SAME_AS = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ك": "ک",
        "\u200c": " ",
        "\u2019": "'",
        **dict.fromkeys("\u0640\u00ad\u200b\u200e\u200f", None),
    }
)


def folded_word(name: str) -> str:
    """A label as labels are compared: without case, blanks at its ends, or marks around it."""
    if not name.isascii():
        name = unicodedata.normalize("NFC", name).translate(_SAME_AS)
    return " ".join(name.casefold().strip(" :*：").split())


def _words(text: str) -> list[str]:
    return [folded_word(word) for word in text.split(",")]


SOURCE_WORDS = frozenset(
    {"source"}.union(*(_words(table.get("source", "source")) for table in FOREIGN.values()))
)
"""Labels of what may be an address or the name of a newspaper."""

FOREIGN_LABELS: Mapping[str, str] = {
    word: "source_url" if field == "source" else field
    for table in FOREIGN.values()
    for field, words in table.items()
    for word in _words(words)
}
"""Label to field, for all languages of the table; where two differ, the later one counts."""

MAIL_LABELS: Mapping[str, str] = {
    word: field for field, words in MAIL.items() for word in _words(words)
}
MAIL_RECIPIENTS = frozenset(_words(_RECIPIENTS))
"""What the headers of a letter are called that name those whom it went to."""
