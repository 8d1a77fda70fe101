"""Readings of names in Arabic letters: taken where each letter has its sound, else romanised."""

import pytest

from extractor.normalizing.names import latin_name
from extractor.normalizing.names.abjad import arabic_spelling_fits

FITS = [
    ("ندى مواليمو", "Nada Mwalimu"),
    ("حمود المعولي", "Hamoud Al Maawali"),
    ("جوزيف كيساكا", "Joseph Kisaka"),
    ("نورلان تورداليف", "Nurlan Turdaliev"),
    ("بيلار أوسوريو", "Pilar Osorio"),
    ("زوران ميليتش", "Zoran Milić"),
    ("خوسه لوئیس مامانی", "José Luis Mamani"),
    ("عبدي نور", "Abdi Nur"),
    ("محمود", "Mahmoud"),
]
DIFFERS = [
    ("ندى مواليمو", "Nadia Mwalimu Kone"),
    ("حمود المعولي", "Ahmad Al Balawi"),
    ("جوزيف كيساكا", "John Kisaka"),
    ("عبدي نور", "Abdi Nasser"),
    ("محمد", "Mahmoud"),
    ("محمود", "Mohammed"),
    ("نور", "Nur"),
    ("Nur", "Nur"),
]


@pytest.mark.parametrize(("written", "latin"), FITS)
def test_a_reading_with_every_letter_is_taken(written, latin):
    assert arabic_spelling_fits(written, latin)
    assert latin_name(f"{written} اوسال", f"{latin} Usal", None).value.name == f"{latin} Usal"


@pytest.mark.parametrize(("written", "latin"), DIFFERS)
def test_a_reading_with_another_letter_is_no_proof(written, latin):
    assert not arabic_spelling_fits(written, latin)


def test_a_long_name_is_read_at_once():
    assert not arabic_spelling_fits("ا" * 60 + "بتث", "a" * 90 + "btb")
