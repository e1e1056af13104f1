"""What comparing articles with articles costs, beside exact dedup by sort and MinHash-LSH of public libraries, in one run.

    python benches/compare_across.py ARTICLES.jsonl [--paragraphs N] [--unecho PATH]

Measured on N paragraphs (50,000) in articles of 25, twice: as they stand in ARTICLES (JSONL with a field "text",
paragraphs parted by blank lines), and varied by a seed: of real paragraphs of 12 to 120 words parted by spaces 10 % as
they are, 5 % with a third of the words in a row replaced, 85 % with every third word replaced. The libraries get the
paragraphs in memory, and propose pairs that nobody verifies: 3-word shingles, 14 bands of 8 hashes. unecho reads a file,
judges each article by itself, compares all, judges every pair on its words, and writes the cleaned file. Processor time
and time on the clock for a paragraph. Needs unecho on the path, datasketch and rensa.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

from datasketch import MinHash, MinHashLSH
from rensa import RMinHash, RMinHashLSH

ARTICLE = 25
BANDS, ROWS = 14, 8
WORD = re.compile(r"\w+")


def shingles(paragraph: str) -> set[str]:
    words = WORD.findall(paragraph.lower())
    return {" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))}


def by_sort(paragraphs: list[str]) -> int:
    return sum(one == other for one, other in pairwise(sorted(paragraphs)))


def by_datasketch(paragraphs: list[str]) -> int:
    index, found = MinHashLSH(params=(BANDS, ROWS), num_perm=BANDS * ROWS), 0
    for number, paragraph in enumerate(paragraphs):
        sketch = MinHash(num_perm=BANDS * ROWS)
        sketch.update_batch([shingle.encode() for shingle in shingles(paragraph)])
        found += len(index.query(sketch))
        index.insert(number, sketch)
    return found


def by_rensa(paragraphs: list[str]) -> int:
    index, found = RMinHashLSH(threshold=0.7, num_perm=BANDS * ROWS, num_bands=BANDS), 0
    for number, paragraph in enumerate(paragraphs):
        sketch = RMinHash(num_perm=BANDS * ROWS, seed=42)
        sketch.update(list(shingles(paragraph)))
        found += len(index.query(sketch))
        index.insert(number, sketch)
    return found


LIBRARIES: dict[str, Callable[[list[str]], int]] = {
    "exact copies, by sorting": by_sort,
    "rensa MinHash-LSH": by_rensa,
    "datasketch MinHash-LSH": by_datasketch,
}


def library(way: Callable[[list[str]], int], paragraphs: list[str]) -> tuple[float, float, str]:
    clock, cpu = time.perf_counter(), time.process_time()
    found = way(paragraphs)
    return time.process_time() - cpu, time.perf_counter() - clock, f"{found} pairs"


def unecho(binary: str, file: str, *options: str) -> tuple[float, float, str]:
    """Processor seconds, seconds on the clock, and how many paragraphs went."""
    clock = time.perf_counter()
    command = [binary, "clean", file, "-o", os.devnull, "--format", "jsonl", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    told = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(told)
    gone = re.search(r"(\d+) removed", told)
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - clock, f"{gone.group(1) if gone else 0} paragraphs go"


def real(path: str, count: int) -> list[str]:
    paragraphs: list[str] = []
    with open(path, encoding="utf-8") as file:
        records = file.readlines()
    random.Random(5).shuffle(records)
    for record in records:
        if len(paragraphs) >= count:
            break
        paragraphs += [" ".join(p.split()) for p in json.loads(record)["text"].split("\n\n") if p.strip()]
    return paragraphs[:count]


def varied(paragraphs: list[str], count: int) -> Iterator[str]:
    by_seed = random.Random(17)
    # Where no spaces part the words, replacing what stands between spaces replaces sentences.
    spaced = (p.split() for p in paragraphs if len(p) < 12 * len(p.split()))
    split = [words for words in spaced if 12 <= len(words) <= 120]
    vocabulary = sorted({word for words in split for word in words if len(word) > 3})
    for _ in range(count):
        words, lot = list(by_seed.choice(split)), by_seed.random()
        if 0.1 <= lot < 0.15:
            length = len(words) // 3
            at = by_seed.randrange(len(words) - length + 1)
            words[at : at + length] = by_seed.choices(vocabulary, k=length)
        elif lot >= 0.15:
            at = by_seed.randrange(3)
            words[at::3] = by_seed.choices(vocabulary, k=len(words[at::3]))
        yield " ".join(words)


def table(paragraphs: list[str], binary: str) -> None:
    count = len(paragraphs)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl") as file:
        for at in range(0, count, ARTICLE):
            record = {"id": str(at), "text": "\n\n".join(paragraphs[at : at + ARTICLE])}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
        file.flush()
        rows = {name: library(way, paragraphs) for name, way in LIBRARIES.items()}
        for name, threads in ("one thread", "1"), ("all threads", "0"):
            own = ["--threads", threads] if threads != "0" else []
            rows[f"unecho, {name}"] = unecho(binary, file.name, "--across", "repeats", *own)
            rows[f"each article by itself, {name}"] = unecho(binary, file.name, *own)
    print("| | CPU, us a paragraph | clock, us a paragraph | found |\n|---|---|---|---|")
    for name, (cpu, clock, found) in rows.items():
        print(f"| {name} | {cpu / count * 1e6:.1f} | {clock / count * 1e6:.1f} | {found} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles")
    parser.add_argument("--paragraphs", type=int, metavar="N", default=50_000)
    parser.add_argument("--unecho", metavar="PATH", default="unecho")
    arguments = parser.parse_args()
    for name, paragraphs in (
        ("real paragraphs", real(arguments.articles, arguments.paragraphs)),
        ("real paragraphs, varied", list(varied(real(arguments.articles, 1 << 40), arguments.paragraphs))),
    ):
        print(f"\n{len(paragraphs)} {name}\n", flush=True)
        table(paragraphs, arguments.unecho)


if __name__ == "__main__":
    main()
