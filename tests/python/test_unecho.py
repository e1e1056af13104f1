"""What the Python package promises: the command line's bytes, its words for errors, and Python's manners."""

import ast
import copy
import doctest
import inspect
import itertools
import json
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import unecho

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "corpus" / "cases").glob("*/input.*"))
ECHO = "The ferry sails from the old quay at noon.\n\nThe ferry sails from the old quay at noon.\n"
ONCE = "The ferry sails from the old quay at noon.\n"
MARKUP = {".txt": "text", ".md": "markdown", ".html": "html"}


def command(*arguments, **more):
    return subprocess.run([Path(sys.executable).parent / "unecho", *arguments], capture_output=True, **more)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_each_case_gives_what_the_command_line_gives(path):
    """The expected sides are the command line's, held by the tests of the Rust package."""
    if "\nargs = []\n" not in (path.parent / "case.toml").read_text():
        pytest.skip("a case with options")
    found = unecho.find(path.read_bytes().decode(), markup=MARKUP[path.suffix])
    assert found.cleaned.encode() == path.with_name(f"expected{path.suffix}").read_bytes()
    assert found.unified(path.name).encode() == path.with_name("expected.diff").read_bytes()
    logged = [json.loads(line) for line in path.with_name("expected.jsonl").read_bytes().splitlines()]
    logged = [line for line in logged if line["type"] == "finding"]
    told = json.loads(found.to_json())
    assert len(told["findings"]) == len(logged) == len(found)
    for echo, json_echo, line in zip(found, told["findings"], logged, strict=True):
        names = ["paragraph", "twin", "kind", "verdict", "role", "twin_role", "reason", "guards", "new_words"]
        for name in names:
            assert getattr(echo, name) == json_echo[name] == line[name]
        assert echo.also == line.get("also", [])
        for name in ["coverage", "jaccard", "margin"]:
            assert getattr(echo, name) == json_echo[name] == pytest.approx(line[name], abs=1e-4)
        assert told["paragraphs"][echo.paragraph] == line["span"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_paragraphs_are_slices_of_the_string(path):
    source = path.read_bytes().decode()
    found = unecho.find(source, markup=MARKUP[path.suffix])
    spans = json.loads(found.to_json())["paragraphs"]
    for paragraph, (start, end) in zip(found.paragraphs, spans, strict=True):
        assert source[paragraph.start : paragraph.end] == paragraph.text == str(paragraph)
        assert paragraph.text.encode() == source.encode()[start:end]
    for echo in found:
        assert echo.text == found.paragraphs[echo.paragraph].text
        assert echo.twin_text == found.paragraphs[echo.twin].text


def test_the_command_comes_along():
    for run in (command("clean", input=ECHO.encode()), module("clean", input=ECHO.encode())):
        assert (run.stdout, run.returncode) == (ONCE.encode(), 0), run.stderr
    assert command("--version").stdout.decode() == f"unecho {unecho.__version__}\n"
    assert command("diff", input=ECHO.encode()).returncode == 1
    wrong = command("clean", "--ngram", "9", input=b"")
    assert (wrong.returncode, wrong.stdout) == (2, b"")
    assert b"Usage: unecho" in command("clean", "--help").stdout
    with pytest.raises(unecho.Error) as raised:
        unecho.clean("", ngram=9)
    assert f"unecho: {raised.value}\n".encode() == wrong.stderr


def module(*arguments, **more):
    return subprocess.run([sys.executable, "-m", "unecho", *arguments], capture_output=True, **more)


def test_nothing_to_remove_gives_the_very_string():
    assert unecho.clean(ONCE) is ONCE
    assert unecho.find(ONCE).cleaned is ONCE
    assert unecho.clean("") == ""


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"ngram": 0}, unecho.Error, "ngram is 0; it must be 1 to 8"),
        ({"ngram": -1}, unecho.Error, "ngram is -1; it must be 0 or more"),
        ({"ngram": "3"}, TypeError, "ngram must be a whole number, not str"),
        ({"threshold": 1.5}, unecho.Error, "threshold is 1.5; it must be 0 to 1"),
        ({"threshold": float("nan")}, unecho.Error, "threshold is NaN; it must be 0 to 1"),
        ({"keep": "best"}, unecho.Error, "invalid value 'best' for 'keep' [possible values: auto, first, longest]"),
        ({"markup": "rtf"}, unecho.Error, "invalid value 'rtf' for 'markup' [possible values: text, markdown, html]"),
        ({"force": "yes"}, TypeError, "force must be True or False, not str"),
        ({"n_gram": 3}, TypeError, 'there is no option "n_gram" [possible options: paragraphs, ngram, threshold, '),
        ({"lexicon": "[nonsense]\nword\n"}, unecho.Error, "lexicon: "),
        ({"lexicon": Path("nowhere.txt")}, FileNotFoundError, "nowhere.txt"),
    ],
)
def test_a_wrong_option_is_named(options, error, words):
    with pytest.raises(error) as raised:
        unecho.clean(ECHO, **options)
    assert words in str(raised.value)


def test_what_is_no_text_is_named():
    with pytest.raises(TypeError, match="the text is no string, but bytes"):
        unecho.clean(ECHO.encode())
    with pytest.raises(ValueError, match="not valid UTF-8 at byte 3"):
        unecho.clean("aé\udcff")


def test_words_of_ones_own(tmp_path):
    text = "tap for more\n\nThe ferry sails at noon.\n\ntap for more\n"
    lexicon = "[boilerplate]\ntap for more\n"
    (tmp_path / "own.txt").write_text(lexicon)
    for own in (lexicon, tmp_path / "own.txt"):
        assert [echo.kind for echo in unecho.find(text, lexicon=own, caution="normal")] == ["boilerplate"]


def test_findings_show_themselves_and_obey_nobody():
    hostile = "The old ferry & its \x1b[31m crew of five sail at noon \u202e today, said the harbour master."
    found = unecho.find(f"{hostile}\n\n{hostile}")
    assert "&amp; its" in found._repr_html_() and not {"\x1b", "\u202e"} & set(found._repr_html_())
    page = "<p>The <i onclick='alert(1)'>old</i> ferry sails from the quay at noon today, said the harbour master.</p>\n" * 2
    shown = unecho.find(page, markup="html")._repr_html_()
    assert "<i" not in shown and "&lt;i onclick" in shown
    assert repr(found).startswith("<unecho.Findings: 2 paragraphs, 1 removed")
    assert "¶2 remove" in repr(found[0]) and found[-1].paragraph == found[0].paragraph
    assert found.text.startswith(hostile) and found.diff.startswith("--- a/article\n")
    assert (found.withdrawn, found.capped) == (None, False)
    with pytest.raises(IndexError):
        found[1]


WITHDRAWN = """Divers cleared the last of the rubble from the old quay in Oldmoor on Thursday night, the harbour said.

The harbour opened again at six and the first ferry was full of visitors from the islands.

Divers cleared the last of the rubble from the old quay in Oldmoor on Thursday night.

The harbour opened again at six, and the first ferry was full of visitors.
"""


def test_a_removal_withdrawn_says_so():
    found = unecho.find(WITHDRAWN)
    said = "withdrawn: 45 % of the words would have gone; force=True removes them"
    assert 0.45 < found.withdrawn < 0.46 and found.removed == 0
    assert said in repr(found) and said in found._repr_html_()
    forced = unecho.find(WITHDRAWN, force=True)
    assert forced.removed == 2 and "withdrawn" not in repr(forced) + forced._repr_html_()


def test_many_articles_in_their_order_and_bad_values_cost_themselves():
    articles = [ECHO, None, ONCE, 7, "a\udcff", ECHO.encode(), ""] * 700
    rows = list(unecho.Deduplicator().clean_many(iter(articles)))
    assert len(rows) == len(articles)
    for article, row in zip(articles, rows, strict=True):
        if article in (ECHO, ONCE, ""):
            assert row.text == article.replace(ECHO, ONCE) and row.error is None
            assert row.findings.removed == row.removed == (article == ECHO)
        else:
            assert row.text is None and row.findings is None and row.removed == 0 and row.error
    assert rows[1].error == "the text is no string, but NoneType"
    assert rows[4].error == "not valid UTF-8 at byte 1"


def test_many_articles_are_read_in_windows():
    """An endless iterable is no trouble; one that fails yields what came before."""
    endless = unecho.Deduplicator().clean_many(itertools.repeat(ECHO))
    assert [row.text for row in itertools.islice(endless, 5000)] == [ONCE] * 5000

    def failing():
        yield ECHO
        raise OSError("the disk is gone")

    rows = unecho.Deduplicator().clean_many(failing())
    assert next(rows).text == ONCE
    with pytest.raises(OSError, match="the disk is gone"):
        next(rows)
    with pytest.raises(StopIteration):
        next(rows)
    for wrong, words in [(7, "not iterable"), (ECHO, "one str; clean takes"), (ECHO.encode(), "one bytes; clean takes")]:
        with pytest.raises(TypeError, match=words):
            unecho.Deduplicator().clean_many(wrong)


GENERATOR = """
import resource, unecho
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
def texts(count):
    for n in range(count):
        once = f"The ferry {n} sails from the old quay at noon with {n * 7} crates on board."
        yield once + "\\n\\n" + once + "\\n"
dedup = unecho.Deduplicator()
assert sum(row.removed for row in dedup.clean_many(texts(5_000))) == 5_000
before = peak()
assert sum(row.removed for row in dedup.clean_many(texts(100_000))) == 100_000
print(peak() - before)
"""


def test_a_hundred_thousand_articles_take_the_memory_of_a_window():
    grown = subprocess.run([sys.executable, "-c", GENERATOR], capture_output=True, text=True, check=True).stdout
    assert int(grown) < 20_000, "KiB"


def test_a_deduplicator_can_be_copied_and_sent():
    dedup = unecho.Deduplicator(ngram=2, caution="eager", threads=1)
    assert repr(dedup) == "Deduplicator(ngram=2, caution='eager', threads=1)"
    for other in (pickle.loads(pickle.dumps(dedup)), copy.copy(dedup), copy.deepcopy(dedup)):
        assert other.options == dedup.options


def work(dedup, queue):
    queue.put([row.text for row in dedup.clean_many([ECHO] * 2000)] == [ONCE] * 2000)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("threads", [0, 1, 2])
def test_a_forked_process_does_not_wait_for_its_parents_threads(threads):
    dedup = unecho.Deduplicator(threads=threads)
    list(dedup.clean_many([ECHO] * 2000))  # the parent's threads are up
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=work, args=(dedup, queue))
    process.start()
    try:
        assert queue.get(timeout=60)
    finally:
        process.kill()


def test_other_threads_go_on_meanwhile():
    """The interpreter's lock is given back while an article of some megabytes is looked at."""
    article = "\n\n".join(f"The ferry {n} sails from quay {n * 7} at {n % 24} o'clock." for n in range(200_000))
    thread = threading.Thread(target=unecho.clean, args=(article,))
    thread.start()
    ticks = 0
    while thread.is_alive():
        time.sleep(0.001)
        ticks += 1
    assert ticks > 5


def test_the_examples_in_the_help_hold():
    runner, examples = doctest.DocTestRunner(), 0
    public = [unecho, *(getattr(unecho, name) for name in unecho.__all__)]
    members = [getattr(unecho.Deduplicator, name) for name in vars(unecho.Deduplicator)]
    for thing in [*public, *members]:
        test = doctest.DocTestParser().get_doctest(thing.__doc__ or "", {}, str(thing), None, None)
        examples += runner.run(test).attempted
    assert examples >= 10 and runner.summarize().failed == 0


def test_the_stubs_show_the_help():
    """What an editor shows is what help() shows."""

    def compare(body, owner):
        for node in body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                thing = inspect.getattr_static(owner, node.name)
                assert (ast.get_docstring(node) or "") == inspect.cleandoc(thing.__doc__ or ""), node.name
                compare(node.body if isinstance(node, ast.ClassDef) else [], thing)

    stub = Path(unecho.__file__).with_name("_unecho.pyi").read_text()
    compare(ast.parse(stub).body, unecho._unecho)
    assert stub.count('"""') > 80


def test_stub_names_are_all_there_are():
    """The literal types list every role, kind and verdict that the engine has, as far as the cases show them."""
    seen = {"kind": set(), "verdict": set(), "role": set(), "guard": set()}
    for path in CASES:
        for echo in unecho.find(path.read_bytes().decode(), markup=MARKUP[path.suffix]):
            seen["kind"].add(echo.kind)
            seen["verdict"].add(echo.verdict)
            seen["role"] |= {echo.role, echo.twin_role}
            seen["guard"].update(echo.guards)
    for name, literal in [("kind", unecho.Kind), ("verdict", unecho.Verdict), ("role", unecho.Role), ("guard", unecho.Guard)]:
        assert seen[name] <= set(literal.__args__) and seen[name]
