"""The beginning of a text that is too long for its place."""

import pytest

from campaign.printing.lettering import beginning

SENTENCE = "She wrote a letter to the whole town and signed it."


@pytest.mark.parametrize(
    ("text", "longest", "found"),
    [
        (SENTENCE, 60, SENTENCE),
        (f"{SENTENCE} {SENTENCE} {SENTENCE}", 110, f"{SENTENCE} {SENTENCE}"),
        (f"{SENTENCE} {SENTENCE}", 51, SENTENCE),
        ("word " * 100, 54, "word " * 9 + "word…"),
        ("她不应该在监狱里。" * 9, 50, "她不应该在监狱里。" * 5),
        ("字" * 90, 50, "字" * 49 + "…"),
        ("She sang; " * 30, 12, "She sang…"),
    ],
)
def test_a_text_is_cut_after_a_sentence_or_else_after_a_word_or_else_anywhere(text, longest, found):
    assert beginning(text, longest) == found
    assert len(found) <= longest
