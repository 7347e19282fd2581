"""Completion of filter values: what the text before the cursor leads to, and that a notebook offers it."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluedoor_tools import completion, contract
from bluedoor_tools.completion import candidates, known_values, offer, remember
from bluedoor_tools.frames import COLUMNS

FIELDS = list(contract.FACET_FIELDS)


@pytest.fixture(autouse=True)
def session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test remembers for itself."""
    monkeypatch.setattr(completion, "_remembered", {})
    remember("city", ["Austin", "Berlin", "Bern", "Coeur d'Alene", 'The "Hub"', "back\\slash", "{x}", "two\nlines"])


@pytest.mark.parametrize(
    ("text", "typed", "values"),
    [
        ('client.search_jobs(workplace_type="re', "re", ["remote"]),
        ("search_jobs(workplace_type='HY", "HY", ["hybrid"]),
        ('bd.connect("sample").iter_jobs("engineer", workplace_type = "on', "on", ["on_site"]),
        ('client.get_org(x).jobs(workplace_type="', "", ["remote", "hybrid", "on_site"]),
        ('org.jobs(status="e', "e", ["expired"]),
        ('s.search_jobs(employment_type="per', "per", ["per_diem", "Permanent", "Per Diem"]),
        ('s.search_jobs(city="b', "b", ["Berlin", "Bern", "back\\\\slash"]),
        ('s.search_jobs(city=["Austin", "Be', "Be", ["Berlin", "Bern"]),
        ('s.search_jobs(city=("Austin", "Be', "Be", ["Berlin", "Bern"]),
        ('s.search_jobs(city={"Be', "Be", ["Berlin", "Bern"]),
        ('s.search_jobs(city="Austin" if here else "Be', "Be", ["Berlin", "Bern"]),
        ('s.search_jobs(city=["Austin", *others], workplace_type="re', "re", ["remote"]),
        ('s.search_jobs(limit=len(f(1, "a")), city="Berl', "Berl", ["Berlin"]),
        ('s.facets("ci', "ci", ["city"]),
        ('s.facets(field="ats', "ats", ["ats_provider"]),
        ('s.facets("city", by="re', "re", ["region", "remote_policy"]),
        ('s.facets("city", workplace_type="re', "re", ["remote"]),
        ('s.search_events("job.cl', "job.cl", ["job.closed"]),
        ('s.search_events(["job.closed", "job.re', "job.re", ["job.reopened"]),
        ('s.search_events(event_types="job.u', "job.u", ["job.updated"]),
        ('s.search_jobs(columns=["title", "salary_m', "salary_m", ["salary_min", "salary_max"]),
        ('s.search_jobs(columns="al', "al", ["all"]),
        # over several lines, after comments, magics and shell lines
        ('%%time\nx = f(1)\ns.search_jobs(\n    "a",  # it\'s (\n    city="Ber', "Ber", ["Berlin", "Bern"]),
        ("!echo don't :)\ns.search_jobs(city=\"Berl", "Berl", ["Berlin"]),
        ('"""a\n(b"""\ns.search_jobs(city="""Berl', "Berl", ["Berlin"]),
        # quotes and prefixes
        ("s.search_jobs(city='Coeur", "Coeur", ["Coeur d\\'Alene"]),
        ("s.search_jobs(city='Coeur d\\'", "Coeur d\\'", ["Coeur d\\'Alene"]),
        ('s.search_jobs(city="Coeur', "Coeur", ["Coeur d'Alene"]),
        ('s.search_jobs(city="The ', "The ", ['The \\"Hub\\"']),
        ("s.search_jobs(city=r'Coeur", "Coeur", []),
        ('s.search_jobs(city="{', "{", ["{x}"]),
        ('s.search_jobs(city=f"{', "", []),
        ('s.search_jobs(city=f"Berl', "Berl", ["Berlin"]),
        ('s.search_jobs(city="two', "two", []),
        # no place for a value of ours
        ("", "", []),
        ('s.search_jobs("re', "", []),
        ('s.search_jobs(q="x", "Be', "", []),
        ('s.search_jobs(city=b"Be', "", []),
        ('s.search_jobs(city="Berlin"', "", []),
        ("s.search_jobs(city=Be", "", []),
        ('s.search_jobs(city == "Be', "", []),
        ('s.search_jobs(city=names["Be', "", []),
        ('s.search_jobs(city=pick("Be', "", []),
        ('s.search_jobs(city="Austin").pipe("Be', "", []),
        ('s.search_jobs(event_types="job', "", []),
        ('s.search_events(workplace_type="re', "", []),
        ('s.search_events("job.closed", "job', "", []),
        ('other(city="Be', "", []),
        ('research_jobs(city="Be', "", []),
        ('# s.search_jobs(city="Be', "", []),
        ("x = 's.search_jobs(city=\"Be", "", []),
        ('city="Be', "", []),
        # broken
        ('s.search_jobs(q="never ended,\n city="Be', "", []),
        ('s.search_jobs(x], city="Be', "", []),
        ('s.search_jobs(city="Be\\', "", []),
    ],
)
def test_the_text_before_the_cursor_leads_to_values(text: str, typed: str, values: list[str]) -> None:
    """Inside an open string of an argument of ours its known values are offered, written as that string needs them."""
    assert candidates(text) == (typed, values)


@given(st.text(st.sampled_from("search_jobs facets city=[]{}()\"'\\\n#,rfb:*.")) | st.text())
def test_any_text_leads_somewhere(text: str) -> None:
    """No text fails, and what is said to be typed is what stands before the cursor."""
    typed, _ = candidates(text)
    assert text.endswith(typed)
    typed, _ = candidates(f'search_jobs(city="{text}')
    assert text.endswith(typed) or typed.endswith(text)


@given(st.text(), st.sampled_from(["'", '"', '"""', "r'", "f'", "'''"]))
def test_a_completed_string_is_the_value(value: str, opening: str) -> None:
    """Whatever the value, the string it completes evaluates to it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(completion, "_remembered", {"city": {value: None}})
        _, values = candidates(f"search_jobs(city={opening}")
    for written in values:
        assert eval(opening + written + opening.lstrip("rf")) == value


def test_a_long_cell_is_no_burden() -> None:
    """The text is read once, in linear time, however long its strings are."""
    filler = 'x = ["' + "a\\\\" * 200_000 + '"]\n' + "# (\n" * 50_000
    assert candidates(filler + 's.search_jobs(city="Berl') == ("Berl", ["Berlin"])


def test_known_values_are_those_of_the_contract_and_those_remembered() -> None:
    """The contract's come first, then what answers brought, each once."""
    remember("workplace_type", ["remote", "Remote first"])
    assert known_values("workplace_type") == ["remote", "hybrid", "on_site", "Remote first"]
    assert known_values("event_types") == list(contract.EVENT_TYPES)
    assert known_values("field") == known_values("by") == FIELDS
    assert known_values("columns") == [*COLUMNS, "all"]
    assert known_values("nothing of the kind") == []


def test_what_is_remembered_is_bounded() -> None:
    """2,000 values a name: of one answer the first, of several the latest; long values and no text are left out."""
    remember("title", (f"a{number}" for number in range(5_000)))
    assert known_values("title") == [f"a{number}" for number in range(2_000)]
    remember("title", ["new", "a1999"])
    assert len(known_values("title")) == 2_000
    assert known_values("title")[0] == "a1" and known_values("title")[-1] == "new"
    odd: list[Any] = [None, 3, float("nan"), "", "x" * 201]
    remember("region", odd)
    assert known_values("region") == []


def test_many_threads_may_remember() -> None:
    """What threads remember at once is all kept."""

    def remembering(start: int) -> None:
        for number in range(100):
            remember("team", [f"{start}-{number}"])

    threads = [threading.Thread(target=remembering, args=(start,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        known_values("team")
        thread.join()
    assert len(known_values("team")) == 800


def test_outside_of_ipython_an_offer_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without IPython, without a shell, or with one of another shape, nothing happens and nothing is imported."""
    code = "import sys; from bluedoor_tools import completion; completion.offer(); "
    code += "print([name for name in ('IPython', 'pandas') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
    for shape in (object(), type("I", (), {"get_ipython": staticmethod(lambda: None)})):
        monkeypatch.setitem(sys.modules, "IPython", shape)
        offer()


@pytest.mark.filterwarnings("ignore::DeprecationWarning:jupyter_client", "ignore::DeprecationWarning:zmq")
def test_a_notebook_completes_names_and_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a real kernel the name of a filter is offered, and in its string the values alone, however often offered."""
    from jupyter_client.manager import start_new_kernel

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    manager, client = start_new_kernel(kernel_name="python3")

    def completed(code: str, cursor: int | None = None) -> tuple[list[str], str]:
        """The completions, and the text that they replace."""
        answer = client.complete(code, cursor, reply=True, timeout=30)["content"]
        return answer["matches"], code[answer["cursor_start"] : answer["cursor_end"]]

    try:
        setup = 'import bluedoor_tools as bd, bluedoor_tools.completion as c; c.offer(); s = bd.connect("sample")\n'
        setup += "c.offer(); offered = len(get_ipython().Completer.custom_matchers)\n"
        setup += "c.remember('city', ['São Paulo', 'San Jose', \"Coeur d'Alene\"])"
        done = client.execute(setup, reply=True, timeout=60)["content"]
        assert done["status"] == "ok", done
        assert completed("s.search_jobs(workp") == (["workplace_type="], "workp")
        assert completed('s.search_jobs(workplace_type="re') == (["remote"], "re")
        before = 's.search_jobs(\n  city=["Austin", "São p'
        assert completed(f'{before}"])\n', len(before)) == (["São Paulo"], "São p")
        assert completed("s.search_jobs(city='Coeur") == (["Coeur d\\'Alene"], "Coeur")
        values, replaced = completed('s.search_jobs(workplace_type="')
        assert (values, replaced) == (["remote", "hybrid", "on_site"], "")
        assert "remote" not in completed('print("re')[0]
        done = client.execute("assert offered == 1", reply=True, timeout=30)["content"]
        assert done["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
