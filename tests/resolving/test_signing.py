"""Who signed is who the sentence of the signing names: both, or neither."""

import pytest

from tests.answering import agreement, meeting, person, read

MEETING = "Latvian Foreign Minister Ilze Ozola met her Peruvian counterpart Juan Soto in Riga on Tuesday. "
PEOPLE = (
    person("Ilze Ozola", country="LVA", role="host"),
    person("Juan Soto", country="PER", role="visitor"),
)
BOTH = ("Ilze Ozola", "Juan Soto")

SECOND = [  # the sentence of the instrument, its language, who signed
    ("Ozola and Soto signed an agreement on fisheries.", ()),
    ("The two ministers signed an agreement on fisheries.", BOTH),
    ("Die beiden Minister unterzeichneten ein Abkommen über Fischerei.", BOTH),
    ("양국 장관은 어업 협정에 서명했다.", BOTH),
    ("Los dos ministros firmaron un acuerdo de pesca.", BOTH),
    ("The two ministers watched officials sign an agreement on fisheries.", ()),
    ("An agreement on fisheries was signed.", ()),
]
TITLES = ["agreement on fisheries", "Abkommen über Fischerei", "어업 협정", "acuerdo de pesca"]


@pytest.mark.parametrize(("sentence", "signers"), SECOND)
def test_the_two_principals_are_the_signatories_where_the_sentence_says_so(sentence, signers):
    title = next(title for title in TITLES if title in sentence)
    told = agreement(title, s=[2], parties=["LVA", "PER"])
    found = read(MEETING + sentence, meetings=[meeting(*PEOPLE, countries=["LVA", "PER"])], agreements=[told])
    assert found.agreements[0].signatories == signers
    assert ("signatories" in found.agreements[0].shown_by) is bool(signers)


def test_people_named_in_the_sentence_signed_it():
    text = "Ilze Ozola of Latvia and Juan Soto of Peru met and signed an agreement on fisheries."
    told = agreement("agreement on fisheries", parties=["LVA", "PER"])
    found = read(text, meetings=[meeting(*PEOPLE, countries=["LVA", "PER"])], agreements=[told])
    assert found.agreements[0].signatories == BOTH


def test_one_name_alone_is_no_pair_of_signatories():
    text = MEETING + "Ilze Ozola signed an agreement on fisheries."
    told = agreement("agreement on fisheries", s=[2], parties=["LVA", "PER"])
    found = read(text, meetings=[meeting(*PEOPLE, countries=["LVA", "PER"])], agreements=[told])
    assert found.agreements[0].signatories == ()
