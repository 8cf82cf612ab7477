"""Language tags (BCP 47): which are well formed, how they are written, what they are called."""

from __future__ import annotations

from typing import Literal

from site_gen.patterns import late_pattern

_TAG = late_pattern(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|\d{3}))?(-[A-Za-z0-9]{5,8})*")
_RTL = frozenset({
    "ar", "arc", "ckb", "dv", "fa", "glk", "ha-arab", "he", "khw", "ks", "ku-arab", "mzn", "nqo",
    "pa-arab", "prs", "ps", "sd", "ug", "ur", "yi",
})  # fmt: skip

NAMES = {
    "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali",
    "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "eu": "Basque",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "ga": "Irish", "gl": "Galician",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian",
    "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ka": "Georgian",
    "kk": "Kazakh", "ko": "Korean", "ku": "Kurdish", "ky": "Kyrgyz", "la": "Latin",
    "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian", "mn": "Mongolian", "ms": "Malay",
    "nl": "Dutch", "no": "Norwegian", "nb": "Norwegian Bokmål", "nn": "Norwegian Nynorsk",
    "pl": "Polish", "prs": "Dari", "ps": "Pashto", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sk": "Slovak", "sl": "Slovene", "so": "Somali", "sq": "Albanian",
    "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "tg": "Tajik",
    "th": "Thai", "tk": "Turkmen", "tr": "Turkish", "tt": "Tatar", "ug": "Uyghur",
    "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "yi": "Yiddish",
    "zh": "Chinese",
}  # fmt: skip
OWN_NAMES = {
    "ar": "العربية", "az": "Azərbaycanca", "be": "Беларуская", "bg": "Български", "bn": "বাংলা",
    "bs": "Bosanski", "ca": "Català", "cs": "Čeština", "da": "Dansk", "de": "Deutsch",
    "el": "Ελληνικά", "en": "English", "es": "Español", "et": "Eesti", "eu": "Euskara",
    "fa": "فارسی", "fi": "Suomi", "fr": "Français", "ga": "Gaeilge", "gl": "Galego",
    "he": "עברית", "hi": "हिन्दी", "hr": "Hrvatski", "hu": "Magyar", "hy": "Հայերեն",
    "id": "Bahasa Indonesia", "is": "Íslenska", "it": "Italiano", "ja": "日本語", "ka": "ქართული",
    "kk": "Қазақша", "ko": "한국어", "ku": "Kurdî", "ky": "Кыргызча", "la": "Latina",
    "lt": "Lietuvių", "lv": "Latviešu", "mk": "Македонски", "mn": "Монгол", "ms": "Bahasa Melayu",
    "nl": "Nederlands", "no": "Norsk", "nb": "Norsk bokmål", "nn": "Norsk nynorsk",
    "pl": "Polski", "prs": "دری", "ps": "پښتو", "pt": "Português", "ro": "Română",
    "ru": "Русский", "sk": "Slovenčina", "sl": "Slovenščina", "so": "Soomaali", "sq": "Shqip",
    "sr": "Српски", "sv": "Svenska", "sw": "Kiswahili", "ta": "தமிழ்", "tg": "Тоҷикӣ",
    "th": "ไทย", "tk": "Türkmençe", "tr": "Türkçe", "tt": "Татарча", "ug": "ئۇيغۇرچە",
    "uk": "Українська", "ur": "اردو", "uz": "Oʻzbekcha", "vi": "Tiếng Việt", "yi": "ייִדיש",
    "zh": "中文",
}  # fmt: skip
_MORE_NAMES = {
    "castellano": "es", "farsi": "fa", "عربي": "ar", "汉语": "zh", "漢語": "zh",
}  # fmt: skip
_BY_NAME = {
    **{name.casefold(): tag for tag, name in OWN_NAMES.items()},
    **{name.casefold(): tag for tag, name in NAMES.items()},
    **_MORE_NAMES,
}


def is_tag(text: str) -> bool:
    """Whether `text` is a well-formed language tag of the common kinds."""
    return _TAG.fullmatch(text) is not None


def read(text: str) -> str:
    """The tag meant by `en`, `EN_us` or `English`; empty if it is none of these."""
    text = text.strip()
    named = _BY_NAME.get(text.casefold())
    if named:
        return named
    tag = text.split(".")[0].replace("_", "-")
    if not is_tag(tag):
        return ""
    first, *rest = tag.split("-")
    return "-".join([first.lower(), *(_cased(part) for part in rest)])


def _cased(part: str) -> str:
    return part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower()


def label(tag: str) -> str:
    """What readers call the language: `en-GB` is English; an unlisted tag names itself."""
    return NAMES.get(tag.split("-")[0].lower(), tag)


def own_name(tag: str) -> str:
    """What those who read a language call it: `ru` is Русский; an unlisted tag names itself."""
    return OWN_NAMES.get(tag.split("-")[0].lower(), tag)


def direction(tag: str) -> Literal["ltr", "rtl"]:
    """Which way the language is written."""
    lower = tag.lower()
    parts = lower.split("-")
    if "latn" in parts or "cyrl" in parts:
        return "ltr"
    script = "-".join(parts[:2])
    return "rtl" if parts[0] in _RTL or script in _RTL or "arab" in parts else "ltr"
