"""unecho beside what a Python user would write instead: the same articles, one run, one thread each.

    python benches/compare.py LABELLED.jsonl ARTICLES.jsonl [--articles N]

F1 and look-alikes dropped are counted on LABELLED (the form of corpus/labelled.jsonl), speed on the first N of ARTICLES
(JSONL with a field "text", paragraphs parted by blank lines), in processor time; ratios travel, seconds don't. Each way
keeps the first of what it takes for copies, as such code does. Needs unecho, rapidfuzz, datasketch and trafilatura.
"""

import argparse
import json
import re
import time
from collections.abc import Callable
from types import SimpleNamespace

import numpy
from datasketch import MinHash, MinHashLSH
from lxml import etree
from rapidfuzz import fuzz, process
from trafilatura.deduplication import LRUCache, duplicate_test

import unecho

Way = Callable[[list[str]], set[int]]
"""Takes the paragraphs of an article, gives those that go."""

ENGINE = unecho.Deduplicator(threads=1, paragraphs="blank-line")


def by_unecho(paragraphs: list[str]) -> set[int]:
    found = ENGINE.find("\n\n".join(paragraphs))
    assert len(found.paragraphs) == len(paragraphs)
    return {echo.paragraph for echo in found if echo.verdict == "remove"}


def by_rapidfuzz(paragraphs: list[str]) -> set[int]:
    """All pairs, edit ratio of at least 90."""
    alike = process.cdist(paragraphs, paragraphs, scorer=fuzz.ratio, score_cutoff=90, dtype=numpy.uint8)
    return {int(j) for i, j in zip(*numpy.nonzero(alike)) if i < j}


def by_minhash(paragraphs: list[str]) -> set[int]:
    """Word 3-grams, 128 permutations, Jaccard of about 0.7: the figures of datasketch's own examples."""
    index, gone = MinHashLSH(threshold=0.7, num_perm=128), set()
    for number, paragraph in enumerate(paragraphs):
        words = re.findall(r"\w+", paragraph.lower())
        grams = {" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))}
        sketch = MinHash(num_perm=128)
        sketch.update_batch([gram.encode() for gram in grams])
        if index.query(sketch):
            gone.add(number)
        else:
            index.insert(number, sketch)
    return gone


def by_trafilatura(least: int, repetitions: int) -> Way:
    """Its own test, asked about each paragraph: texts longer than `least` seen more than `repetitions` times before."""

    def way(paragraphs: list[str]) -> set[int]:
        options = SimpleNamespace(dedup=LRUCache(maxsize=4096), min_duplcheck_size=least, max_repetitions=repetitions)
        gone = set()
        for number, paragraph in enumerate(paragraphs):
            element = etree.Element("p")
            element.text = paragraph
            if duplicate_test(element, options):
                gone.add(number)
        return gone

    return way


WAYS: dict[str, Way] = {
    "unecho": by_unecho,
    "rapidfuzz, all pairs": by_rapidfuzz,
    "datasketch MinHash-LSH": by_minhash,
    "trafilatura, as it comes": by_trafilatura(100, 2),
    "trafilatura, at its strictest": by_trafilatura(0, 0),
}

# What XML cannot hold.
CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def lines(path: str, most: int | None = None) -> list[dict]:
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line, _ in zip(file, range(most or 1 << 60))]


def one_line(paragraph: str) -> str:
    return " ".join(CONTROLS.sub("", paragraph).split())


def right(way: Way, labelled: list[dict]) -> tuple[float, float, float, int]:
    """F1, precision, recall, and look-alikes dropped. A paragraph counts if it is the labelled one; ambiguous ones don't."""
    true = false = missed = lost = 0
    for article in labelled:
        gone = way([one_line(paragraph) for paragraph in article["paragraphs"]])
        gone -= set(article.get("ambiguous", []))
        drop = set(article.get("drop", []))
        true += len(gone & drop)
        false += len(gone - drop)
        missed += len(drop - gone)
        lost += len(gone & set(article.get("keep_hard", [])) - drop)
    precision, recall = true / max(true + false, 1), true / max(true + missed, 1)
    return 2 * precision * recall / max(precision + recall, 1e-9), precision, recall, lost


def seconds(way: Way, articles: list[list[str]]) -> float:
    start = time.process_time()
    for article in articles:
        way(article)
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled")
    parser.add_argument("articles")
    parser.add_argument("--articles", dest="most", type=int, metavar="N", default=2000)
    arguments = parser.parse_args()
    labelled = lines(arguments.labelled)
    texts = (record["text"] for record in lines(arguments.articles, arguments.most))
    articles = [[one_line(p.text) for p in ENGINE.find(text).paragraphs] for text in texts]
    size = sum(len(paragraph.encode()) for article in articles for paragraph in article)
    look_alikes = sum(len(article.get("keep_hard", [])) for article in labelled)
    seconds(by_unecho, articles[:100])  # the lexicons are read once
    own = min(seconds(by_unecho, articles) for _ in range(3))
    print(f"{len(labelled)} labelled articles; speed on {len(articles)} articles, {size / 1e6:.1f} MB, one thread\n")
    print("| | F1 | precision | recall | look-alikes dropped | MB/s | time |\n|---|---|---|---|---|---|---|")
    for name, way in WAYS.items():
        f1, precision, recall, lost = right(way, labelled)
        taken = own if way is by_unecho else seconds(way, articles)
        figures = f"{f1:.3f} | {precision:.3f} | {recall:.3f} | {lost} of {look_alikes}"
        print(f"| {name} | {figures} | {size / taken / 1e6:.1f} | {taken / own:.2f} |")


if __name__ == "__main__":
    main()
