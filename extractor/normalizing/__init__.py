"""Words as written to canonical values: numbers, dates, places, names; each a value or a reason why not."""
