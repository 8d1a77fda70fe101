"""An article to its zones and numbered sentences, its language and date, and to chunks."""
