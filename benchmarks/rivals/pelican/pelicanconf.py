"""The measured archive as a site of Pelican: the same pages as site_gen makes of it."""

SITENAME = "A measured archive"
SITEURL = "https://archive.example"
AUTHOR = "Unknown"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
THEME = "theme"

PATH = "content"
ARTICLE_PATHS = ["articles"]
PAGE_PATHS: list[str] = []
STATIC_PATHS: list[str] = []
SUMMARY_MAX_LENGTH = 40
DEFAULT_PAGINATION = False
SLUGIFY_SOURCE = "basename"
CACHE_CONTENT = False
LOAD_CONTENT_CACHE = False

AUTHOR_URL = AUTHOR_SAVE_AS = "authors/{slug}.html"
AUTHORS_SAVE_AS = "authors/index.html"
CATEGORY_URL = CATEGORY_SAVE_AS = "places/{slug}.html"
CATEGORIES_SAVE_AS = "places/index.html"
TAG_URL = TAG_SAVE_AS = "topics/{slug}.html"
TAGS_SAVE_AS = "topics/index.html"
ARCHIVES_SAVE_AS = "dates/index.html"
YEAR_ARCHIVE_URL = YEAR_ARCHIVE_SAVE_AS = "dates/{date:%Y}.html"
MONTH_ARCHIVE_URL = MONTH_ARCHIVE_SAVE_AS = "dates/{date:%Y-%m}.html"
DIRECT_TEMPLATES = [
    "index",
    "authors",
    "categories",
    "tags",
    "archives",
    "sitemap",
    "search",
    "404",
]
SITEMAP_SAVE_AS = "sitemap.xml"

FEED_DOMAIN = SITEURL
FEED_MAX_ITEMS = 50
FEED_ALL_ATOM = "feed.atom"
AUTHOR_FEED_ATOM = "authors/{slug}.atom"
CATEGORY_FEED_ATOM = "places/{slug}.atom"
TAG_FEED_ATOM = "topics/{slug}.atom"
AUTHOR_FEED_RSS = None
TRANSLATION_FEED_ATOM = None
