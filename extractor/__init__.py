"""From a news article on diplomacy to records that are proven by the article's own words."""

__version__ = "0.1.0"
