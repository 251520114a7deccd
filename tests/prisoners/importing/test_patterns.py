import re

import pytest

from campaign.prisoners.importing.patterns import BadPattern, compiled


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(a|a)*b",
        r"(a|ab)*c",
        r"(a*)*",
        r".*.*x",
        r"(.)\1",
        r"(?:a?){30}a{30}",
        r"((a{1,100}){1,100}){1,100}",
        r"(?:.*?,)*x",
        r"(?>a+)+b",
        r"(?=(a+)+b)c",
    ],
)
def test_patterns_that_may_take_for_ever_are_refused(pattern):
    with pytest.raises(BadPattern) as refused:
        compiled(pattern)
    assert refused.value.code == "slow_regex"


@pytest.mark.parametrize("pattern", ["[", "(?P<a>x", "a{2,1}", "x" * 2000, "(?P<a>x)(?P<a>y)"])
def test_patterns_that_are_none_are_refused(pattern):
    with pytest.raises(BadPattern) as refused:
        compiled(pattern)
    assert refused.value.code == "bad_regex"


@pytest.mark.parametrize(
    "pattern",
    [
        r"\s*Brief Summary of the Case: .*",
        r"\d{1,3} ?https?://\S+",
        r"sentenced to (?P<length>.{1,60}?) (?:in jail|imprisonment)",
        r"^(?P<name>[^(,]+)",
        r"(?:\d{1,2}\.){2}\d{4}",
        r"(?:\w++ ){1,4}years",
        r"(abc)*d",
    ],
)
def test_ordinary_patterns_are_fine(pattern):
    assert isinstance(compiled(pattern), re.Pattern)
