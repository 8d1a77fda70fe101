"""Labelled articles in compact writing, for tests of training."""

from evals.composing import compose
from training.augmenting.editing import Labelled

HEAD = "=== {name} | cluster-{name} | {day} | near_miss | invented\n"


def labelled(body, *labels, name="en-x1", day="2030-03-06"):
    """Return an article in compact writing with its labels."""
    written = HEAD.format(name=name, day=day) + body + "\n---\n" + "\n".join(labels) + "\n"
    ((article, key),) = compose(written)
    return Labelled(article, key)


PORTS = labelled(
    "# Norway and Chile sign a ports pact\n"
    "\n"
    "OSLO, 6 March 2030 - Trade Minister Ona Ekdal met Chile's Foreign Minister Juan Sotomayor in Oslo on "
    "Monday. Ekdal and Sotomayor signed an agreement on ports. They also signed a memorandum of understanding "
    "on fisheries.\n"
    "\n"
    "Exports to Norway reached 4.2 billion dollars in 2029, Sotomayor said. Rain fell all day.\n"
    "\n"
    "- Ports will share data.\n"
    "- Ships will pay less.\n"
    "- Crews will learn Spanish.",
    "M talks NOR CHL @NOR | d=2030-03-04:on Monday | p=Oslo | "
    "> Trade Minister Ona Ekdal met Chile's Foreign Minister Juan Sotomayor in Oslo on Monday",
    "A Ona Ekdal | trade_economy_minister NOR | t=Trade Minister",
    "A Juan Sotomayor | foreign_minister CHL | t=Foreign Minister",
    "G agreement signed NOR CHL | agreement on ports => Agreement on ports | s=transport "
    "| by=Ona Ekdal, Juan Sotomayor | > signed an agreement on ports",
    "U signed NOR CHL | memorandum of understanding on fisheries => Memorandum of understanding on fisheries "
    "| s=agriculture | > signed a memorandum of understanding on fisheries",
    "F exports CHL>NOR | v=4200000000 USD | w=4.2 billion dollars | p=2029:in 2029 | src=Sotomayor "
    "| > Exports to Norway reached 4.2 billion dollars in 2029",
)
QUIET = labelled(
    "# Bakers of Bergen bake a boat\n\nThe bakers of Bergen have baked a boat of bread. It sank on Sunday.",
    name="en-x2",
)
